//! Recordings, and files that came with texts: copied into our S3 bucket, linked to, deleted.

mod bucket;
mod links;

pub use bucket::{RecordingBucket, StoredRecording};
pub use links::{Link, Links};
