//! A call's way through the main flow, one webhook at a time.
//!
//! Each webhook carries the number of its step in its URL, which we chose and Twilio signed. It
//! records what happened as that step, unless the step is there already, and reads back the steps
//! before: one round trip. The answer follows from these steps alone, so a webhook that arrives
//! again, at whatever time, is answered as before and has no second effect.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::{
    Error,
    calls::Calls,
    error::bad_request,
    flow::{Caller, Execution, Flow, Step},
    lambda::{self, Response},
    settings::Settings,
    twilio::{
        Webhook,
        twiml::{Verb, VoiceResponse},
        voice::VoiceCall,
    },
};

/// The menu of the main number.
const MAIN_FLOW: &str = include_str!("../../flows/main.json");

/// A caller who presses wrong keys for hours must not fill DynamoDB's 400 KB an item.
const MAX_STEPS: usize = 500;

/// What every voice webhook repeats: kept once, by the first step.
const REPEATED: [&str; 8] =
    ["AccountSid", "ApiVersion", "CallSid", "Called", "Caller", "Direction", "From", "To"];

/// Executes the main flow.
#[derive(Debug)]
pub struct Ivr {
    calls: Calls,
    flow: Flow,
    settings: Settings,
}

impl Ivr {
    /// From the variables of [`Settings`] and [`Calls`].
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            calls: Calls::from_env()?,
            flow: Flow::load(MAIN_FLOW)?,
            settings: Settings::from_env()?,
        })
    }

    /// A call has come in: the flow from its start.
    pub async fn enter(&self, webhook: &Webhook<VoiceCall>) -> Result<Response, Error> {
        let number = webhook.query.parse_optional("step")?.unwrap_or(0);
        let params = webhook.form.iter().map(owned).collect();
        let start = self.flow.initial_state().to_owned();
        self.take(webhook, number, start, "incomingCall", params).await
    }

    /// The widget that the webhook's URL names has ended: the flow from there.
    pub async fn go_on(&self, webhook: &Webhook<VoiceCall>) -> Result<Response, Error> {
        let number: usize = webhook.query.parse("step")?;
        let widget: String = webhook.query.parse("widget")?;
        let params: BTreeMap<_, _> = webhook
            .form
            .iter()
            .chain(webhook.query.iter().filter(|(name, _)| *name == "FlowEvent"))
            .filter(|(name, _)| !REPEATED.contains(name))
            .map(owned)
            .collect();
        match self.flow.event(&widget, &params) {
            Some(event) => self.take(webhook, number, widget, event, params).await,
            // The flow was replaced while the caller was in it: they hear the new one.
            None => {
                tracing::warn!(call.sid = %webhook.data.call_sid, widget, "no such widget");
                let url = format!("{}/voice?step={number}", webhook.base_url);
                Ok(lambda::twiml(&Verb::Redirect { url, method: None }.into()))
            }
        }
    }

    async fn take(
        &self,
        webhook: &Webhook<VoiceCall>,
        number: usize,
        widget: String,
        event: &str,
        params: BTreeMap<String, String>,
    ) -> Result<Response, Error> {
        if number > MAX_STEPS {
            return Err(bad_request("the call has taken too many steps"));
        }
        let call = &webhook.data;
        let at = OffsetDateTime::now_utc();
        let step = Step { widget, event: event.to_owned(), at, params };
        tracing::info!(call.sid = %call.call_sid, step = number, widget = step.widget, event, "step");
        let steps = self.calls.record_step(call, number, &step).await?;
        let answer: VoiceResponse = Execution::answer(
            &self.flow,
            &self.settings,
            &steps,
            Caller {
                from: &call.from,
                to: &call.to,
                base_url: &webhook.base_url,
                next_step: number + 1,
            },
        )?;
        Ok(lambda::twiml(&answer))
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
