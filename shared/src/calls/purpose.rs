//! For whom a call was placed: what the URLs of its webhooks, which Twilio signs, say of it.

use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{Index, Update, order_key, text},
    twilio::{Form, voice::VoiceCall},
    values::{ConferenceId, Party},
};

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

/// A call that we place for somebody: what its URLs, which Twilio signs, say of it.
#[derive(Clone, Debug)]
pub struct CallPurpose {
    /// The contact's phone: of a call from the console, the one that is called second.
    pub contact: String,
    /// Who wanted the call.
    pub by: String,
    /// The conference that it invites to.
    pub invitation: Option<Invitation>,
}

impl CallPurpose {
    /// From the query of a URL that [`CallPurpose::query`] is in; `None` where it is not.
    pub fn from_query(query: &Form) -> Result<Option<Self>, Error> {
        let contact: Option<Party> = query.parse_optional("contact")?;
        let contact = contact.as_ref().and_then(Party::address);
        let by: Option<String> = query.parse_optional("by")?;
        let invitation = Invitation::from_query(query)?;
        Ok(contact.zip(by).map(|(contact, by)| Self { contact, by, invitation }))
    }

    /// Adds to a write of the call's item for whom it is.
    pub(crate) fn record(&self, update: &mut Update, call: &VoiceCall) -> Result<(), Error> {
        if call.parent_call_sid.is_none() {
            let since = order_key(OffsetDateTime::now_utc(), call.call_sid.as_str())?;
            update.list_if_unlisted(Index::Timeline, &self.contact, &since);
            update.set_if_unset("by", text(&self.by));
            if let Some(Invitation { conference, participant }) = &self.invitation {
                update.set_if_unset("conference_id", text(conference.as_str()));
                update.set_if_unset("participant_id", text(participant));
            }
        }
        Ok(())
    }

    /// For the query of a URL.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("contact", &self.contact).append_pair("by", &self.by);
        if let Some(Invitation { conference, participant }) = &self.invitation {
            query.append_pair("conference", conference.as_str());
            query.append_pair("participant", participant);
        }
        query.finish()
    }
}
