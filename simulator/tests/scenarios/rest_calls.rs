//! Calls through REST: placing, watching, changing and ending them.

use simulator::client::{Behavior, CallStatus, OnCall};
use simulator::script;

use crate::stage::{ANN, BOB, OFFICE, Stage, heard};

const EVENTS: [(&str, &str); 4] = [
    ("StatusCallbackEvent", "initiated"),
    ("StatusCallbackEvent", "ringing"),
    ("StatusCallbackEvent", "answered"),
    ("StatusCallbackEvent", "completed"),
];

/// Calls Bob with `/outgoing` as document and all status callbacks; the SID.
async fn call_bob(stage: &Stage, more: &[(&str, &str)]) -> String {
    let (url, status) = (stage.app.url("/outgoing"), stage.app.url("/status"));
    let mut form = vec![("From", OFFICE), ("To", BOB), ("Url", &url), ("StatusCallback", &status)];
    form.extend(EVENTS);
    form.extend(more);
    let (status, call) = stage.post("Calls.json", &form).await;
    assert_eq!(status, 201, "{call}");
    assert_eq!((&call["status"], &call["direction"]), (&"queued".into(), &"outbound-api".into()));
    call["sid"].as_str().unwrap().to_owned()
}

async fn bob_does(stage: &Stage, words: &[&str]) {
    let behavior = Behavior::answer(script::parse(words).unwrap());
    stage.control.set_behavior(BOB, &behavior).await.unwrap();
}

#[tokio::test]
async fn placed_call_runs_its_document_and_tells_its_progress() {
    let stage = Stage::new().await;
    stage.app.on("/outgoing", "<Say>Hello Bob</Say>");
    bob_does(&stage, &["wait:Hello Bob"]).await;
    let sid = call_bob(&stage, &[]).await;
    let (call, transcript) = stage.end_of(&sid).await;
    assert_eq!(call.status, CallStatus::Completed);
    assert_eq!(heard(&transcript), ["Hello Bob"]);
    let hits = stage.app.wait_for("/status", 4).await;
    let told: Vec<_> =
        hits.iter().map(|hit| (hit.get("CallStatus"), hit.get("SequenceNumber"))).collect();
    assert_eq!(
        told,
        [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    );
    let asked = stage.app.first("/outgoing").await;
    assert_eq!((asked.get("Direction"), asked.get("CallStatus")), ("outbound-api", "in-progress"));
    let (_, shown) = stage.get(&format!("Calls/{sid}.json")).await;
    assert_eq!(
        (&shown["status"], &shown["to_formatted"]),
        (&"completed".into(), &"(500) 555-0002".into())
    );
    assert!(shown["price"].as_str().unwrap().starts_with('-'));
}

#[tokio::test]
async fn phones_that_are_not_reached_end_the_call() {
    for (on_call, status, sip) in [
        (OnCall::Busy, "busy", "486"),
        (OnCall::Decline, "busy", "486"),
        (OnCall::NoAnswer, "no-answer", "487"),
        (OnCall::Unreachable, "failed", "404"),
    ] {
        let stage = Stage::new().await;
        stage.control.set_behavior(BOB, &Behavior::new(on_call)).await.unwrap();
        let timeout = if on_call == OnCall::NoAnswer { "10" } else { "600" };
        let sid = call_bob(&stage, &[("Timeout", timeout)]).await;
        let (call, _) = stage.end_of(&sid).await;
        assert_eq!(call.status.as_str(), status);
        let over = stage.webhook_where(|webhook| webhook.params["CallStatus"] == status).await;
        assert_eq!(
            (over.params["CallDuration"].as_str(), over.params["SipResponseCode"].as_str()),
            ("0", sip)
        );
        assert!(stage.app.hits("/outgoing").is_empty());
    }
}

#[tokio::test]
async fn machines_are_told_from_people() {
    for (on_call, answered_by) in
        [(OnCall::CarrierVoicemail, "machine_start"), (OnCall::Answer, "human")]
    {
        let stage = Stage::new().await;
        stage.app.on("/outgoing", "<Hangup/>");
        stage.control.set_behavior(BOB, &Behavior::new(on_call)).await.unwrap();
        let sid = call_bob(&stage, &[("MachineDetection", "Enable")]).await;
        stage.end_of(&sid).await;
        assert_eq!(stage.app.first("/outgoing").await.get("AnsweredBy"), answered_by);
        assert_eq!(stage.get(&format!("Calls/{sid}.json")).await.1["answered_by"], answered_by);
    }
}

#[tokio::test]
async fn call_may_bring_its_own_document_and_be_recorded() {
    let stage = Stage::new().await;
    bob_does(&stage, &["wait:Hi", "speak:2", "hang-up"]).await;
    let file = stage.app.url("/file");
    let twiml = "<Response><Say>Hi</Say><Pause length='60'/></Response>";
    let form = [
        ("From", OFFICE),
        ("To", BOB),
        ("Twiml", twiml),
        ("Record", "true"),
        ("RecordingStatusCallback", &file),
    ];
    let (status, call) = stage.post("Calls.json", &form).await;
    assert_eq!(status, 201);
    stage.end_of(call["sid"].as_str().unwrap()).await;
    let file = stage.app.first("/file").await;
    assert_eq!((file.get("RecordingSource"), file.get("RecordingDuration")), ("OutboundAPI", "2"));
}

#[tokio::test]
async fn live_call_is_given_another_document() {
    let stage = Stage::with_voice("<Say>Please hold</Say><Pause length='3600'/>").await;
    stage.app.on("/next", "<Say>Thank you for waiting</Say>");
    let sid = stage.ann_begins(&["wait:Thank you"]).await;
    stage.heard(&sid, "hold").await;
    let next = stage.app.url("/next");
    let (status, call) = stage.post(&format!("Calls/{sid}.json"), &[("Url", &next)]).await;
    assert_eq!((status, &call["status"]), (200, &"in-progress".into()));
    let (_, transcript) = stage.end_of(&sid).await;
    assert_eq!(heard(&transcript), ["Please hold", "Thank you for waiting"]);
    let twiml = [("Twiml", "<Response/>")];
    let (status, error) = stage.post(&format!("Calls/{sid}.json"), &twiml).await;
    assert_eq!((status, &error["code"]), (400, &21_220.into()));
}

#[tokio::test]
async fn redirect_during_a_dial_asks_both_its_action_and_the_new_document() {
    let stage =
        Stage::with_voice("<Dial action='/dialled' timeout='600'>+15005550002</Dial>").await;
    stage.app.on("/dialled", "<Say>Never said</Say>");
    bob_does(&stage, &["speak:hello"]).await;
    let sid = stage.ann_begins(&["wait:hello", "wait:from REST"]).await;
    stage.heard(&sid, "hello").await;
    let twiml = [("Twiml", "<Response><Say>from REST</Say></Response>")];
    assert_eq!(stage.post(&format!("Calls/{sid}.json"), &twiml).await.0, 200);
    let (_, transcript) = stage.end_of(&sid).await;
    assert_eq!(heard(&transcript), ["hello", "from REST"]);
    assert_eq!(stage.app.first("/dialled").await.get("DialCallStatus"), "completed");
    let bob = stage.call_where(|call| call.to == BOB && call.status.is_final()).await;
    assert_eq!(bob.status, CallStatus::Completed);
}

#[tokio::test]
async fn dialled_leg_that_is_redirected_leaves_the_bridge() {
    let stage =
        Stage::with_voice("<Dial action='/dialled' timeout='600'>+15005550002</Dial>").await;
    stage.app.on("/dialled", "<Say>Ann alone</Say>");
    bob_does(&stage, &["speak:hello", "wait:Bob alone"]).await;
    let sid = stage.ann_begins(&["wait:hello", "wait:Ann alone"]).await;
    stage.heard(&sid, "hello").await;
    let bob =
        stage.call_where(|call| call.to == BOB && call.status == CallStatus::InProgress).await;
    let twiml = [("Twiml", "<Response><Say>Bob alone</Say></Response>")];
    assert_eq!(stage.post(&format!("Calls/{}.json", bob.sid), &twiml).await.0, 200);
    stage.end_of(&sid).await;
    stage.end_of(&bob.sid).await;
    assert_eq!(stage.app.first("/dialled").await.get("DialCallStatus"), "completed");
}

#[tokio::test]
async fn calls_are_ended_by_status() {
    let stage = Stage::with_voice("<Say>Please hold</Say><Pause length='3600'/>").await;
    let sid = stage.ann_begins(&[]).await;
    stage.heard(&sid, "hold").await;
    let (status, _) = stage.post(&format!("Calls/{sid}.json"), &[("Status", "canceled")]).await;
    assert_eq!(status, 400);
    let (status, call) = stage.post(&format!("Calls/{sid}.json"), &[("Status", "completed")]).await;
    assert_eq!((status, &call["status"]), (200, &"completed".into()));

    // Bob's phone rings, and nobody answers it.
    let sid = call_bob(&stage, &[("Timeout", "600")]).await;
    stage.ringing_at(BOB).await;
    assert_eq!(stage.delete(&format!("Calls/{sid}.json")).await, 409);
    let (_, call) = stage.post(&format!("Calls/{sid}.json"), &[("Status", "canceled")]).await;
    assert_eq!(call["status"], "canceled");
    assert_eq!(stage.app.wait_for("/status", 3).await[2].get("CallStatus"), "canceled");
    stage.deletes_at_once().await;
    assert_eq!(stage.delete(&format!("Calls/{sid}.json")).await, 204);
    assert_eq!(stage.get(&format!("Calls/{sid}.json")).await.0, 404);
}

#[tokio::test]
async fn rest_call_to_an_own_number_is_inbound_there() {
    let stage = Stage::with_voice(
        "<Gather numDigits='2' timeout='600' action='/digits'><Say>Your code</Say></Gather>",
    )
    .await;
    stage.app.on("/digits", "<Say>Right</Say>");
    stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", "+15005550200")]).await;
    stage.app.on("/outgoing", "<Pause length='20'/><Play digits='42'/><Pause length='60'/>");
    let url = stage.app.url("/outgoing");
    let form = [("From", "+15005550200"), ("To", OFFICE), ("Url", url.as_str())];
    let (_, call) = stage.post("Calls.json", &form).await;
    let (call, transcript) = stage.end_of(call["sid"].as_str().unwrap()).await;
    assert_eq!(call.status, CallStatus::Completed);
    assert!(transcript.len() > 3);
    assert_eq!(stage.app.first("/digits").await.get("Digits"), "42");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let stage = Stage::with_voice("<Hangup/>").await;
    for _ in 0..3 {
        stage.ann_calls(&[]).await;
    }
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Busy)).await.unwrap();
    let busy = call_bob(&stage, &[]).await;
    stage.end_of(&busy).await;

    let (_, page) = stage.get("Calls.json?PageSize=2").await;
    let sids = |page: &serde_json::Value| -> Vec<String> {
        let calls = page["calls"].as_array().unwrap();
        calls.iter().map(|call| call["sid"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(sids(&page)[0], busy, "newest first");
    // A call between two pages does not shift them.
    stage.ann_calls(&[]).await;
    let next = page["next_page_uri"].as_str().unwrap();
    let next = next.rsplit_once('/').unwrap().1;
    let (_, second) = stage.get(next).await;
    assert_eq!(second["next_page_uri"], serde_json::Value::Null);
    assert_eq!(
        (&second["page"], &second["start"], &second["end"]),
        (&1.into(), &2.into(), &3.into())
    );
    let mut all = sids(&page);
    all.extend(sids(&second));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);

    for (query, count) in [
        ("Status=busy", 1),
        ("Status=completed", 4),
        (&format!("From=%2B{}", &ANN[1..]), 4),
        (&format!("To=%2B{}&Status=completed", &BOB[1..]), 0),
        ("StartTime%3E=2020-01-01", 5),
        ("StartTime%3C=2020-01-01", 0),
        ("StartTime=2020-01-01", 0),
    ] {
        assert_eq!(
            sids(&stage.get(&format!("Calls.json?{query}")).await.1).len(),
            count,
            "{query}"
        );
    }
}
