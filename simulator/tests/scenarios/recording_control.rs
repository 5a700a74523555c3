//! Recordings that REST pauses, resumes, stops and deletes.

use serde_json::Value;
use simulator::audio;
use simulator::client::{Behavior, CallStatus, OnCall, Speak};

use crate::stage::{BOB, OFFICE, Stage};

/// A recorded call to Bob, who has answered; its SID.
async fn recorded_call(stage: &Stage) -> String {
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Answer)).await.unwrap();
    let file = stage.app.url("/file");
    let form = [
        ("From", OFFICE),
        ("To", BOB),
        ("Twiml", "<Response><Pause length='600'/></Response>"),
        ("Record", "true"),
        ("RecordingStatusCallback", &file),
    ];
    let (_, call) = stage.post("Calls.json", &form).await;
    let sid = call["sid"].as_str().unwrap().to_owned();
    stage.call_where(|it| it.sid == sid && it.status == CallStatus::InProgress).await;
    sid
}

async fn change(stage: &Stage, call: &str, recording: &str, status: &str) -> (u16, Value) {
    let path = format!("Calls/{call}/Recordings/{recording}.json");
    stage.post(&path, &[("Status", status)]).await
}

#[tokio::test]
async fn what_is_said_during_a_pause_is_not_in_the_file() {
    let stage = Stage::new().await;
    let call = recorded_call(&stage).await;
    let says = async |seconds| stage.control.speak(&call, &Speak::Seconds(seconds)).await.unwrap();
    says(1.0).await;
    for (status, seconds) in [("paused", 2.0), ("in-progress", 3.0)] {
        let (code, shown) = change(&stage, &call, "Twilio.CURRENT", status).await;
        assert_eq!((code, shown["status"].as_str()), (200, Some(status)));
        says(seconds).await;
    }
    let (_, shown) = change(&stage, &call, "Twilio.CURRENT", "stopped").await;
    assert!(matches!(shown["status"].as_str(), Some("stopped" | "processing")), "{shown}");
    says(4.0).await;
    let file = stage.app.first("/file").await;
    assert_eq!(file.get("RecordingStatus"), "completed");
    let recording = file.get("RecordingSid");
    let media = stage.media(&format!("Recordings/{recording}")).await;
    let expected = [audio::speech(1.0), audio::speech(3.0)].concat();
    assert_eq!(audio::read_wav(&media.bytes().await.unwrap()), Ok(expected));
    let (code, error) = change(&stage, &call, recording, "paused").await;
    assert_eq!((code, error["code"].as_u64()), (400, Some(21_220)));
    assert_eq!(change(&stage, &call, "Twilio.CURRENT", "paused").await.0, 404);
}

#[tokio::test]
async fn deleted_recording_shows_only_to_who_asks_for_such() {
    let stage = Stage::with_voice("<Record action='/a' recordingStatusCallback='/file'/>").await;
    stage.ann_calls(&["wait:beep", "speak:1", "hang-up"]).await;
    let sid = stage.app.first("/file").await.get("RecordingSid").to_owned();
    assert_eq!(stage.delete(&format!("Recordings/{sid}.json")).await, 204);
    let listed = async |query: &str| {
        let (_, list) = stage.get(&format!("Recordings.json{query}")).await;
        list["recordings"].clone()
    };
    assert_eq!(listed("").await, Value::Array(Vec::new()));
    assert_eq!(listed("?IncludeSoftDeleted=true").await[0]["status"], "deleted");
    for path in [format!("Recordings/{sid}.json"), format!("Recordings/{sid}.wav")] {
        assert_eq!(stage.media(&path).await.status(), 404);
    }
    assert_eq!(stage.delete(&format!("Recordings/{sid}.json")).await, 404);
}
