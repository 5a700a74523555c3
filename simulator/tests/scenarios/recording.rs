//! Record: what is spoken is what the file holds.

use simulator::audio;
use simulator::client::{CallStatus, HangUpAtBeep, Settings};

use crate::stage::{Stage, heard};

const VOICEMAIL: &str = "<Say>Please leave a message.</Say>\
    <Record action='/recorded' timeout='30' maxLength='600' recordingStatusCallback='/file'/><Say>Nothing</Say>";

#[tokio::test]
async fn message_is_recorded_sample_for_sample() {
    let stage = Stage::with_voice(VOICEMAIL).await;
    stage.app.on("/recorded", "<Say>Thank you</Say>");
    let script = ["wait:beep", "speak:3", "speak:please call me", "press:#", "wait:Thank you"];
    stage.ann_calls(&script).await;

    let action = stage.app.first("/recorded").await;
    assert_eq!((action.get("Digits"), action.get("CallStatus")), ("#", "in-progress"));
    let file = stage.app.first("/file").await;
    let mut spoken = audio::speech(3.0);
    spoken.extend(audio::speech_for_text("please call me"));
    for (name, value) in [
        ("RecordingStatus", "completed"),
        ("RecordingChannels", "1"),
        ("RecordingSource", "RecordVerb"),
        ("RecordingDuration", "4"),
        ("RecordingSid", action.get("RecordingSid")),
        ("RecordingUrl", action.get("RecordingUrl")),
        ("CallSid", action.get("CallSid")),
        ("AccountSid", crate::stage::ACCOUNT),
    ] {
        assert_eq!(file.get(name), value, "{name}");
    }
    let sid = file.get("RecordingSid");
    assert_eq!(file.get("RecordingUrl"), stage.url(&format!("Recordings/{sid}")));

    for extension in ["", ".wav"] {
        let media = stage.media(&format!("Recordings/{sid}{extension}")).await;
        assert_eq!(media.headers()["content-type"], "audio/x-wav");
        assert_eq!(media.content_length(), Some((spoken.len() * 2 + audio::WAV_HEADER_LEN) as u64));
        let wav = media.bytes().await.unwrap();
        assert_eq!(audio::read_wav(&wav), Ok(spoken.clone()));
    }
    let mp3 = stage.media(&format!("Recordings/{sid}.mp3")).await;
    assert_eq!(mp3.status(), 404);

    let (_, shown) = stage.get(&format!("Recordings/{sid}.json")).await;
    assert_eq!((&shown["duration"], &shown["status"]), (&"4".into(), &"completed".into()));
    let (_, of_call) = stage.get(&format!("Calls/{}/Recordings.json", file.get("CallSid"))).await;
    assert_eq!(of_call["recordings"][0]["sid"], sid);
    assert_eq!(stage.delete(&format!("Recordings/{sid}.json")).await, 204);
    assert_eq!(stage.get(&format!("Recordings/{sid}.json")).await.0, 404);
}

#[tokio::test]
async fn caller_who_hangs_up_leaves_what_was_said() {
    let stage = Stage::with_voice(VOICEMAIL).await;
    let (call, _) = stage.ann_calls(&["wait:beep", "speak:2", "hang-up"]).await;
    assert_eq!(call.status, CallStatus::Completed);
    let action = stage.app.first("/recorded").await;
    assert_eq!((action.get("Digits"), action.get("CallStatus")), ("hangup", "completed"));
    assert_eq!(action.get("RecordingDuration"), "2");
    let file = stage.app.first("/file").await;
    let media = stage.media(&format!("Recordings/{}", file.get("RecordingSid"))).await;
    assert_eq!(audio::read_wav(&media.bytes().await.unwrap()), Ok(audio::speech(2.0)));
}

#[tokio::test]
async fn caller_who_hangs_up_at_the_beep_leaves_noise() {
    for (hang_up_at_beep, status, duration, samples) in [
        (HangUpAtBeep::ZeroSeconds, "completed", "0", 2_400),
        (HangUpAtBeep::OneSecond, "completed", "1", 6_400),
        (HangUpAtBeep::Absent, "absent", "0", 0),
    ] {
        let events = "recordingStatusCallbackEvent='completed absent'";
        let record =
            format!("<Record action='/recorded' recordingStatusCallback='/file' {events}/>");
        let stage = Stage::with_voice(&record).await;
        let settings = Settings { hang_up_at_beep, ..Settings::default() };
        stage.control.set_settings(&settings).await.unwrap();
        stage.ann_calls(&["wait:beep", "hang-up"]).await;
        let action = stage.app.first("/recorded").await;
        assert_eq!((action.get("Digits"), action.get("RecordingDuration")), ("hangup", duration));
        let file = stage.app.first("/file").await;
        assert_eq!(
            (file.get("RecordingStatus"), file.get("RecordingDuration")),
            (status, duration)
        );
        let media = stage.media(&format!("Recordings/{}", file.get("RecordingSid"))).await;
        let found = audio::read_wav(&media.bytes().await.unwrap()).unwrap_or_default();
        assert_eq!(found, audio::line_noise(f64::from(samples) / 8_000.0));
    }
}

#[tokio::test]
async fn hanging_up_in_the_middle_of_a_word_cuts_it() {
    let stage = Stage::at_speed(20.0).await;
    stage.app.on("/voice", VOICEMAIL);
    let sid = stage.ann_begins(&["wait:beep", "speak:100"]).await;
    stage.heard(&sid, "beep").await;
    stage.control.hang_up(&sid).await.unwrap();
    stage.control.ended(&sid).await.unwrap();
    stage.app.first("/recorded").await;
    let (_, recordings) = stage.get("Recordings.json").await;
    let duration = recordings["recordings"][0]["duration"].as_str().unwrap();
    assert!(duration.parse::<u64>().unwrap() < 100, "{duration}");
}

#[tokio::test]
async fn silence_ends_the_recording() {
    let stage = Stage::with_voice(VOICEMAIL).await;
    stage.app.on("/recorded", "<Say>Thank you</Say>");
    let (_, transcript) = stage.ann_calls(&["wait:beep", "speak:1"]).await;
    assert_eq!(heard(&transcript).last(), Some(&"Thank you"));
    assert_eq!(stage.app.first("/recorded").await.get("RecordingDuration"), "1");
}

#[tokio::test]
async fn a_caller_who_says_nothing_goes_on_to_the_next_verb() {
    let stage = Stage::with_voice(
        "<Record action='/recorded' recordingStatusCallback='/file' recordingStatusCallbackEvent='in-progress absent'/><Say>Nothing</Say>",
    )
    .await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["beep", "Nothing"]);
    assert!(stage.app.hits("/recorded").is_empty());
    let files = stage.app.wait_for("/file", 2).await;
    let statuses: Vec<_> = files.iter().map(|file| file.get("RecordingStatus")).collect();
    assert_eq!(statuses, ["in-progress", "absent"]);
}

#[tokio::test]
async fn maximum_length_cuts_the_message() {
    let record = "<Record action='/recorded' maxLength='20' timeout='60'/>";
    let stage = Stage::with_voice(record).await;
    stage.app.on("/recorded", "<Hangup/>");
    stage.ann_calls(&["wait:beep", "speak:60"]).await;
    let action = stage.app.first("/recorded").await;
    let seconds: u64 = action.get("RecordingDuration").parse().unwrap();
    assert!((1..=20).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn media_are_missing_until_the_file_is_made() {
    // In real time, so that the second of processing is long.
    let stage = Stage::at_speed(1.0).await;
    stage.app.on("/voice", "<Record action='/recorded' playBeep='false' timeout='1'/>");
    stage.app.on("/recorded", "<Hangup/>");
    let sid = stage.ann_begins(&[]).await;
    stage.call_where(|call| call.status == CallStatus::InProgress).await;
    let speak = simulator::client::Speak::Seconds(0.2);
    stage.control.speak(&sid, &speak).await.unwrap();
    let action = stage.app.first("/recorded").await;
    let media = stage.media(&format!("Recordings/{}", action.get("RecordingSid"))).await;
    assert_eq!(media.status(), 404);
}
