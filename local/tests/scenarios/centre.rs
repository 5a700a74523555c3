//! Switchboard with a contact centre, and the agents who work there.

use local::{Options, Stack};
use serde_json::{Value, json};
use shared::calls::{CallEntry, QueueVisit};
use simulator::client::{Behavior, CallbackOrder, Settings};

use crate::system::{CALLER, MAIN, System, script};

pub const ADA: (&str, &str) = ("ada@example.com", "+15005550181");
pub const BOB: (&str, &str) = ("bob@example.com", "+15005550182");

pub const SUPPORT: [&str; 4] = ["wait:Press 4", "press:4", "wait:For support", "press:2"];
pub const TROUBLESHOOTING: [&str; 4] = ["wait:Press 4", "press:4", "wait:For support", "press:1"];

/// What an agent does who talks for a while and hangs up.
pub const TALKS: [&str; 3] = ["pause:1", "speak:20", "hang-up"];

/// Switchboard with a contact centre.
pub struct Centre(pub System);

impl std::ops::Deref for Centre {
    type Target = System;

    fn deref(&self) -> &System {
        &self.0
    }
}

impl Centre {
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::ephemeral_on_free_ports();
        options.contact_centre = true;
        options.speed = 40.0;
        options.parameters.insert("OwnerNoticeDelay".into(), "1".into());
        change(&mut options);
        let stack = Stack::start(options).await.unwrap();
        let simulator = stack.simulator_url().unwrap();
        let centre = Self(System::of(stack, &simulator));
        let settings = Settings { callback_order: CallbackOrder::Shuffled, ..Settings::default() };
        centre.phones.set_settings(&settings).await.unwrap();
        centre
    }

    /// An administrator adds an agent, who serves these queues.
    pub async fn hires(&self, (email, phone): (&str, &str), queues: Value) {
        let name = email.split('@').next().unwrap();
        let agent = json!({"name": name, "phone_number": phone, "queues": queues});
        let (status, body) = self.api("PUT", &format!("/api/agents/{email}"), agent).await;
        assert_eq!(status, 201, "{body}");
    }

    /// An agent says whether they take calls, and how.
    pub async fn says(
        &self,
        (email, phone): (&str, &str),
        available: bool,
        auto_accept: bool,
    ) -> Value {
        let scopes = ["switchboard/call", "switchboard/read"];
        let token = self.stack.person_token("console", email, &scopes).unwrap();
        let own = json!({
            "name": email.split('@').next(),
            "phone_number": phone,
            "available": available,
            "auto_accept": auto_accept,
        });
        let (status, body) = self.api_as(&token, "PUT", "/api/agent", own).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// An agent who takes calls at once.
    pub async fn on_duty(&self, agent: (&str, &str), queues: Value) {
        self.hires(agent, queues).await;
        self.says(agent, true, true).await;
    }

    pub async fn answers(&self, (_, phone): (&str, &str), words: &[&str]) {
        self.phones.set_behavior(phone, &Behavior::answer(script(words))).await.unwrap();
    }

    /// The entry of a call once its visit of a queue is like this.
    pub async fn visit_when(&self, sid: &str, holds: impl Fn(&QueueVisit) -> bool) -> CallEntry {
        self.entry_when(sid, |entry| {
            entry.status.is_final() && entry.queue_visits.first().is_some_and(&holds)
        })
        .await
    }

    /// The texts that the customer has got.
    pub async fn texts(&self) -> Vec<String> {
        let texts = self.phones.messages(CALLER).await.unwrap();
        texts.into_iter().filter(|text| text.from == MAIN).map(|text| text.body).collect()
    }

    /// Returns once no job waits and no call is left to do anything for.
    pub async fn is_quiet(&self) {
        while !self.stack.queue("DeliverQueue").unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
