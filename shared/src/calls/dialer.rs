//! Places calls, each at most once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use utoipa::ToSchema;

use super::Calls;
use crate::{
    Context, Error,
    aws::table::{Check, Key, Operation, Table, Transacted, Update, instant, integer, text},
    company::caps::{Caps, Counted},
    process::env,
    twilio::{
        TwilioClient,
        client::Created,
        refusal::explained,
        voice::{CallStatus, Direction, VoiceCall},
    },
    values::{AccountSid, CallSid, Party, PhoneNumber},
    webhooks::{CallPurpose, StatusOf, WebhookUrl},
};

/// How long it is tried to place a call at Twilio, within the function's time.
const TIME: Duration = Duration::from_secs(9);

/// How long a phone rings, in seconds, to which Twilio adds five: less than until a carrier's
/// voicemail answers, as a rule.
const RINGING: &str = "20";

/// How many seconds a call lives at Twilio.
const LONGEST: u32 = 4 * 60 * 60;

/// How much Twilio's clock and ours may differ.
const CLOCKS: Duration = Duration::from_secs(5);

/// After how long a call that Twilio has taken is certainly in its list.
const KNOWN_AFTER: Duration = Duration::from_secs(60);

/// A call to place for an agent: the agent's phone rings first, then the contact's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// The number to call, in E.164 or as it is dialled in the country of the main number.
    #[schema(example = "+15005550111", max_length = 64)]
    pub to: String,
}

/// A call that has been placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedCall {
    /// Twilio's SID, by which `GET /api/calls/{sid}` finds it; null while `status` is `unknown`.
    #[schema(required)]
    pub call_sid: Option<CallSid>,
    /// The status of the call, in Twilio's words; `unknown` when Twilio's answer was lost, so that
    /// the agent's phone may ring or not.
    pub status: String,
    /// The number that the call is for, in E.164.
    pub to: String,
    /// Our number, which the called person sees, in E.164.
    pub from: String,
}

impl PlacedCall {
    /// The answer for a call that Twilio may have placed.
    pub fn unknown(to: &PhoneNumber, from: &PhoneNumber) -> Self {
        let status = "unknown".to_owned();
        Self { call_sid: None, status, to: to.to_string(), from: from.to_string() }
    }
}

#[derive(Deserialize)]
struct CallResource {
    sid: CallSid,
    status: CallStatus,
    /// Null while the call waits for its turn: Twilio places one a second.
    date_created: Option<String>,
}

#[derive(Deserialize)]
struct CallList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    calls: Vec<CallResource>,
}

/// A call for the dialer to place.
#[derive(Debug)]
pub struct OutgoingCall<'a> {
    /// Our id of the call. A call with the same id is not placed twice.
    pub id: &'a str,
    /// The phone that rings: an agent's or a participant's.
    pub to: &'a PhoneNumber,
    /// Our number, which the phone shows.
    pub from: &'a PhoneNumber,
    /// The contact that the call is for, and the agent or program that asked for it.
    pub purpose: CallPurpose,
    /// The address of the API, without a slash at the end.
    pub base_url: &'a str,
    /// The webhook that Twilio asks for TwiML when the phone is answered.
    pub answered: WebhookUrl,
}

/// The service that places calls at Twilio, within the caps.
#[derive(Debug)]
pub struct Dialer {
    table: Table,
    calls: Calls,
    caps: Caps,
    max_seconds: u32,
    twilio: TwilioClient,
}

impl Dialer {
    /// A dialer with the caps of [`Caps::from_env`]; a call lasts variable `MAX_CALL_MINUTES` at
    /// most.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            caps: Caps::from_env(table.clone())?,
            max_seconds: env::parsed::<u32>("MAX_CALL_MINUTES")? * 60,
            twilio: context.twilio()?,
            table,
        })
    }

    /// Places a call; when the phone is answered, webhook `answered` goes on. The same id rings
    /// once: an attempt whose outcome is not known is looked up, and made again only when Twilio
    /// does not know of it after a minute. `None` while the outcome is not known.
    ///
    /// # Errors
    /// 422 with Twilio's code, 429 over a cap, 503 when Twilio cannot place it now.
    pub async fn place(&self, call: &OutgoingCall<'_>) -> Result<Option<PlacedCall>, Error> {
        let account = self.twilio.account_sid().await?;
        let placed = if self.begin(call.id).await? {
            match self.ask_twilio(call).await {
                Ok(Created::Done(placed)) => Some(placed),
                Ok(Created::Unknown) => None,
                Err(error) => {
                    // Nothing rang: it can be tried again.
                    if error.problem().is_some() {
                        self.table.delete(attempt_key(call.id)).await?;
                    }
                    return Err(error);
                }
            }
        } else if let Some(found) = self.find(call).await? {
            Some(found)
        } else {
            // Twilio would know of it by now.
            if self.forget(call.id).await? {
                return Box::pin(self.place(call)).await;
            }
            None
        };
        let Some(placed) = placed else {
            tracing::warn!("Twilio's answer is lost");
            return Ok(None);
        };
        if !self.claim(call.id, &placed).await? {
            tracing::warn!(call.sid = %placed.sid, "another attempt has this call");
            return Ok(None);
        }
        self.record(call, account, &placed).await?;
        Ok(Some(PlacedCall {
            call_sid: Some(placed.sid),
            status: placed.status.as_str().to_owned(),
            to: call.purpose.contact.to_string(),
            from: call.from.to_string(),
        }))
    }

    async fn ask_twilio(&self, call: &OutgoingCall<'_>) -> Result<Created<CallResource>, Error> {
        // The phone that rings first is an agent's, which nobody else's caps would count.
        let ringing = Some(call.to.as_str()).filter(|to| *to != call.purpose.contact.as_str());
        self.caps.take(Counted::Calls, call.purpose.contact.as_str(), ringing).await?;
        // A conference has a limit of its own, which may be longer.
        let limit = match call.purpose.invitation {
            Some(_) => LONGEST,
            None => self.max_seconds,
        };
        let limit = limit.to_string();
        let callback =
            WebhookUrl::CallStatus(StatusOf::Placed(call.purpose.clone())).at(call.base_url);
        let form = [
            ("To", call.to.as_str()),
            ("From", call.from.as_str()),
            ("Url", &call.answered.at(call.base_url)),
            ("Timeout", RINGING),
            ("TimeLimit", &limit),
            ("StatusCallback", &callback),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ];
        let find = async || self.find(call).await;
        self.twilio.create("Calls.json", &form, TIME, find).await.map_err(explained)
    }

    /// Records that an attempt with this id begins; `false` when one has begun before.
    async fn begin(&self, id: &str) -> Result<bool, Error> {
        let now = OffsetDateTime::now_utc();
        let mut update = Update::of(attempt_key(id));
        update.set("begun_at", instant(now)?);
        update.set("expires_at", integer((now + time::Duration::days(2)).unix_timestamp()));
        Ok(self.table.update_if(update, Check::new().unset("begun_at")).await?.is_done())
    }

    /// Forgets an attempt that began over a minute ago, so that it can be made again; `false` for a
    /// younger one.
    async fn forget(&self, id: &str) -> Result<bool, Error> {
        let Some(begun) = self.table.get(attempt_key(id)).await? else { return Ok(true) };
        let begun: Begun = serde_dynamo::from_item(begun)?;
        if OffsetDateTime::now_utc() - begun.begun_at < KNOWN_AFTER {
            return Ok(false);
        }
        let mut again = Update::of(attempt_key(id));
        again.remove("begun_at");
        let unchanged = Check::new().equals("begun_at", instant(begun.begun_at)?);
        Ok(self.table.update_if(again, unchanged).await?.is_done())
    }

    /// Looks for the call at Twilio: it has the same phones, is not older than the attempt, and
    /// belongs to no other attempt.
    async fn find(&self, wanted: &OutgoingCall<'_>) -> Result<Option<CallResource>, Error> {
        let Some(begun) = self.table.get(attempt_key(wanted.id)).await? else { return Ok(None) };
        let begun_at: Begun = serde_dynamo::from_item(begun)?;
        let query = [("To", wanted.to.as_str()), ("From", wanted.from.as_str())];
        let list: CallList = self.twilio.get("Calls.json", &query).await?;
        for call in list.calls {
            let created = call.date_created.as_deref();
            let created = created.and_then(|at| OffsetDateTime::parse(at, &Rfc2822).ok());
            let recent = created.is_none_or(|at| at >= begun_at.begun_at - CLOCKS);
            if recent && self.is_of(wanted, &call).await? {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }

    /// Whether a call is the one that is wanted: its webhooks say for which contact it is, and only
    /// one attempt can claim it.
    async fn is_of(&self, wanted: &OutgoingCall<'_>, call: &CallResource) -> Result<bool, Error> {
        if !self.calls.may_be_of(&call.sid, &wanted.purpose).await? {
            return Ok(false);
        }
        self.claim(wanted.id, call).await
    }

    async fn claim(&self, id: &str, call: &CallResource) -> Result<bool, Error> {
        let mut claim = Update::of(Key::new(format!("ATTEMPT_SID#{}", call.sid), "ATTEMPT"));
        claim.set_if_unset("id", text(id));
        let expiry = OffsetDateTime::now_utc() + time::Duration::days(2);
        claim.set("expires_at", integer(expiry.unix_timestamp()));
        let free_or_mine = Check::new().absent_or_equals("id", text(id));
        let writes = vec![Operation::UpdateIf(claim, free_or_mine)];
        Ok(matches!(self.table.transact(writes).await?, Transacted::Done))
    }

    async fn record(
        &self,
        wanted: &OutgoingCall<'_>,
        account_sid: AccountSid,
        call: &CallResource,
    ) -> Result<(), Error> {
        let call = VoiceCall {
            account_sid,
            call_sid: call.sid.clone(),
            parent_call_sid: None,
            from: Party::Number(wanted.from.clone()),
            to: Party::Number(wanted.to.clone()),
            status: call.status.clone(),
            direction: Direction::OutboundApi,
        };
        self.calls.record_placed(&call, &wanted.purpose).await
    }
}

#[derive(Deserialize)]
struct Begun {
    #[serde(with = "time::serde::rfc3339")]
    begun_at: OffsetDateTime,
}

fn attempt_key(id: &str) -> Key {
    Key::new(format!("ATTEMPT#{id}"), "ATTEMPT")
}
