//! Inviting: a text with the code, or a call, each once.

use super::{
    Conference, ConferenceId, ConferenceReport, Join, Participant, ParticipantState, Rooms,
    report::Participated,
};
use crate::{
    Error,
    calls::{OutgoingCall, Placed, Switchboard},
    contacts::Contacts,
    deliver::{Job, Queue},
    error::Problem,
    messages::{OPTED_OUT, Outbox, OutgoingText, Recipient, Sent},
    settings::SettingsStore,
    table::{Table, Update, text},
    timeline::Entry,
    twilio::Form,
    wording,
};

/// After how many seconds it is looked again what became of a text or a call.
const LOOK_AGAIN: u16 = 20;

/// After how many seconds Twilio is asked again that could not take a text or a call.
const TRY_AGAIN: u16 = 5;

/// Which participant of which conference a call is for: what its URLs, which Twilio signs, say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The conference.
    pub conference: ConferenceId,
    /// The participant.
    pub participant: String,
}

impl Invitation {
    /// From the query of a URL; `None` where it is not.
    pub fn from_query(query: &Form) -> Result<Option<Self>, Error> {
        let conference: Option<ConferenceId> = query.parse_optional("conference")?;
        let participant: Option<String> = query.parse_optional("participant")?;
        let both = conference.zip(participant);
        Ok(both.map(|(conference, participant)| Self { conference, participant }))
    }
}

/// Invites.
#[derive(Debug)]
pub struct Inviter {
    table: Table,
    contacts: Contacts,
    settings: SettingsStore,
    outbox: Outbox,
    switchboard: Switchboard,
    rooms: Rooms,
    queue: Queue,
}

impl Inviter {
    /// From variable `DELIVER_QUEUE_URL` and those of what it is made of.
    pub fn from_env() -> Result<Self, Error> {
        let table = Table::from_env()?;
        Ok(Self {
            contacts: Contacts::new(table.clone()),
            settings: SettingsStore::from_env(table.clone())?,
            outbox: Outbox::from_env()?,
            switchboard: Switchboard::from_env()?,
            rooms: Rooms::from_env()?,
            queue: Queue::from_env("DELIVER_QUEUE_URL")?,
            table,
        })
    }

    /// Queues an invitation for each participant who has none yet.
    pub async fn invite_all(&self, id: &ConferenceId) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        for who in waiting(&report) {
            let (conference_id, participant_id) = (id.clone(), who.participant.id.clone());
            self.queue.send(&Job::Invitation { conference_id, participant_id }, 0).await?;
        }
        Ok(())
    }

    /// Invites one participant, unless that was done. What cannot be done is their state.
    pub async fn invite(&self, id: &ConferenceId, participant: &str) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        let Some(who) = waiting(&report).find(|who| who.participant.id == participant) else {
            return Ok(());
        };
        let conference = &report.conference;
        match self.reach(conference, &who.participant).await {
            Ok(true) => {}
            // Not known yet, or not possible now: soon again, while the conference lasts.
            Ok(false) => return self.again(id, participant, LOOK_AGAIN).await,
            Err(Error::Client(problem)) if problem.status == 503 => {
                return self.again(id, participant, TRY_AGAIN).await;
            }
            Err(Error::Client(problem)) => {
                self.record_failure(conference, participant, &problem).await?;
            }
            Err(error) => return Err(error),
        }
        self.show(conference, participant).await?;
        // Nobody waits for those who cannot come.
        self.rooms.review(id).await
    }

    async fn again(
        &self,
        conference_id: &ConferenceId,
        participant_id: &str,
        seconds: u16,
    ) -> Result<(), Error> {
        let (conference_id, participant_id) = (conference_id.clone(), participant_id.to_owned());
        let job = Job::Invitation { conference_id, participant_id };
        // Those who were refused together do not come back together.
        self.queue.send(&job, seconds + u16::from(crate::random_byte()) % seconds).await
    }

    /// `false` when it is not known whether they are.
    async fn reach(&self, conference: &Conference, who: &Participant) -> Result<bool, Error> {
        let Some(number) = &who.phone_number else { return Ok(true) };
        if self.contacts.ensure(number.as_str()).await?.blocked {
            return Err(crate::error::unprocessable("This contact is blocked."));
        }
        match who.join {
            Join::DialIn => {
                let company = &self.settings.current().await.company_name;
                let sent = self
                    .outbox
                    .send(&OutgoingText {
                        id: text_id(&who.id),
                        from: conference.server_number.clone(),
                        to: number.clone(),
                        body: wording::conference_invitation(conference, company),
                        media_urls: Vec::new(),
                        by: conference.by.clone(),
                        recipient: Recipient::Contact,
                        base_url: conference.base_url.clone(),
                    })
                    .await?;
                if matches!(sent, Sent::Unknown(_)) {
                    return Ok(false);
                }
            }
            Join::DialOut => {
                let placed = Placed {
                    contact: number.to_string(),
                    by: conference.by.clone(),
                    invitation: Some(Invitation {
                        conference: conference.id.clone(),
                        participant: who.id.clone(),
                    }),
                };
                let call = OutgoingCall {
                    id: &who.id,
                    to: number,
                    from: &conference.server_number,
                    placed,
                    base_url: &conference.base_url,
                    path: "/voice/conference",
                    and: if conference.press_to_join { "&step=answered" } else { "&step=accepted" },
                };
                let Some(placed) = self.switchboard.place(&call).await? else { return Ok(false) };
                if let Some(sid) = placed.call_sid {
                    let mut called = Update::of(Participant::key(&conference.id, &who.id));
                    called.set("call_sid", text(sid.as_str()));
                    called.only_existing();
                    self.table.update(called).await?;
                }
            }
        }
        let invited = Participant::reach(&conference.id, &who.id, ParticipantState::Invited);
        self.table.update(invited).await?;
        Ok(true)
    }

    async fn record_failure(
        &self,
        conference: &Conference,
        participant: &str,
        problem: &Problem,
    ) -> Result<(), Error> {
        let state = match problem.code {
            Some(OPTED_OUT) => ParticipantState::OptedOut,
            _ => ParticipantState::Failed,
        };
        tracing::warn!(conference.id = %conference.id, reason = %problem.detail, "not invited");
        let mut failed = Participant::reach(&conference.id, participant, state);
        failed.set("reason", text(problem.detail.as_ref()));
        self.table.update(failed).await?;
        Ok(())
    }

    /// The contact's conversation moves up in the inbox.
    async fn show(&self, conference: &Conference, participant: &str) -> Result<(), Error> {
        let item = self.table.get(Participant::key(&conference.id, participant)).await?;
        match item {
            Some(item) => self.contacts.touch(&Entry::from_item(item)?).await,
            None => Ok(()),
        }
    }
}

/// The id of the text that invites a participant.
pub(super) fn text_id(participant: &str) -> String {
    format!("INVITATION{participant}")
}

/// Who has not been invited yet, of a conference that is going on.
pub(super) fn waiting(report: &ConferenceReport) -> impl Iterator<Item = &Participated> {
    let live = report.conference.live;
    report.participants.iter().filter(move |who| {
        live && who.participant.invited && who.participant.state == ParticipantState::Pending
    })
}
