//! Deleting what has only just ended: Twilio does not, for a minute at least.

use simulator::client::Settings;

use crate::stage::{BOB, Stage};

async fn keep_for(stage: &Stage, fresh_seconds: u32) {
    let settings = Settings { fresh_seconds, ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
}

#[tokio::test]
async fn fresh_calls_and_texts_are_deleted_only_after_a_while() {
    let stage = Stage::with_voice("<Hangup/>").await;
    keep_for(&stage, 14 * 86_400).await;
    let (call, _) = stage.ann_calls(&[]).await;
    let (_, text) = stage.texts(BOB, "Hello", &[]).await;
    let text = text["sid"].as_str().unwrap();
    stage.control.settled(text).await.unwrap();
    let paths = [format!("Calls/{}.json", call.sid), format!("Messages/{text}.json")];
    for path in &paths {
        assert_eq!(stage.delete(path).await, 409, "{path}");
        assert_eq!(stage.get(path).await.0, 200, "{path}");
    }
    // At this speed a minute is over after 0.6 s.
    keep_for(&stage, 60).await;
    tokio::time::sleep(std::time::Duration::from_millis(650)).await;
    for path in &paths {
        assert_eq!(stage.delete(path).await, 204, "{path}");
        assert_eq!(stage.get(path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn settings_allow_deletion_at_once() {
    let stage = Stage::with_voice("<Hangup/>").await;
    stage.deletes_at_once().await;
    let (call, _) = stage.ann_calls(&[]).await;
    assert_eq!(stage.delete(&format!("Calls/{}.json", call.sid)).await, 204);
}
