//! Key 4: callers wait in a queue, agents' phones ring, and customers are thanked.

use serde_json::{Value, json};
use shared::{
    calls::{QueueVisit, VisitStatus},
    contacts::CallOutcome,
    values::Party,
};
use simulator::client::{Behavior, OnCall, ReservationStatus, TaskStatus};

use crate::{
    centre::{ADA, BOB, Centre, SUPPORT, TALKS, TROUBLESHOOTING},
    system::{TOKEN, owned},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_phone_rings_and_the_customer_is_thanked() {
    let centre = Centre::open().await;
    centre.on_duty(ADA, Value::Null).await;
    for (choice, queue) in [(SUPPORT, "support"), (TROUBLESHOOTING, "troubleshooting")] {
        centre.answers(ADA, &TALKS).await;
        let sid = centre.customer_calls(&choice).await;
        let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
        let entry = centre.visit_when(&sid, over).await;
        let visit = &entry.queue_visits[0];
        assert_eq!(visit.queue.as_deref(), Some(queue));
        assert_eq!(visit.agent_name.as_deref(), Some("ada"));
        assert!(visit.talked_seconds.unwrap() >= 10, "{visit:?}");
        assert_eq!(entry.outcome, CallOutcome::Answered);
        assert_eq!(entry.answered_by, Some(Party::from(ADA.1)));
        // The call of the agent's phone is none of its own in our log.
        assert_eq!(centre.get("/api/calls?direction=outbound").await["items"], json!([]));
        centre.phones.task_where(|task| task.status == TaskStatus::Completed).await.unwrap();
    }
    let thanked = |entries: &[Value]| {
        let thanks = entries.iter().filter(|entry| {
            entry["type"] == "sms"
                && entry["body"] == "Thank you for calling our company. You talked to ada."
        });
        thanks.count() == 2
    };
    let entries = centre.timeline_when(thanked).await;
    assert_eq!(entries.len(), 4, "{entries:?}");
    let call = entries.iter().find(|entry| entry["queue"] == "support").unwrap();
    assert_eq!(call["agent_name"], "ada");
    centre.is_quiet().await;
    assert_eq!(centre.texts().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_waits_until_somebody_is_there() {
    let centre = Centre::open().await;
    centre.hires(ADA, Value::Null).await;
    centre.answers(ADA, &TALKS).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    assert!(centre.hears(&sid, "You are the next in line.").await);
    assert!(centre.hears(&sid, "To leave a message instead, press star.").await);
    assert_eq!(centre.says(ADA, true, true).await["activity"], "Available");
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    assert_eq!(centre.visit_when(&sid, over).await.outcome, CallOutcome::Answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_passed_over() {
    let centre = Centre::open().await;
    centre.on_duty(ADA, Value::Null).await;
    centre.phones.set_behavior(ADA.1, &Behavior::new(OnCall::NoAnswer)).await.unwrap();
    centre.answers(BOB, &TALKS).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    // The first offer is Ada's alone.
    centre.phones.task_where(|task| !task.reservations.is_empty()).await.unwrap();
    centre.on_duty(BOB, Value::Null).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    let entry = centre.visit_when(&sid, over).await;
    assert_eq!(entry.queue_visits[0].agent_name.as_deref(), Some("bob"));
    // Ada gets no more calls until she says that she is there.
    let agents = |page: &Value| {
        let ada = page["items"].as_array().unwrap().iter().find(|it| it["name"] == "ada");
        ada.unwrap()["activity"] == "No answer"
    };
    centre.eventually("/api/agents", agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carriers_voicemail_accepts_nobody() {
    let centre = Centre::open().await;
    centre.hires(ADA, Value::Null).await;
    centre.says(ADA, true, false).await;
    centre.phones.set_behavior(ADA.1, &Behavior::new(OnCall::CarrierVoicemail)).await.unwrap();
    let sid = centre.customer_calls(&SUPPORT).await;
    centre.phones.task_where(|task| !task.reservations.is_empty()).await.unwrap();
    centre.hires(BOB, Value::Null).await;
    centre.answers(BOB, &["wait:Press any key", "press:1", "speak:20", "hang-up"]).await;
    centre.says(BOB, true, false).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    let entry = centre.visit_when(&sid, over).await;
    assert_eq!(entry.queue_visits[0].agent_name.as_deref(), Some("bob"));
    assert_eq!(entry.outcome, CallOutcome::Answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_is_not_thanked() {
    let centre = Centre::open().await;
    let sid = centre.customer_calls(&[&SUPPORT[..], &["wait:music", "hang-up"]].concat()).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Canceled;
    let entry = centre.visit_when(&sid, over).await;
    assert_eq!(entry.outcome, CallOutcome::Missed);
    assert_eq!(entry.queue_visits[0].agent_name, None);
    centre.phones.task_where(|task| task.status == TaskStatus::Canceled).await.unwrap();
    centre.is_quiet().await;
    assert_eq!(centre.texts().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_for_a_moment_is_not_thanked() {
    let centre = Centre::open().await;
    centre.on_duty(ADA, Value::Null).await;
    centre.answers(ADA, &["pause:1", "hang-up"]).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    let over = |visit: &QueueVisit| visit.talked_seconds.is_some();
    let entry = centre.visit_when(&sid, over).await;
    assert_eq!(entry.outcome, CallOutcome::Missed, "{entry:?}");
    centre.is_quiet().await;
    assert_eq!(centre.texts().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn star_leads_from_the_queue_to_the_voicemail() {
    let centre = Centre::open().await;
    let words = ["wait:press star", "press:*", "wait:beep", "speak:4", "hang-up"];
    let sid = centre.customer_calls(&[&SUPPORT[..], &words].concat()).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Canceled;
    assert_eq!(centre.visit_when(&sid, over).await.outcome, CallOutcome::Voicemail);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_one_queue_gets_no_caller_of_the_other() {
    let centre = Centre::open().await;
    centre.on_duty(ADA, json!(["support"])).await;
    centre.answers(ADA, &TALKS).await;
    let waits = centre.calls_from("+15005550121", &TROUBLESHOOTING).await;
    assert!(centre.hears(&waits, "You are the next in line.").await);
    let sid = centre.customer_calls(&SUPPORT).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    centre.visit_when(&sid, over).await;
    let task = |task: &simulator::client::TaskView| task.call_sid.as_deref() == Some(&waits);
    assert!(centre.phones.task_where(task).await.unwrap().reservations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_callers_are_served_in_order_by_two_agents() {
    let centre = Centre::open().await;
    let mut calls = Vec::new();
    for n in 0..10 {
        let number = format!("+1500555013{n}");
        let sid = centre.calls_from(&number, &SUPPORT).await;
        let waits = |task: &simulator::client::TaskView| task.call_sid.as_deref() == Some(&sid);
        centre.phones.task_where(waits).await.unwrap();
        calls.push(sid);
    }
    for agent in [ADA, BOB] {
        centre.answers(agent, &TALKS).await;
        centre.on_duty(agent, Value::Null).await;
    }
    for sid in &calls {
        let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
        centre.visit_when(sid, over).await;
        let is_done = |task: &simulator::client::TaskView| {
            task.call_sid.as_deref() == Some(sid) && task.status == TaskStatus::Completed
        };
        centre.phones.task_where(is_done).await.unwrap();
    }
    let workspaces = centre.phones.task_router().await.unwrap();
    let tasks = &workspaces[0].tasks;
    let mut offered: Vec<_> = tasks
        .iter()
        .map(|task| {
            let taken = task.reservations.iter();
            let taken = taken.filter(|it| it.status == ReservationStatus::Completed);
            assert_eq!(taken.count(), 1, "{task:?}");
            (task.reservations[0].created_at.clone(), task.call_sid.clone().unwrap())
        })
        .collect();
    offered.sort();
    let order: Vec<_> = offered.into_iter().map(|(_, call)| call).collect();
    assert_eq!(order, calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_that_are_forged_or_odd_are_refused_or_passed_over() {
    let centre = Centre::open().await;
    let form = |worker: &str, task: &str| {
        [
            ("AccountSid", crate::system::ACCOUNT),
            ("ReservationSid", "WR0123456789abcdef0123456789abcdef"),
            ("TaskSid", "WT0123456789abcdef0123456789abcdef"),
            ("WorkerSid", "WK0123456789abcdef0123456789abcdef"),
            ("WorkerAttributes", worker),
            ("TaskAttributes", task),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let caller = r#"{"call_sid": "CA0123456789abcdef0123456789abcdef"}"#;
    let phone = r#"{"contact_uri": "+15005550181", "auto_accept": true}"#;
    let key = shared::twilio::signature::task_router_key(TOKEN);
    let base = centre.stack.api_url();
    let ask = async |query: &str, signed_by: Option<&str>, form: &[(String, String)]| {
        let url = format!("{base}/taskrouter/assignment{query}");
        let mut request = centre.http.post(&url).form(form);
        if let Some(token) = signed_by {
            let signature = shared::twilio::signature::sign(token, &url, form);
            request = request.header("x-twilio-signature", signature);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let good = form(phone, caller);
    let right = format!("?key={key}");
    // TaskRouter's documents do not say whether it signs: the secret of the address is enough.
    for signed_by in [Some(TOKEN), None] {
        let (status, told) = ask(&right, signed_by, &good).await;
        assert_eq!(status, 200);
        assert!(told.contains(r#""instruction":"dequeue""#), "{told}");
    }
    for (query, signed_by) in
        [("", None), ("?key=", None), ("?key=guess", None), (right.as_str(), Some("another-token"))]
    {
        assert_eq!(ask(query, signed_by, &good).await.0, 403, "{query} {signed_by:?}");
    }
    for odd in [form("no json", caller), form("{}", caller), form(phone, "no json")] {
        let (status, told) = ask(&right, Some(TOKEN), &odd).await;
        assert_eq!(status, 200);
        assert!(told.contains(r#""instruction":"reject""#), "{told}");
    }
    let nothing = owned(&[("AccountSid", crate::system::ACCOUNT)]);
    assert_eq!(ask(&right, Some(TOKEN), &nothing).await.0, 400);
    // Nobody answers for another account.
    let mut foreign = good.clone();
    foreign[0].1 = "AC00000000000000000000000000000002".into();
    assert_eq!(ask(&right, None, &foreign).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_is_removed_is_a_worker_no_more() {
    let centre = Centre::open().await;
    centre.on_duty(ADA, json!(["support"])).await;
    let (status, body) = centre
        .api(
            "PUT",
            "/api/agents/bob@example.com",
            json!({
                "name": "bob", "phone_number": BOB.1, "queues": ["sales"],
            }),
        )
        .await;
    assert_eq!(status, 422, "{body}");
    let workers = async || centre.phones.task_router().await.unwrap()[0].workers.len();
    assert_eq!(workers().await, 1);
    // Once more is the same.
    let again = json!({"name": "ada", "phone_number": ADA.1});
    let (status, ada) = centre.api("PUT", "/api/agents/ada@example.com", again).await;
    assert_eq!(
        (status, &ada["queues"], &ada["activity"]),
        (200, &json!(["support"]), &json!("Available"))
    );
    assert_eq!(workers().await, 1);
    assert_eq!(centre.api("DELETE", "/api/agents/ada@example.com", Value::Null).await.0, 204);
    assert_eq!(workers().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_centre_that_is_set_up_again_is_the_same() {
    let folder = std::env::temp_dir().join(format!("switchboard-{}", uuid::Uuid::new_v4()));
    let centre = Centre::with(|options| {
        options.ephemeral = false;
        options.data_dir = folder.clone();
    })
    .await;
    centre.on_duty(ADA, Value::Null).await;
    centre.0.stack.stop().await;
    // The simulator has forgotten everything, the table nothing.
    let centre = Centre::with(|options| {
        options.ephemeral = false;
        options.data_dir = folder.clone();
    })
    .await;
    let [workspace] = centre.phones.task_router().await.unwrap().try_into().unwrap();
    assert_eq!(workspace.workers.len(), 1);
    assert!(workspace.workers[0].available);
    centre.answers(ADA, &TALKS).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    let over = |visit: &QueueVisit| visit.status == VisitStatus::Completed;
    assert_eq!(centre.visit_when(&sid, over).await.outcome, CallOutcome::Answered);
    centre.is_quiet().await;
    centre.0.stack.stop().await;
    // The database may be at its last write.
    while std::fs::remove_dir_all(&folder).is_err() && folder.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn both_flows_pass_studios_rules() {
    let centre = Centre::open().await;
    let validate = format!("{}/v2/Flows/Validate", centre.stack.simulator_url().unwrap());
    for flow in
        [include_str!("../../../flows/main.json"), include_str!("../../../flows/support.json")]
    {
        let form = [("FriendlyName", "Main"), ("Status", "published"), ("Definition", flow)];
        let request = centre.http.post(&validate).form(&form);
        let answer = request.basic_auth(crate::system::ACCOUNT, Some(TOKEN)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap()["valid"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_any_order_and_number_tell_the_same() {
    let centre = Centre::open().await;
    centre.hires(ADA, Value::Null).await;
    let agents = centre.get("/api/agents").await;
    let agents = agents["items"].as_array().unwrap();
    let ada = agents.iter().find(|agent| agent["name"] == "ada").unwrap();
    let worker = json!({"agent_id": ada["id"], "contact_uri": ADA.1, "full_name": "Mallory"});
    let [workspace] = centre.phones.task_router().await.unwrap().try_into().unwrap();
    let key = shared::twilio::signature::task_router_key(TOKEN);
    let path = format!("/taskrouter/events?key={key}");
    let told = [
        ("task.created", "0"),
        ("task-queue.entered", "0"),
        ("reservation.accepted", "7"),
        ("reservation.wrapup", "40"),
        ("task.wrapup", "41"),
        ("task.completed", "60"),
        ("a.new.word", "3"),
    ];
    for round in 0..12_usize {
        let call = format!("CA{round:032x}");
        let task = format!("WT{round:032x}");
        let attributes = json!({"call_sid": call, "queue": "support"}).to_string();
        let worker = worker.to_string();
        assert_eq!(
            centre.webhook("/voice", &crate::system::form(&[("CallSid", &call)])).await.0,
            200
        );
        // Another order in each round, and some of them twice.
        for n in 0..told.len() * 2 {
            let (kind, age) = told[(n * (round % 6 + 1) + round) % told.len()];
            let form = [
                ("AccountSid", crate::system::ACCOUNT),
                ("EventType", kind),
                ("TaskAge", age),
                ("TaskAttributes", &attributes),
                ("TaskSid", &task),
                ("WorkerAttributes", &worker),
                ("WorkspaceSid", &workspace.sid),
            ];
            assert_eq!(centre.webhook(&path, &form).await.0, 204);
        }
        let entry = centre.entry_when(&call, |entry| !entry.queue_visits.is_empty()).await;
        let mut visit = serde_json::to_value(&entry.queue_visits[0]).unwrap();
        visit["task_sid"].take();
        // The name is ours, whatever the event says.
        let expected = json!({
            "task_sid": null, "queue": "support", "status": "completed", "waited_seconds": 7,
            "agent_id": ada["id"], "agent_name": "ada", "talked_seconds": 33, "canceled_reason": null,
            "is_callback": false,
        });
        assert_eq!(visit, expected, "round {round}");
    }
    // Another workspace of the account is none of ours.
    let form = [
        ("AccountSid", crate::system::ACCOUNT),
        ("EventType", "task.created"),
        ("TaskAttributes", r#"{"call_sid": "CA0000000000000000000000000000ffff"}"#),
        ("TaskSid", "WT0000000000000000000000000000ffff"),
        ("WorkspaceSid", "WS0000000000000000000000000000ffff"),
    ];
    assert_eq!(centre.webhook(&path, &form).await.0, 204);
    assert!(!centre.table().await.contains("WT0000000000000000000000000000ffff"));
}
