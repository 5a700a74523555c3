//! What scenarios about texts do with the stage.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use serde_json::Value;
use simulator::client::Happening;

use crate::stage::{OFFICE, Stage};

impl Stage {
    /// A stage on which the office's texts are answered by `/sms` with these verbs.
    pub async fn with_sms(verbs: &str) -> Self {
        let stage = Self::new().await;
        stage.app.on("/sms", verbs);
        let sms = stage.app.url("/sms");
        stage.configure(&[("SmsUrl", &sms)]).await;
        stage
    }

    /// Changes the office's number.
    pub async fn configure(&self, form: &[(&str, &str)]) {
        let (_, page) = self.get("IncomingPhoneNumbers.json").await;
        let sid = page["incoming_phone_numbers"][0]["sid"].as_str().unwrap();
        let (status, error) = self.post(&format!("IncomingPhoneNumbers/{sid}.json"), form).await;
        assert_eq!(status, 200, "{error}");
    }

    /// The office texts somebody; what Twilio answers.
    pub async fn texts(&self, to: &str, body: &str, more: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![("From", OFFICE), ("To", to), ("Body", body)];
        form.extend(more);
        self.post("Messages.json", &form).await
    }

    /// The office texts somebody; the message's SID.
    pub async fn texted(&self, to: &str, body: &str, more: &[(&str, &str)]) -> String {
        let (status, message) = self.texts(to, body, more).await;
        assert_eq!(status, 201, "{message}");
        message["sid"].as_str().unwrap().to_owned()
    }

    /// Twilio's error codes about messages so far.
    pub async fn message_warnings(&self) -> Vec<u32> {
        // An event of its own ends what happened so far.
        static ENDS: AtomicUsize = AtomicUsize::new(0);
        let end = format!("Calls.json?Page={}", ENDS.fetch_add(1, Ordering::Relaxed));
        let mut events = Box::pin(self.control.events(Some(0)).await.unwrap());
        self.get(&end).await;
        let mut codes = Vec::new();
        while let Some(event) = events.next().await {
            match event.unwrap().what {
                Happening::Warning { message_sid: Some(_), code, .. } => codes.push(code),
                Happening::Rest { path, .. } if path.ends_with(&end) => break,
                _ => {}
            }
        }
        codes
    }
}
