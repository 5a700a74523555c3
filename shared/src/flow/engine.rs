//! Runs a flow from one webhook to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    definition::{Flow, FlowError},
    template::Scope,
    widget::{ConnectProperties, GatherProperties, PromptProperties, RecordProperties, Widget},
};
use crate::{
    company::settings::Settings,
    twilio::twiml::{Dial, DialNumber, Gather, Prompt, Record, Verb, VoiceResponse},
    values::{CallSid, Party, PhoneNumber},
    webhooks::{StatusOf, WebhookUrl, WidgetStep},
};

/// The longest chain of widgets between two waits for the caller: longer than any sensible one.
const MAX_WIDGETS_A_STEP: usize = 100;

/// A step: what happened at a widget, as a webhook told it. A call's steps are its path through the
/// flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The name of the widget that ended.
    pub widget: String,
    /// The event with which the widget ended, which selects the transition.
    pub event: String,
    /// The time at which the webhook first arrived.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The parameters that Twilio sent. Templates read those of the first step as `trigger.call.…`,
    /// those of the others as `widgets.NAME.…`.
    pub params: BTreeMap<String, String>,
}

/// The call that a flow is executed for, as each of its webhooks describes it.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Our main number, which forwarded calls show where theirs cannot be shown.
    pub main_number: &'a PhoneNumber,
    /// How many seconds a forwarded call lasts at most.
    pub max_seconds: u32,
    /// The call.
    pub call: &'a CallSid,
    /// The party that calls us.
    pub from: &'a Party,
    /// Our number that was called.
    pub to: &'a Party,
    /// The address of the API, without a slash at the end.
    pub base_url: &'a str,
    /// The number of the step that the next webhook will record.
    pub next_step: usize,
}

impl Caller<'_> {
    fn step(&self, widget: &str) -> WidgetStep {
        WidgetStep { step: self.next_step, widget: widget.to_owned() }
    }

    /// The address that Twilio asks when a widget other than a menu has ended.
    fn step_url(&self, widget: &str) -> String {
        WebhookUrl::Step(self.step(widget)).at(self.base_url)
    }

    /// The address that Twilio tells about recordings.
    fn recording_url(&self) -> String {
        WebhookUrl::Recording.at(self.base_url)
    }
}

/// One call on its way through a flow.
#[derive(Debug)]
pub struct Execution<'a> {
    flow: &'a Flow,
    settings: &'a Settings,
    caller: Caller<'a>,
    scope: Scope,
    press_to_accept: bool,
    /// The time of the step that is being taken, so that what depends on time is decided the same
    /// way whenever the steps are taken again.
    at: OffsetDateTime,
    verbs: Vec<Verb>,
}

impl<'a> Execution<'a> {
    /// Takes the steps in order, and returns what the flow does after the last one.
    ///
    /// # Errors
    /// When the flow runs in a circle.
    pub fn answer(
        flow: &'a Flow,
        settings: &'a Settings,
        steps: &[Step],
        caller: Caller<'a>,
    ) -> Result<VoiceResponse, FlowError> {
        let mut execution = Self {
            flow,
            settings,
            caller,
            scope: Scope::default(),
            press_to_accept: false,
            at: OffsetDateTime::UNIX_EPOCH,
            verbs: Vec::new(),
        };
        execution.scope.set(&["flow", "channel", "address"], caller.to.to_string());
        execution.scope.set(&["contact", "channel", "address"], caller.from.to_string());
        for step in steps {
            execution.verbs.clear();
            execution.take(step)?;
        }
        Ok(VoiceResponse { verbs: execution.verbs })
    }

    fn take(&mut self, step: &Step) -> Result<(), FlowError> {
        self.at = step.at;
        for (name, value) in &step.params {
            if step.widget == self.flow.initial_state {
                self.scope.set(&["trigger", "call", name], value);
            } else {
                self.scope.set(&["widgets", &step.widget, name], value);
            }
        }
        // A step of a flow that has been replaced meanwhile leads nowhere.
        let mut next = match self.flow.states.get(&step.widget) {
            Some(state) => state
                .transitions
                .iter()
                .find(|transition| transition.event == step.event)
                .and_then(|transition| transition.next.clone()),
            None => None,
        };
        for _ in 0..MAX_WIDGETS_A_STEP {
            let Some(name) = next else {
                self.verbs.push(Verb::Hangup);
                return Ok(());
            };
            match self.enter(&name) {
                Progress::Waits => return Ok(()),
                Progress::To(widget) => next = widget,
            }
        }
        Err(FlowError::Circle(step.widget.clone()))
    }

    /// Executes a widget. `load` has made sure that every widget that a transition names exists.
    fn enter(&mut self, name: &str) -> Progress {
        let flow = self.flow;
        let state = &flow.states[name];
        let follow = |event: &str| {
            let transition = state.transitions.iter().find(|t| t.event == event);
            Progress::To(transition.and_then(|transition| transition.next.clone()))
        };
        match &state.widget {
            Widget::Trigger => return Progress::To(None),
            Widget::SayPlay(prompt) => {
                let prompt = self.prompt(prompt);
                self.verbs.push(Verb::Prompt(prompt));
                return follow("audioComplete");
            }
            Widget::SetVariables(variables) => {
                self.set_variables(name, variables);
                return follow("next");
            }
            Widget::Split => {
                let matching = state.transitions.iter().find(|transition| {
                    transition.event == "match"
                        && !transition.conditions.is_empty()
                        && transition
                            .conditions
                            .iter()
                            .all(|condition| condition.holds(|text| self.render(text)))
                });
                return match matching {
                    Some(transition) => Progress::To(transition.next.clone()),
                    None => follow("noMatch"),
                };
            }
            Widget::Gather(gather) => self.verbs.push(self.gather(name, gather)),
            Widget::Connect(connect) => match self.dial(name, connect) {
                Some(dial) => self.verbs.push(dial),
                // Nobody to call is nobody reached.
                None => return follow("callCompleted"),
            },
            Widget::Record(record) => {
                self.verbs.push(self.record(name, record));
                // Reached only when there was nothing to record: `<Record>` has no action then.
                let url = self.caller.step_url(name);
                self.verbs.push(Verb::Redirect { url, method: None });
            }
            Widget::TwimlRedirect { url, method } => {
                self.verbs.push(self.redirect(name, url, method));
            }
        }
        Progress::Waits
    }

    /// Sets the variables of a widget. The widget named `config` holds the initial values of what
    /// the owner can change: the settings take their place, as texts and not as templates, and so
    /// does our own address.
    fn set_variables(&mut self, name: &str, variables: &[(String, String)]) {
        let settings = self.settings.variables(self.at);
        for (key, template) in variables {
            let setting = settings.iter().find(|(setting, _)| name == "config" && setting == key);
            let value = match setting {
                Some((_, value)) => value.clone(),
                None if name == "config" && key == "base_url" => self.caller.base_url.to_owned(),
                None => self.render(template),
            };
            if key == "press_to_accept" {
                self.press_to_accept = value == "true";
            }
            self.scope.set(&["flow", "variables", key], value);
        }
    }

    /// Renders a text of the flow with the call's variables.
    fn render(&self, text: &str) -> String {
        self.flow.templates.render(text, &self.scope)
    }

    fn optional(&self, template: &Option<String>) -> Option<String> {
        template.as_deref().map(|template| self.render(template))
    }

    fn prompt(&self, properties: &PromptProperties) -> Prompt {
        let repeat = properties.repeat.clone();
        match &properties.say {
            Some(say) => Prompt::Say {
                text: self.render(say),
                voice: self.optional(&properties.voice),
                language: self.optional(&properties.language),
                repeat,
            },
            None => Prompt::Play {
                url: self.optional(&properties.play),
                digits: self.optional(&properties.digits),
                repeat,
            },
        }
    }

    fn gather(&self, name: &str, properties: &GatherProperties) -> Verb {
        let input = if properties.speech.is_some() { "dtmf speech" } else { "dtmf" };
        Verb::Gather(Gather {
            input: input.to_owned(),
            action: WebhookUrl::Digits(self.caller.step(name)).at(self.caller.base_url),
            timeout: self.optional(&properties.timeout),
            num_digits: self.optional(&properties.number_of_digits),
            finish_on_key: self.optional(&properties.finish_on_key),
            speech: properties.speech.clone().unwrap_or_default(),
            prompts: properties.prompt.iter().map(|prompt| self.prompt(prompt)).collect(),
        })
    }

    /// The `<Dial>` of a widget; `None` when it names no number to call.
    fn dial(&self, name: &str, properties: &ConnectProperties) -> Option<Verb> {
        // A withheld number cannot be shown, nor can a SIP address: ours is.
        let caller_id = self
            .optional(&properties.caller_id)
            .filter(|text| text.parse::<PhoneNumber>().is_ok())
            .unwrap_or_else(|| {
                self.caller.to.number().unwrap_or(self.caller.main_number).to_string()
            });
        let question = WebhookUrl::Accept { asked: false, parent: Some(self.caller.call.clone()) };
        let status = WebhookUrl::CallStatus(match self.press_to_accept {
            true => StatusOf::Call,
            false => StatusOf::UnaskedLeg,
        });
        let to = self.render(&properties.to);
        let numbers: Vec<_> = to
            .split(',')
            .map(str::trim)
            .filter(|number| !number.is_empty())
            .map(|number| DialNumber {
                number: number.to_owned(),
                url: self.press_to_accept.then(|| question.at(self.caller.base_url)),
                status_callback: status.at(self.caller.base_url),
            })
            .collect();
        let recorded = properties.record.then(|| self.caller.recording_url());
        (!numbers.is_empty()).then(|| {
            Verb::Dial(Dial {
                action: self.caller.step_url(name),
                caller_id: Some(caller_id),
                timeout: self.optional(&properties.timeout),
                time_limit: Some(self.caller.max_seconds),
                recording_status_callback: recorded,
                numbers,
            })
        })
    }

    fn record(&self, name: &str, properties: &RecordProperties) -> Verb {
        Verb::Record(Record {
            action: self.caller.step_url(name),
            recording_status_callback: self.caller.recording_url(),
            timeout: self.optional(&properties.timeout),
            max_length: self.optional(&properties.max_length),
            finish_on_key: self.optional(&properties.finish_on_key),
            play_beep: self.optional(&properties.play_beep).map(|beep| beep == "true"),
            trim: self.optional(&properties.trim),
            transcribe: self.optional(&properties.transcribe).map(|it| it == "true"),
            transcribe_callback: self.optional(&properties.transcribe_callback),
        })
    }

    /// A redirect to another application. It comes back by redirecting to `ReturnUrl`, which is
    /// added to its address because it cannot know ours. With `FlowEvent=fail` added to that, it
    /// takes the transition of that name, as in Studio.
    fn redirect(&self, name: &str, url: &str, method: &Option<String>) -> Verb {
        let url = self.render(url);
        let (address, fragment) = match url.find('#') {
            Some(position) => url.split_at(position),
            None => (url.as_str(), ""),
        };
        let separator = if address.contains('?') { '&' } else { '?' };
        let back = form_urlencoded::Serializer::new(String::new())
            .append_pair("ReturnUrl", &self.caller.step_url(name))
            .finish();
        let url = format!("{address}{separator}{back}{fragment}");
        Verb::Redirect { url, method: self.optional(method) }
    }
}

enum Progress {
    /// The flow waits for the caller or for Twilio.
    Waits,
    /// The flow goes on to this widget, or ends.
    To(Option<String>),
}
