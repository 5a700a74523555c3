//! Runs a flow from one webhook to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    definition::{Flow, FlowError},
    template::Scope,
    widget::{
        ConnectNoun, ConnectProperties, EnqueueProperties, GatherProperties, MessageProperties,
        PromptProperties, RecordProperties, Widget,
    },
};
use crate::{
    company::settings::Settings,
    twilio::twiml::{
        Dial, DialConference, DialNoun, DialPhone, Enqueue, Gather, Prompt, Record, TakenBy, Verb,
        VoiceResponse,
    },
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

/// A text that a flow sends in the last of the steps that were taken.
#[derive(Debug, PartialEq)]
pub struct FlowText {
    /// The widget that sends it.
    pub widget: String,
    /// The number that it is sent from; empty for the one that was called.
    pub from: String,
    /// The number that it is sent to; empty for the caller's.
    pub to: String,
    /// The text itself.
    pub body: String,
    /// The address of a picture or file that goes with it; empty for none.
    pub media_url: String,
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
    texts: Vec<FlowText>,
}

impl<'a> Execution<'a> {
    /// Takes the steps in order, and returns what the caller hears after the last one.
    ///
    /// # Errors
    /// When the flow runs in a circle.
    pub fn answer(
        flow: &'a Flow,
        settings: &'a Settings,
        steps: &[Step],
        caller: Caller<'a>,
    ) -> Result<VoiceResponse, FlowError> {
        let execution = Self::take_all(flow, settings, steps, caller)?;
        Ok(VoiceResponse { verbs: execution.verbs })
    }

    /// Takes the steps in order, and returns the texts that the last one sends.
    ///
    /// # Errors
    /// When the flow runs in a circle.
    pub fn texts(
        flow: &'a Flow,
        settings: &'a Settings,
        steps: &[Step],
        caller: Caller<'a>,
    ) -> Result<Vec<FlowText>, FlowError> {
        Ok(Self::take_all(flow, settings, steps, caller)?.texts)
    }

    fn take_all(
        flow: &'a Flow,
        settings: &'a Settings,
        steps: &[Step],
        caller: Caller<'a>,
    ) -> Result<Self, FlowError> {
        let mut execution = Self {
            flow,
            settings,
            caller,
            scope: Scope::default(),
            press_to_accept: false,
            at: OffsetDateTime::UNIX_EPOCH,
            verbs: Vec::new(),
            texts: Vec::new(),
        };
        execution.scope.set(&["flow", "channel", "address"], caller.to.to_string());
        execution.scope.set(&["contact", "channel", "address"], caller.from.to_string());
        for step in steps {
            execution.verbs.clear();
            execution.texts.clear();
            execution.take(step)?;
        }
        Ok(execution)
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
            Widget::Enqueue(enqueue) => match self.enqueue(name, enqueue) {
                Some(enqueue) => self.verbs.push(enqueue),
                // There is no queue to wait in.
                None => return follow("failedToEnqueue"),
            },
            Widget::SendMessage(message) => {
                let text = self.text(name, message);
                self.texts.push(text);
                // It is sent when nobody waits for it: a caller never does.
                return follow("sent");
            }
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

    /// The `<Enqueue>` of a widget; `None` when it names neither a workflow nor a queue.
    fn enqueue(&self, name: &str, properties: &EnqueueProperties) -> Option<Verb> {
        let given =
            |text: &Option<String>| self.optional(text).filter(|text| !text.trim().is_empty());
        let until = match given(&properties.workflow_sid) {
            Some(workflow) => TakenBy::Worker {
                workflow,
                attributes: given(&properties.task_attributes),
                priority: given(&properties.priority),
                timeout: given(&properties.timeout),
            },
            None => TakenBy::Dialler(given(&properties.queue_name)?),
        };
        Some(Verb::Enqueue(Enqueue {
            action: self.caller.step_url(name),
            wait_url: given(&properties.wait_url),
            wait_url_method: given(&properties.wait_url_method),
            until,
        }))
    }

    fn text(&self, name: &str, properties: &MessageProperties) -> FlowText {
        let rendered = |text: &Option<String>| self.optional(text).unwrap_or_default();
        FlowText {
            widget: name.to_owned(),
            from: rendered(&properties.from),
            to: rendered(&properties.to),
            body: self.render(&properties.body),
            media_url: rendered(&properties.media_url),
        }
    }

    /// The `<Dial>` of a widget; `None` when it names nobody to call.
    fn dial(&self, name: &str, properties: &ConnectProperties) -> Option<Verb> {
        // A withheld number cannot be shown, nor can a SIP address: ours is.
        let caller_id = self
            .optional(&properties.caller_id)
            .filter(|text| text.parse::<PhoneNumber>().is_ok())
            .unwrap_or_else(|| {
                self.caller.to.number().unwrap_or(self.caller.main_number).to_string()
            });
        let question = WebhookUrl::Accept {
            asked: false,
            parent: Some(self.caller.call.clone()),
            returned: false,
        };
        let to = self.render(&properties.to);
        let noun = match &properties.noun {
            ConnectNoun::Conference if to.trim().is_empty() => return None,
            ConnectNoun::Conference => {
                return Some(Verb::DialConference(DialConference {
                    action: self.caller.step_url(name),
                    time_limit: self.caller.max_seconds.into(),
                    name: to.trim().to_owned(),
                    wait_url: None,
                    status_callback: None,
                }));
            }
            ConnectNoun::Phone(noun) => noun,
        };
        // Nothing of ours is heard on a SIM before the two are connected.
        let is_asked = self.press_to_accept && *noun != DialNoun::Sim;
        let status = WebhookUrl::CallStatus(match is_asked {
            true => StatusOf::Call,
            false => StatusOf::UnaskedLeg,
        });
        let phones: Vec<_> = to
            .split(',')
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(|address| DialPhone {
                noun: noun.clone(),
                address: address.to_owned(),
                url: is_asked.then(|| question.at(self.caller.base_url)),
                status_callback: status.at(self.caller.base_url),
            })
            .collect();
        let recorded = properties.record.then(|| self.caller.recording_url());
        (!phones.is_empty()).then(|| {
            Verb::Dial(Dial {
                action: self.caller.step_url(name),
                caller_id: Some(caller_id),
                timeout: self.optional(&properties.timeout),
                time_limit: Some(self.caller.max_seconds),
                recording_status_callback: recorded,
                phones,
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
