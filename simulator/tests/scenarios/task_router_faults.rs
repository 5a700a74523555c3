//! What goes wrong between a contact centre and TaskRouter, and what becomes of it.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;
use simulator::client::{
    Behavior, CallbackOrder, Faults, OnCall, ReservationStatus, Settings, TaskStatus, TaskView,
};

use crate::contact_centre::{AGENT, CALLED, Centre, sid};
use crate::stage::{Stage, warnings};

#[tokio::test]
async fn app_that_fails_and_whose_fallback_fails_loses_the_offer_to_its_timeout() {
    let centre = Centre::open().await;
    let failing = |_: &crate::stage::Hit| StatusCode::BAD_GATEWAY.into_response();
    centre.stage.app.answer("/assignment", failing).answer("/fallback", failing);
    centre.ann_waits().await;
    let task = centre.reserved(|it| it.status == ReservationStatus::Timeout).await;
    assert_eq!(centre.stage.app.hits("/assignment").len(), 1);
    assert_eq!(centre.stage.app.hits("/fallback").len(), 1);
    centre.event("reservation.timeout", &task.sid).await;
    centre.stage.control.worker_where(|it| it.activity == "Offline").await.unwrap();
    // The caller still waits, for whoever becomes available.
    centre.instruct("dequeue", json!({})).await;
    let back = [("ActivitySid", &*centre.available)];
    assert_eq!(centre.post(&format!("Workers/{}", centre.agent), &back).await.0, 200);
    centre.task_in(TaskStatus::Assigned).await;
}

#[tokio::test]
async fn late_answer_and_one_that_is_not_200_are_none() {
    let centre = Centre::open().await;
    let accept = r#"{"instruction":"accept"}"#;
    centre.stage.app.answer("/created", move |_| {
        (StatusCode::CREATED, [("content-type", "application/json")], accept).into_response()
    });
    // Nobody ever answers here.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let late = format!("http://{}/#rt=200&rc=0", silent.local_addr().unwrap());
    let (created, good) = (centre.stage.app.url("/created"), centre.stage.app.url("/assignment"));
    let path = format!("Workflows/{}", centre.workflow);
    for first in [&late, &created] {
        let form = [("AssignmentCallbackUrl", first), ("FallbackAssignmentCallbackUrl", &good)];
        let form = form.map(|(name, value)| (name, value.as_str()));
        assert_eq!(centre.post(&path, &form).await.0, 200);
        let ann = centre.ann_waits().await;
        let mine = |task: &TaskView| {
            task.call_sid.as_deref() == Some(&*ann) && task.status == TaskStatus::Assigned
        };
        // It is dequeued, not accepted.
        let task = centre.stage.control.task_where(mine).await.unwrap();
        assert!(task.attributes.contains("worker_call_sid"));
        centre.stage.control.hang_up(&ann).await.unwrap();
        let form = [("AssignmentStatus", "completed"), ("Reason", "done")];
        let path = format!("Tasks/{}", task.sid);
        while centre.post(&path, &form).await.0 != 200 {
            tokio::task::yield_now().await;
        }
    }
    centre.warned(11_205).await;
}

#[tokio::test]
async fn dequeue_a_moment_after_the_caller_hung_up_finds_nobody() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let ann = centre.ann_waits().await;
    let task = centre.reserved(|it| it.status == ReservationStatus::Pending).await;
    centre.stage.control.hang_up(&ann).await.unwrap();
    centre.task_in(TaskStatus::Canceled).await;
    let path = format!("Tasks/{}/Reservations/{}", task.sid, task.reservations[0].sid);
    let (status, error) = centre.post(&path, &[("Instruction", "dequeue")]).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(40_135)), "{error}");
    assert!(centre.stage.control.calls().await.unwrap().iter().all(|call| call.to != AGENT));
}

#[tokio::test]
async fn of_two_dequeues_the_second_phone_to_pick_up_meets_nobody() {
    let centre = Centre::open().await;
    centre.stage.control.set_behavior(AGENT, &Behavior::default()).await.unwrap();
    centre.ann_waits().await;
    let first = centre.stage.ringing_at(AGENT).await;
    let task = centre.reserved(|it| it.status == ReservationStatus::Pending).await;
    let path = format!("Tasks/{}/Reservations/{}", task.sid, task.reservations[0].sid);
    let form = [("Instruction", "dequeue"), ("DequeueTo", crate::stage::BOB)];
    centre.stage.control.set_behavior(crate::stage::BOB, &Behavior::default()).await.unwrap();
    assert_eq!(centre.post(&path, &form).await.0, 200);
    let second = centre.stage.ringing_at(crate::stage::BOB).await;
    centre.stage.control.answer(&second.sid).await.unwrap();
    centre.task_in(TaskStatus::Assigned).await;
    centre.stage.control.answer(&first.sid).await.unwrap();
    let (_, transcript) = centre.stage.end_of(&first.sid).await;
    assert_eq!(warnings(&transcript), [14_215]);
}

#[tokio::test]
async fn carriers_voicemail_takes_the_caller_like_an_agent() {
    let centre = Centre::open().await;
    let voicemail = Behavior { after_ms: Some(500), ..Behavior::new(OnCall::CarrierVoicemail) };
    centre.stage.control.set_behavior(AGENT, &voicemail).await.unwrap();
    let ann = centre.ann_waits().await;
    centre.task_in(TaskStatus::Assigned).await;
    centre.stage.heard(&ann, "leave a message after the tone").await;
}

#[tokio::test]
async fn activity_that_was_deleted_meanwhile_is_not_the_workers() {
    let centre = Centre::open().await;
    let notes = sid(centre.post("Activities", &[("FriendlyName", "Notes")]).await);
    centre.instruct("dequeue", json!({"post_work_activity_sid": notes})).await;
    let ann = centre.ann_waits().await;
    centre.task_in(TaskStatus::Assigned).await;
    let path = format!("Workspaces/{}/Activities/{notes}", centre.workspace);
    assert_eq!(centre.stage.delete_v1(&path).await, 204);
    centre.stage.control.hang_up(&ann).await.unwrap();
    centre.task_in(TaskStatus::Wrapping).await;
    centre.warned(14_218).await;
    let ada = centre.stage.control.worker_where(|it| it.friendly_name == "Ada").await.unwrap();
    assert_eq!(ada.activity, "Available");
}

#[tokio::test]
async fn events_come_twice_never_and_in_any_order() {
    for (faults, settings) in [
        (Faults { duplicate: 1.0, ..Faults::default() }, Settings::default()),
        (
            Faults::default(),
            Settings { callback_order: CallbackOrder::Shuffled, ..Settings::default() },
        ),
    ] {
        let centre = Centre::open().await;
        centre.stage.control.set_faults(&faults).await.unwrap();
        centre.stage.control.set_settings(&settings).await.unwrap();
        centre.answer("/assignment", "{}");
        let task = sid(centre.post("Tasks", &[]).await);
        let count = if faults.duplicate > 0.0 { 10 } else { 5 };
        while centre.told(&task).len() < count {
            let so_far = centre.stage.app.hits("/events").len();
            centre.stage.app.wait_for("/events", so_far + 1).await;
        }
        let told = centre.told(&task);
        let created = told.iter().filter(|it| *it == "task.created").count();
        assert_eq!(created, count / 5, "{told:?}");
    }
    let centre = Centre::open().await;
    centre.stage.control.set_faults(&Faults { drop: 1.0, ..Faults::default() }).await.unwrap();
    sid(centre.post("Tasks", &[]).await);
    centre.task_in(TaskStatus::Reserved).await;
    let lost = |it: &simulator::client::Webhook| it.fault.as_deref() == Some("drop");
    let lost = centre.stage.webhook_where(lost).await;
    assert_eq!(lost.params["EventType"], "task.created");
    assert!(lost.task_sid.is_some());
}

#[tokio::test]
async fn only_wanted_events_are_told() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let stage = &centre.stage;
    let form = [("EventsFilter", "task.canceled, worker.activity.update")];
    let path = format!("Workspaces/{}", centre.workspace);
    assert_eq!(stage.post_v1(&path, &form).await.0, 200);
    let task = sid(centre.post("Tasks", &[]).await);
    let form = [("AssignmentStatus", "canceled"), ("Reason", "x")];
    assert_eq!(centre.post(&format!("Tasks/{task}"), &form).await.0, 200);
    centre.event("task.canceled", &task).await;
    assert_eq!(centre.told(&task), ["task.canceled"]);
}

#[tokio::test]
async fn ended_tasks_are_gone_from_rest_after_five_minutes() {
    let centre = Centre::at_speed(1_000.0).await;
    centre.answer("/assignment", "{}");
    let task = sid(centre.post("Tasks", &[]).await);
    let form = [("AssignmentStatus", "canceled"), ("Reason", "x")];
    let path = format!("Tasks/{task}");
    assert_eq!(centre.post(&path, &form).await.0, 200);
    let begun = std::time::Instant::now();
    while centre.get(&path).await.0 == 200 {
        assert!(begun.elapsed().as_secs() < 10);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed().as_millis() > 200);
    let kept = |it: &TaskView| it.sid == task && it.deleted;
    centre.stage.control.task_where(kept).await.unwrap();
}

#[tokio::test]
async fn single_tasking_workspace_completes_tasks_by_itself() {
    let stage: Stage = Stage::at_speed(50.0).await;
    let form = [("FriendlyName", "Single"), ("MultiTaskEnabled", "false")];
    let single = sid(stage.post_v1("Workspaces", &form).await);
    assert_eq!(stage.get_v1(&format!("Workspaces/{single}")).await.1["multi_task_enabled"], false);
    let centre = Centre::open().await;
    let form = [("MultiTaskEnabled", "false")];
    let path = format!("Workspaces/{}", centre.workspace);
    assert_eq!(centre.stage.post_v1(&path, &form).await.0, 200);
    let ann = centre.ann_waits().await;
    centre.task_in(TaskStatus::Assigned).await;
    centre.stage.control.hang_up(&ann).await.unwrap();
    let task = centre.task_in(TaskStatus::Completed).await;
    assert_eq!(task.reservations[0].status, ReservationStatus::Completed);
    assert_eq!(task.reason.as_deref(), Some("All reservations were completed"));
    // The agent is free for the next one at once.
    centre.stage.control.place_call(crate::stage::BOB, CALLED, &[]).await.unwrap();
    centre.task_in(TaskStatus::Assigned).await;
}

#[tokio::test]
async fn tasks_have_statuses_and_events_types_that_no_app_expects() {
    let centre = Centre::open().await;
    let faults = Faults { unknown_words: 1.0, ..Faults::default() };
    centre.stage.control.set_faults(&faults).await.unwrap();
    let ann = centre.ann_waits().await;
    let task = centre.task_in(TaskStatus::Assigned).await;
    let shown = centre.get(&format!("Tasks/{}", task.sid)).await.1;
    assert!(["transferring", "deferred"].contains(&shown["assignment_status"].as_str().unwrap()));
    centre.event("reservation.accepted", &task.sid).await;
    let told = centre.told(&task.sid);
    let known = told.iter().filter(|it| it.starts_with("reservation.")).count();
    let odd = [
        "task.transfer-initiated",
        "worker.capacity.update",
        "task-channel.created",
        "task.deferred",
    ];
    assert!(
        known > 1 && told.iter().filter(|it| odd.contains(&it.as_str())).count() > 4,
        "{told:?}"
    );
    centre.stage.control.hang_up(&ann).await.unwrap();
    centre.task_in(TaskStatus::Wrapping).await;
}
