//! SQS: performs one effect a message. A message that comes again finds the effect done.

use shared::{
    Context, Error,
    background::{FlowTexts, OwnerNotices},
    conferences::Inviter,
    contact_centre::{ReturnFollowUp, TaskCompletion, ThankYous},
    jobs::Job,
    lambda,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = &Context::from_env();
    let inviter = &Inviter::new(context)?;
    let notices = &OwnerNotices::new(context)?;
    let thank_yous = &ThankYous::new(context)?;
    let return_calls = &ReturnFollowUp::new(context)?;
    let completion = &TaskCompletion::new(context)?;
    lambda::sqs(|job: Job| async move {
        match job {
            Job::OwnerNotice { call_sid, base_url } => notices.send(&call_sid, base_url).await,
            Job::NoticeDigest { caller, base_url } => notices.send_digest(&caller, base_url).await,
            Job::FlowTexts { call_sid, step, base_url } => {
                // Reading the flow takes its time, which most jobs need not wait for.
                FlowTexts::new(context)?.send(&call_sid, step, base_url).await
            }
            Job::ThankYou { call_sid, task_sid, base_url } => {
                thank_yous.send(&call_sid, &task_sid, base_url).await
            }
            Job::ReturnCall { contact, base_url } => return_calls.go_on(&contact, &base_url).await,
            Job::CompleteTask { task_sid } => completion.complete(&task_sid).await,
            Job::Conference { conference_id } => inviter.invite_all(&conference_id).await,
            Job::Invitation { conference_id, participant_id } => {
                inviter.invite(&conference_id, &participant_id).await
            }
        }
    })
    .await
}
