//! Work that is done when nobody waits for an answer: follow-ups of calls, erasure, repairs.

mod caller_notices;
mod erasure;
mod flow_texts;
mod follow_up;
mod owner_notice;
mod reconciler;

pub use erasure::Eraser;
pub use flow_texts::FlowTexts;
pub use follow_up::FollowUp;
pub use owner_notice::OwnerNotices;
pub use reconciler::Reconciler;
