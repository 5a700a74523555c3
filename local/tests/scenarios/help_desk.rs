//! The agent's day: what a customer wants, what was tried, and what became of it, on one timeline.

use serde_json::{Value, json};
use simulator::client::{Behavior, OnCall};

use crate::system::{CALLER, MAIN, OWNER, System, form, script};

/// The agent's own phone.
const AGENT: &str = "+15005550177";

#[tokio::test]
async fn customer_texts_agent_calls_in_vain_and_texts_back() {
    let system = System::start().await;
    let me = json!({"name": "Ada", "phone_number": AGENT});
    let (status, body) = system.api("PUT", "/api/agent", me).await;
    assert_eq!(status, 200, "{body}");
    system
        .phones
        .set_behavior(AGENT, &Behavior::answer(script(&["wait:Press any key", "press:1"])))
        .await
        .unwrap();
    system.phones.set_behavior(CALLER, &Behavior::new(OnCall::NoAnswer)).await.unwrap();

    system.phones.text(CALLER, MAIN, "please call me").await.unwrap();

    // Counted with the text itself, and moved up in the inbox a write later.
    let arrived = |page: &Value| {
        let contact = &page["items"][0];
        contact["unread"] == 1 && contact["last_entry"]["body"] == "please call me"
    };
    let inbox = system.eventually("/api/contacts", arrived).await;
    let contact = &inbox["items"][0];
    assert_eq!(contact["numbers"], json!([CALLER]));
    assert_eq!(contact["status"], "open");

    let read = format!("/api/contacts/{CALLER}/read");
    assert_eq!(system.api("PUT", &read, Value::Null).await.0, 200);
    assert_eq!(system.get("/api/contacts").await["items"][0]["unread"], 0);

    let (status, call) = system.api("POST", "/api/calls", json!({"to": CALLER})).await;
    assert_eq!(status, 201, "{call}");
    system.timeline_when(|entries| entries.len() == 2 && entries[1]["outcome"] == "missed").await;

    let text = json!({"to": CALLER, "body": "We will call again."});
    let (status, sent) = system.api("POST", "/api/messages", text).await;
    assert_eq!(status, 201, "{sent}");
    assert_eq!(sent["segments"], 1);

    let entries = system
        .timeline_when(|entries| entries.last().is_some_and(|e| e["status"] == "delivered"))
        .await;
    let summary: Vec<_> = entries
        .iter()
        .map(|e| {
            json!([e["type"], e["direction"], e["status"], e["contact_number"], e["our_number"]])
        })
        .collect();
    assert_eq!(
        summary,
        [
            json!(["sms", "inbound", "received", CALLER, MAIN]),
            json!(["call", "outbound", "no-answer", CALLER, MAIN]),
            json!(["sms", "outbound", "delivered", CALLER, MAIN]),
        ]
    );
    assert_eq!(entries[1]["outcome"], "missed");
    assert_eq!(entries[1]["call_sid"], call["call_sid"]);
    assert_eq!(entries[1]["by"], "local");
    assert_eq!(entries[2]["message_sid"], sent["sid"]);
    let contact = system.get(&format!("/api/contacts/{CALLER}")).await;
    assert_eq!(contact["last_entry"]["status"], "delivered");
    // The customer saw our number, not the agent's.
    let phone = system.phones.phone(CALLER).await.unwrap();
    assert!(!format!("{phone:?}").contains(AGENT), "{phone:?}");
}

#[tokio::test]
async fn contact_who_answers_talks_with_the_agent() {
    let system = System::start().await;
    let me = json!({"name": "Ada", "phone_number": AGENT});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    let agent = script(&["wait:Press any key", "press:1", "wait:hello", "hang-up"]);
    system.phones.set_behavior(AGENT, &Behavior::answer(agent)).await.unwrap();
    let customer = Behavior::answer(script(&["pause:0.5", "speak:hello"]));
    system.phones.set_behavior(CALLER, &customer).await.unwrap();

    let (status, body) = system.api("POST", "/api/calls", json!({"to": CALLER})).await;
    assert_eq!(status, 201, "{body}");
    let entries = system
        .timeline_when(|entries| entries.len() == 1 && entries[0]["outcome"] == "answered")
        .await;
    assert_eq!(entries[0]["answered_by"], CALLER);
    assert_eq!(system.get("/api/contacts").await["items"][0]["unread"], 0);
}

#[tokio::test]
async fn agents_carrier_voicemail_is_never_connected() {
    let system = System::start().await;
    let me = json!({"name": "Ada", "phone_number": AGENT});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    system.phones.set_behavior(AGENT, &Behavior::new(OnCall::CarrierVoicemail)).await.unwrap();
    let (status, call) = system.api("POST", "/api/calls", json!({"to": CALLER})).await;
    assert_eq!(status, 201, "{call}");
    let entries = system
        .timeline_when(|entries| entries.first().is_some_and(|e| e["outcome"] == "missed"))
        .await;
    assert_eq!(entries.len(), 1);
    assert!(system.phones.phone(CALLER).await.unwrap().call.is_none());
}

#[tokio::test]
async fn owner_is_told_once_of_a_voicemail_and_not_of_a_call_that_was_taken() {
    let system = System::with(&[("OwnerNoticeDelay", "1")]).await;
    let sid = system
        .customer_calls(&["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"])
        .await;
    let texts =
        system.phones.texted(OWNER, |text| text.body.contains("Voicemail from")).await.unwrap();
    let notice = texts.body;
    assert!(notice.contains(CALLER) && notice.contains("#/contacts/"), "{notice}");
    // Twilio tells the end of the call a second time.
    let form = form(&[("CallSid", &sid), ("CallStatus", "completed")]);
    assert_eq!(system.webhook("/voice/status", &form).await.0, 204);
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let messages = system.phones.messages(OWNER).await.unwrap();
    assert_eq!(messages.len(), 1, "{messages:?}");

    let taking = script(&["wait:Press any key", "press:1", "pause:4", "hang-up"]);
    system.owner(Behavior::answer(taking)).await;
    let sid = system.customer_calls(&["wait:Press 1", "press:1", "pause:60"]).await;
    system.entry_when(&sid, |entry| entry.status.is_final()).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(system.phones.messages(OWNER).await.unwrap().len(), 1);
    // Nobody's inbox has the owner in it.
    let inbox = system.get("/api/contacts").await;
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "{inbox}");
    assert_eq!(inbox["items"][0]["unread"], 1);
}

#[tokio::test]
async fn the_owner_is_not_told_of_their_own_call() {
    let system = System::with(&[("OwnerNoticeDelay", "1")]).await;
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"];
    let own = system.calls_from(OWNER, &words).await;
    system.entry_when(&own, crate::system::is_copied).await;
    let other = system.customer_calls(&words).await;
    system.entry_when(&other, crate::system::is_copied).await;
    system.phones.texted(OWNER, |text| text.body.contains("Voicemail from")).await.unwrap();
    assert_eq!(system.phones.messages(OWNER).await.unwrap().len(), 1);
}

#[tokio::test]
async fn calls_of_one_caller_are_told_together_and_those_of_another_at_once() {
    let system = System::with(&[("OwnerNoticeDelay", "0")]).await;
    let words = ["wait:Press 1", "press:2", "wait:beep", "hang-up"];
    for _ in 0..4 {
        let sid = system.customer_calls(&words).await;
        system.entry_when(&sid, |entry| entry.status.is_final()).await;
    }
    let other = system.calls_from("+15005550112", &words).await;
    system.entry_when(&other, |entry| entry.status.is_final()).await;
    system.phones.texted(OWNER, |text| text.body.contains("+15005550112")).await.unwrap();
    let of_caller = async || {
        let texts = system.phones.messages(OWNER).await.unwrap();
        texts.into_iter().filter(|text| text.body.contains(CALLER)).map(|text| text.body).collect()
    };
    let told: Vec<String> = of_caller().await;
    assert_eq!(told.len(), 1, "{told:?}");
    // Ten minutes later.
    let digest = system.stack.queue("DeliverQueue").unwrap();
    let digest = digest.iter().find(|it| it.body.contains("notice-digest")).unwrap().body.clone();
    let job = json!({"Records": [{
        "messageId": "m1", "receiptHandle": "r", "body": digest, "attributes": {},
        "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:switchboard-deliver-queue",
        "awsRegion": "us-east-1",
    }]});
    for _ in 0..2 {
        system.stack.invoke("deliver", job.to_string().as_bytes()).await.unwrap();
    }
    let told: Vec<String> = of_caller().await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("3 more calls from")), "{told:?}");
}

#[tokio::test]
async fn an_agent_cannot_have_calls_sent_where_nobody_may_call() {
    let system = System::start().await;
    for number in ["+25261234567", "+882161234567", MAIN, "+447012345678", "+447612345678"] {
        let me = json!({"name": "Ada", "phone_number": number});
        let (status, problem) = system.api("PUT", "/api/agent", me).await;
        assert_eq!(
            (status, &problem["field"]),
            (422, &json!("phone_number")),
            "{number}: {problem}"
        );
    }
    let settings = json!({"owner_number": MAIN});
    let (status, problem) = system.api("PUT", "/api/settings", settings).await;
    assert_eq!((status, &problem["field"]), (422, &json!("owner_number")), "{problem}");
    let (status, problem) = system.api("POST", "/api/calls", json!({"to": MAIN})).await;
    assert_eq!((status, &problem["field"]), (422, &json!("to")), "{problem}");
    for bad in [json!(16), json!(-1), json!("x")] {
        let change = json!({"notice_interval_minutes": bad});
        let (status, problem) = system.api("PUT", "/api/settings", change).await;
        assert_eq!(
            (status, &problem["field"]),
            (422, &json!("notice_interval_minutes")),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn the_phone_of_an_agent_is_counted_too() {
    let system = System::with(&[("CallsPerRecipient", "2")]).await;
    let me = json!({"name": "Ada", "phone_number": AGENT});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    for (n, status) in [(0, 201), (1, 201), (2, 429)] {
        let to = json!({"to": format!("+150055502{n:02}")});
        assert_eq!(system.api("POST", "/api/calls", to).await.0, status, "{n}");
    }
}
