//! Invites participants, each once: with a text that tells the code, or with a call.

use super::{
    Conference, ConferenceReport, Join, Lifecycle, Participant, ParticipantState,
    report::Participated,
};
use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        table::{Check, Table, Update, text},
    },
    calls::{Dialer, OutgoingCall},
    company::{settings::SettingsStore, wording},
    contacts::{Contacts, Entry},
    error::Problem,
    jobs::Job,
    messages::{Outbox, OutgoingText, Recipient, Sent},
    twilio::refusal::OPTED_OUT,
    values::{Address, ConferenceId, MessageId, ParticipantId},
    webhooks::{CallPurpose, CalledStep, Invitation, JoinStep, WebhookUrl},
};

/// How many seconds to wait before looking again whether Twilio has taken a text or a call.
const LOOK_AGAIN: u16 = 20;

/// How many seconds to wait before asking Twilio again when it could not take a text or a call.
const TRY_AGAIN: u16 = 5;

/// The service that invites participants to conferences.
#[derive(Debug)]
pub struct Inviter {
    table: Table,
    contacts: Contacts,
    settings: SettingsStore,
    outbox: Outbox,
    dialer: Dialer,
    lifecycle: Lifecycle,
    queue: Queue,
}

impl Inviter {
    /// An inviter that texts and calls as [`Outbox`] and [`Dialer`] do.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            contacts: Contacts::new(table.clone()),
            settings: context.settings()?,
            outbox: Outbox::new(context)?,
            dialer: Dialer::new(context)?,
            lifecycle: Lifecycle::new(context)?,
            queue: context.queue("DELIVER_QUEUE_URL")?,
            table,
        })
    }

    /// Queues an invitation for each participant who has not been invited yet.
    pub async fn invite_all(&self, id: &ConferenceId) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        for who in waiting(&report) {
            let (conference_id, participant_id) = (id.clone(), who.participant.id.clone());
            self.queue.send(&Job::Invitation { conference_id, participant_id }, 0).await?;
        }
        Ok(())
    }

    /// Invites one participant, unless they have been invited. When they cannot be invited, that
    /// becomes their state.
    pub async fn invite(
        &self,
        id: &ConferenceId,
        participant: &ParticipantId,
    ) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        let Some(who) = waiting(&report).find(|who| who.participant.id == *participant) else {
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
        // The conference does not wait for participants who cannot come.
        self.lifecycle.end_if_deserted(id).await
    }

    async fn again(
        &self,
        conference_id: &ConferenceId,
        participant_id: &ParticipantId,
        seconds: u16,
    ) -> Result<(), Error> {
        let (conference_id, participant_id) = (conference_id.clone(), participant_id.clone());
        let job = Job::Invitation { conference_id, participant_id };
        // Invitations that were refused together do not come back together.
        self.queue.send(&job, seconds + u16::from(crate::process::random_byte()) % seconds).await
    }

    /// Texts or calls a participant; `false` when it is not known whether Twilio has taken it.
    async fn reach(&self, conference: &Conference, who: &Participant) -> Result<bool, Error> {
        let Some(number) = &who.phone_number else { return Ok(true) };
        if self.contacts.ensure(&Address::from(number)).await?.blocked {
            return Err(crate::error::unprocessable("This contact is blocked."));
        }
        match who.join {
            Join::DialIn => {
                let company = &self.settings.current().await.company_name;
                let sent = self
                    .outbox
                    .send(&OutgoingText {
                        id: MessageId::invitation(&who.id),
                        from: conference.server_number.clone(),
                        to: number.clone(),
                        body: wording::conference_invitation(
                            company,
                            conference.subject.as_deref(),
                            &conference.server_number,
                            conference.code.as_str(),
                        ),
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
                let purpose = CallPurpose {
                    contact: Address::from(number),
                    by: conference.by.clone(),
                    invitation: Some(Invitation {
                        conference: conference.id.clone(),
                        participant: who.id.clone(),
                    }),
                };
                let call = OutgoingCall {
                    id: who.id.as_str(),
                    to: number,
                    from: &conference.server_number,
                    answered: WebhookUrl::Conference(JoinStep::Called {
                        purpose: purpose.clone(),
                        step: match conference.press_to_join {
                            true => CalledStep::Answered,
                            false => CalledStep::Accepted,
                        },
                    }),
                    purpose,
                    base_url: &conference.base_url,
                };
                let Some(placed) = self.dialer.place(&call).await? else { return Ok(false) };
                if let Some(sid) = placed.call_sid {
                    let mut called = Update::of(Participant::key(&conference.id, &who.id));
                    called.set("call_sid", text(sid.as_str()));
                    self.table.update_if(called, Check::new().exists()).await?;
                }
            }
        }
        let (invited, not_further) =
            Participant::reach(&conference.id, &who.id, ParticipantState::Invited);
        self.table.update_if(invited, not_further).await?;
        Ok(true)
    }

    async fn record_failure(
        &self,
        conference: &Conference,
        participant: &ParticipantId,
        problem: &Problem,
    ) -> Result<(), Error> {
        let state = match problem.code {
            Some(OPTED_OUT) => ParticipantState::OptedOut,
            _ => ParticipantState::Failed,
        };
        // The sentence may name a number.
        tracing::warn!(conference.id = %conference.id, code = problem.code, "not invited");
        let (mut failed, not_further) = Participant::reach(&conference.id, participant, state);
        failed.set("reason", text(problem.detail.as_ref()));
        self.table.update_if(failed, not_further).await?;
        Ok(())
    }

    /// Moves the contact's conversation up in the inbox.
    async fn show(
        &self,
        conference: &Conference,
        participant: &ParticipantId,
    ) -> Result<(), Error> {
        let item = self.table.get(Participant::key(&conference.id, participant)).await?;
        match item {
            Some(item) => self.contacts.touch(&Entry::from_item(item)?).await,
            None => Ok(()),
        }
    }
}

/// The participants of a live conference who have not been invited yet.
pub(super) fn waiting(report: &ConferenceReport) -> impl Iterator<Item = &Participated> {
    let live = report.conference.live;
    report.participants.iter().filter(move |who| {
        live && who.participant.invited && who.participant.state == ParticipantState::Pending
    })
}
