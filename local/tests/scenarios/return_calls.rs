//! Key 1 while waiting: the caller hangs up, keeps their place, and is called back.

use std::{collections::HashSet, time::Duration};

use futures::{
    StreamExt,
    future::{join, join_all},
};
use local::Options;
use serde_json::{Value, json};
use shared::{
    calls::{QueueVisit, VisitStatus},
    contacts::CallOutcome,
};
use simulator::client::{
    Behavior, CallStatus, Faults, Happening, OnCall, TaskStatus, TaskView, What,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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
const TALKS_BACK: [&str; 4] = ["wait:Press any key", "press:5", "speak:25", "hang-up"];

/// What an agent does until the customer hangs up.
const STAYS: [&str; 0] = [];

/// What an agent does who hangs up first.
const TALKS_ONCE_CONNECTED: [&str; 3] = ["wait:connected", "speak:15", "hang-up"];

async fn open() -> Centre {
    Centre::with(soon).await
}

fn soon(options: &mut Options) {
    // An agent has a minute of this to take an offer, however busy the machine is.
    options.speed = 20.0;
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
    let now = OffsetDateTime::now_utc();
    let rest = 1_000 - u64::from(now.millisecond());
    tokio::time::sleep(Duration::from_millis(rest + 1)).await;
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
    centre.answers(ADA, &TALKS_ONCE_CONNECTED).await;
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

/// When a task was made, and first offered to an agent or given up: `None` while neither was.
fn in_line(task: &TaskView) -> (OffsetDateTime, Option<OffsetDateTime>) {
    let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339).unwrap();
    let offered = task.reservations.first().map(|it| at(&it.created_at));
    (at(&task.created_at), offered)
}

/// Nobody is offered to an agent while somebody waits who came in an earlier second.
fn assert_in_order(tasks: &[TaskView]) {
    let came = |task: &TaskView| {
        let call = call_of(task);
        let first = tasks.iter().filter(|it| call_of(it) == call).map(|it| in_line(it).0).min();
        first.unwrap().unix_timestamp()
    };
    for later in tasks {
        let Some(offered) = in_line(later).1 else { continue };
        for earlier in tasks {
            let (made, taken) = in_line(earlier);
            // Who gave up was offered to nobody, and no longer waits.
            let waits = made < offered && taken.is_some_and(|taken| taken > offered);
            assert!(!(waits && came(earlier) < came(later)), "{earlier:?} before {later:?}");
        }
    }
}

/// How many of our calls to a number there were at once, at most.
async fn at_once(centre: &Centre, number: &str) -> usize {
    let mut events = Box::pin(centre.phones.events_of(Some(0), &["call"]).await.unwrap());
    let (mut going_on, mut most) = (HashSet::new(), 0);
    while let Ok(Some(event)) =
        tokio::time::timeout(Duration::from_millis(200), events.next()).await
    {
        let Happening::Call { call } = event.unwrap().what else { continue };
        if call.to != number {
            continue;
        }
        match call.status.is_final() {
            true => going_on.remove(&call.sid),
            false => going_on.insert(call.sid),
        };
        most = most.max(going_on.len());
    }
    most
}

/// Callers who wait, give up, or want to be called back and can be reached at once or not, two agents
/// who come sooner or later, and webhooks that come twice and in any order.
async fn a_day(seed: u64) {
    let centre = open().await;
    let mut dice = fastrand::Rng::with_seed(seed);
    let faults = Faults { seed, duplicate: 0.3, reorder: 0.3, ..Faults::default() };
    centre.phones.set_faults(&faults).await.unwrap();
    for agent in [ADA, BOB] {
        centre.answers(agent, &TALKS_ONCE_CONNECTED).await;
    }
    let agents_come_at = dice.usize(2..7);
    let (mut waiting, mut wishes) = (Vec::new(), Vec::new());
    for n in 0..7 {
        if n == agents_come_at {
            centre.on_duty(ADA, Value::Null).await;
        }
        let number = format!("+1500555014{n}");
        let plan = dice.u8(0..6);
        let words = match plan {
            0 => SUPPORT.to_vec(),
            1 => [&SUPPORT[..], &["wait:music", "hang-up"]].concat(),
            _ => wants_it(),
        };
        let first = match plan {
            0..=3 => Behavior::answer(script(&TALKS_BACK)),
            4 => Behavior::new(OnCall::Busy),
            _ => Behavior::new(OnCall::CarrierVoicemail),
        };
        centre.phones.set_behavior(&number, &first).await.unwrap();
        let sid = centre.calls_from(&number, &words).await;
        match plan {
            0 => waiting.push(sid),
            1 => {}
            _ => wishes.push((number, sid, plan > 3)),
        }
        next_second().await;
    }
    centre.on_duty(BOB, Value::Null).await;
    let served = |visit: &QueueVisit| visit.is_answered();
    let talk = wishes.iter().map(async |(number, sid, misses)| {
        if *misses {
            // Somebody has tried, and the next time they are there.
            let tried = |visit: &QueueVisit| visit.agent_id.is_some();
            centre.entry_within(sid, 60, |entry| entry.queue_visits.iter().any(tried)).await;
            let there = Behavior::answer(script(&TALKS_BACK));
            centre.phones.set_behavior(number, &there).await.unwrap();
        }
        centre.entry_within(sid, 60, |entry| entry.queue_visits.iter().any(served)).await;
    });
    let wait = waiting.iter().map(async |sid| {
        centre.entry_within(sid, 60, |entry| entry.queue_visits.iter().any(served)).await;
    });
    join(join_all(talk), join_all(wait)).await;
    let is_over = |tasks: &[TaskView]| {
        tasks.iter().all(|it| matches!(it.status, TaskStatus::Completed | TaskStatus::Canceled))
    };
    let tasks = loop {
        match centre.tasks().await {
            tasks if is_over(&tasks) => break tasks,
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_in_order(&tasks);
    for (number, ..) in &wishes {
        assert!(at_once(&centre, number).await <= 1, "seed {seed}");
    }
    assert!(!centre.table().await.contains("RETURN_CALL"), "seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_overtaken_forgotten_or_called_twice_at_once() {
    join_all([1, 2, 3].map(a_day)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_answers_of_task_router_are_lost_there_is_one_task() {
    let centre = open_impatiently().await;
    for seed in 0..6 {
        let number = format!("+1500555014{seed}");
        let words = [&SUPPORT[..], &WANTS_IT[..3]].concat();
        let sid = centre.calls_from(&number, &words).await;
        assert!(centre.hears(&sid, "Press 1 to confirm").await);
        let lost = Faults { seed, rest_accept_then_disconnect: 0.5, ..Faults::default() };
        centre.phones.set_faults(&lost).await.unwrap();
        centre.phones.press(&sid, "1").await.unwrap();
        let (yes, no) = ("when it is your turn", "We cannot call you back");
        let is_promised = loop {
            match centre.heard(&sid).await {
                heard if heard.contains(yes) => break true,
                heard if heard.contains(no) => break false,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        centre.phones.set_faults(&Faults::default()).await.unwrap();
        if is_promised {
            centre.phones.ended(&sid).await.unwrap();
            centre.entry_when(&sid, |entry| entry.status.is_final()).await;
        }
        centre.stack.invoke("reconcile", b"{}").await.unwrap();
        let tasks = centre.tasks().await;
        let made = tasks.iter().filter(|it| it.call_sid.is_none() && call_of(it) == sid).count();
        assert_eq!(made, usize::from(is_promised), "seed {seed}: {tasks:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_noted_waits_on() {
    let centre = open().await;
    let sid = centre.customer_calls(&[&SUPPORT[..], &WANTS_IT[..3]].concat()).await;
    assert!(centre.hears(&sid, "Press 1 to confirm").await);
    let down = Faults { rest_500: 1.0, ..Faults::default() };
    centre.phones.set_faults(&down).await.unwrap();
    centre.phones.press(&sid, "1").await.unwrap();
    assert!(centre.hears(&sid, "We cannot call you back").await);
    centre.phones.set_faults(&Faults::default()).await.unwrap();
    assert!(!centre.table().await.contains("RETURN_CALL"));
    centre.answers(ADA, &TALKS).await;
    centre.on_duty(ADA, Value::Null).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    assert_eq!(centre.visit_when(&sid, over).await.outcome, CallOutcome::Answered);
}

/// A contact centre whose reconciler waits for no callback.
async fn open_impatiently() -> Centre {
    Centre::with(|options| {
        soon(options);
        options.parameters.insert("ReconcileAfter".into(), "0".into());
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_task_router_cancels_is_made_again() {
    let centre = open_impatiently().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    let is_back = |task: &TaskView| task.call_sid.is_none() && task.status == TaskStatus::Pending;
    let task = centre.phones.task_where(is_back).await.unwrap();
    centre.cancels(&task).await;
    centre.stack.invoke("reconcile", b"{}").await.unwrap();
    let again = centre.phones.task_where(is_back).await.unwrap();
    assert_ne!(again.sid, task.sid);
    centre.customer_does(Behavior::answer(script(&TALKS_BACK))).await;
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    assert_eq!(centre.calls_to_customer(CALLER, 1).await[0]["outcome"], "answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_hangs_up_while_it_rings_loses_nobody() {
    let centre = open_impatiently().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    centre.customer_does(Behavior::new(OnCall::Ring)).await;
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    let calls = loop {
        let calls = centre.phones.calls().await.unwrap();
        if calls.iter().any(|call| call.to == CALLER && call.status == CallStatus::Ringing) {
            break calls;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let agents = calls.iter().find(|call| call.to == ADA.1).unwrap();
    centre.phones.hang_up(&agents.sid).await.unwrap();
    assert_eq!(centre.calls_to_customer(CALLER, 1).await[0]["outcome"], "missed");
    centre.answers(ADA, &STAYS).await;
    centre.customer_does(Behavior::answer(script(&TALKS_BACK))).await;
    centre.stack.invoke("reconcile", b"{}").await.unwrap();
    let answered = |entries: &[Value]| {
        entries.iter().any(|it| it["direction"] == "outbound" && it["outcome"] == "answered")
    };
    centre.timeline_when(answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_is_not_called() {
    let centre = open().await;
    let sid = centre.customer_calls(&wants_it()).await;
    centre.phones.ended(&sid).await.unwrap();
    centre.entry_when(&sid, |entry| entry.outcome == CallOutcome::Callback).await;
    let path = format!("/api/contacts/{CALLER}");
    assert_eq!(centre.api("DELETE", &path, Value::Null).await.0, 202);
    while centre.table().await.contains(CALLER) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    centre.answers(ADA, &STAYS).await;
    centre.on_duty(ADA, Value::Null).await;
    let over = |task: &TaskView| task.call_sid.is_none() && task.status == TaskStatus::Canceled;
    centre.phones.task_where(over).await.unwrap();
    // It was no fault of Ada's.
    centre.phones.worker_where(|worker| worker.available).await.unwrap();
    let calls = centre.phones.calls().await.unwrap();
    assert!(calls.iter().all(|call| call.to != CALLER), "{calls:?}");
}
