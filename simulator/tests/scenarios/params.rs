//! The parameters of webhooks: all that Twilio sends, and nothing on which it makes no promise.

use simulator::client::{Behavior, Settings, UnknownParam, UnpromisedParams};
use simulator::script;

use crate::stage::{ANN, BOB, Hit, OFFICE, Stage};

fn names(hit: &Hit) -> Vec<&str> {
    hit.params.keys().map(String::as_str).collect()
}

async fn settings(stage: &Stage, settings: Settings) {
    stage.control.set_settings(&settings).await.unwrap();
}

#[tokio::test]
async fn incoming_call_has_places_a_token_and_what_no_app_knows() {
    let stage = Stage::with_voice("<Hangup/>").await;
    stage.ann_calls(&[]).await;
    let hit = stage.app.first("/voice").await;
    for party in ["From", "Caller", "To", "Called"] {
        for part in ["City", "State", "Zip", "Country"] {
            assert!(!hit.get(&format!("{party}{part}")).is_empty(), "{party}{part}");
        }
    }
    assert_eq!((hit.get("Caller"), hit.get("Called")), (ANN, OFFICE));
    assert_eq!(hit.get("FromCity"), hit.get("CallerCity"));
    assert_eq!(hit.get("StirVerstat"), "TN-Validation-Passed-A");
    assert!(hit.get("CallToken").contains("parentCallInfoToken"));
    assert!(hit.params.contains_key("AddedLater"));

    settings(&stage, Settings { unknown_param: UnknownParam::Absent, ..Settings::default() }).await;
    stage.control.place_call("+493012345678", OFFICE, &[]).await.unwrap();
    let german = &stage.app.wait_for("/voice", 2).await[1];
    assert_eq!((german.get("FromCountry"), german.get("FromCity")), ("DE", ""));
    assert!(!german.params.contains_key("StirVerstat"));
    assert!(!german.params.contains_key("AddedLater"));
}

#[tokio::test]
async fn whisper_is_told_of_its_parent_only_if_settings_say_so() {
    for (unpromised_params, told) in
        [(UnpromisedParams::Withheld, false), (UnpromisedParams::Sent, true)]
    {
        let dial =
            "<Dial><Number url='/whisper' statusCallback='/status'>+15005550002</Number></Dial>";
        let stage = Stage::with_voice(dial).await;
        settings(&stage, Settings { unpromised_params, ..Settings::default() }).await;
        let whisper =
            "<Gather numDigits='1' timeout='60' action='/accept'><Say>Key?</Say></Gather>";
        stage.app.on("/whisper", whisper).on("/accept", "<Hangup/>");
        let bob = Behavior::answer(script::parse(["wait:Key", "press:1"]).unwrap());
        stage.control.set_behavior(BOB, &bob).await.unwrap();
        let (call, _) = stage.ann_calls(&[]).await;
        for path in ["/whisper", "/accept"] {
            let hit = stage.app.first(path).await;
            assert_eq!(hit.get("ParentCallSid"), if told { &call.sid } else { "" }, "{path}");
        }
        // Of status callbacks Twilio promises it.
        assert_eq!(stage.app.first("/status").await.get("ParentCallSid"), call.sid);
    }
}

#[tokio::test]
async fn wait_music_and_announcements_are_asked_for_with_sids_alone() {
    let room = "<Dial><Conference waitUrl='/music'>talk</Conference></Dial>";
    let stage = Stage::with_voice(room).await;
    settings(&stage, Settings { unknown_param: UnknownParam::Absent, ..Settings::default() }).await;
    stage.app.on("/music", "<Say>Please wait</Say>").on("/announce", "<Say>Hello</Say>");
    let ann = stage.ann_begins(&[]).await;
    stage.heard(&ann, "Please wait").await;
    let bob = stage.control.place_call(BOB, OFFICE, &[]).await.unwrap();
    stage.heard(&bob, "connected").await;
    let announce = stage.app.url("/announce");
    stage.post("Conferences/talk.json", &[("AnnounceUrl", &announce)]).await;
    stage.heard(&ann, "Hello").await;
    assert_eq!(names(&stage.app.first("/music").await), ["CallSid", "ConferenceSid"]);
    assert_eq!(names(&stage.app.first("/announce").await), ["ConferenceSid"]);

    let sent = Settings { unpromised_params: UnpromisedParams::Sent, ..Settings::default() };
    settings(&stage, sent).await;
    stage.post("Conferences/talk.json", &[("AnnounceUrl", &announce)]).await;
    let told = &stage.app.wait_for("/announce", 2).await[1];
    assert_eq!((told.get("AccountSid"), told.get("FriendlyName")), (crate::stage::ACCOUNT, "talk"));
}
