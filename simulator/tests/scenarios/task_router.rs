//! Calls that find an agent: waiting, being connected, and what the app is told of it.

use serde_json::{Value, json};
use simulator::client::{
    Behavior, CallStatus, OnCall, ReservationStatus, Settings, TaskStatus, UnansweredDequeue,
};

use crate::contact_centre::{AGENT, CALLED, Centre, sid};
use crate::stage::{ANN, BOB, heard};

#[tokio::test]
async fn caller_waits_is_connected_with_the_agent_and_goes_on_afterwards() {
    let centre = Centre::open().await;
    let post_work = sid(centre.post("Activities", &[("FriendlyName", "Notes")]).await);
    centre.instruct("dequeue", json!({"post_work_activity_sid": post_work})).await;
    centre.enqueue("action='/after'", "{\"topic\":\"sales\"}", "").await;
    centre.stage.app.on("/after", "<Say>Goodbye</Say>");
    let ann = centre.ann_waits().await;
    let task = centre.task_in(TaskStatus::Assigned).await;
    assert_eq!((task.call_sid.as_deref(), task.reservations.len()), (Some(ann.as_str()), 1));
    let attributes: Value = serde_json::from_str(&task.attributes).unwrap();
    assert_eq!(attributes["topic"], "sales");
    assert_eq!((&attributes["from"], &attributes["called"]), (&json!(ANN), &json!(CALLED)));
    assert_eq!((&attributes["call_sid"], &attributes["from_country"]), (&json!(ann), &json!("US")));
    let worker_call = attributes["worker_call_sid"].as_str().unwrap();
    let call = centre.stage.control.call(worker_call).await.unwrap();
    assert_eq!((call.from.as_str(), call.to.as_str()), (CALLED, AGENT));

    let speak = simulator::client::Speak::Text("Hello Ada".to_owned());
    centre.stage.control.speak(&ann, &speak).await.unwrap();
    centre.stage.heard(worker_call, "Hello Ada").await;
    let talk = simulator::client::Speak::Seconds(90.0);
    centre.stage.control.speak(&ann, &talk).await.unwrap();
    centre.stage.control.hang_up(worker_call).await.unwrap();
    let (_, transcript) = centre.stage.end_of(&ann).await;
    assert_eq!(heard(&transcript), ["Goodbye"]);
    let after = centre.stage.app.first("/after").await;
    assert_eq!(after.get("QueueResult"), "bridged");
    assert!(after.get("QueueSid").starts_with("QU"));
    // The talk is no part of it.
    assert!(after.get("QueueTime").parse::<u64>().unwrap() < 60);

    // In a multitasking workspace the app completes what is wrapped up.
    let task = centre.task_in(TaskStatus::Wrapping).await;
    let worker = centre.stage.control.worker_where(|it| it.activity == "Notes").await.unwrap();
    assert!(!worker.available);
    let path = format!("Tasks/{}", task.sid);
    let form = [("AssignmentStatus", "completed"), ("Reason", "sold")];
    assert_eq!(centre.post(&path, &form).await.0, 200);
    let completed = centre.event("task.completed", &task.sid).await;
    assert_eq!(completed.get("TaskCompletedReason"), "sold");
    let all = [
        "task.created",
        "workflow.entered",
        "workflow.target-matched",
        "task-queue.entered",
        "reservation.created",
        "task.updated",
        "reservation.accepted",
        "reservation.wrapup",
        "task.wrapup",
        "task.completed",
    ];
    assert_eq!(centre.told(&task.sid)[..10], all);
    let accepted = centre.event("reservation.accepted", &task.sid).await;
    assert_eq!((accepted.get("WorkerName"), accepted.get("TaskQueueName")), ("Ada", "Everybody"));
    assert_eq!(accepted.get("ResourceSid"), accepted.get("ReservationSid"));
    assert!(accepted.get("Sid").starts_with("EV"));
}

#[tokio::test]
async fn assignment_callback_tells_of_worker_task_and_reservation() {
    let centre = Centre::open().await;
    centre.instruct("accept", json!({})).await;
    centre.ann_waits().await;
    let hit = centre.stage.app.first("/assignment").await;
    let task = centre.task_in(TaskStatus::Assigned).await;
    assert_eq!((hit.get("TaskSid"), hit.get("WorkerSid")), (task.sid.as_str(), &*centre.agent));
    assert_eq!(
        (hit.get("WorkflowSid"), hit.get("TaskQueueSid")),
        (&*centre.workflow, &*centre.queue)
    );
    assert_eq!(hit.get("ReservationSid"), task.reservations[0].sid);
    assert_eq!(hit.get("TaskPriority"), "0");
    assert!(hit.get("TaskAge").parse::<u64>().unwrap() < 60);
    assert!(hit.get("WorkerAttributes").contains(AGENT));
    assert!(hit.get("TaskAttributes").contains("sales"));
}

#[tokio::test]
async fn caller_who_hangs_up_takes_the_task_along() {
    let centre = Centre::open().await;
    centre.enqueue("action='/after'", "{}", "").await;
    centre.stage.control.set_behavior(AGENT, &Behavior::default()).await.unwrap();
    let ann = centre.ann_waits().await;
    let ringing = centre.stage.ringing_at(AGENT).await;
    centre.stage.control.hang_up(&ann).await.unwrap();
    let task = centre.task_in(TaskStatus::Canceled).await;
    assert_eq!(task.reason.as_deref(), Some("hangup"));
    assert_eq!(task.reservations[0].status, ReservationStatus::Canceled);
    let canceled = centre.event("task.canceled", &task.sid).await;
    assert_eq!((canceled.get("TaskCanceledReason"), canceled.get("Reason")), ("hangup", "hangup"));
    assert_eq!(centre.stage.app.first("/after").await.get("QueueResult"), "hangup");
    // The phone rings on; who picks up then meets nobody.
    centre.stage.control.answer(&ringing.sid).await.unwrap();
    let (call, transcript) = centre.stage.end_of(&ringing.sid).await;
    assert_eq!(call.status, CallStatus::Completed);
    assert_eq!(crate::stage::warnings(&transcript), [14_215]);
}

#[tokio::test]
async fn agent_who_does_not_react_goes_offline_and_the_next_is_asked() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let bea = centre.hire("Bea", BOB, &json!({})).await;
    let ann = centre.ann_waits().await;
    let task = centre.reserved(|it| it.worker == "Bea").await;
    assert_eq!(task.reservations[0].status, ReservationStatus::Timeout);
    let ada = centre.stage.control.worker_where(|it| it.friendly_name == "Ada").await.unwrap();
    assert_eq!(ada.activity, "Offline");
    let away = centre.stage.app.hits("/events").into_iter();
    let away = away.into_iter().find(|hit| hit.get("EventType") == "worker.activity.update");
    let away = away.unwrap();
    assert_eq!(away.get("WorkerActivityName"), "Offline");
    assert_eq!(away.get("WorkerPreviousActivityName"), "Available");
    let last = task.reservations.last().unwrap();
    let path = format!("Workers/{bea}/Reservations/{}", last.sid);
    let form = [("Instruction", "reject"), ("WorkerActivitySid", &*centre.offline)];
    assert_eq!(centre.post(&path, &form).await.0, 200);
    let task = centre.task_in(TaskStatus::Pending).await;
    assert_eq!(task.reservations[1].status, ReservationStatus::Rejected);
    centre.stage.control.hang_up(&ann).await.unwrap();
    centre.task_in(TaskStatus::Canceled).await;
}

#[tokio::test]
async fn unanswered_agent_keeps_the_caller_waiting_unless_settings_say_otherwise() {
    for (unanswered_dequeue, status) in [
        (UnansweredDequeue::StaysPending, ReservationStatus::Timeout),
        (UnansweredDequeue::Fails, ReservationStatus::Canceled),
    ] {
        let centre = Centre::open().await;
        let settings = Settings { unanswered_dequeue, ..Settings::default() };
        centre.stage.control.set_settings(&settings).await.unwrap();
        let busy = Behavior::new(OnCall::Busy);
        centre.stage.control.set_behavior(AGENT, &busy).await.unwrap();
        centre.ann_waits().await;
        let task = centre.reserved(|it| it.status == status).await;
        centre.stage.control.worker_where(|it| it.activity == "Offline").await.unwrap();
        let event = match status {
            ReservationStatus::Timeout => "reservation.timeout",
            _ => "reservation.failed",
        };
        centre.event(event, &task.sid).await;
    }
}

#[tokio::test]
async fn accepting_strands_the_caller_and_no_dequeue_helps() {
    let centre = Centre::open().await;
    centre.instruct("accept", json!({})).await;
    centre.ann_waits().await;
    let task = centre.task_in(TaskStatus::Assigned).await;
    let reservation = &task.reservations[0].sid;
    let path = format!("Tasks/{}/Reservations/{reservation}", task.sid);
    let (status, error) = centre.post(&path, &[("Instruction", "dequeue")]).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(40_135)));
    let twiml =
        format!("<Response><Dial><Queue reservationSid='{reservation}'/></Dial></Response>");
    let form = [("From", CALLED), ("To", AGENT), ("Twiml", &twiml)];
    let call = sid(centre.stage.post("Calls.json", &form).await);
    let (_, transcript) = centre.stage.end_of(&call).await;
    assert_eq!(crate::stage::warnings(&transcript), [14_215]);
}

#[tokio::test]
async fn fallback_is_asked_when_the_first_answer_is_none() {
    let centre = Centre::open().await;
    centre.stage.app.on("/assignment", "<Say>TwiML is no instruction</Say>");
    centre.answer("/fallback", r#"{"instruction":"dequeue"}"#);
    centre.ann_waits().await;
    centre.task_in(TaskStatus::Assigned).await;
    centre.warned(40_000).await;
}

#[tokio::test]
async fn invalid_instruction_is_a_warning_and_the_reservation_waits_for_its_timeout() {
    for (answer, code) in [
        (r#"{"instruction":"dance"}"#, 55_555),
        (r#"{"instruction":"dequeue","to":"somewhere"}"#, 40_131),
        (r#"{"instruction":"dequeue","to":"client:ada"}"#, 40_133),
        (r#"{"instruction":"dequeue","from":"+15005559999"}"#, 40_133),
        (r#"{"instruction":"dequeue","post_work_activity_sid":"WA0"}"#, 40_130),
        (r#"{"instruction":"reject","activity_sid":"WA0"}"#, 40_100),
        (r#"{"instruction":"call","from":"+15005550100"}"#, 40_112),
        (r#"{"to":"+15005550002"}"#, 40_005),
        ("not json", 40_001),
    ] {
        let centre = Centre::open().await;
        centre.answer("/assignment", answer);
        centre.ann_waits().await;
        centre.warned(code).await;
        let task = centre.reserved(|it| it.status == ReservationStatus::Pending).await;
        assert_eq!(task.status, TaskStatus::Reserved, "{answer}");
    }
}

#[tokio::test]
async fn call_instruction_lets_the_agent_hear_something_and_dial_the_reservation() {
    let centre = Centre::open().await;
    let url = centre.stage.app.url("/agent");
    centre.instruct("call", json!({"from": CALLED, "url": url})).await;
    centre.stage.app.answer("/agent", |_| crate::stage::xml("<Response><Pause/></Response>"));
    let ann = centre.ann_waits().await;
    let hit = centre.stage.app.first("/assignment").await;
    let dial = format!(
        "<Say>A caller</Say><Dial action='/done'><Queue url='/hello' reservationSid='{}'/></Dial>",
        hit.get("ReservationSid")
    );
    centre.stage.app.on("/agent", &dial).on("/hello", "<Say>You will be connected</Say>");
    centre.stage.app.on("/done", "<Say>Thank you</Say>");
    let agent = centre.stage.call_where(|call| call.to == AGENT).await;
    centre.task_in(TaskStatus::Assigned).await;
    centre.stage.heard(&ann, "You will be connected").await;
    assert_eq!(centre.stage.app.first("/hello").await.get("DequeingCallSid"), agent.sid);
    centre.stage.control.hang_up(&ann).await.unwrap();
    let (_, transcript) = centre.stage.end_of(&agent.sid).await;
    assert_eq!(heard(&transcript), ["A caller", "Thank you"]);
    let done = centre.stage.app.first("/done").await;
    assert_eq!((done.get("DialCallStatus"), done.get("DialBridged")), ("completed", "true"));
    assert_eq!(done.get("DialCallSid"), ann);
}

#[tokio::test]
async fn conference_instruction_brings_caller_and_agent_together() {
    let centre = Centre::open().await;
    let properties = json!({"from": CALLED, "end_conference_on_exit": true});
    centre.instruct("conference", properties).await;
    let ann = centre.ann_waits().await;
    let room = centre.stage.control.joined(&ann).await.unwrap();
    let task = centre.task_in(TaskStatus::Assigned).await;
    assert_eq!(room.friendly_name, task.sid);
    let agent = centre.stage.call_where(|call| call.to == AGENT).await;
    centre.stage.control.hang_up(&agent.sid).await.unwrap();
    centre.task_in(TaskStatus::Wrapping).await;
}

#[tokio::test]
async fn redirect_instruction_takes_the_caller_elsewhere_and_keeps_the_task() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let ann = centre.ann_waits().await;
    let task = centre.reserved(|it| it.status == ReservationStatus::Pending).await;
    centre.stage.app.on("/elsewhere", "<Say>Elsewhere</Say><Pause length='600'/>");
    let url = centre.stage.app.url("/elsewhere");
    let path = format!("Tasks/{}/Reservations/{}", task.sid, task.reservations[0].sid);
    let form = [
        ("Instruction", "redirect"),
        ("RedirectCallSid", &*ann),
        ("RedirectUrl", &url),
        ("RedirectAccept", "true"),
    ];
    assert_eq!(centre.post(&path, &form).await.1["reservation_status"], "accepted");
    centre.stage.heard(&ann, "Elsewhere").await;
    centre.task_in(TaskStatus::Assigned).await;
}

#[tokio::test]
async fn callback_of_the_agents_call_names_the_callers() {
    let centre = Centre::open().await;
    let url = centre.stage.app.url("/agent-status");
    let events = "answered,completed";
    let properties = json!({"status_callback_url": url, "status_callback_events": events});
    centre.instruct("dequeue", properties).await;
    let ann = centre.ann_waits().await;
    centre.task_in(TaskStatus::Assigned).await;
    centre.stage.control.hang_up(&ann).await.unwrap();
    let hits = centre.stage.app.wait_for("/agent-status", 2).await;
    assert_eq!((hits[0].method.as_str(), hits[0].get("taskCallSid")), ("GET", ann.as_str()));
    assert_eq!(hits[1].get("CallStatus"), "completed");
}

#[tokio::test]
async fn unsigned_callbacks_come_if_settings_say_so() {
    let centre = Centre::open().await;
    // The app checks signatures: it must not.
    let settings = Settings { task_router_unsigned: true, ..Settings::default() };
    centre.stage.control.set_settings(&settings).await.unwrap();
    centre.stage.app.checks_signatures(false);
    centre.ann_waits().await;
    let hit = centre.stage.app.first("/assignment").await;
    assert!(!hit.headers.contains_key("x-twilio-signature"));
    centre.task_in(TaskStatus::Assigned).await;
    let event = centre.stage.app.hits("/events").pop().unwrap();
    assert!(!event.headers.contains_key("x-twilio-signature"));
    let voice = centre.stage.app.first("/voice").await;
    assert!(voice.headers.contains_key("x-twilio-signature"));
}
