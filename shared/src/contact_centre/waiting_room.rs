//! What a caller hears who waits for an agent: their place, what they may do instead of waiting, and
//! half a minute of music, over and over.

use time::OffsetDateTime;

use super::{
    music,
    return_call::request::{ReturnRequests, WaitingCaller},
    waiting::Positions,
};
use crate::{
    Context, Error,
    company::{
        caps::{Caps, Counted},
        settings::{Settings, SettingsStore},
        wording,
    },
    numbering::Rules,
    twilio::{
        Form,
        twiml::{Gather, Prompt, Verb, VoiceResponse},
    },
    values::{CallSid, PhoneNumber},
    webhooks::{WaitStep, WebhookUrl},
};

/// The key by which a caller leaves a message instead of waiting.
const LEAVE: &str = "*";

/// The key by which a caller asks to be called back, and confirms it.
const RETURN: &str = "1";

/// The service that speaks to callers who wait.
#[derive(Debug)]
pub struct WaitingRoom {
    settings: SettingsStore,
    positions: Positions,
    requests: ReturnRequests,
    rules: Rules,
    caps: Caps,
}

impl WaitingRoom {
    /// A room with the rules of [`Rules::from_env`] and the caps of [`Caps::from_env`].
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            settings: context.settings()?,
            positions: Positions::new(context.task_router()?),
            requests: ReturnRequests::new(context)?,
            rules: Rules::from_env()?,
            caps: Caps::from_env(context.table()?)?,
        })
    }

    /// The document for a caller who has come so far, and pressed what `form` tells.
    pub async fn hears(
        &self,
        step: WaitStep,
        queue: String,
        form: &Form,
        base_url: &str,
    ) -> VoiceResponse {
        let settings = &*self.settings.current().await;
        let caller = caller(form);
        let may_return = match step {
            // Read once, as the caller comes: their URL tells it from then on.
            WaitStep::Begins => self.may_return(caller.as_ref(), settings).await,
            WaitStep::Asked { may_return } => may_return,
            WaitStep::Confirming => true,
        };
        let goes_on = |may_return, prompts| {
            let step = WaitStep::Asked { may_return };
            let again = WebhookUrl::Wait { step, queue: queue.clone() }.at(base_url);
            let mut response = document(again.clone(), prompts);
            // Twilio asks once, and plays nothing when the verbs run out.
            response.verbs.push(Verb::Redirect { url: again, method: None });
            response
        };
        match (step, form.get("Digits"), &caller) {
            (WaitStep::Asked { .. }, Some(LEAVE), _) => Verb::Leave.into(),
            (WaitStep::Asked { may_return: true }, Some(RETURN), Some(caller)) => {
                let number = caller.from.as_str();
                let digits = &number[number.len() - 2..];
                let confirm = WebhookUrl::Wait { step: WaitStep::Confirming, queue: queue.clone() };
                let question = settings.say(wording::confirm_call_back(digits));
                Verb::Gather(Gather::any_key(confirm.at(base_url), question)).into()
            }
            (WaitStep::Confirming, Some(RETURN), Some(caller)) => {
                if self.takes(caller, settings).await {
                    let words = settings.say(wording::will_call_back());
                    VoiceResponse { verbs: vec![Verb::Prompt(words), Verb::Hangup] }
                } else {
                    goes_on(false, vec![settings.say(wording::cannot_call_back())])
                }
            }
            _ => {
                let place = self.place(form, &queue, settings).await;
                goes_on(may_return, prompts(settings, place, may_return, base_url))
            }
        }
    }

    /// The caller's place. What Twilio does not tell is no reason to let them hear nothing.
    async fn place(&self, form: &Form, queue: &str, settings: &Settings) -> Option<usize> {
        let call = form.get("CallSid")?.parse::<CallSid>().ok()?;
        self.positions.of(&call, queue, settings.task_router.as_ref()?).await
    }

    /// Whether a caller can be called back, and the office is there to do it.
    async fn may_return(&self, caller: Option<&WaitingCaller>, settings: &Settings) -> bool {
        let Some(caller) = caller else { return false };
        let may = settings.task_router.is_some()
            && settings.is_open(OffsetDateTime::now_utc())
            && caller.from != caller.to
            && self.rules.check("from", &caller.from).is_ok();
        may && self.caps.has_room(Counted::Calls, caller.from.as_str()).await.unwrap_or_else(
            |error| {
                tracing::warn!(error = error.chain(), "caps not read");
                false
            },
        )
    }

    /// Whether a caller who has confirmed it will be called back.
    async fn takes(&self, caller: &WaitingCaller, settings: &Settings) -> bool {
        let Some(sids) = settings.task_router.as_ref() else { return false };
        let taken = self.requests.request(caller, sids).await;
        taken.unwrap_or_else(|error| {
            tracing::error!(error = error.chain(), "the caller waits on");
            false
        })
    }
}

/// The caller; `None` when they withheld their number or it is none that can be called.
fn caller(form: &Form) -> Option<WaitingCaller> {
    let number = |name| form.get(name)?.parse::<PhoneNumber>().ok();
    Some(WaitingCaller {
        call: form.get("CallSid")?.parse().ok()?,
        from: number("From")?,
        to: number("To")?,
    })
}

fn prompts(
    settings: &Settings,
    place: Option<usize>,
    may_return: bool,
    base_url: &str,
) -> Vec<Prompt> {
    let place = place.map(wording::place_in_queue);
    let back = may_return.then(wording::be_called_back);
    let words = place.into_iter().chain(back).chain([wording::leave_a_message_instead()]);
    let url = Some(format!("{base_url}{}", music::PATH));
    let music = Prompt::Play { url, digits: None, repeat: None };
    words.map(|words| settings.say(words)).chain([music]).collect()
}

fn document(action: String, prompts: Vec<Prompt>) -> VoiceResponse {
    let gather = Gather {
        input: "dtmf".to_owned(),
        action,
        timeout: Some("1".to_owned()),
        num_digits: Some("1".to_owned()),
        finish_on_key: Some(String::new()),
        prompts,
        ..Gather::default()
    };
    Verb::Gather(gather).into()
}
