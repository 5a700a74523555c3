//! What scenarios about conferences say.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::client::{Behavior, What};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::system::{System, script};

/// A participant who is texted the code.
pub fn dial_in(number: &str) -> Value {
    json!({"phone_number": number, "join": "dial_in"})
}

/// A participant who is called.
pub fn dial_out(number: &str) -> Value {
    json!({"phone_number": number, "join": "dial_out"})
}

pub fn time(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}

/// A conference as the API gives it.
pub struct Conference(pub Value);

impl Conference {
    pub fn status(&self) -> &str {
        self.0["status"].as_str().unwrap_or_default()
    }

    pub fn participant(&self, number: &str) -> &Value {
        let participants = self.0["participants"].as_array().unwrap();
        participants.iter().find(|it| it["phone_number"] == number).unwrap_or(&Value::Null)
    }

    pub fn state_of(&self, number: &str) -> &str {
        self.participant(number)["state"].as_str().unwrap_or_default()
    }

    pub fn call_of(&self, number: &str) -> String {
        self.participant(number)["call_sid"].as_str().unwrap().to_owned()
    }

    pub fn time(&self, field: &str) -> OffsetDateTime {
        time(self.0[field].as_str().unwrap())
    }
}

impl System {
    /// A conference, by the API.
    pub async fn holds(&self, body: Value) -> Value {
        let (status, conference) = self.api("POST", "/api/conferences", body).await;
        assert_eq!(status, 201, "{conference}\n{}", self.stack.logs());
        conference
    }

    /// Who is called at this number presses a key to join.
    pub async fn joins_when_called(&self, number: &str) {
        let script = script(&["wait:Press any key to join", "press:1"]);
        self.phones.set_behavior(number, &Behavior::answer(script)).await.unwrap();
    }

    /// Somebody calls the main number, presses 3, gives the code and stays.
    pub async fn calls_in(&self, number: &str, code: &str) -> String {
        self.tries(number, &[code]).await
    }

    /// Somebody calls the main number, presses 3 and tries these codes.
    pub async fn tries(&self, number: &str, codes: &[&str]) -> String {
        let presses: Vec<_> = codes.iter().map(|code| format!("press:{code}#")).collect();
        let mut words = vec!["wait:Press 3", "press:3"];
        for press in &presses {
            words.extend(["wait:enter the code", press]);
        }
        self.calls_from(number, &words).await
    }

    /// Whether a call hears this, now or within ten seconds.
    pub async fn hears(&self, call: &str, text: &str) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let transcript = self.phones.transcript(call).await.unwrap();
            let heard = transcript.iter().any(|entry| match &entry.what {
                What::Heard { text: heard, .. } => heard.contains(text),
                _ => false,
            });
            if heard {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// The conference once it fulfils a condition, within ten seconds.
    pub async fn conference_when(
        &self,
        id: &str,
        holds: impl Fn(&Conference) -> bool,
    ) -> Conference {
        self.conference_within(id, 10, holds).await
    }

    pub async fn conference_within(
        &self,
        id: &str,
        seconds: u64,
        holds: impl Fn(&Conference) -> bool,
    ) -> Conference {
        let begun = Instant::now();
        loop {
            let conference = Conference(self.get(&format!("/api/conferences/{id}")).await);
            if holds(&conference) {
                return conference;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(seconds),
                "not so: {}\n{}",
                serde_json::to_string_pretty(&conference.0).unwrap(),
                self.stack.logs()
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// How many rooms a conference has had at Twilio.
    pub async fn rooms_of(&self, id: &str) -> usize {
        let rooms = self.phones.conferences().await.unwrap();
        rooms.iter().filter(|room| room.friendly_name == id).count()
    }
}
