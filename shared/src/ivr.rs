//! A call's way through the main flow, one webhook at a time.
//!
//! Each webhook carries the number of its step in its URL, which we chose and Twilio signed. It
//! records what happened as that step, unless the step is there already, and reads back the steps
//! before: one round trip. The answer follows from these steps alone, so a webhook that arrives
//! again, at whatever time, is answered as before and has no second effect.

use std::{collections::BTreeMap, fs, time::Duration};

use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{
    Context, Error,
    aws::queue::Queue,
    calls::{Calls, Entered, Recorded},
    company::settings::{Settings, SettingsStore},
    flow::{Caller, Execution, Flow, FlowText, Step},
    jobs::Job,
    lambda::{self, Response, Webhook},
    process::env,
    twilio::{
        twiml::{Verb, VoiceResponse},
        voice::VoiceCall,
    },
    values::{CallSid, PhoneNumber},
    webhooks::{WebhookUrl, WidgetStep},
};

/// The definition of the flow that answers the main number.
const MAIN_FLOW: &str = include_str!("../../flows/main.json");

/// A caller who presses wrong keys for hours must not fill DynamoDB's 400 KB an item: with a few
/// parameters a step, none longer than [`MAX_VALUE`], this many fit.
const MAX_STEPS: usize = 500;

/// How many characters of a parameter are kept.
const MAX_VALUE: usize = 500;

/// The parameters that every voice webhook repeats; only the first step keeps them.
const REPEATED: [&str; 8] =
    ["AccountSid", "ApiVersion", "CallSid", "Called", "Caller", "Direction", "From", "To"];

/// The service that executes the main flow.
#[derive(Debug)]
pub struct Ivr {
    calls: Calls,
    flow: Flow,
    settings: SettingsStore,
    main_number: PhoneNumber,
    max_seconds: u32,
    /// None for a flow that sends no texts.
    texts: Option<Queue>,
}

/// How many seconds a text of the flow waits in its queue: until the step that it belongs to is
/// surely recorded, which happens at the same time.
const TEXT_DELAY: u16 = 2;

/// How long a caller waits at most for a text to be queued.
const QUEUED_WITHIN: Duration = Duration::from_secs(1);

impl Ivr {
    /// The main flow over these settings, with variables `MAIN_NUMBER` and `MAX_CALL_MINUTES`. On a
    /// laptop, `MAIN_FLOW_FILE` may name the file of another flow.
    ///
    /// # Errors
    /// When the flow is not one that this engine executes, or a variable is not set or not valid.
    pub fn new(context: &Context, settings: SettingsStore) -> Result<Self, Error> {
        let flow = match env::optional("MAIN_FLOW_FILE") {
            Some(file) => Flow::load(&fs::read_to_string(file)?)?,
            None => Flow::load(MAIN_FLOW)?,
        };
        let texts = flow.texts().then(|| context.queue("DELIVER_QUEUE_URL")).transpose()?;
        Ok(Self {
            calls: Calls::new(context.table()?),
            flow,
            texts,
            settings,
            main_number: env::parsed("MAIN_NUMBER")?,
            max_seconds: env::parsed::<u32>("MAX_CALL_MINUTES")? * 60,
        })
    }

    /// Answers a call that comes in: executes the flow from its start. The call of a blocked caller
    /// is rejected.
    pub async fn enter(&self, webhook: &Webhook<VoiceCall>) -> Result<Response, Error> {
        let number = match webhook.url()? {
            WebhookUrl::Voice { step } => step.unwrap_or(0),
            _ => return Err(Error::internal("this is not the webhook of a call that comes in")),
        };
        let params = webhook.form.iter().map(owned).collect();
        let start = self.flow.initial_state().to_owned();
        if number > 0 {
            return self.take(webhook, number, start, "incomingCall", params).await;
        }
        let call = &webhook.data;
        let step = new_step(webhook, number, start, "incomingCall", params);
        // Both at once: a webhook waits for one round trip.
        let may_text = self.may_text(&step);
        let (entered, settings, ()) = tokio::join!(
            self.calls.record_entry(call, &step, may_text),
            self.settings.current(),
            self.queue_texts(webhook, number, may_text),
        );
        match entered? {
            Entered::At(step) => self.answer(webhook, &settings, number, &[step]),
            Entered::Blocked => {
                tracing::info!(call.sid = %call.call_sid, "blocked");
                Ok(lambda::twiml(&Verb::Reject.into()))
            }
        }
    }

    /// Answers the webhook of a widget that has ended, which its URL names: executes the flow from
    /// there.
    pub async fn go_on(&self, webhook: &Webhook<VoiceCall>) -> Result<Response, Error> {
        let (WebhookUrl::Digits(at) | WebhookUrl::Step(at)) = webhook.url()? else {
            return Err(Error::internal("this is not the webhook of a widget"));
        };
        let WidgetStep { step: number, widget } = at;
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
                Ok(start_anew(webhook, number))
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
            return Ok(lambda::twiml(&Verb::Hangup.into()));
        }
        let call = &webhook.data;
        let step = new_step(webhook, number, widget, event, params);
        let may_text = self.may_text(&step);
        let (recorded, settings, ()) = tokio::join!(
            self.calls.record_step(call, number, &step, may_text),
            self.settings.current(),
            self.queue_texts(webhook, number, may_text),
        );
        let Some(steps) = since_the_start(recorded?, number, self.flow.initial_state()) else {
            tracing::warn!(call.sid = %call.call_sid, step = number, "earlier steps are missing");
            return Ok(start_anew(webhook, number + 1));
        };
        self.answer(webhook, &settings, number, &steps)
    }

    fn may_text(&self, step: &Step) -> bool {
        self.texts.is_some() && self.flow.texts_after(&step.widget, &step.event)
    }

    /// Has the texts of a step sent, when nobody waits for it. If they cannot be queued, the
    /// reconciler finds by the step that they are due.
    async fn queue_texts(&self, webhook: &Webhook<VoiceCall>, step: usize, may_text: bool) {
        let Some(queue) = self.texts.as_ref().filter(|_| may_text) else { return };
        let (call_sid, base_url) = (webhook.data.call_sid.clone(), webhook.base_url.clone());
        let job = Job::FlowTexts { call_sid, step, base_url };
        let queued = timeout(QUEUED_WITHIN, queue.send(&job, TEXT_DELAY)).await;
        if let Err(error) = queued.map_err(Error::from).flatten() {
            tracing::warn!(step, error = error.chain(), "texts not queued");
        }
    }

    /// The texts that the flow sends in a step of a call; `None` while the step is not recorded.
    pub async fn texts(
        &self,
        call: &CallSid,
        number: usize,
        base_url: &str,
    ) -> Result<Option<(Recorded, Vec<FlowText>)>, Error> {
        let Some(recorded) = self.calls.recorded(call, number).await? else { return Ok(None) };
        let settings = self.settings.current().await;
        let start = self.flow.initial_state();
        let Some(steps) = since_the_start(recorded.steps.clone(), number, start) else {
            return Ok(Some((recorded, Vec::new())));
        };
        let caller = Caller {
            main_number: &self.main_number,
            max_seconds: self.max_seconds,
            call,
            from: &recorded.from,
            to: &recorded.to,
            base_url,
            next_step: number + 1,
        };
        let texts = Execution::texts(&self.flow, &settings, &steps, caller)?;
        Ok(Some((recorded, texts)))
    }

    fn answer(
        &self,
        webhook: &Webhook<VoiceCall>,
        settings: &Settings,
        number: usize,
        steps: &[Step],
    ) -> Result<Response, Error> {
        let call = &webhook.data;
        let answer: VoiceResponse = Execution::answer(
            &self.flow,
            settings,
            steps,
            Caller {
                main_number: &self.main_number,
                max_seconds: self.max_seconds,
                call: &call.call_sid,
                from: &call.from,
                to: &call.to,
                base_url: &webhook.base_url,
                next_step: number + 1,
            },
        )?;
        Ok(lambda::twiml(&answer))
    }
}

fn new_step(
    webhook: &Webhook<VoiceCall>,
    number: usize,
    widget: String,
    event: &str,
    params: BTreeMap<String, String>,
) -> Step {
    let call = &webhook.data;
    tracing::info!(call.sid = %call.call_sid, step = number, widget, event, "step");
    Step { widget, event: event.to_owned(), at: OffsetDateTime::now_utc(), params }
}

/// The steps from the flow's last start to step `number`; `None` when one is missing.
fn since_the_start(
    mut recorded: Vec<(usize, Step)>,
    number: usize,
    start: &str,
) -> Option<Vec<Step>> {
    let first = recorded.iter().rposition(|(_, step)| step.widget == start)?;
    let steps = recorded.split_off(first);
    let complete = steps.len() == number + 1 - steps[0].0;
    complete.then(|| steps.into_iter().map(|(_, step)| step).collect())
}

/// An answer that begins the flow again, as step `number`.
fn start_anew(webhook: &Webhook<VoiceCall>, number: usize) -> Response {
    let url = WebhookUrl::Voice { step: Some(number) }.at(&webhook.base_url);
    lambda::twiml(&Verb::Redirect { url, method: None }.into())
}

/// A parameter as it is kept: cut if it is longer than any that matters.
fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.chars().take(MAX_VALUE).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn a_flow_goes_on_only_from_a_complete_way() {
        let steps = |numbers: &[(usize, &str)]| -> Vec<_> {
            let step = |widget: &str| Step {
                widget: widget.into(),
                event: "e".into(),
                at: OffsetDateTime::UNIX_EPOCH,
                params: BTreeMap::new(),
            };
            numbers.iter().map(|(number, widget)| (*number, step(widget))).collect()
        };
        let length = |recorded: &[(usize, &str)], number| {
            since_the_start(steps(recorded), number, "Start").map(|steps| steps.len())
        };
        assert_eq!(length(&[(0, "Start")], 0), Some(1));
        assert_eq!(length(&[(0, "Start"), (1, "menu")], 1), Some(2));
        assert_eq!(length(&[(0, "Start"), (1, "menu"), (2, "Start"), (3, "menu")], 3), Some(2));
        assert_eq!(length(&[(5, "menu")], 5), None);
        assert_eq!(length(&[(0, "Start"), (2, "menu")], 2), None);
        assert_eq!(length(&[(2, "menu"), (3, "Start")], 3), Some(1));
    }
}
