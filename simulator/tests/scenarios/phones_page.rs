//! The phones page: its files, and the lists that it reads.

use serde_json::{Value, json};
use simulator::audio;
use simulator::client::{Behavior, OnCall};

use crate::stage::{ACCOUNT, ANN, BOB, OFFICE, Stage, http_client};

async fn get(stage: &Stage, path: &str) -> reqwest::Response {
    http_client().get(format!("{}{path}", stage.address)).send().await.unwrap()
}

async fn list(stage: &Stage, path: &str) -> Value {
    let answer = get(stage, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn page_and_all_that_it_names_are_served_under_a_strict_policy() {
    let stage = Stage::new().await;
    let html = get(&stage, "/").await.text().await.unwrap();
    let mut waiting = vec!["/".to_owned()];
    let named = html.split('"').filter(|part| part.starts_with("/page/"));
    waiting.extend(named.map(str::to_owned));
    let mut served = Vec::new();
    while let Some(path) = waiting.pop() {
        if served.contains(&path) {
            continue;
        }
        let file = get(&stage, &path).await;
        assert_eq!(file.status(), 200, "{path}");
        let headers = file.headers().clone();
        let wanted = match path.rsplit_once('.') {
            None => "text/html; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(headers["content-type"], wanted, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = file.text().await.unwrap();
        if path.ends_with(".js") {
            let modules = text.split('"').filter_map(|part| part.strip_prefix("./"));
            waiting.extend(modules.map(|module| format!("/page/{module}")));
        }
        served.push(path);
    }
    assert!(served.iter().any(|path| path == "/page/control.js"), "{served:?}");
    assert_eq!(get(&stage, "/page/none.js").await.status(), 404);
    assert_eq!(get(&stage, "/page/..%2Findex.html").await.status(), 404);
}

#[tokio::test]
async fn account_numbers_and_phones_are_listed() {
    let stage = Stage::with_voice("<Say>Hello</Say>").await;
    let account = list(&stage, "/simulator/account").await;
    assert_eq!(account, json!({"account_sid": ACCOUNT, "speed": 100.0}));
    let numbers = list(&stage, "/simulator/numbers").await;
    let voice_url = stage.app.url("/voice");
    assert_eq!(
        numbers,
        json!([{"phone_number": OFFICE, "friendly_name": "(500) 555-0100", "voice_url": voice_url, "sms_url": null}])
    );
    assert_eq!(list(&stage, "/simulator/phones").await, json!([]));
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Busy)).await.unwrap();
    stage.ann_calls(&[]).await;
    stage.ann_calls(&[]).await;
    let phones = list(&stage, "/simulator/phones").await;
    assert_eq!(
        phones,
        json!([
            {"number": ANN, "behavior": {"on_call": "ring", "on_message": "deliver"}},
            {"number": BOB, "behavior": {"on_call": "busy", "on_message": "deliver"}},
        ])
    );
}

#[tokio::test]
async fn recordings_are_listed_and_played_without_credentials() {
    let stage = Stage::with_voice("<Record action='/over' recordingStatusCallback='/file'/>").await;
    stage.app.on("/over", "<Hangup/>");
    assert_eq!(list(&stage, "/simulator/recordings").await, json!([]));
    let (call, _) = stage.ann_calls(&["wait:beep", "speak:3", "press:#"]).await;
    let sid = stage.app.first("/file").await.get("RecordingSid").to_owned();
    let recordings = list(&stage, "/simulator/recordings").await;
    let recording = &recordings[0];
    assert_eq!(recording["sid"], sid);
    assert_eq!(recording["call_sid"], call.sid);
    assert_eq!(recording["status"], "completed");
    assert_eq!(recording["source"], "RecordVerb");
    assert_eq!(recording["duration_seconds"], 3);
    let wav = get(&stage, &format!("/simulator/recordings/{sid}.wav")).await;
    assert_eq!(wav.headers()["content-type"], "audio/wav");
    assert_eq!(audio::read_wav(&wav.bytes().await.unwrap()), Ok(audio::speech(3.0)));

    let missing = get(&stage, "/simulator/recordings/RE0.wav").await;
    assert_eq!(missing.status(), 404);
    let said: Value = missing.json().await.unwrap();
    assert_eq!(said, json!({"error": "there is no recording RE0.wav"}));
    // Only the media are here; what is known of it is in the list.
    assert_eq!(get(&stage, &format!("/simulator/recordings/{sid}")).await.status(), 404);
}

#[tokio::test]
async fn recording_that_is_not_made_yet_is_listed_and_cannot_be_played() {
    let stage = Stage::with_voice(
        "<Record timeout='3600' recordingStatusCallback='/file' recordingStatusCallbackEvent='in-progress'/>",
    )
    .await;
    stage.ann_begins(&[]).await;
    stage.app.first("/file").await;
    let recordings = list(&stage, "/simulator/recordings").await;
    assert_eq!(recordings[0]["status"], "in-progress");
    assert_eq!(recordings[0]["duration_seconds"], Value::Null);
    let path = format!("/simulator/recordings/{}.wav", recordings[0]["sid"].as_str().unwrap());
    assert_eq!(get(&stage, &path).await.status(), 404);
}
