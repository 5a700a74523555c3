//! How long things last at most: ringing, and calls.

use simulator::client::{Behavior, CallStatus, OnCall, What};

use crate::stage::{BOB, OFFICE, Stage};

/// How many simulated seconds a call rang until it ended.
async fn rang(stage: &Stage, sid: &str) -> f64 {
    let (_, transcript) = stage.end_of(sid).await;
    let at = |wanted: CallStatus| {
        let status = What::Status { status: wanted };
        transcript.iter().find(|entry| entry.what == status).unwrap().at_seconds
    };
    at(CallStatus::NoAnswer) - at(CallStatus::Ringing)
}

#[tokio::test]
async fn phones_ring_five_seconds_longer_than_the_timeout_says() {
    let stage = Stage::at_speed(20.0).await;
    stage.app.on("/voice", "<Dial timeout='10'>+15005550002</Dial>");
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Ring)).await.unwrap();
    stage.ann_begins(&[]).await;
    let dialled = stage.ringing_at(BOB).await;
    let length = rang(&stage, &dialled.sid).await;
    assert!((14.0..40.0).contains(&length), "<Dial>: {length} s");
    let form = [("From", OFFICE), ("To", BOB), ("Twiml", "<Response/>"), ("Timeout", "10")];
    let (_, placed) = stage.post("Calls.json", &form).await;
    let length = rang(&stage, placed["sid"].as_str().unwrap()).await;
    assert!((14.0..40.0).contains(&length), "REST: {length} s");
}

#[tokio::test]
async fn a_phone_that_is_picked_up_within_the_extension_is_connected() {
    let stage = Stage::at_speed(20.0).await;
    stage.app.on("/voice", "<Dial timeout='10' action='/dialled'>+15005550002</Dial>");
    let bob = Behavior::answer(simulator::script::parse(["hang-up"]).unwrap()).after_ms(12_000);
    stage.control.set_behavior(BOB, &bob).await.unwrap();
    stage.ann_begins(&[]).await;
    assert_eq!(stage.app.first("/dialled").await.get("DialCallStatus"), "completed");
}

#[tokio::test]
async fn a_call_lives_four_hours() {
    let stage = Stage::at_speed(20_000.0).await;
    stage.app.on("/voice", "<Pause length='10'/><Redirect/>");
    let sid = stage.ann_begins(&[]).await;
    let (call, _) = stage.end_of(&sid).await;
    assert_eq!(call.status, CallStatus::Completed);
    let seconds = call.duration_seconds.unwrap();
    assert!((14_400..60_000).contains(&seconds), "{seconds} s");
}
