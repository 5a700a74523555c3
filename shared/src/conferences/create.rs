//! Creates conferences: the code is claimed first, then participants are stored, then the
//! conference is live.

use std::collections::HashMap;

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{
    Alarm, CONFERENCE, CONFERENCES, Conference, ConferenceReport, ConferenceStatus, EndReason,
    Join, Participant, Reports, Timer,
    codes::{self, Claimed},
    new::{ConferencePlan, Invitee, MAX_PARTICIPANTS},
    participant::NewItem,
};
use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        secrets::Secrets,
        table::{
            Check, Index, Item, Key, Operation, Table, Transacted, Update, integer, order_key,
            text, unix_milliseconds, value,
        },
    },
    error::{conflict, invalid},
    jobs::Job,
    values::{Address, ConferenceId, ParticipantId, PhoneNumber},
};

/// From how many conferences on that are not over codes are longer, and how many digits they have
/// below that and from then on.
const MANY: u32 = 20;
const FEW_DIGITS: u8 = 4;
const MANY_DIGITS: u8 = 6;

/// How many participants one transaction stores; DynamoDB takes 100 writes.
const BATCH: usize = 90;

/// How long after the latest end of a conference its time to live is over: later than Twilio's own
/// limit on each leg.
const AFTER_THE_LIMIT: Duration = Duration::seconds(10);

/// How long invitations are remembered: longer than any conference lasts.
const INVITED: Duration = Duration::days(2);

/// The host of a conference: the sign-in that asks for it, and the number at which it is held.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a> {
    /// Our number, which participants call and are called from.
    pub server_number: &'a PhoneNumber,
    /// The `sub` of the agent or the program that asks for the conference.
    pub by: &'a str,
    /// The address of the API, without a slash at the end.
    pub base_url: &'a str,
}

/// The service that creates conferences and adds participants to them.
#[derive(Debug)]
pub struct Conferences {
    table: Table,
    reports: Reports,
    secrets: Secrets,
    deliver: Queue,
    timer: Timer,
}

impl Conferences {
    /// A service with the queues of invitations and alarms.
    ///
    /// # Errors
    /// When a variable is not set.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            reports: Reports::new(table.clone()),
            table,
            secrets: context.secrets()?,
            deliver: context.queue("DELIVER_QUEUE_URL")?,
            timer: Timer::new(context)?,
        })
    }

    /// Creates a conference and has its participants invited. An attempt with the same id that was
    /// cut off is completed.
    ///
    /// # Errors
    /// 503 when no code is free; 409 when an earlier attempt with this id has been given up.
    pub async fn create(
        &self,
        id: &ConferenceId,
        plan: &ConferencePlan,
        host: Host<'_>,
    ) -> Result<ConferenceReport, Error> {
        let now = OffsetDateTime::now_utc();
        let join_until = now + Duration::seconds(plan.join_window_seconds.into());
        let ends_by = join_until + Duration::seconds(plan.max_duration_seconds.into());
        let account_sid = self.secrets.twilio().await?.account_sid.clone();
        let item = |code: &super::AccessCode| -> Result<Item, Error> {
            let created = json!({
                "id": id,
                "server_number": host.server_number,
                "code": code,
                "subject": plan.subject,
                "status": ConferenceStatus::Inviting,
                "by": host.by,
                "account_sid": account_sid,
                "base_url": host.base_url,
                "press_to_join": plan.press_to_join,
                "invited_count": plan.invitees.len(),
                "created_at": unix_milliseconds(now),
                "join_until": unix_milliseconds(join_until),
                "join_window_seconds": plan.join_window_seconds,
                "max_duration_seconds": plan.max_duration_seconds,
                "ends_by": unix_milliseconds(ends_by),
            });
            let mut item = serde_dynamo::to_item(created)?;
            Index::Open.list(&mut item, CONFERENCE, &order_key(now, id.as_str())?);
            Ok(item)
        };
        let digits = match plan.code_digits {
            Some(digits) => digits,
            None => self.enough_digits(now).await?,
        };
        let claimed =
            codes::claim(&self.table, host.server_number, digits, id, ends_by, item).await?;
        if matches!(claimed, Claimed::Before) {
            tracing::info!(conference.id = %id, "an attempt to make it is gone on with");
        }
        let conference = self.expect(id).await?;
        if conference.is_in_the_making() && conference.join_until > now {
            self.store(&conference, &plan.invitees, 0).await?;
            self.open(&conference).await?;
        }
        let report = self.reports.get(id).await?;
        let given_up = report.conference.end_reason == Some(EndReason::NotCreated);
        if given_up || report.conference.is_in_the_making() {
            return Err(conflict(
                "the attempt before was given up: ask with a new Idempotency-Key",
            ));
        }
        self.set_going(&conference).await?;
        Ok(report)
    }

    /// How many digits keep codes from being guessed: with four of them and a hundred conferences,
    /// the thirty guesses that strangers have an hour would hit one with 26 %.
    async fn enough_digits(&self, now: OffsetDateTime) -> Result<u8, Error> {
        let open = self.table.open_before(CONFERENCE, now, MANY).await?;
        Ok(if open.len() < MANY as usize { FEW_DIGITS } else { MANY_DIGITS })
    }

    /// Invites more participants to a conference.
    ///
    /// # Errors
    /// 404 when there is no such conference; 409 when it has ended; 422 when there would be too
    /// many participants.
    pub async fn invite(
        &self,
        id: &ConferenceId,
        invitees: &[Invitee],
    ) -> Result<ConferenceReport, Error> {
        let report = self.reports.get(id).await?;
        if report.conference.status == ConferenceStatus::Ended {
            return Err(conflict("this conference has ended"));
        }
        let position = report.participants.len();
        let is_new = |invitee: &&Invitee| {
            let id = Participant::id_of(id, invitee.phone_number.as_str(), invitee.join);
            !report.participants.iter().any(|participant| participant.participant.id == id)
        };
        if position + invitees.iter().filter(is_new).count() > MAX_PARTICIPANTS {
            return Err(invalid("participants", "a conference has 250 participants at most"));
        }
        self.store(&report.conference, invitees, position).await?;
        self.deliver.send(&Job::Conference { conference_id: id.clone() }, 0).await?;
        let mut report = self.reports.get(id).await?;
        let invited = report.participants.iter().filter(|who| who.participant.invited).count();
        report.conference.invited_count = u32::try_from(invited)?;
        let mut counted = Update::of(id.key());
        counted.set("invited_count", integer(report.conference.invited_count));
        self.table.update(counted).await?;
        Ok(report)
    }

    async fn store(
        &self,
        conference: &Conference,
        invitees: &[Invitee],
        position: usize,
    ) -> Result<(), Error> {
        let mut writes = Vec::new();
        let mut known: HashMap<&PhoneNumber, (Join, ParticipantId)> = HashMap::new();
        for (place, invitee) in invitees.iter().enumerate() {
            let id =
                Participant::id_of(&conference.id, invitee.phone_number.as_str(), invitee.join);
            writes.push(participant(conference, invitee, &id, position + place)?);
            // A person who is invited in both ways and calls in is the participant who was to call
            // in.
            let entry =
                known.entry(&invitee.phone_number).or_insert_with(|| (invitee.join, id.clone()));
            if invitee.join == Join::DialIn {
                *entry = (Join::DialIn, id);
            }
        }
        for (number, (join, participant)) in known {
            writes.push(invited(conference, number, join, &participant)?);
        }
        for batch in writes.chunks(BATCH) {
            let batch = batch.iter().cloned().map(Operation::Update).collect();
            if let Transacted::Refused { .. } = self.table.transact(batch).await? {
                return Err(Error::internal("writes without a condition were refused"));
            }
        }
        Ok(())
    }

    /// Makes a conference live: from here on, its code lets callers in.
    async fn open(&self, conference: &Conference) -> Result<(), Error> {
        let id = &conference.id;
        let mut open = Update::of(id.key());
        open.set("live", value(&true)?);
        let since = order_key(conference.created_at, id.as_str())?;
        open.list(Index::Listing, CONFERENCES, &since);
        let not_given_up = Check::new().equals("status", value(&ConferenceStatus::Inviting)?);
        let writes = vec![
            Operation::UpdateIf(open, not_given_up),
            Operation::Update(live(id, conference.ends_by)),
        ];
        // Refused: it was given up meanwhile, or an attempt at the same time was quicker and it has
        // started already.
        self.table.transact(writes).await?;
        Ok(())
    }

    async fn set_going(&self, conference: &Conference) -> Result<(), Error> {
        self.timer.set(&conference.id, conference.join_until, Alarm::End).await?;
        self.deliver.send(&Job::Conference { conference_id: conference.id.clone() }, 0).await
    }

    async fn expect(&self, id: &ConferenceId) -> Result<Conference, Error> {
        let item = self.table.get(id.key()).await?;
        let item = item.ok_or_else(|| Error::internal("a conference vanished"))?;
        Ok(serde_dynamo::from_item(item)?)
    }
}

fn participant(
    conference: &Conference,
    invitee: &Invitee,
    id: &ParticipantId,
    position: usize,
) -> Result<Update, Error> {
    let mut update = Participant::made(&NewItem {
        conference: &conference.id,
        id,
        account_sid: &conference.account_sid,
        server_number: &conference.server_number,
        address: Some(&Address::from(&invitee.phone_number)),
        join: invitee.join,
        invited: true,
        position: u32::try_from(position)?,
    })?;
    update.set_if_unset("by", text(&conference.by));
    if let Some(name) = &invitee.name {
        update.set_if_unset("name", text(name.as_str()));
    }
    if let Some(subject) = &conference.subject {
        update.set_if_unset("title", text(subject));
    }
    Ok(update)
}

/// The write that sets a conference's time to live.
pub(super) fn live(id: &ConferenceId, ends_by: OffsetDateTime) -> Update {
    let mut live = Update::of(id.live_key());
    live.set("expires_at", integer((ends_by + AFTER_THE_LIMIT).unix_timestamp()));
    live
}

/// The key of the item that tells which conferences of our number a phone number is invited to, by
/// the day of the invitation.
pub(super) fn invited_key(server_number: &PhoneNumber, day: time::Date, number: &str) -> Key {
    Key::new(format!("INVITED#{server_number}#{day}"), number)
}

/// The attribute for a conference in the item with [`invited_key`].
pub(super) fn invited_to(id: &ConferenceId) -> String {
    format!("conference_{id}")
}

fn invited(
    conference: &Conference,
    number: &PhoneNumber,
    join: Join,
    participant: &ParticipantId,
) -> Result<Update, Error> {
    let now = OffsetDateTime::now_utc();
    let key = invited_key(&conference.server_number, now.date(), number.as_str());
    let mut update = Update::of(key);
    let until = unix_milliseconds(conference.ends_by);
    let to = value(&json!({"participant": participant, "until": until}))?;
    match join {
        Join::DialIn => update.set(&invited_to(&conference.id), to),
        Join::DialOut => update.set_if_unset(&invited_to(&conference.id), to),
    }
    update.set("expires_at", integer((now + INVITED).unix_timestamp()));
    Ok(update)
}
