//! Texts: out, in, and what is told of them.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, MessagingService, OnCall, OnMessage, Settings, Trial};

use crate::system::{ACCOUNT, CALLER, MAIN, OWNER, System, TOKEN};

async fn send(system: &System, body: &str) -> (u16, Value) {
    system.api("POST", "/api/messages", json!({"to": CALLER, "body": body})).await
}

pub async fn send_with_key(system: &System, key: &str, body: &str) -> (u16, Value) {
    let request = system
        .http
        .post(format!("{}/api/messages", system.stack.api_url()))
        .bearer_auth(system.token().await)
        .header("idempotency-key", key)
        .json(&json!({"to": CALLER, "body": body}));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The texts that the customer's phone has been sent.
async fn texts(system: &System) -> Vec<String> {
    let messages = system.phones.messages(CALLER).await.unwrap();
    messages.into_iter().filter(|text| text.to == CALLER).map(|text| text.body).collect()
}

async fn faults(system: &System, faults: Faults) {
    system.phones.set_faults(&faults).await.unwrap();
}

#[tokio::test]
async fn segments_are_counted_and_texts_stored_as_they_were() {
    let system = System::start().await;
    let hostile = "<script>alert(1)</script> \u{202e}drawkcab\u{202c} & \"quotes\"";
    for (body, segments) in [
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("€".repeat(80), 1),
        ("€".repeat(81), 2),
        ("👍".repeat(35), 1),
        ("👍".repeat(36), 2),
        ("a".repeat(1_600), 11),
        (hostile.to_owned(), 1),
    ] {
        let (status, sent) = send(&system, &body).await;
        assert_eq!((status, &sent["segments"]), (201, &json!(segments)), "{sent}");
    }
    let newest = &system.get(&format!("/api/contacts/{CALLER}/entries")).await["items"][0];
    assert_eq!(newest["body"], hostile);
    let (status, problem) = send(&system, &"a".repeat(1_601)).await;
    assert_eq!((status, &problem["field"]), (422, &json!("body")), "{problem}");
}

#[tokio::test]
async fn what_cannot_be_texted_is_refused_with_a_sentence() {
    let system = System::start().await;
    for (to, status, says) in [
        ("911", 422, "phone"),
        ("+1911", 422, "phone"),
        ("112", 422, "phone"),
        ("12", 422, ""),
        ("hello", 422, ""),
        ("+442079460000", 422, "country"),
        ("+19005550100", 422, ""),
        ("+15556667777", 201, ""),
        ("(500) 555-0123", 201, ""),
    ] {
        let (answered, body) =
            system.api("POST", "/api/messages", json!({"to": to, "body": "hi"})).await;
        assert_eq!(answered, status, "{to}: {body}");
        assert!(body.to_string().contains(says), "{to}: {body}");
    }
}

#[tokio::test]
async fn twilios_refusals_are_told_with_code_and_sentence_and_leave_nothing() {
    let system = System::start().await;
    let landline = Behavior::new(OnCall::Ring).on_message(OnMessage::NotMobile);
    system.phones.set_behavior(CALLER, &landline).await.unwrap();
    let (status, problem) = send(&system, "hi").await;
    assert_eq!((status, &problem["code"]), (422, &json!(21614)), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("landline"), "{problem}");
    let entries = system.get(&format!("/api/contacts/{CALLER}/entries")).await;
    assert_eq!(entries["items"], json!([]));
}

#[tokio::test]
async fn failed_delivery_is_on_the_entry_with_its_code() {
    let system = System::start().await;
    for (behavior, status, code) in [
        (OnMessage::Landline, "undelivered", 30006),
        (OnMessage::Unknown, "undelivered", 30005),
        (OnMessage::Filtered, "undelivered", 30007),
    ] {
        let phone = Behavior::new(OnCall::Ring).on_message(behavior);
        system.phones.set_behavior(CALLER, &phone).await.unwrap();
        assert_eq!(send(&system, "hi").await.0, 201);
        let entries = system
            .timeline_when(|e| {
                e.last().is_some_and(|e| e["status"] == status && e["error_code"] == code)
            })
            .await;
        assert!(!entries.is_empty());
    }
}

#[tokio::test]
async fn same_key_has_one_effect_and_another_body_is_refused() {
    let system = System::start().await;
    let (status, first) = send_with_key(&system, "k1", "once").await;
    assert_eq!(status, 201, "{first}");
    let again = send_with_key(&system, "k1", "once").await;
    assert_eq!(again, (201, first));
    let (status, problem) = send_with_key(&system, "k1", "twice").await;
    assert_eq!(status, 422, "{problem}");
    assert_eq!(texts(&system).await, ["once"]);

    // Ten at the same instant: one sends, the others have its answer or are told that it runs.
    let racing = (0..10).map(|_| send_with_key(&system, "k2", "race"));
    let answers = futures::future::join_all(racing).await;
    assert!(answers.iter().any(|(status, _)| *status == 201), "{answers:?}");
    assert!(answers.iter().all(|(status, _)| matches!(status, 201 | 409)), "{answers:?}");
    assert_eq!(texts(&system).await, ["once", "race"]);
}

#[tokio::test]
async fn lost_answer_is_looked_up_and_the_text_sent_once() {
    let system = System::start().await;
    let lost = Faults { rest_accept_then_disconnect: 1.0, drop: 1.0, ..Faults::default() };
    faults(&system, lost).await;
    let (status, body) = send_with_key(&system, "lost", "hello").await;
    // Nothing can be looked up while every answer is lost, and no callback tells.
    assert_eq!((status, &body["status"]), (202, &json!("unknown")), "{body}");
    faults(&system, Faults::default()).await;
    let (status, body) = send_with_key(&system, "lost", "hello").await;
    assert_eq!(status, 201, "{body}");
    assert!(body["sid"].is_string());
    assert_eq!(system.timeline_when(|e| !e.is_empty()).await.len(), 1);
    assert_eq!(texts(&system).await, ["hello"]);
}

#[tokio::test]
async fn callback_that_is_earlier_than_the_answer_tells_what_came_of_it() {
    let system = System::start().await;
    faults(&system, Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() }).await;
    let (status, body) = send(&system, "hello").await;
    assert!(matches!(status, 201 | 202), "{body}");
    system.timeline_when(|e| e.len() == 1 && e[0]["status"] == "delivered").await;
    assert_eq!(texts(&system).await, ["hello"]);
}

#[tokio::test]
async fn busy_twilio_is_asked_again_and_then_the_client_is_asked_to_wait() {
    let system = System::start().await;
    faults(&system, Faults { rest_429: 1.0, ..Faults::default() }).await;
    let (status, problem) = send_with_key(&system, "busy", "hello").await;
    assert_eq!(status, 503, "{problem}");
    assert!(problem["retry_after_seconds"].is_number(), "{problem}");
    faults(&system, Faults { rest_500: 1.0, ..Faults::default() }).await;
    let (status, problem) = send_with_key(&system, "busy", "hello").await;
    assert!(status == 503 || status == 202, "{problem}");
    faults(&system, Faults { seed: 3, rest_429: 0.4, ..Faults::default() }).await;
    let (status, body) = send_with_key(&system, "another", "hello").await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(texts(&system).await, ["hello"]);
}

#[tokio::test]
async fn caps_hold_for_each_recipient_and_not_for_the_owner() {
    let system = System::with(&[("TextsPerRecipient", "2")]).await;
    assert_eq!(send(&system, "1").await.0, 201);
    assert_eq!(send(&system, "2").await.0, 201);
    let (status, problem) = send(&system, "3").await;
    assert_eq!(status, 429, "{problem}");
    assert!(problem["retry_after_seconds"].is_number());
    assert_eq!(texts(&system).await, ["1", "2"]);
    let other = json!({"to": OWNER, "body": "hi"});
    assert_eq!(system.api("POST", "/api/messages", other).await.0, 201);
}

#[tokio::test]
async fn pictures_are_copied_and_found_by_a_link() {
    let system = System::start().await;
    let text: simulator::client::SendText =
        serde_json::from_value(json!({"to": MAIN, "body": "look", "media": [{}]})).unwrap();
    system.phones.send_text(CALLER, &text).await.unwrap();
    let entries =
        system.timeline_when(|e| e.first().is_some_and(|e| e["media"][0]["url"].is_string())).await;
    let media = &entries[0]["media"][0];
    assert_eq!(media["content_type"], "image/png");
    let url = media["url"].as_str().unwrap();
    let path = url.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap();
    let link = system.get(&path).await;
    let picture = system.http.get(link["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(picture.status(), 200);
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn text_that_comes_twice_or_late_is_one_entry() {
    let system = System::start().await;
    let sid = "SM000000000000000000000000000000aa";
    let form = [
        ("AccountSid", ACCOUNT),
        ("MessageSid", sid),
        ("From", CALLER),
        ("To", MAIN),
        ("Body", "hello"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
    ];
    let racing = (0..10).map(|_| system.webhook("/sms", &form));
    for (status, body) in futures::future::join_all(racing).await {
        assert!(status == 200 && body.contains("<Response"), "{status} {body}");
    }
    assert_eq!(system.get("/api/contacts").await["items"][0]["unread"], 1);
    let entries = system.get(&format!("/api/contacts/{CALLER}/entries")).await;
    assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    assert_eq!(system.post("/sms", &form, "forged").await.0, 403);
}

#[tokio::test]
async fn statuses_in_any_order_end_with_the_final_one() {
    let system = System::start().await;
    let silent = Behavior::new(OnCall::Ring).on_message(OnMessage::Silent);
    system.phones.set_behavior(CALLER, &silent).await.unwrap();
    let (_, sent) = send(&system, "hi").await;
    let path = format!("/sms/status?id={}", sent["id"].as_str().unwrap());
    let status = async |status: &str| {
        let form = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", sent["sid"].as_str().unwrap()),
            ("MessageStatus", status),
        ];
        assert_eq!(system.webhook(&path, &form).await.0, 204);
    };
    for word in ["delivered", "sent", "queued", "failed", "sending"] {
        status(word).await;
    }
    let entries = system.timeline_when(|e| e.len() == 1).await;
    assert_eq!(entries[0]["status"], "delivered");
    // Of a text that nobody knows, nothing is made.
    let form = [
        ("AccountSid", ACCOUNT),
        ("MessageSid", "SM000000000000000000000000000000bb"),
        ("MessageStatus", "delivered"),
    ];
    let before = system.table().await;
    assert_eq!(system.webhook("/sms/status?id=SBunknown", &form).await.0, 204);
    assert_eq!(system.table().await, before);
}

#[tokio::test]
async fn nothing_of_a_text_is_logged_at_whatever_level() {
    let system = System::without(&[], &[("LogLevel", "TRACE")]).await;
    system.phones.text(CALLER, MAIN, "canary-in").await.unwrap();
    assert_eq!(send(&system, "canary-out").await.0, 201);
    send(&system, &"canary-long".repeat(200)).await;
    system.timeline_when(|e| e.len() == 2 && e.iter().any(|e| e["status"] == "delivered")).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let logs = system.stack.logs();
    let secret = system.stack.secret_access_key();
    for canary in ["canary", CALLER, &CALLER[1..], MAIN, TOKEN, secret] {
        assert!(!logs.contains(canary), "{canary} in\n{logs}");
    }
}

#[tokio::test]
async fn a_form_is_taken_too() {
    let system = System::start().await;
    let post = async |form: &[(&str, &str)]| {
        let request = system
            .http
            .post(format!("{}/api/messages", system.stack.api_url()))
            .bearer_auth(system.token().await)
            .header("idempotency-key", "once")
            .form(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    for bad in [
        &[("To", CALLER)][..],
        &[("to", CALLER), ("body", "Hello")],
        &[("To", CALLER), ("To", OWNER), ("Body", "Hello")],
        &[("To", CALLER), ("Body", " ")],
        &[("To", "nobody"), ("Body", "Hello")],
    ] {
        let (status, problem) = post(bad).await;
        assert_eq!(status, 422, "{bad:?}: {problem}");
        assert!(problem["field"].is_string(), "{problem}");
    }
    for _ in 0..2 {
        let (status, sent) = post(&[("To", CALLER), ("Body", "Hello & welcome")]).await;
        assert_eq!(status, 201, "{sent}");
    }
    system.phones.texted(CALLER, |text| text.body == "Hello & welcome").await.unwrap();
    assert_eq!(texts(&system).await.len(), 1);
}

#[tokio::test]
async fn a_text_whose_answer_is_lost_is_known_again_as_twilio_shows_it() {
    let trial = Settings {
        trial: Some(Trial { verified: vec![CALLER.to_owned()] }),
        ..Settings::default()
    };
    let service = MessagingService { numbers: vec![MAIN.to_owned()], ..Default::default() };
    let encoded = Settings { messaging_service: Some(service), ..Settings::default() };
    for settings in [trial, encoded] {
        let system = System::start().await;
        system.phones.set_settings(&settings).await.unwrap();
        let lost = Faults { rest_accept_then_disconnect: 1.0, drop: 1.0, ..Faults::default() };
        faults(&system, lost).await;
        let body = "\u{201c}5 \u{2013} 6 o\u{2019}clock\u{201d}\u{2026}";
        let (status, _) = send_with_key(&system, "once", body).await;
        assert_eq!(status, 202);
        faults(&system, Faults::default()).await;
        let (status, sent) = send_with_key(&system, "once", body).await;
        assert_eq!(status, 201, "{settings:?}: {sent}");
        assert_eq!(texts(&system).await.len(), 1);
    }
}

#[tokio::test]
async fn what_twilio_cannot_take_now_is_asked_for_again_later() {
    let system = System::start().await;
    let full = Faults { refuse: [(21_611, 1.0)].into(), ..Faults::default() };
    faults(&system, full).await;
    let (status, problem) = send(&system, "hi").await;
    assert_eq!(status, 503, "{problem}");
    assert!(problem["retry_after_seconds"].is_number(), "{problem}");
    faults(&system, Faults::default()).await;
    let me = json!({"name": "Ada", "phone_number": "+15005550177"});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    let busy = Faults { refuse: [(10_004, 1.0)].into(), ..Faults::default() };
    faults(&system, busy).await;
    let (status, problem) = system.api("POST", "/api/calls", json!({"to": CALLER})).await;
    assert_eq!(status, 503, "{problem}");
}

#[tokio::test]
async fn why_a_text_did_not_arrive_is_said_in_a_sentence() {
    let system = System::start().await;
    let phone = Behavior::new(OnCall::Ring).on_message(OnMessage::Filtered);
    system.phones.set_behavior(CALLER, &phone).await.unwrap();
    assert_eq!(send(&system, "hi").await.0, 201);
    let entries = system.timeline_when(|e| e.last().is_some_and(|e| e["error"].is_string())).await;
    assert_eq!(entries[0]["error_code"], 30007);
    assert!(entries[0]["error"].as_str().unwrap().contains("spam"), "{entries:?}");
}

#[tokio::test]
async fn a_word_of_twilios_that_is_odd_hides_no_text() {
    let system = System::start().await;
    let lost = Faults { rest_accept_then_disconnect: 1.0, drop: 1.0, ..Faults::default() };
    faults(&system, lost).await;
    assert_eq!(send_with_key(&system, "once", "hello").await.0, 202);
    faults(&system, Faults { unknown_words: 1.0, ..Faults::default() }).await;
    let (status, sent) = send_with_key(&system, "once", "hello").await;
    assert_eq!(status, 201, "{sent}");
    faults(&system, Faults::default()).await;
    assert_eq!(texts(&system).await, ["hello"]);
}
