//! Recordings, and files that came with texts, in our bucket.

mod bucket;
mod links;

pub use bucket::{RecordingBucket, StoredRecording};
pub use links::{Link, Links};
