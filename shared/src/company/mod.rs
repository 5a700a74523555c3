//! What a company chooses for its deployment, and the agents who work there.

pub mod agents;
pub mod caps;
pub mod our_numbers;
pub mod settings;
pub mod task_router;
pub mod wording;
