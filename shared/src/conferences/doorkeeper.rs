//! Lets people into a conference: callers with its code, and participants who were called.
//!
//! A caller waits for two round trips: one reads all that decides, the other writes what was
//! decided on the condition that it still holds.

use std::collections::HashMap;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    AccessCode, Conference, Join, Participant, codes,
    create::invited_key,
    guesses::{Count, Guesses},
    participant::NewItem,
};
use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Operation, Table, Transacted, Update, instant, integer, text, text_of,
        unix_milliseconds, value,
    },
    calls::Calls,
    process::metrics,
    twilio::voice::{CallStatus, VoiceCall},
    values::{Address, ConferenceId, ParticipantId, PhoneNumber},
    webhooks::{CallPurpose, Invitation},
};

/// How many times a decision is made in all. It is made again when something it depends on changed
/// in the meantime.
const MAX_DECISIONS: usize = 4;

/// How long after a conference should have ended Twilio puts its legs out.
const AFTER_THE_END: Duration = Duration::seconds(5);

/// The answer to a person who wants to get into a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The person is let into this conference, for so many seconds at most.
    In(ConferenceId, u64),
    /// The code leads to no conference.
    WrongCode,
    /// There were too many wrong codes; the caller may try later.
    TryLater,
    /// There were too many wrong codes of callers who are not invited. Who was invited at another
    /// number may give it.
    AskForNumber,
    /// The conference is over, or not open yet.
    Over,
}

/// A code that a caller gives.
#[derive(Clone, Copy, Debug)]
pub struct Entrance<'a> {
    /// The call in which the code was given.
    pub call: &'a VoiceCall,
    /// The number of ours that was called, which is the conference's `server_number`.
    pub server_number: &'a PhoneNumber,
    /// The number of the code among those that the call gives, from 1.
    pub attempt: u32,
    /// The keys that the caller pressed.
    pub digits: &'a str,
    /// The number that the caller says they were invited at, because too many strangers gave wrong
    /// codes; `None` when they have not been asked.
    pub invited_at: Option<&'a PhoneNumber>,
}

impl Entrance<'_> {
    /// The number whose invitations count: the one that was given, else the caller's own.
    fn caller(&self) -> String {
        match self.invited_at {
            Some(number) => number.to_string(),
            None => self.call.from.to_string(),
        }
    }
}

/// The service that lets people into conferences.
#[derive(Debug)]
pub struct Doorkeeper {
    table: Table,
}

/// What an item of partition `INVITED#` says of an invitation to a conference.
#[derive(Deserialize)]
struct InvitedTo {
    participant: ParticipantId,
    until: i64,
}

/// All that decides whether a caller is let in, as it was read.
struct Known {
    /// The live conference that the code leads to, and its latest end.
    conference: Option<(ConferenceId, OffsetDateTime)>,
    /// The answer to this code if its webhook has come before.
    before: Option<Admission>,
    /// The caller's invitations to conferences that have not ended, by the conference's id.
    invited: HashMap<String, InvitedTo>,
    /// The wrong codes of this caller, of all strangers, and of this caller as one who is invited.
    caller: Count,
    strangers: Count,
    invited_caller: Count,
    claims: Count,
    /// Whether the caller gave the number that they say they were invited at.
    is_claimed: bool,
}

/// What becomes of a code, with the counts of wrong codes that this depends on.
enum Verdict<'k> {
    /// The caller is let into this conference, whose latest end is given, while none of the counts
    /// is full.
    LetIn(&'k ConferenceId, OffsetDateTime, Vec<&'k Count>),
    /// The code is wrong, or answered as if it were.
    Wrong,
    /// There were too many wrong codes.
    TryLater,
    /// There were too many wrong codes of callers who are not invited, and this caller gave few.
    AskForNumber,
}

impl Doorkeeper {
    /// A doorkeeper of the conferences in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Answers a caller who gives a code. The same webhook twice counts as one code.
    pub async fn admit_by_code(&self, entrance: Entrance<'_>) -> Result<Admission, Error> {
        for _ in 0..MAX_DECISIONS {
            let known = self.known(entrance).await?;
            if let Some(admission) = known.before {
                return Ok(admission);
            }
            let admission = match known.verdict() {
                Verdict::LetIn(id, ends_by, counts) => {
                    self.let_in(entrance, &known, id, ends_by, &counts).await?
                }
                Verdict::Wrong => self.count_wrong(entrance, &known).await?,
                Verdict::TryLater => {
                    tracing::warn!(call.sid = %entrance.call.call_sid, "too many wrong codes");
                    metrics::count(&[("ConferenceCodesRefused", 1)])?;
                    return Ok(Admission::TryLater);
                }
                Verdict::AskForNumber => {
                    metrics::count(&[("ConferenceCodesRefused", 1)])?;
                    return Ok(Admission::AskForNumber);
                }
            };
            if let Some(admission) = admission {
                return Ok(admission);
            }
        }
        Ok(Admission::TryLater)
    }

    /// Answers a participant whom we have called. The same webhook twice makes one stay.
    pub async fn admit_called(
        &self,
        call: &VoiceCall,
        purpose: &CallPurpose,
    ) -> Result<Admission, Error> {
        let Some(Invitation { conference: id, participant }) = &purpose.invitation else {
            return Ok(Admission::Over);
        };
        let Some(item) = self.table.get(id.key()).await? else { return Ok(Admission::Over) };
        let conference: Conference = serde_dynamo::from_item(item)?;
        if !conference.live {
            return Ok(Admission::Over);
        }
        let mut answered = Calls::answered(call)?;
        purpose.record(&mut answered, call)?;
        enter(&mut answered)?;
        let writes = vec![
            Operation::UpdateIf(answered, is_not_over()),
            Operation::Update(new_stay(id, call, participant)),
            is_live(id)?,
            Operation::Check(Participant::key(id, participant), Participant::is_welcome()),
        ];
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => Admission::In(id.clone(), seconds_until(conference.ends_by)),
            Transacted::Refused { .. } => Admission::Over,
        })
    }

    async fn known(&self, entrance: Entrance<'_>) -> Result<Known, Error> {
        let Entrance { call, server_number, digits, .. } = entrance;
        let (caller, own) = (entrance.caller(), call.from.to_string());
        let today = OffsetDateTime::now_utc().date();
        let code = digits.parse::<AccessCode>().ok();
        // What is no code is counted with the shortest.
        let length = code.as_ref().map_or(4, AccessCode::digits);
        let code = code.map(|code| codes::key(server_number, &code));
        let invited: Vec<_> = [Some(today), today.previous_day()]
            .into_iter()
            .flatten()
            .map(|day| invited_key(server_number, day, &caller))
            .collect();
        let all = [
            Guesses::Caller(own),
            Guesses::Strangers(length),
            Guesses::Invited(caller),
            Guesses::Claims,
        ];
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
        let [caller, strangers, invited_caller, claims] =
            all.map(|guesses| Count { item: item(&guesses.key(server_number)).cloned(), guesses });
        let is_claimed = entrance.invited_at.is_some();
        let invited = invited_to;
        Ok(Known {
            conference,
            before,
            invited,
            caller,
            strangers,
            invited_caller,
            claims,
            is_claimed,
        })
    }

    /// Lets a caller in. `None`: something has changed meanwhile, and it must be decided anew.
    async fn let_in(
        &self,
        entrance: Entrance<'_>,
        known: &Known,
        id: &ConferenceId,
        ends_by: OffsetDateTime,
        counts: &[&Count],
    ) -> Result<Option<Admission>, Error> {
        let Entrance { call, server_number, .. } = entrance;
        let mut entered = given(entrance, JOINED)?;
        enter(&mut entered)?;
        entered.set_if_unset("conference_id", text(id.as_str()));
        let decided_now = is_not_over().unset(&attribute(entrance.attempt));
        let mut writes = vec![Operation::UpdateIf(entered, decided_now), is_live(id)?];
        match known.invited.get(id.as_str()) {
            // Whoever gives the number of another is a participant of their own: to be put out by
            // themselves.
            Some(to) if entrance.invited_at.is_none() => {
                let key = Participant::key(id, &to.participant);
                writes.push(Operation::Check(key, Participant::is_welcome()));
                writes.push(Operation::Update(new_stay(id, call, &to.participant)));
            }
            _ => {
                let address = call.from.address();
                let who = address.as_ref().map_or(call.call_sid.as_str(), Address::as_str);
                let participant = Participant::id_of(id, who, Join::DialIn);
                writes.push(Operation::Update(new_stay(id, call, &participant)));
                let made = Participant::made(&NewItem {
                    conference: id,
                    id: &participant,
                    account_sid: call.account_sid.as_str(),
                    server_number,
                    address: address.as_ref(),
                    join: Join::DialIn,
                    invited: false,
                    position: UNINVITED,
                })?;
                writes.push(Operation::UpdateIf(made, Participant::is_welcome()));
            }
        }
        writes.extend(counts.iter().map(|count| count.guesses.check(server_number)));
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => Some(Admission::In(id.clone(), seconds_until(ends_by))),
            // It ended a moment ago, or the caller was put out of it: its code is as wrong as any
            // other.
            Transacted::Refused { key, .. } if key == id.key() || Participant::is_of(&key) => {
                self.count_wrong(entrance, known).await?
            }
            Transacted::Refused { .. } => None,
        })
    }

    /// Counts a wrong code. `None`: something has changed meanwhile, and it must be decided anew.
    async fn count_wrong(
        &self,
        entrance: Entrance<'_>,
        known: &Known,
    ) -> Result<Option<Admission>, Error> {
        let decided_now = Check::new().unset(&attribute(entrance.attempt));
        let mut writes = vec![Operation::UpdateIf(given(entrance, WRONG)?, decided_now)];
        for Count { guesses, item } in known.counts_of_a_wrong_code() {
            writes.push(guesses.count(entrance.server_number, item.as_ref()));
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
    /// Decides on the code. Neither the answer nor what is counted tells an invited caller whether
    /// a wrong code is that of another conference: whoever is invited to one conference, or shows
    /// the number of a person who is, must not guess the codes of others.
    fn verdict(&self) -> Verdict<'_> {
        let Self { caller, strangers, invited_caller, claims, .. } = self;
        // Neither is it told whether somebody is invited at a number that is given.
        let is_invited = !self.invited.is_empty() || self.is_claimed;
        let enough = match (self.is_claimed, is_invited) {
            (true, _) => [invited_caller, caller, claims].iter().any(|count| count.is_full()),
            (_, true) => invited_caller.is_full(),
            (_, false) => caller.is_full() || strangers.is_full(),
        };
        if enough {
            return match !is_invited && !caller.is_full() {
                true => Verdict::AskForNumber,
                false => Verdict::TryLater,
            };
        }
        match &self.conference {
            None => Verdict::Wrong,
            Some((id, ends_by)) if self.invited.contains_key(id.as_str()) => {
                let counts = match self.is_claimed {
                    true => vec![invited_caller, caller, claims],
                    false => vec![invited_caller],
                };
                Verdict::LetIn(id, *ends_by, counts)
            }
            Some((id, ends_by)) if !is_invited => {
                Verdict::LetIn(id, *ends_by, vec![caller, strangers])
            }
            Some((id, ends_by))
                if !self.is_claimed && !caller.is_full() && !strangers.is_full() =>
            {
                Verdict::LetIn(id, *ends_by, vec![invited_caller, caller, strangers])
            }
            Some(_) => Verdict::Wrong,
        }
    }

    /// What a wrong code counts on. Strangers who have used up their tries keep no invited caller
    /// from further ones.
    fn counts_of_a_wrong_code(&self) -> impl Iterator<Item = &Count> {
        let counts = match (self.is_claimed, self.invited.is_empty()) {
            (true, _) => vec![&self.invited_caller, &self.caller, &self.claims],
            (_, true) => vec![&self.caller, &self.strangers],
            (_, false) => vec![&self.invited_caller, &self.strangers],
        };
        counts.into_iter().filter(|count| !count.is_full())
    }
}

/// What is recorded of a code on its call: that it was wrong, or that the caller was let in.
const WRONG: &str = "wrong";
const JOINED: &str = "joined";

fn attribute(attempt: u32) -> String {
    format!("code_{attempt}")
}

/// The write that records what came of a code.
fn given(entrance: Entrance<'_>, what: &str) -> Result<Update, Error> {
    let mut update = Calls::answered(entrance.call)?;
    update.set(&attribute(entrance.attempt), text(what));
    Ok(update)
}

/// The answer to a code whose webhook has come before; `None` when it has not.
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

/// Adds to a write of a call that the call goes into a conference.
fn enter(call: &mut Update) -> Result<(), Error> {
    call.set_if_unset("entered_conference_at", instant(OffsetDateTime::now_utc())?);
    Ok(())
}

/// The check that a call is not over: nothing would end its stay.
fn is_not_over() -> Check {
    Check::new().below_or_unset("status_rank", integer(CallStatus::Completed.rank()))
}

/// The write of the stay that begins when a call is let in. Its item has the sort key `LEG#` and
/// the call's SID.
fn new_stay(id: &ConferenceId, call: &VoiceCall, participant: &ParticipantId) -> Update {
    let mut stay = Update::of(super::Stay::key(id, &call.call_sid));
    stay.set_if_unset("call_sid", text(call.call_sid.as_str()));
    stay.set_if_unset("participant_id", text(participant.as_str()));
    stay.set_if_unset("admitted_at", integer(unix_milliseconds(OffsetDateTime::now_utc())));
    stay
}

fn is_live(id: &ConferenceId) -> Result<Operation, Error> {
    Ok(Operation::Check(id.key(), Check::new().equals("live", value(&true)?)))
}

/// The position of participants who were not invited: behind the others.
const UNINVITED: u32 = 1_000;

/// The `timeLimit` of a leg's `<Dial>`, in seconds, with which Twilio puts the leg out even if we
/// do not.
fn seconds_until(ends_by: OffsetDateTime) -> u64 {
    let rest = ends_by + AFTER_THE_END - OffsetDateTime::now_utc();
    rest.whole_seconds().max(1).unsigned_abs()
}
