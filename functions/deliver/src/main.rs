//! SQS: performs one effect a message. A message that comes again finds the effect done.

use shared::{Context, Error, background::OwnerNotices, conferences::Inviter, jobs::Job, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let inviter = &Inviter::new(&context)?;
    let notices = &OwnerNotices::new(&context)?;
    lambda::sqs(|job: Job| async move {
        match job {
            Job::OwnerNotice { call_sid, base_url } => notices.send(&call_sid, base_url).await,
            Job::NoticeDigest { caller, base_url } => notices.send_digest(&caller, base_url).await,
            Job::Conference { conference_id } => inviter.invite_all(&conference_id).await,
            Job::Invitation { conference_id, participant_id } => {
                inviter.invite(&conference_id, &participant_id).await
            }
        }
    })
    .await
}
