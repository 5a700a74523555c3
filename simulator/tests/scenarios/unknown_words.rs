//! Faults of words and files: statuses that no app expects, media that never come.

use simulator::client::{Attachment, Faults, SendText};

use crate::stage::{ANN, BOB, OFFICE, Stage};

const RECORDED: [&str; 5] = ["processing", "paused", "stopped", "deleted", "archived"];
const TEXTED: [&str; 4] = ["partially_delivered", "accepted", "read", "throttled"];
const RECORD: &str = "<Record action='/recorded' recordingStatusCallback='/file'/>";

#[tokio::test]
async fn recordings_have_statuses_that_no_app_expects() {
    let stage = Stage::with_voice(RECORD).await;
    let faults = Faults { unknown_words: 1.0, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();
    stage.ann_calls(&["wait:beep", "speak:1", "hang-up"]).await;
    let told = stage.app.wait_for("/file", 2).await;
    let [odd, real] = [&told[0], &told[1]];
    assert!(RECORDED.contains(&odd.get("RecordingStatus")), "{odd:?}");
    assert_eq!(real.get("RecordingStatus"), "completed");
    let path = format!("Recordings/{}.json", real.get("RecordingSid"));
    for _ in 0..10 {
        let (_, shown) = stage.get(&path).await;
        assert!(RECORDED.contains(&shown["status"].as_str().unwrap()), "{shown}");
    }
    let (_, list) = stage.get("Recordings.json").await;
    assert!(RECORDED.contains(&list["recordings"][0]["status"].as_str().unwrap()));
    stage.control.set_faults(&Faults::default()).await.unwrap();
    assert_eq!(stage.get(&path).await.1["status"], "completed");
}

#[tokio::test]
async fn texts_have_statuses_that_no_app_expects() {
    let stage = Stage::new().await;
    let faults = Faults { unknown_words: 1.0, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();
    let status = stage.app.url("/status");
    let (code, sent) = stage.texts(BOB, "Hello", &[("StatusCallback", &status)]).await;
    assert_eq!(code, 201);
    assert!(TEXTED.contains(&sent["status"].as_str().unwrap()), "{sent}");
    let told = stage.app.wait_for("/status", 4).await;
    let words: Vec<_> = told.iter().map(|hit| hit.get("MessageStatus")).collect();
    assert!(TEXTED.contains(&words[0]) && TEXTED.contains(&words[2]), "{words:?}");
    assert_eq!((words[1], words[3]), ("sent", "delivered"));
    assert!(told.iter().all(|hit| hit.get("SmsStatus") == hit.get("MessageStatus")));
    let (_, list) = stage.get("Messages.json").await;
    assert!(TEXTED.contains(&list["messages"][0]["status"].as_str().unwrap()));
}

#[tokio::test]
async fn media_are_missing_for_good() {
    let stage = Stage::with_voice(RECORD).await;
    let number = [("SmsUrl", stage.app.url("/sms"))];
    let (_, numbers) = stage.get("IncomingPhoneNumbers.json").await;
    let sid = numbers["incoming_phone_numbers"][0]["sid"].as_str().unwrap();
    let form = [(number[0].0, number[0].1.as_str())];
    stage.post(&format!("IncomingPhoneNumbers/{sid}.json"), &form).await;
    let faults = Faults { recording_404: 1.0, media_404: 1.0, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();

    stage.ann_calls(&["wait:beep", "speak:1", "hang-up"]).await;
    let file = stage.app.first("/file").await;
    let recording = format!("Recordings/{}.wav", file.get("RecordingSid"));
    let media = vec![Attachment::default()];
    let text = SendText { to: OFFICE.to_owned(), media, ..SendText::default() };
    stage.control.send_text(ANN, &text).await.unwrap();
    let medium = stage.app.first("/sms").await.get("MediaUrl0").to_owned();
    let medium = medium.split_once("/Messages/").unwrap().1;
    stage.control.set_faults(&Faults::default()).await.unwrap();
    for path in [recording, format!("Messages/{medium}")] {
        for _ in 0..3 {
            assert_eq!(stage.media(&path).await.status(), 404, "{path}");
        }
    }
}
