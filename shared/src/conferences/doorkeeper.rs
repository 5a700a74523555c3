//! Who gets into a conference: callers with its code, and those who were called.
//!
//! A caller waits for two round trips: one reads all that decides, the other writes what was decided
//! on the condition that it still holds.

use std::collections::HashMap;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    AccessCode, Conference, Join, Participant, codes, create::invited_key, guesses::Guesses,
    participant::NewItem,
};
use crate::{
    Error,
    aws::table::{
        Item, Key, Operation, Table, Transacted, Update, instant, integer, text, text_of,
        unix_milliseconds, value,
    },
    calls::{CallPurpose, Calls, Invitation},
    process::metrics,
    twilio::voice::{CallStatus, VoiceCall},
    values::{ConferenceId, PhoneNumber},
};

/// How often it is decided anew when others were quicker.
const ATTEMPTS: usize = 4;

/// Twilio puts a leg out so long after its conference should have ended.
const AFTER_THE_END: Duration = Duration::seconds(5);

/// What came of asking to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// In, for so many seconds at most.
    In(ConferenceId, u64),
    /// The code leads nowhere.
    WrongCode,
    /// There were too many wrong codes.
    TryLater,
    /// The conference is over.
    Over,
}

/// A code that a caller gives.
#[derive(Clone, Copy, Debug)]
pub struct Entrance<'a> {
    /// The call.
    pub call: &'a VoiceCall,
    /// Our number that was called.
    pub server_number: &'a PhoneNumber,
    /// Which of the codes that the call gives it is, from 1.
    pub attempt: u32,
    /// What was pressed.
    pub digits: &'a str,
}

/// Which write of letting somebody in checks that the conference lives.
const IS_LIVE: usize = 1;

/// Lets people in.
#[derive(Debug)]
pub struct Doorkeeper {
    table: Table,
}

/// What an item of partition `INVITED#` says of a conference.
#[derive(Deserialize)]
struct InvitedTo {
    participant: String,
    until: i64,
}

/// All that decides, as it was read.
struct Known {
    /// Of the code, if it leads to a live conference.
    conference: Option<(ConferenceId, OffsetDateTime)>,
    /// What came of this code when its webhook was here before.
    before: Option<Admission>,
    /// By the conference's id.
    invited: HashMap<String, InvitedTo>,
    counted: Vec<(Guesses, Option<Item>)>,
}

impl Doorkeeper {
    /// In this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// A caller gives a code. The same webhook twice is the same code once.
    pub async fn admit_by_code(&self, entrance: Entrance<'_>) -> Result<Admission, Error> {
        for _ in 0..ATTEMPTS {
            let known = self.known(entrance).await?;
            if let Some(admission) = known.before {
                return Ok(admission);
            }
            if known.enough() {
                tracing::warn!(call.sid = %entrance.call.call_sid, "too many wrong codes");
                metrics::count(&[("ConferenceCodesRefused", 1)])?;
                return Ok(Admission::TryLater);
            }
            let admission = match &known.conference {
                Some((id, ends_by)) => self.let_in(entrance, &known, id, *ends_by).await?,
                None => self.count_wrong(entrance, &known).await?,
            };
            if let Some(admission) = admission {
                return Ok(admission);
            }
        }
        Ok(Admission::TryLater)
    }

    /// Somebody whom we have called wants in. The same webhook twice is one stay.
    pub async fn admit_called(
        &self,
        call: &VoiceCall,
        placed: &CallPurpose,
        invitation: &Invitation,
    ) -> Result<Admission, Error> {
        let Invitation { conference: id, participant } = invitation;
        let Some(item) = self.table.get(id.key()).await? else { return Ok(Admission::Over) };
        let conference: Conference = serde_dynamo::from_item(item)?;
        if !conference.live {
            return Ok(Admission::Over);
        }
        let mut answered = Calls::answered(call)?;
        placed.record(&mut answered, call)?;
        let entered = entered(answered)?;
        let writes = vec![
            Operation::Update(entered),
            Operation::Update(leg(id, call, participant)),
            Operation::Check(is_live(id)?),
        ];
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => Admission::In(id.clone(), seconds_until(conference.ends_by)),
            Transacted::Refused { .. } => Admission::Over,
        })
    }

    async fn known(&self, entrance: Entrance<'_>) -> Result<Known, Error> {
        let Entrance { call, server_number, digits, .. } = entrance;
        let caller = call.from.address().unwrap_or_else(|| "anonymous".to_owned());
        let today = OffsetDateTime::now_utc().date();
        let code = digits.parse::<AccessCode>().ok().map(|code| codes::key(server_number, &code));
        let invited: Vec<_> = [Some(today), today.previous_day()]
            .into_iter()
            .flatten()
            .map(|day| invited_key(server_number, day, &caller))
            .collect();
        let all = [Guesses::Caller(caller.clone()), Guesses::Strangers, Guesses::Invited(caller)];
        let call = Calls::key(&call.call_sid);
        let keys = code.iter().chain(&invited).chain([&call]).cloned();
        let keys = keys.chain(all.iter().map(|guesses| guesses.key(server_number))).collect();
        let items = self.table.get_all(keys).await?;
        let item = |key: &Key| items.iter().find(|item| key.is_of(item));

        let conference = code.as_ref().and_then(item).and_then(codes::leads_to);
        let ends_by = conference.as_ref().map(|(_, ends_by)| *ends_by);
        let before = item(&call).and_then(|call| before(entrance, call, ends_by));
        let now = unix_milliseconds(OffsetDateTime::now_utc());
        let mut invited_to = HashMap::new();
        for (name, value) in invited.iter().filter_map(item).flatten() {
            if let Some(id) = name.strip_prefix("conference_") {
                let to: InvitedTo = serde_dynamo::from_attribute_value(value.clone())?;
                if to.until > now {
                    invited_to.insert(id.to_owned(), to);
                }
            }
        }
        // An invited caller has tries of their own: for the conference they are invited to, and
        // while the code is wrong, for any.
        let is_invited = match &conference {
            Some((id, _)) => invited_to.contains_key(id.as_str()),
            None => !invited_to.is_empty(),
        };
        let counted = all
            .into_iter()
            .filter(|guesses| matches!(guesses, Guesses::Invited(_)) == is_invited)
            .map(|guesses| {
                let item = item(&guesses.key(server_number)).cloned();
                (guesses, item)
            })
            .collect();
        Ok(Known { conference, before, invited: invited_to, counted })
    }

    /// `None`: something has changed meanwhile.
    async fn let_in(
        &self,
        entrance: Entrance<'_>,
        known: &Known,
        id: &ConferenceId,
        ends_by: OffsetDateTime,
    ) -> Result<Option<Admission>, Error> {
        let Entrance { call, server_number, .. } = entrance;
        let mut entered = entered(given(entrance, JOINED)?)?;
        entered.set_if_unset("conference_id", text(id.as_str()));
        let mut writes = vec![Operation::Update(entered), Operation::Check(is_live(id)?)];
        match known.invited.get(id.as_str()) {
            Some(to) => writes.push(Operation::Update(leg(id, call, &to.participant))),
            None => {
                let address = call.from.address();
                let who = address.clone().unwrap_or_else(|| call.call_sid.to_string());
                let participant = Participant::id_of(id, &who, Join::DialIn);
                writes.push(Operation::Update(leg(id, call, &participant)));
                writes.push(Operation::Update(Participant::made(&NewItem {
                    conference: id,
                    id: &participant,
                    account_sid: call.account_sid.as_str(),
                    server_number,
                    address: address.as_deref(),
                    join: Join::DialIn,
                    invited: false,
                    position: UNINVITED,
                })?));
            }
        }
        let checks = known.counted.iter().map(|(guesses, _)| guesses.check(server_number));
        writes.extend(checks.map(Operation::Check));
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => Some(Admission::In(id.clone(), seconds_until(ends_by))),
            // It ended a moment ago: its code is as wrong as any other.
            Transacted::Refused { which: IS_LIVE, .. } => self.count_wrong(entrance, known).await?,
            Transacted::Refused { .. } => None,
        })
    }

    /// `None`: something has changed meanwhile.
    async fn count_wrong(
        &self,
        entrance: Entrance<'_>,
        known: &Known,
    ) -> Result<Option<Admission>, Error> {
        let mut writes = vec![Operation::Update(given(entrance, WRONG)?)];
        for (guesses, item) in &known.counted {
            let count = guesses.count(entrance.server_number, item.as_ref());
            writes.push(Operation::Update(count));
        }
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => {
                let call = &entrance.call.call_sid;
                tracing::warn!(call.sid = %call, attempt = entrance.attempt, "wrong code");
                metrics::count(&[("ConferenceCodesWrong", 1)])?;
                Some(Admission::WrongCode)
            }
            Transacted::Refused { .. } => None,
        })
    }
}

impl Known {
    fn enough(&self) -> bool {
        self.counted.iter().any(|(guesses, item)| guesses.are_enough(item.as_ref()))
    }
}

/// What is recorded of a code on its call: that it was wrong, or which conference it led to.
const WRONG: &str = "wrong";
const JOINED: &str = "joined";

fn attribute(attempt: u32) -> String {
    format!("code_{attempt}")
}

/// The write that records what came of a code, once.
fn given(entrance: Entrance<'_>, what: &str) -> Result<Update, Error> {
    let mut update = Calls::answered(entrance.call)?;
    let name = attribute(entrance.attempt);
    update.set(&name, text(what));
    update.only_if_equals(&name, None);
    Ok(update)
}

/// What came of a code when its webhook was here before; `None` when it was not.
fn before(
    entrance: Entrance<'_>,
    call: &Item,
    ends_by: Option<OffsetDateTime>,
) -> Option<Admission> {
    let what = text_of(call, &attribute(entrance.attempt))?;
    let id = text_of(call, "conference_id").and_then(|id| id.parse().ok());
    Some(match (what, id, ends_by) {
        (JOINED, Some(id), Some(ends_by)) => Admission::In(id, seconds_until(ends_by)),
        (JOINED, ..) => Admission::Over,
        _ => Admission::WrongCode,
    })
}

/// The write that records that a call goes into a conference, unless the call is over: nobody would
/// end the stay.
fn entered(mut call: Update) -> Result<Update, Error> {
    call.only_below("status_rank", integer(CallStatus::Completed.rank()));
    call.set_if_unset("entered_conference_at", instant(OffsetDateTime::now_utc())?);
    Ok(call)
}

fn leg(id: &ConferenceId, call: &VoiceCall, participant: &str) -> Update {
    let mut leg = Update::of(super::Stay::key(id, &call.call_sid));
    leg.set_if_unset("call_sid", text(call.call_sid.as_str()));
    leg.set_if_unset("participant_id", text(participant));
    leg.set_if_unset("admitted_at", integer(unix_milliseconds(OffsetDateTime::now_utc())));
    leg
}

fn is_live(id: &ConferenceId) -> Result<Update, Error> {
    let mut check = Update::of(id.key());
    check.only_if_equals("live", Some(value(&true)?));
    Ok(check)
}

/// Where those who were not invited are listed: behind the others.
const UNINVITED: u32 = 1_000;

/// `<Dial timeLimit>` of a leg: it puts the leg out even if nothing of ours does.
fn seconds_until(ends_by: OffsetDateTime) -> u64 {
    let rest = ends_by + AFTER_THE_END - OffsetDateTime::now_utc();
    rest.whole_seconds().max(1).unsigned_abs()
}
