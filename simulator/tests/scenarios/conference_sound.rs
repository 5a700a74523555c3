//! What people in a conference hear: each other, music, nothing.

use simulator::audio;
use simulator::client::{Behavior, CallStatus, OnCall, Source, What};

use crate::conferences::{ears, enter, is_in, room, says, stage};
use crate::stage::{ANN, BOB, CAT, OFFICE, warnings};

#[tokio::test]
async fn two_rooms_never_mix() {
    let stage = stage(50.0).await;
    let mut calls = Vec::new();
    for (index, name) in ["red", "blue", "red", "blue", "red"].into_iter().enumerate() {
        let phone = format!("+1500555010{index}1");
        calls.push((name, enter(&stage, &phone, name, "").await));
    }
    for (index, (name, sid)) in calls.iter().enumerate() {
        says(&stage, sid, &format!("{name} {index}")).await;
        stage.control.press(sid, "7").await.unwrap();
    }
    for (index, (name, sid)) in calls.iter().enumerate() {
        let others =
            calls.iter().enumerate().filter(|(at, (other, _))| other == name && *at != index);
        let expected: Vec<String> =
            others.flat_map(|(at, _)| [format!("{name} {at}"), "key 7".to_owned()]).collect();
        assert_eq!(ears(&stage, sid).await, expected, "{name} {index}");
    }
}

#[tokio::test]
async fn wait_url_is_played_in_a_loop_until_it_starts() {
    let stage = stage(50.0).await;
    stage.app.on("/music", "<Say>Please wait</Say><Play>/tune.mp3</Play><Gather/><Redirect/>");
    let voice = "<Dial><Conference waitUrl='/music' waitMethod='GET'>talk</Conference></Dial>";
    stage.app.on("/voice", voice);
    let ann = stage.ann_begins(&[]).await;
    stage.app.wait_for("/music", 3).await;
    let hit = stage.app.first("/music").await;
    let conference = is_in(&stage, "talk", &ann).await;
    assert_eq!((hit.method.as_str(), hit.get("CallSid")), ("GET", ann.as_str()));
    assert_eq!(hit.get("ConferenceSid"), conference.sid);
    let bob = stage.control.place_call(BOB, OFFICE, &[]).await.unwrap();
    is_in(&stage, "talk", &bob).await;
    stage.heard(&ann, "connected").await;
    let (so_far, asked) = (ears(&stage, &ann).await, stage.app.hits("/music").len());
    assert_eq!(so_far[..3], ["Please wait", "/tune.mp3", "Please wait"]);
    // A beep says that somebody came, and there is no music any more.
    assert_eq!(so_far.last().unwrap(), "beep");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!((ears(&stage, &ann).await, stage.app.hits("/music").len()), (so_far, asked));
    assert!(warnings(&stage.control.transcript(&ann).await.unwrap()).contains(&13_238));
}

#[tokio::test]
async fn without_a_wait_url_there_is_twilios_music_and_with_a_broken_one_no_conference() {
    let stage = stage(50.0).await;
    stage.app.on("/voice", "<Dial action='/after'><Conference>talk</Conference></Dial>");
    let ann = stage.ann_begins(&[]).await;
    stage.heard(&ann, "com.twilio.sounds.music").await;
    let url = stage.app.url("/missing");
    stage.app.answer("/missing", |_| {
        axum::response::IntoResponse::into_response(axum::http::StatusCode::NOT_FOUND)
    });
    let broken = format!("<Conference waitUrl='{url}'>other</Conference>");
    stage.app.on("/voice", &format!("<Dial action='/after'>{broken}</Dial>"));
    let bob = stage.control.place_call(BOB, OFFICE, &[]).await.unwrap();
    let (_, transcript) = stage.end_of(&bob).await;
    assert_eq!(warnings(&transcript), [11_200]);
    assert_eq!(stage.app.first("/after").await.get("DialCallStatus"), "failed");
}

#[tokio::test]
async fn coach_is_heard_by_the_coached_alone() {
    let stage = stage(50.0).await;
    let (ann, bob) = (enter(&stage, ANN, "talk", "").await, enter(&stage, BOB, "talk", "").await);
    let cat = enter(&stage, CAT, "talk", &format!("coach='{ann}'")).await;
    says(&stage, &cat, "offer a discount").await;
    says(&stage, &bob, "too expensive").await;
    assert_eq!(ears(&stage, &ann).await, ["offer a discount", "too expensive"]);
    assert_eq!(ears(&stage, &cat).await, ["too expensive"]);
    assert_eq!(ears(&stage, &bob).await, [""; 0]);
    let view = is_in(&stage, "talk", &cat).await;
    assert_eq!(view.participants[2].coaching.as_deref(), Some(ann.as_str()));
}

#[tokio::test]
async fn recorded_conference_holds_what_was_said_and_the_silence_between() {
    let stage = stage(20.0).await;
    let record = "record='record-from-start' trim='do-not-trim' recordingStatusCallback='/file'";
    let ann = enter(&stage, ANN, "talk", record).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let bob = enter(&stage, BOB, "talk", "").await;
    let conference = is_in(&stage, "talk", &bob).await;
    says(&stage, &ann, "first words").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    says(&stage, &bob, "second words").await;
    for sid in [&ann, &bob] {
        stage.control.hang_up(sid).await.unwrap();
    }
    let file = stage.app.first("/file").await;
    let has = |name: &str| file.params.contains_key(name);
    assert_eq!((file.get("RecordingSource"), has("CallSid")), ("Conference", false));
    assert_eq!(file.get("ConferenceSid"), conference.sid);
    let sid = file.get("RecordingSid");
    let media = stage.media(&format!("Recordings/{sid}")).await;
    let samples = audio::read_wav(&media.bytes().await.unwrap()).unwrap();
    let at = |text: &str| {
        let said = audio::speech_for_text(text);
        samples.windows(said.len()).position(|window| window == said).expect(text)
    };
    let (first, second) = (at("first words"), at("second words"));
    // Half a second is ten simulated ones; the second before the start is not in it.
    assert!(first < 160_000 && second > first + 80_000, "{first} {second}");
    let length: usize = file.get("RecordingDuration").parse().unwrap();
    assert!(samples.len().abs_diff(length * 8_000) <= 4_000, "{} {length}", samples.len());
    let (_, list) = stage.get(&format!("Conferences/{}/Recordings.json", conference.sid)).await;
    assert_eq!(list["recordings"][0]["sid"], sid);
    let (_, of_call) = stage.get(&format!("Calls/{ann}/Recordings.json")).await;
    assert_eq!(of_call["recordings"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn carriers_voicemail_that_joins_is_heard_by_all() {
    let stage = stage(50.0).await;
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::CarrierVoicemail)).await.unwrap();
    let ann = enter(&stage, ANN, "talk", "").await;
    let twiml = format!("<Response>{}</Response>", room("talk", ""));
    let form = [("From", OFFICE), ("To", BOB), ("Twiml", &twiml), ("Timeout", "600")];
    assert_eq!(stage.post("Calls.json", &form).await.0, 201);
    stage.heard(&ann, "leave a message after the tone").await;
    stage.heard(&ann, "beep").await;
}

#[tokio::test]
async fn phones_are_rung_into_a_room_by_twiml_as_well() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Answer)).await.unwrap();
    let twiml = format!("<Response>{}</Response>", room("talk", "muted='true'"));
    let (_, call) =
        stage.post("Calls.json", &[("From", OFFICE), ("To", BOB), ("Twiml", &twiml)]).await;
    let bob = call["sid"].as_str().unwrap();
    is_in(&stage, "talk", bob).await;
    says(&stage, bob, "nobody hears this").await;
    assert_eq!(ears(&stage, &ann).await, [""; 0]);
    let transcript = stage.control.transcript(&ann).await.unwrap();
    let connected = |it: &simulator::client::Entry| {
        matches!(&it.what, What::Heard { source: Source::Bridge, .. })
    };
    assert!(transcript.iter().any(connected));
    assert_eq!(stage.control.call(bob).await.unwrap().status, CallStatus::InProgress);
}
