//! What has to be there so that events have something to do: calls, contacts, conferences and a
//! recording. The functions themselves make it, on the stack's own processes.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    event::Event,
    stand::{AGENT, CUSTOMER, MAIN, Stand},
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const AUTH_TOKEN: &str = "local-auth-token";
/// How many calls and conferences there are at least: a page of sixty.
const PAGE: usize = 60;

impl Stand {
    /// Starts a stack and fills it.
    ///
    /// # Errors
    /// A function does not answer as it should.
    pub async fn seeded(binaries: &Path) -> Result<Self> {
        let mut stand = Self::empty(binaries).await?;
        stand.fill().await.context("seeding")?;
        stand.lose_callbacks().await?;
        Ok(stand)
    }

    /// Makes what is there for all events.
    async fn fill(&mut self) -> Result<()> {
        let agent = json!({"name": "Ada", "phone_number": AGENT});
        self.invoke("agents", Event::of("agents")?.route("PUT /api/agent", &[]).json(&agent))
            .await?;
        self.invoke("sms-inbound", Event::of("sms-inbound")?).await?;
        for _ in 0..PAGE {
            self.call().await?;
            self.conference_with_somebody().await?;
        }
        self.seeded.recording = self.voicemail().await?;
        (self.seeded.conference, self.seeded.participant) = self.conference_at_twilio().await?;
        Ok(())
    }

    /// A customer has called and hears the menu.
    ///
    /// # Errors
    /// The function fails.
    pub async fn call(&self) -> Result<String> {
        let call = self.sid("CA");
        self.invoke("ivr-entry", Event::of("ivr-entry")?.form(&[("CallSid", &call)])?).await?;
        Ok(call)
    }

    /// A text that we have sent: our id and Twilio's SID.
    ///
    /// # Errors
    /// The function fails.
    pub async fn text(&self) -> Result<(String, String)> {
        let body = json!({"to": self.number(), "body": "We will call again."});
        let sent = self.invoke("sms-send", Event::of("sms-send")?.json(&body)).await?;
        let text = |name: &str| sent[name].as_str().map(str::to_owned).context("no text");
        Ok((text("id")?, text("sid")?))
    }

    /// A recording of this call is at Twilio: the seeded one.
    ///
    /// # Errors
    /// The function fails.
    pub async fn recorded(&self, call: &str) -> Result<()> {
        let twilio = self.stack.simulator_url().context("no simulator")?;
        self.invoke("recording-callback", self.recording_of(call, &twilio)?).await.map(drop)
    }

    /// The event that tells so.
    ///
    /// # Errors
    /// It is no webhook.
    pub fn recording_of(&self, call: &str, twilio_url: &str) -> Result<Event> {
        let sid = &self.seeded.recording;
        let url = format!("{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}");
        let form =
            [("CallSid", call), ("RecordingSid", sid.as_str()), ("RecordingUrl", url.as_str())];
        Event::of("recording-callback")?.form(&form)
    }

    /// A conference that nobody has come to: its id and its code.
    ///
    /// # Errors
    /// The function fails.
    pub async fn conference(&self, seconds: u32) -> Result<(String, String)> {
        let body = json!({
            "participants": [
                {"phone_number": CUSTOMER, "join": "dial_in"},
                {"phone_number": AGENT, "join": "dial_in"},
            ],
            // With four, the codes would run out.
            "code_digits": 8,
            "max_duration_seconds": 7_200,
            "join_window_seconds": seconds,
        });
        let made = self.invoke("conference-create", Event::of("conference-create")?.json(&body));
        let made = made.await?;
        let text = |name: &str| made[name].as_str().map(str::to_owned).context("no conference");
        Ok((text("id")?, text("code")?))
    }

    /// A call that the code has let into a conference.
    ///
    /// # Errors
    /// The function fails.
    pub async fn let_in(&self, code: &str) -> Result<String> {
        let call = self.sid("CA");
        let event =
            Event::of("conference-join")?.form(&[("CallSid", call.as_str()), ("Digits", code)])?;
        self.invoke("conference-join", event).await?;
        Ok(call)
    }

    /// The event that tells that the call is in the conference now.
    ///
    /// # Errors
    /// It is no webhook.
    pub fn comes(&self, conference: &str, call: &str) -> Result<Event> {
        let room = self.sid("CF");
        let form =
            [("FriendlyName", conference), ("CallSid", call), ("ConferenceSid", room.as_str())];
        Event::of("conference-status")?.form(&form)
    }

    /// A conference that one of two has come to, of which Twilio knows nothing.
    ///
    /// # Errors
    /// A function fails.
    pub async fn conference_with_somebody(&self) -> Result<String> {
        let (id, code) = self.conference(7_200).await?;
        let call = self.let_in(&code).await?;
        self.invoke("conference-status", self.comes(&id, &call)?).await?;
        Ok(id)
    }

    /// Conferences that are past their end, though nobody has ended them.
    ///
    /// # Errors
    /// A function fails.
    pub async fn overdue_conferences(&self, count: usize) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.conference(1).await?.0);
        }
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        Ok(ids)
    }

    /// A customer calls by phone and leaves a voicemail, which is copied; its SID.
    async fn voicemail(&self) -> Result<String> {
        let words = ["wait:Press 1", "press:2", "wait:beep", "speak:2", "hang-up"];
        let script = simulator::script::parse(words)?;
        let call = self.phones.place_call(CUSTOMER, MAIN, &script).await?;
        self.phones.ended(&call).await?;
        let twilio = self.stack.simulator_url().context("no simulator")?;
        let url = format!("{twilio}/2010-04-01/Accounts/{ACCOUNT}/Recordings.json");
        let http = reqwest::Client::builder().no_proxy().build()?;
        let list = http.get(url).basic_auth(ACCOUNT, Some(AUTH_TOKEN)).send().await?;
        let list: Value = list.error_for_status()?.json().await?;
        let recording = list["recordings"][0]["sid"].as_str().context("no recording")?.to_owned();
        let job = json!({"call_sid": call, "recording_sid": recording});
        self.until(async || {
            self.invoke("recording-copy", Event::of("recording-copy")?.message(&job))
                .await
                .map(drop)
        })
        .await?;
        Ok(recording)
    }

    /// Two call and give the code; the conference and the call of one of them.
    async fn conference_at_twilio(&self) -> Result<(String, String)> {
        let (id, code) = self.conference(7_200).await?;
        let press = format!("press:{code}#");
        let words = ["wait:Press 3", "press:3", "wait:enter the code", press.as_str()];
        let script = simulator::script::parse(words)?;
        let call = self.phones.place_call(CUSTOMER, MAIN, &script).await?;
        self.phones.place_call(AGENT, MAIN, &script).await?;
        self.until(async || {
            let event = Event::of("conference-read")?;
            let event = event.route("GET /api/conferences/{id}", &[("id", id.as_str())]);
            let conference = self.invoke("conference-read", event).await?;
            ensure!(conference["status"] == "active", "not active: {conference}");
            Ok(())
        })
        .await?;
        Ok((id, call))
    }

    /// Tries until it succeeds, for ten seconds.
    async fn until(&self, attempt: impl AsyncFn() -> Result<()>) -> Result<()> {
        for _ in 0..100 {
            if attempt().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        attempt().await
    }
}
