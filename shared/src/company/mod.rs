//! What a company chooses for its deployment, and who works there.

pub mod agents;
pub mod caps;
pub mod our_numbers;
pub mod settings;
pub mod wording;
