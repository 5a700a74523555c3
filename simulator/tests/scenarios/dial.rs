//! Dial: other phones ring, are bridged, and what the app is told of it.

use simulator::audio;
use simulator::client::{
    Behavior, CallStatus, Direction, OnCall, Settings, SimultaneousRing, Step,
};
use simulator::script;

use crate::stage::{ANN, BOB, CAT, Hit, OFFICE, Stage, heard, warnings};

const DIAL_BOB: &str =
    "<Dial action='/dialled' timeout='600'>+15005550002</Dial><Say>Unreachable verb</Say>";
const SCREENED: &str =
    "<Dial action='/dialled' timeout='600'><Number url='/whisper'>+15005550002</Number></Dial>";
const WHISPER: &str = "<Gather numDigits='1' timeout='60' action='/accept'><Say>Press 1 to accept</Say></Gather><Hangup/>";

fn steps(words: &[&str]) -> Vec<Step> {
    script::parse(words).unwrap()
}

/// A stage on which Bob's phone behaves so.
async fn stage(voice: &str, bob: Behavior) -> Stage {
    let stage = Stage::with_voice(voice).await;
    stage.app.on("/dialled", "<Say>The dial is over</Say>");
    stage.app.on("/whisper", WHISPER);
    stage.control.set_behavior(BOB, &bob).await.unwrap();
    stage
}

/// What the app is told when a dial is over.
fn outcome(hit: &Hit) -> (&str, &str, bool) {
    let has_duration = hit.params.contains_key("DialCallDuration");
    (hit.get("DialCallStatus"), hit.get("DialBridged"), has_duration)
}

#[tokio::test]
async fn bridged_people_hear_each_other() {
    let bob =
        Behavior::answer(steps(&["speak:hello Ann", "wait:hello Bob", "wait:key 7", "hang-up"]));
    let stage = stage(DIAL_BOB, bob).await;
    let (call, transcript) =
        stage.ann_calls(&["wait:hello Ann", "speak:hello Bob", "press:7", "wait:is over"]).await;
    assert_eq!(heard(&transcript), ["hello Ann", "The dial is over"]);
    let action = stage.app.first("/dialled").await;
    assert_eq!(outcome(&action), ("completed", "true", true));
    assert_eq!(action.get("CallStatus"), "in-progress");
    let child = stage.control.call(action.get("DialCallSid")).await.unwrap();
    assert_eq!((child.direction, child.status), (Direction::OutboundDial, CallStatus::Completed));
    assert_eq!((child.from.as_str(), child.to.as_str()), (ANN, BOB));
    assert_eq!(child.parent_call_sid, Some(call.sid));
    let bob = stage.control.transcript(&child.sid).await.unwrap();
    assert_eq!(heard(&bob), ["hello Bob", "key 7"]);
}

#[tokio::test]
async fn phones_that_are_not_reached() {
    for (on_call, status) in [
        (OnCall::Busy, "busy"),
        (OnCall::Decline, "busy"),
        (OnCall::NoAnswer, "no-answer"),
        (OnCall::Ring, "no-answer"),
        (OnCall::Unreachable, "failed"),
    ] {
        let waits = matches!(on_call, OnCall::NoAnswer | OnCall::Ring);
        let timeout = if waits { "timeout='20'" } else { "timeout='600'" };
        let voice = DIAL_BOB.replace("timeout='600'", timeout);
        let stage = stage(&voice, Behavior::new(on_call)).await;
        let (_, transcript) = stage.ann_calls(&[]).await;
        let action = stage.app.first("/dialled").await;
        assert_eq!(outcome(&action), (status, "false", false), "{on_call:?}");
        let child = stage.control.call(action.get("DialCallSid")).await.unwrap();
        assert_eq!(child.status.as_str(), status);
        assert_eq!(heard(&transcript), ["The dial is over"]);
    }
}

#[tokio::test]
async fn people_answer_and_decline_through_the_control_api() {
    for answers in [true, false] {
        let stage = stage(DIAL_BOB, Behavior::default()).await;
        let sid = stage.ann_begins(&[]).await;
        let ringing = stage.ringing_at(BOB).await;
        let early = stage.control.press(&ringing.sid, "1").await.unwrap_err();
        assert!(early.to_string().contains("not answered"), "{early}");
        if answers {
            stage.control.answer(&ringing.sid).await.unwrap();
            stage.call_where(|call| call.to == BOB && call.status == CallStatus::InProgress).await;
            stage.control.hang_up(&ringing.sid).await.unwrap();
        } else {
            stage.control.decline(&ringing.sid).await.unwrap();
        }
        stage.end_of(&sid).await;
        let expected = if answers { ("completed", "true", true) } else { ("busy", "false", false) };
        assert_eq!(outcome(&stage.app.first("/dialled").await), expected);
        assert!(stage.control.hang_up(&sid).await.is_err());
    }
}

#[tokio::test]
async fn whisper_is_heard_before_the_bridge_and_accepted_by_key() {
    let bob = Behavior::answer(steps(&[
        "wait:Press 1",
        "press:1",
        "wait:connected",
        "speak:hello",
        "wait:bye",
        "hang-up",
    ]));
    let stage = stage(SCREENED, bob).await;
    stage.app.on("/accept", "");
    let (_, transcript) = stage.ann_calls(&["wait:hello", "speak:bye"]).await;
    assert_eq!(heard(&transcript), ["hello", "The dial is over"]);
    let whisper = stage.app.first("/whisper").await;
    for (name, value) in
        [("Direction", "outbound-dial"), ("CallStatus", "in-progress"), ("From", ANN), ("To", BOB)]
    {
        assert_eq!(whisper.get(name), value, "{name}");
    }
    assert_eq!(stage.app.first("/accept").await.get("Digits"), "1");
    assert_eq!(outcome(&stage.app.first("/dialled").await), ("completed", "true", true));
}

#[tokio::test]
async fn whisper_that_is_not_accepted_answers_without_a_bridge() {
    for bob in [
        Behavior::answer(steps(&["wait:Press 1", "press:2"])),
        Behavior::answer(steps(&["wait:Press 1", "hang-up"])),
        Behavior::new(OnCall::CarrierVoicemail).after_ms(3_000),
    ] {
        let stage = stage(SCREENED, bob).await;
        stage.app.on("/accept", "<Hangup/>");
        stage.ann_calls(&[]).await;
        assert_eq!(outcome(&stage.app.first("/dialled").await), ("completed", "false", true));
    }
}

#[tokio::test]
async fn carrier_voicemail_answers_like_a_person() {
    let stage = stage(DIAL_BOB, Behavior::new(OnCall::CarrierVoicemail)).await;
    let (_, transcript) =
        stage.ann_calls(&["wait:after the tone", "wait:beep", "speak:2", "hang-up"]).await;
    assert!(heard(&transcript)[0].starts_with("Hi, you have reached the voicemail of 1 5 0 0"));
    assert_eq!(outcome(&stage.app.first("/dialled").await), ("completed", "true", true));
}

#[tokio::test]
async fn first_phone_to_answer_wins_and_the_others_stop_ringing() {
    let voice = "<Dial action='/dialled' timeout='600'><Number>+15005550002</Number><Number>+15005550003</Number></Dial>";
    let stage = stage(voice, Behavior::default()).await;
    let cat = Behavior::answer(steps(&["speak:Cat here", "hang-up"])).after_ms(5_000);
    stage.control.set_behavior(CAT, &cat).await.unwrap();
    let (_, transcript) = stage.ann_calls(&["wait:Cat here"]).await;
    assert_eq!(heard(&transcript), ["Cat here", "The dial is over"]);
    let action = stage.app.first("/dialled").await;
    assert_eq!(outcome(&action), ("completed", "true", true));
    let bob = stage.call_where(|call| call.to == BOB && call.status.is_final()).await;
    assert_eq!(bob.status, CallStatus::Canceled);
    let winner = stage.control.call(action.get("DialCallSid")).await.unwrap();
    assert_eq!(winner.to, CAT);
}

#[tokio::test]
async fn voicemail_that_answers_first_takes_the_call_from_all_unless_acceptance_counts() {
    let voice = "<Dial action='/dialled' timeout='600'><Number url='/whisper'>+15005550002</Number>\
        <Number url='/whisper'>+15005550003</Number></Dial>";
    for (simultaneous_ring, bridged) in
        [(SimultaneousRing::FirstToAnswer, "false"), (SimultaneousRing::FirstToAccept, "true")]
    {
        let stage = stage(voice, Behavior::new(OnCall::CarrierVoicemail).after_ms(1_000)).await;
        stage
            .control
            .set_settings(&Settings { simultaneous_ring, ..Settings::default() })
            .await
            .unwrap();
        stage.app.answer("/accept", |hit| {
            let accepted = hit.get("Digits") == "1";
            crate::stage::xml(if accepted {
                "<Response/>"
            } else {
                "<Response><Hangup/></Response>"
            })
        });
        let cat = Behavior::answer(steps(&[
            "wait:Press 1",
            "press:1",
            "wait:connected",
            "speak:Cat here",
            "hang-up",
        ]))
        .after_ms(8_000);
        stage.control.set_behavior(CAT, &cat).await.unwrap();
        stage.ann_calls(&[]).await;
        let action = stage.app.first("/dialled").await;
        assert_eq!(outcome(&action), ("completed", bridged, true), "{simultaneous_ring:?}");
    }
}

#[tokio::test]
async fn caller_who_hangs_up_while_it_rings_cancels_the_dial() {
    let stage = stage(DIAL_BOB, Behavior::default()).await;
    let sid = stage.ann_begins(&[]).await;
    let child = stage.ringing_at(BOB).await;
    stage.control.hang_up(&sid).await.unwrap();
    let action = stage.app.first("/dialled").await;
    assert_eq!(outcome(&action), ("canceled", "false", false));
    assert_eq!(action.get("CallStatus"), "completed");
    assert_eq!(action.get("DialCallSid"), child.sid);
    assert_eq!(stage.control.call(&child.sid).await.unwrap().status, CallStatus::Canceled);
    assert_eq!(stage.end_of(&sid).await.0.status, CallStatus::Completed);
}

#[tokio::test]
async fn caller_who_hangs_up_while_bridged_completes_the_dial() {
    let stage = stage(DIAL_BOB, Behavior::answer(steps(&["speak:hello"]))).await;
    let (_, transcript) = stage.ann_calls(&["wait:hello", "hang-up"]).await;
    let action = stage.app.first("/dialled").await;
    assert_eq!(outcome(&action), ("completed", "true", true));
    assert_eq!(action.get("CallStatus"), "completed");
    assert_eq!(heard(&transcript), ["hello"]);
}

#[tokio::test]
async fn without_an_action_the_next_verb_runs() {
    let stage = stage(
        "<Dial timeout='600'>500-555-0002</Dial><Say>And now</Say>",
        Behavior::new(OnCall::Busy),
    )
    .await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["And now"]);
}

#[tokio::test]
async fn caller_rings_on_until_the_bridge_if_the_app_wants_it() {
    let voice = "<Dial action='/dialled' timeout='600' answerOnBridge='true'>+15005550002</Dial>";
    let stage = stage(voice, Behavior::new(OnCall::Busy)).await;
    stage.app.on("/dialled", "<Reject/>");
    let (call, _) = stage.ann_calls(&[]).await;
    assert_eq!(call.status, CallStatus::NoAnswer);
    assert_eq!(stage.app.first("/dialled").await.get("CallStatus"), "ringing");
    stage.control.set_behavior(BOB, &Behavior::answer(steps(&["hang-up"]))).await.unwrap();
    let (call, _) = stage.ann_calls(&[]).await;
    assert_eq!(call.status, CallStatus::Completed);
}

#[tokio::test]
async fn star_and_the_time_limit_end_the_bridge_but_not_the_call() {
    let starred = "<Dial timeout='600' hangupOnStar='true' action='/dialled'>+15005550002</Dial>";
    let limited = "<Dial timeout='600' timeLimit='20' action='/dialled'>+15005550002</Dial>";
    for (voice, script) in [(starred, &["wait:hello", "press:*"][..]), (limited, &[])] {
        let stage = stage(voice, Behavior::answer(steps(&["speak:hello"]))).await;
        let (_, transcript) = stage.ann_calls(script).await;
        assert_eq!(heard(&transcript), ["hello", "The dial is over"]);
        assert_eq!(outcome(&stage.app.first("/dialled").await), ("completed", "true", true));
    }
}

#[tokio::test]
async fn caller_id_must_be_the_accounts_or_the_callers() {
    let own =
        format!("<Dial action='/dialled' timeout='600' callerId='{OFFICE}'>+15005550002</Dial>");
    let stage = stage(&own, Behavior::answer(steps(&["hang-up"]))).await;
    stage.ann_calls(&[]).await;
    let child = stage.call_where(|call| call.to == BOB).await;
    assert_eq!(child.from, OFFICE);

    stage.app.on("/voice", "<Dial action='/dialled' callerId='+15005559999'>+15005550002</Dial>");
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(warnings(&transcript), [13_214]);
    let action = &stage.app.wait_for("/dialled", 2).await[1];
    assert_eq!(outcome(action), ("failed", "false", false));
    assert!(!action.params.contains_key("DialCallSid"));
}

#[tokio::test]
async fn number_tells_its_progress_in_order() {
    let voice = "<Dial timeout='600'><Number statusCallback='/status' statusCallbackEvent='initiated ringing answered completed'>\
        +15005550002</Number></Dial>";
    let stage = stage(voice, Behavior::answer(steps(&["wait:bye", "hang-up"]))).await;
    let (call, _) = stage.ann_calls(&["wait:connected", "speak:bye"]).await;
    let hits = stage.app.wait_for("/status", 4).await;
    let told: Vec<_> =
        hits.iter().map(|hit| (hit.get("CallStatus"), hit.get("SequenceNumber"))).collect();
    assert_eq!(
        told,
        [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    );
    assert!(hits.iter().all(|hit| hit.get("ParentCallSid") == call.sid));
    assert_eq!(hits[3].get("SipResponseCode"), "200");
}

#[tokio::test]
async fn digits_are_sent_after_the_answer() {
    let voice = "<Dial timeout='600'><Number sendDigits='ww12'>+15005550002</Number></Dial>";
    let stage = stage(voice, Behavior::answer(steps(&["wait:key ww12", "hang-up"]))).await;
    stage.ann_calls(&[]).await;
    let child = stage.call_where(|call| call.to == BOB && call.status.is_final()).await;
    stage.end_of(&child.sid).await;
}

#[tokio::test]
async fn dial_records_both_sides() {
    let voice = "<Dial timeout='600' record='record-from-answer' action='/dialled' recordingStatusCallback='/file'>+15005550002</Dial>";
    let bob = Behavior::answer(steps(&["speak:hello", "wait:goodbye", "hang-up"]));
    let stage = stage(voice, bob).await;
    stage.ann_calls(&["wait:hello", "pause:3", "speak:goodbye"]).await;
    let file = stage.app.first("/file").await;
    assert_eq!(file.get("RecordingSource"), "DialVerb");
    assert_eq!(stage.app.first("/dialled").await.get("RecordingUrl"), file.get("RecordingUrl"));
    let media = stage.media(&format!("Recordings/{}", file.get("RecordingSid"))).await;
    let samples = audio::read_wav(&media.bytes().await.unwrap()).unwrap();
    let hello = audio::speech_for_text("hello");
    assert_eq!(samples[..hello.len()], hello);
}

#[tokio::test]
async fn nouns_that_are_not_supported_fail_by_name() {
    let stage =
        stage("<Dial action='/dialled'><Client>ada</Client></Dial>", Behavior::default()).await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(warnings(&transcript), [12_200]);
    assert_eq!(outcome(&stage.app.first("/dialled").await), ("failed", "false", false));
}

#[tokio::test]
async fn dialling_an_own_number_is_a_call_to_its_app() {
    let stage =
        stage("<Dial action='/dialled' timeout='600'>+15005550200</Dial>", Behavior::default())
            .await;
    let voice_url = stage.app.url("/second");
    stage
        .post(
            "IncomingPhoneNumbers.json",
            &[("PhoneNumber", "+15005550200"), ("VoiceUrl", &voice_url)],
        )
        .await;
    stage.app.on(
        "/second",
        "<Gather numDigits='1' timeout='60' action='/key'><Say>Second menu</Say></Gather>",
    );
    stage.app.on("/key", "<Say>Goodbye</Say>");
    let (_, transcript) = stage.ann_calls(&["wait:Second menu", "press:5", "wait:Goodbye"]).await;
    assert_eq!(heard(&transcript), ["Second menu", "Goodbye", "The dial is over"]);
    assert_eq!(stage.app.first("/key").await.get("Digits"), "5");
    assert_eq!(stage.app.first("/second").await.get("Direction"), "inbound");
    assert_eq!(outcome(&stage.app.first("/dialled").await), ("completed", "true", true));
}

#[tokio::test]
async fn the_caller_hears_nothing_while_the_called_person_is_asked_unless_the_dial_says_so() {
    let bob = || Behavior::answer(steps(&["wait:Press 1", "press:1", "hang-up"]));
    let ringing = SCREENED.replace("<Dial ", "<Dial answerOnBridge='true' ");
    for (voice, is_silent) in [(SCREENED, true), (ringing.as_str(), false)] {
        let stage = stage(voice, bob()).await;
        stage.app.on("/accept", "<Pause length='0'/>");
        let (_, transcript) = stage.ann_calls(&["wait:is over"]).await;
        let heard = format!("{transcript:?}");
        assert_eq!(heard.contains("Silence"), is_silent, "{heard}");
    }
}
