//! Records on a call which contact it was placed for.

use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{Index, Update, order_key, text},
    twilio::voice::VoiceCall,
    webhooks::{CallPurpose, Invitation},
};

impl CallPurpose {
    /// Adds to a write of a call's item the contact that the call is for, and the agent or program
    /// that asked for it.
    pub(crate) fn record(&self, update: &mut Update, call: &VoiceCall) -> Result<(), Error> {
        if call.parent_call_sid.is_none() {
            let since = order_key(OffsetDateTime::now_utc(), call.call_sid.as_str())?;
            update.list_if_unlisted(Index::Timeline, self.contact.as_str(), &since);
            update.set_if_unset("by", text(&self.by));
            if let Some(Invitation { conference, participant }) = &self.invitation {
                update.set_if_unset("conference_id", text(conference.as_str()));
                update.set_if_unset("participant_id", text(participant.as_str()));
            }
        }
        Ok(())
    }
}
