//! Key 1 while waiting: the caller hangs up, keeps their place, and is called back.

use local::Options;
use serde_json::{Value, json};
use shared::{
    calls::{QueueVisit, VisitStatus},
    contacts::CallOutcome,
};
use simulator::client::{Behavior, OnCall, TaskStatus, TaskView, What};

use crate::{
    centre::{ADA, BOB, Centre, SUPPORT, TALKS},
    system::{CALLER, script},
};

/// What a caller does in the queue who wants to be called back.
const WANTS_IT: [&str; 5] = [
    "wait:losing your place",
    "press:1",
    "wait:Press 1 to confirm",
    "press:1",
    "wait:We will call you back when it is your turn",
];

/// What a customer does who is called back.
const TALKS_BACK: [&str; 4] = ["wait:Press any key", "press:5", "speak:20", "hang-up"];

/// What an agent does until the customer hangs up.
const STAYS: [&str; 0] = [];

async fn open() -> Centre {
    Centre::with(soon).await
}

fn soon(options: &mut Options) {
    options.parameters.insert("ReturnCallGap".into(), "1".into());
}

fn wants_it() -> Vec<&'static str> {
    [&SUPPORT[..], &WANTS_IT].concat()
}

fn attribute(task: &TaskView, name: &str) -> Value {
    let attributes: Value = serde_json::from_str(&task.attributes).unwrap();
    attributes[name].clone()
}

/// The call that a task is for, whether its caller waits at the phone or is called back.
fn call_of(task: &TaskView) -> String {
    let back = attribute(task, "callback_of");
    back.as_str().map(str::to_owned).or_else(|| task.call_sid.clone()).unwrap()
}

/// Twilio tells since when a task waits to the second.
async fn next_second() {
    let now = time::OffsetDateTime::now_utc();
    let rest = 1_000 - u64::from(now.millisecond());
    tokio::time::sleep(std::time::Duration::from_millis(rest + 1)).await;
}

impl Centre {
    async fn customer_does(&self, behavior: Behavior) {
        self.phones.set_behavior(CALLER, &behavior).await.unwrap();
    }

    async fn heard(&self, call: &str) -> String {
        let transcript = self.phones.transcript(call).await.unwrap();
        let heard = transcript.into_iter().filter_map(|entry| match entry.what {
            What::Heard { text, .. } => Some(text),
            _ => None,
        });
        heard.collect::<Vec<_>>().join("\n")
    }

    async fn tasks(&self) -> Vec<TaskView> {
        self.phones.task_router().await.unwrap().remove(0).tasks
    }

    /// The conversations that we began with the customer, once there are so many that have ended.
    async fn calls_to_customer(&self, number: &str, count: usize) -> Vec<Value> {
        let path = format!("/api/contacts/{number}/entries");
        let ours = |page: &Value| -> Vec<Value> {
            let entries = page["items"].as_array().into_iter().flatten();
            let is_ours = |entry: &&Value| {
                entry["type"] == "call"
                    && entry["direction"] == "outbound"
                    && entry["outcome"].is_string()
                    && entry["outcome"] != "in-progress"
            };
            entries.filter(is_ours).cloned().collect()
        };
        ours(&self.eventually(&path, |page| ours(page).len() == count).await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_keeps_its_place_among_five() {
    let centre = open().await;
    let mut calls = Vec::new();
    for n in 0..5 {
        let number = format!("+1500555013{n}");
        let words = if n == 2 { wants_it() } else { SUPPORT.to_vec() };
        let sid = centre.calls_from(&number, &words).await;
        let waits = |task: &TaskView| call_of(task) == sid;
        centre.phones.task_where(waits).await.unwrap();
        calls.push(sid);
        next_second().await;
    }
    let back = "+15005550132";
    centre.phones.set_behavior(back, &Behavior::answer(script(&TALKS_BACK))).await.unwrap();
    centre.phones.ended(&calls[2]).await.unwrap();
    let entry = centre.entry_when(&calls[2], |entry| entry.outcome == CallOutcome::Callback).await;
    assert!(entry.status.is_final());
    // Those who wait at the phone hang up when they have talked.
    centre.answers(ADA, &["pause:2", "speak:40", "hang-up"]).await;
    centre.on_duty(ADA, Value::Null).await;
    for sid in &calls {
        let done = |task: &TaskView| call_of(task) == *sid && task.status == TaskStatus::Completed;
        centre.phones.task_where(done).await.unwrap();
    }
    let mut offered: Vec<_> = centre
        .tasks()
        .await
        .iter()
        .filter(|task| !task.reservations.is_empty())
        .map(|task| (task.reservations[0].created_at.clone(), call_of(task)))
        .collect();
    offered.sort();
    let order: Vec<_> = offered.into_iter().map(|(_, call)| call).collect();
    assert_eq!(order, calls);
    let returned = centre.calls_to_customer(back, 1).await;
    assert_eq!(returned[0]["outcome"], "answered");
    assert_eq!(returned[0]["answered_by"], back);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_talks_is_thanked_and_both_calls_tell_it() {
    let centre = open().await;
    centre.customer_does(Behavior::answer(script(&TALKS_BACK))).await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    // A call in vain would be texted to the owner, and be unread.
    centre.entry_when(&sid, |entry| entry.outcome == CallOutcome::Callback).await;
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    let talked = |visit: &QueueVisit| {
        visit.is_callback && visit.status == VisitStatus::Completed && visit.has_talked()
    };
    let entry = centre.entry_when(&sid, |entry| entry.queue_visits.iter().any(talked)).await;
    assert_eq!(entry.outcome, CallOutcome::Answered);
    let visit = entry.queue_visits.iter().find(|visit| visit.is_callback).unwrap();
    assert_eq!(visit.agent_name.as_deref(), Some("ada"));
    assert_eq!(visit.queue.as_deref(), Some("support"));
    let returned = centre.calls_to_customer(CALLER, 1).await;
    assert_eq!(returned[0]["outcome"], "answered");
    assert!(returned[0]["by"].is_string());
    let thanks = |entries: &[Value]| {
        entries.iter().filter(|it| it["type"] == "sms" && it["direction"] == "outbound").count()
            == 1
    };
    centre.timeline_when(thanks).await;
    centre.is_quiet().await;
    assert_eq!(centre.texts().await, ["Thank you for calling our company. You talked to ada."]);
    let contact = centre.get(&format!("/api/contacts/{CALLER}")).await;
    assert_eq!(contact["unread"], 0, "{contact}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_reached_is_called_three_times_and_then_told() {
    let centre = open().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    centre.customer_does(Behavior::new(OnCall::Busy)).await;
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    let told = |entries: &[Value]| {
        entries.iter().any(|entry| {
            entry["type"] == "sms"
                && entry["body"].as_str().is_some_and(|body| body.contains("could not reach you"))
        })
    };
    centre.timeline_when(told).await;
    let returned = centre.calls_to_customer(CALLER, 3).await;
    assert!(returned.iter().all(|entry| entry["outcome"] == "missed"), "{returned:?}");
    centre.eventually(&format!("/api/contacts/{CALLER}"), |contact| contact["unread"] == 1).await;
    centre.is_quiet().await;
    assert_eq!(centre.texts().await.len(), 1);
    assert!(!centre.table().await.contains("RETURN_CALL"));
    // Ada was there all the time.
    let workspace = centre.phones.task_router().await.unwrap().remove(0);
    assert!(workspace.workers[0].available);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_voicemail_is_no_customer() {
    let centre = open().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    centre.customer_does(Behavior::new(OnCall::CarrierVoicemail)).await;
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    let returned = centre.calls_to_customer(CALLER, 1).await;
    assert_eq!(returned[0]["outcome"], "missed");
    centre.customer_does(Behavior::answer(script(&TALKS_BACK))).await;
    let answered = |entries: &[Value]| {
        entries.iter().any(|it| it["direction"] == "outbound" && it["outcome"] == "answered")
    };
    centre.timeline_when(answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_voicemail_calls_nobody_back() {
    let centre = open().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    centre.customer_does(Behavior::answer(script(&TALKS_BACK))).await;
    centre.hires(ADA, Value::Null).await;
    centre.says(ADA, true, false).await;
    centre.phones.set_behavior(ADA.1, &Behavior::new(OnCall::CarrierVoicemail)).await.unwrap();
    let is_offered = |task: &TaskView| task.call_sid.is_none() && !task.reservations.is_empty();
    centre.phones.task_where(is_offered).await.unwrap();
    centre.hires(BOB, Value::Null).await;
    centre.answers(BOB, &["wait:wants to be called back", "press:1"]).await;
    centre.says(BOB, true, false).await;
    let returned = centre.calls_to_customer(CALLER, 1).await;
    assert_eq!(returned[0]["outcome"], "answered");
    let entry = centre
        .entry_when(&sid, |entry| entry.queue_visits.iter().any(|visit| visit.has_talked()))
        .await;
    let visit = entry.queue_visits.iter().find(|visit| visit.is_callback).unwrap();
    assert_eq!(visit.agent_name.as_deref(), Some("bob"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_wishes_of_a_number_are_one() {
    let centre = open().await;
    for _ in 0..2 {
        let sid = centre.customer_calls(&wants_it()).await;
        centre.phones.ended(&sid).await.unwrap();
        centre.entry_when(&sid, |entry| entry.outcome == CallOutcome::Callback).await;
    }
    let tasks = centre.tasks().await;
    let live = |task: &&TaskView| task.status == TaskStatus::Pending;
    assert_eq!(tasks.iter().filter(live).count(), 1, "{tasks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_called_is_not_offered_it() {
    let centre = open().await;
    for from in ["anonymous", "+4930901820"] {
        let sid = centre.calls_from(from, &SUPPORT).await;
        assert!(centre.hears(&sid, "press star").await);
        let heard = centre.heard(&sid).await;
        assert!(!heard.contains("losing your place"), "{from}: {heard}");
    }
    let none = |options: &mut Options| {
        soon(options);
        options.parameters.insert("CallsPerRecipient".into(), "0".into());
    };
    let centre = Centre::with(none).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    assert!(centre.hears(&sid, "press star").await);
    assert!(!centre.heard(&sid).await.contains("losing your place"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_waits_on() {
    let centre = open().await;
    centre.answers(ADA, &TALKS).await;
    let words = ["wait:losing your place", "press:1", "wait:Press 1 to confirm", "press:2"];
    let sid = centre.customer_calls(&[&SUPPORT[..], &words].concat()).await;
    assert!(centre.hears(&sid, "ends in 1 1").await);
    centre.on_duty(ADA, json!(["support"])).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    let entry = centre.visit_when(&sid, over).await;
    assert_eq!(entry.outcome, CallOutcome::Answered);
    assert_eq!(centre.tasks().await.len(), 1);
}
