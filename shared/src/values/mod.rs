//! Values that are checked once, where they come in, and are right from then on.

mod address;
mod email;
mod ids;
mod line;
mod phone_number;
pub(crate) mod schema;
mod words;

pub use address::{Address, InvalidAddress};
pub use email::{Email, InvalidEmail};
pub use ids::{
    AccountSid, ActivitySid, CallSid, ConferenceId, ConferenceSid, ContactId, InvalidId,
    InvalidSid, MediaSid, MessageId, MessageSid, ParticipantId, RecordingSid, ReservationSid,
    TaskQueueSid, TaskSid, WorkerSid, WorkflowSid, WorkspaceSid,
};
pub use line::{Line, Lines};
pub use phone_number::{InvalidParty, InvalidPhoneNumber, Party, PhoneNumber};
pub use words::UnknownWord;
pub(crate) use words::words;
