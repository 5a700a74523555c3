//! The queue of calls that REST places: one a second of simulated time, as Twilio dials them.

use serde_json::Value;
use simulator::client::{Behavior, CallStatus, OnCall, Settings, What};

use crate::stage::{BOB, CAT, OFFICE, Stage};

/// Places a call to a phone that rings; what REST answers.
async fn place(stage: &Stage, to: &str) -> Value {
    let form = [("From", OFFICE), ("To", to), ("Twiml", "<Response/>"), ("Timeout", "600")];
    let (status, call) = stage.post("Calls.json", &form).await;
    assert_eq!((status, &call["status"]), (201, &"queued".into()));
    call
}

/// A stage in real time, so that a second is long enough to look at what waits.
async fn slow_stage() -> Stage {
    let stage = Stage::at_speed(1.0).await;
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Ring)).await.unwrap();
    stage
}

/// How many simulated seconds after it was placed a call was dialled.
async fn dialled(stage: &Stage, sid: &str) -> f64 {
    let transcript = stage.control.transcript(sid).await.unwrap();
    let initiated = What::Status { status: CallStatus::Initiated };
    transcript.iter().find(|entry| entry.what == initiated).unwrap().at_seconds
}

#[tokio::test]
async fn second_call_waits_without_dates_for_its_second() {
    let stage = slow_stage().await;
    let first = place(&stage, BOB).await;
    let second = place(&stage, CAT).await;
    for date in ["date_created", "date_updated", "start_time"] {
        assert_eq!(second[date], Value::Null, "{date}");
    }
    let wait: u64 = second["queue_time"].as_str().unwrap().parse().unwrap();
    assert!((200..=1_000).contains(&wait), "{wait} ms");
    stage.ringing_at(BOB).await;
    let (_, list) = stage.get("Calls.json?Status=queued").await;
    let queued = &list["calls"].as_array().unwrap()[0];
    assert_eq!((&queued["sid"], &queued["date_created"]), (&second["sid"], &Value::Null));
    stage.ringing_at(CAT).await;
    let [early, late] = [&first, &second].map(|call| call["sid"].as_str().unwrap());
    assert!(dialled(&stage, early).await < 0.5, "an idle account dials at once");
    assert!((0.2..1.8).contains(&dialled(&stage, late).await), "the next one a second later");
    let (_, shown) = stage.get(&format!("Calls/{late}.json")).await;
    assert!(shown["date_created"].is_string() && shown["start_time"].is_string(), "{shown}");
}

#[tokio::test]
async fn canceled_call_is_never_dialled_and_takes_nobodys_turn() {
    let stage = slow_stage().await;
    place(&stage, BOB).await;
    let canceled = place(&stage, BOB).await;
    let third = place(&stage, CAT).await;
    let path = format!("Calls/{}.json", canceled["sid"].as_str().unwrap());
    let (status, call) = stage.post(&path, &[("Status", "canceled")]).await;
    assert_eq!((status, &call["status"]), (200, &"canceled".into()));
    assert_eq!(call["start_time"], Value::Null);
    stage.ringing_at(CAT).await;
    assert!(dialled(&stage, third["sid"].as_str().unwrap()).await < 1.8);
}

#[tokio::test]
async fn participants_wait_in_the_same_queue_and_settings_change_its_pace() {
    let stage = slow_stage().await;
    let add = async |room: &str| {
        let form = [("From", OFFICE), ("To", BOB), ("Timeout", "600")];
        let (status, added) =
            stage.post(&format!("Conferences/{room}/Participants.json"), &form).await;
        assert_eq!(status, 201, "{added}");
        added["queue_time"].as_str().unwrap().parse::<u64>().unwrap()
    };
    place(&stage, BOB).await;
    let wait = add("one").await;
    assert!((200..=1_000).contains(&wait), "{wait} ms");
    let settings = Settings { calls_per_second: 10, ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
    let wait = add("two").await;
    assert!(wait <= 200, "{wait} ms");
    let settings = Settings { calls_per_second: 0, ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(add("three").await, 0);
}
