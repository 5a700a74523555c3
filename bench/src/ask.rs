//! The events that functions are measured with. Each is new to its function and finds what it
//! needs: whoever answers a first event and a repeated one alike would be measured at the repeated
//! one.

use anyhow::{Context, Result};
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    case::{Case, What},
    event::Event,
    stand::{CUSTOMER, MAIN, NOBODY, Stand},
};

/// Conferences that are made at once to be ended, because their end is waited for.
const STOCK: usize = 25;

/// Makes events, one after the other.
pub struct Asker<'a> {
    stand: &'a Stand,
    /// Where the measured process finds Twilio.
    twilio_url: String,
    overdue: Vec<String>,
    asked: usize,
}

impl<'a> Asker<'a> {
    /// For processes that find Twilio at this address.
    pub fn new(stand: &'a Stand, twilio_url: &str) -> Self {
        Self { stand, twilio_url: twilio_url.to_owned(), overdue: Vec::new(), asked: 0 }
    }

    /// The next event of a case, with what it needs in place.
    ///
    /// # Errors
    /// A function that makes what it needs fails.
    pub async fn next(&mut self, case: Case<'_>) -> Result<String> {
        self.asked += 1;
        let event = self.event(case).await.with_context(|| format!("for {}", case.label()))?;
        event.signed_for(NOBODY)
    }

    async fn event(&mut self, case: Case<'_>) -> Result<Event> {
        let stand = self.stand;
        let event = Event::of(case.function)?;
        Ok(match case.function {
            "ivr-entry" | "call-bridge" => event.form(&[("CallSid", &stand.sid("CA"))])?,
            "ivr-digits" => event.form(&[("CallSid", &stand.call().await?)])?,
            "ivr-step" => {
                let call = stand.call().await?;
                let digits = Event::of("ivr-digits")?.form(&[("CallSid", &call)])?;
                stand.invoke("ivr-digits", digits).await?;
                event.form(&[("CallSid", &call)])?
            }
            "call-accept" => {
                let (call, leg) = (stand.call().await?, stand.sid("CA"));
                let form =
                    [("ParentCallSid", call.as_str()), ("CallSid", leg.as_str()), ("Digits", "1")];
                event.form(&form)?.query("asked=1")
            }
            "status-callback" => {
                let call = stand.call().await?;
                match case.what {
                    What::CallEnd => event.form(&[("CallSid", &call)])?,
                    _ => {
                        event.form(&[("CallSid", call.as_str()), ("CallStatus", "in-progress")])?
                    }
                }
            }
            "recording-callback" => stand.recording_of(&stand.call().await?, &self.twilio_url)?,
            "recording-copy" => {
                let call = stand.call().await?;
                stand.recorded(&call).await?;
                event.message(&json!({"call_sid": call, "recording_sid": stand.seeded.recording}))
            }
            "recording-link" => event
                .route("GET /api/recordings/{sid}", &[("sid", stand.seeded.recording.as_str())]),
            "sms-inbound" => {
                let sid = stand.sid("SM");
                let names = ["MessageSid", "SmsMessageSid", "SmsSid"];
                event.form(&names.map(|name| (name, sid.as_str())))?
            }
            "sms-status" => {
                let (id, sid) = stand.text().await?;
                let form = [("MessageSid", sid.as_str()), ("SmsSid", sid.as_str())];
                event.form(&form)?.query(&format!("id={id}"))
            }
            "call-history" => event.query("limit=60"),
            "conference-read" if case.what == What::Page => event.query("limit=60"),
            "conference-read" => {
                let id = stand.seeded.conference.as_str();
                event.route("GET /api/conferences/{id}", &[("id", id)])
            }
            "conference-invite" => {
                let (id, _) = stand.conference(7_200).await?;
                let guest = json!({"phone_number": stand.number(), "join": "dial_out"});
                event
                    .route("POST /api/conferences/{id}/participants", &[("id", &id)])
                    .json(&json!({ "participants": [guest] }))
            }
            "conference-join" => {
                let (_, code) = stand.conference(7_200).await?;
                event.form(&[("CallSid", stand.sid("CA").as_str()), ("Digits", code.as_str())])?
            }
            "conference-status" => {
                let (id, code) = stand.conference(7_200).await?;
                stand.comes(&id, &stand.let_in(&code).await?)?
            }
            "conference-moderate" => {
                let (id, call) = (&stand.seeded.conference, &stand.seeded.participant);
                event
                    .route(
                        "PATCH /api/conferences/{id}/participants/{call_sid}",
                        &[("id", id.as_str()), ("call_sid", call.as_str())],
                    )
                    .json(&json!({"muted": self.asked % 2 == 1}))
            }
            "conference-end" => {
                let id = stand.conference_with_somebody().await?;
                event.route("DELETE /api/conferences/{id}", &[("id", &id)])
            }
            "conference-expire" => {
                let id = stand.conference_with_somebody().await?;
                event.removed(&format!("CONFERENCE#{id}"))
            }
            "conference-timer" => {
                if self.overdue.is_empty() {
                    self.overdue = stand.overdue_conferences(STOCK).await?;
                }
                let id = self.overdue.pop().context("no conference")?;
                let now = OffsetDateTime::now_utc().unix_timestamp() * 1000;
                event.message(&json!({"conference_id": id, "at": now, "alarm": "end"}))
            }
            "deliver" => {
                let (id, _) = stand.conference(7_200).await?;
                stand
                    .invoke(
                        "deliver",
                        Event::of("deliver")?
                            .message(&json!({"job": "conference", "conference_id": id})),
                    )
                    .await?;
                let queued = stand.stack.queue("DeliverQueue").context("no queue")?;
                let invitation = queued.iter().rev().find_map(|message| {
                    let job: serde_json::Value = serde_json::from_str(&message.body).ok()?;
                    (job["job"] == "invitation" && job["conference_id"] == id.as_str())
                        .then_some(job)
                });
                event.message(&invitation.context("nobody is invited")?)
            }
            "reconcile" => {
                let script = simulator::script::parse(["wait:Press 1", "hang-up"])?;
                let call = stand.phones.place_call(CUSTOMER, MAIN, &script).await?;
                stand.phones.ended(&call).await?;
                event
            }
            // What they do, they do again: `sms-send`, `call-start`, `conference-create` make
            // something new each time, and the rest reads.
            _ => event,
        })
    }
}
