//! Callbacks that never come: the reconciler asks Twilio.

use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, OnCall};

use crate::system::{ACCOUNT, CALLER, MAIN, OWNER, System, TOKEN, is_copied};

async fn start() -> System {
    System::with(&[("ReconcileAfter", "0"), ("OwnerNoticeDelay", "0")]).await
}

async fn reconcile(system: &System) {
    system.stack.invoke("reconcile", b"{}").await.unwrap();
}

/// The agent wants the customer called, with the same key each time.
async fn calls_once(system: &System) -> (u16, Value) {
    let request = system
        .http
        .post(format!("{}/api/calls", system.stack.api_url()))
        .bearer_auth(system.token().await)
        .header("idempotency-key", "once")
        .json(&json!({"to": CALLER}));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn drop_callbacks(system: &System, drop: f64) {
    system.phones.set_faults(&Faults { drop, ..Faults::default() }).await.unwrap();
}

#[tokio::test]
async fn call_whose_callbacks_are_all_lost_is_repaired() {
    let system = start().await;
    drop_callbacks(&system, 1.0).await;
    let sid = system
        .customer_calls(&["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"])
        .await;
    system.phones.ended(&sid).await.unwrap();
    let entry = system.calls.entry(&sid.parse().unwrap()).await.unwrap().unwrap();
    assert!(!entry.status.is_final());
    drop_callbacks(&system, 0.0).await;
    reconcile(&system).await;
    let entry = system.entry_when(&sid, is_copied).await;
    assert!(entry.status.is_final() && entry.duration_seconds.is_some());
    let notice = system.phones.texted(OWNER, |text| text.body.contains("Voicemail")).await.unwrap();
    assert!(notice.body.contains(CALLER));
    system.eventually("/api/contacts", |page| page["items"][0]["unread"] == 1).await;
    // A second run finds nothing to do.
    system.eventually(&format!("/api/calls/{sid}"), |call| call["outcome"] == "voicemail").await;
    for _ in 0..50 {
        if !system.table().await.contains("open_pk") {
            break;
        }
        reconcile(&system).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let table = system.table().await;
    assert!(!table.contains("open_pk"), "{table}\n{}", system.stack.logs());
    assert_eq!(system.phones.messages(OWNER).await.unwrap().len(), 1);
}

#[tokio::test]
async fn call_that_goes_on_is_left_alone() {
    let system = start().await;
    let sid = system.customer_calls(&["wait:Press 1", "pause:600"]).await;
    system.entry_when(&sid, |entry| !entry.path.is_empty()).await;
    reconcile(&system).await;
    let entry = system.calls.entry(&sid.parse().unwrap()).await.unwrap().unwrap();
    assert!(!entry.status.is_final());
    system.phones.hang_up(&sid).await.unwrap();
}

#[tokio::test]
async fn text_whose_callbacks_are_lost_gets_its_status() {
    let system = start().await;
    drop_callbacks(&system, 1.0).await;
    let text = json!({"to": CALLER, "body": "hi"});
    let (_, sent) = system.api("POST", "/api/messages", text).await;
    system.phones.settled(sent["sid"].as_str().unwrap()).await.unwrap();
    reconcile(&system).await;
    system.timeline_when(|e| e[0]["status"] == "delivered").await;
}

#[tokio::test]
async fn text_whose_answer_is_lost_is_found_and_never_sent_twice() {
    let system = start().await;
    // Twilio has it, and neither its answer nor a callback arrives.
    let faults = Faults { rest_accept_then_disconnect: 1.0, drop: 1.0, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    let text = json!({"to": CALLER, "body": "hi"});
    let (status, sent) = system.api("POST", "/api/messages", text).await;
    assert_eq!((status, &sent["sid"]), (202, &Value::Null), "{sent}");
    system.phones.set_faults(&Faults::default()).await.unwrap();
    system.phones.texted(CALLER, |_| true).await.unwrap();
    reconcile(&system).await;
    system.timeline_when(|e| e.len() == 1 && e[0]["message_sid"].is_string()).await;
    reconcile(&system).await;
    system.timeline_when(|e| e[0]["status"] == "delivered").await;
    let messages = system.phones.messages(CALLER).await.unwrap();
    assert_eq!(messages.iter().filter(|text| text.from == MAIN).count(), 1);
}

#[tokio::test]
async fn call_from_the_console_whose_answer_is_lost_rings_once() {
    let system = start().await;
    let agent = "+15005550177";
    let me = json!({"name": "Ada", "phone_number": agent});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    system.phones.set_behavior(agent, &Behavior::new(OnCall::NoAnswer)).await.unwrap();
    let faults = Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    let (status, body) = calls_once(&system).await;
    assert_eq!((status, &body["status"]), (202, &json!("unknown")), "{body}");
    system.phones.set_faults(&Faults::default()).await.unwrap();
    let (status, body) = calls_once(&system).await;
    assert_eq!(status, 201, "{body}");
    let calls = system.phones.calls().await.unwrap();
    assert_eq!(calls.iter().filter(|call| call.to == agent).count(), 1);
    system.timeline_when(|e| e.len() == 1 && e[0]["outcome"] == "missed").await;
}

#[tokio::test]
async fn segments_of_a_text_whose_answer_is_lost_are_counted_in_the_end() {
    let system = start().await;
    let faults = Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    let text = json!({"to": CALLER, "body": "hi"});
    let (status, _) = system.api("POST", "/api/messages", text).await;
    assert!(matches!(status, 201 | 202));
    system.timeline_when(|e| e[0]["status"] == "delivered").await;
    system.phones.set_faults(&Faults::default()).await.unwrap();
    reconcile(&system).await;
    system.timeline_when(|e| e[0]["segments"] == 1).await;
}

#[tokio::test]
async fn a_call_that_waits_at_twilio_without_a_date_is_known_again() {
    let system = start().await;
    let agent = "+15005550177";
    let me = json!({"name": "Ada", "phone_number": agent});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    system.phones.set_behavior(agent, &Behavior::new(OnCall::NoAnswer)).await.unwrap();
    // Some seconds of Twilio's queue, in which a call has no date.
    let simulator = system.stack.simulator_url().unwrap();
    let calls = format!("{simulator}/2010-04-01/Accounts/{ACCOUNT}/Calls.json");
    for number in 0..300 {
        let to = format!("+1500557{number:04}");
        let form = [("To", to.as_str()), ("From", MAIN), ("Twiml", "<Response/>")];
        let request = system.http.post(&calls).basic_auth(ACCOUNT, Some(TOKEN)).form(&form);
        assert!(request.send().await.unwrap().status().is_success());
    }
    let lost = Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() };
    system.phones.set_faults(&lost).await.unwrap();
    let (status, body) = calls_once(&system).await;
    assert_eq!((status, &body["status"]), (202, &json!("unknown")), "{body}");
    system.phones.set_faults(&Faults::default()).await.unwrap();
    let (status, body) = calls_once(&system).await;
    assert_eq!((status, &body["status"]), (201, &json!("queued")), "{body}");
    let calls = system.phones.calls().await.unwrap();
    assert_eq!(calls.iter().filter(|call| call.to == agent).count(), 1);
}
