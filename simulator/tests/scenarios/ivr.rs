//! Say, Gather, Reject: what a caller hears and enters.

use simulator::client::{CallStatus, WebhookKind, What};

use crate::stage::{ANN, OFFICE, Stage, heard, warnings};

const MENU: &str = "<Gather numDigits='1' timeout='60' action='/digits'>\
    <Say>Press 1 for sales. Press 2 to leave a message.</Say></Gather><Say>Nothing</Say>";

#[tokio::test]
async fn caller_chooses_from_a_menu_by_key() {
    let stage = Stage::with_voice(MENU).await;
    stage.app.on("/digits", "<Say>You pressed a key.</Say><Hangup/>");
    let (call, transcript) =
        stage.ann_calls(&["wait:leave a message", "press:2", "wait:pressed a key"]).await;
    assert_eq!(call.status, CallStatus::Completed);
    let asked = stage.app.first("/voice").await;
    for (name, value) in [
        ("AccountSid", crate::stage::ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", call.sid.as_str()),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", ANN),
        ("Caller", ANN),
        ("To", OFFICE),
        ("Called", OFFICE),
        ("FromCountry", "US"),
    ] {
        assert_eq!(asked.get(name), value, "{name}");
    }
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!(asked.headers["user-agent"], "TwilioProxy/1.1");
    let digits = stage.app.first("/digits").await;
    assert_eq!((digits.get("Digits"), digits.get("CallStatus")), ("2", "in-progress"));
    assert_eq!(
        heard(&transcript),
        ["Press 1 for sales. Press 2 to leave a message.", "You pressed a key."]
    );
}

#[tokio::test]
async fn key_stops_the_prompt() {
    // 10,000 characters take ten minutes to say.
    let long = "word ".repeat(2_000);
    let stage = Stage::with_voice(&format!(
        "<Gather numDigits='1' action='/digits'><Say>First</Say><Say>{long}</Say><Say>Never</Say></Gather>"
    ))
    .await;
    stage.app.on("/digits", "<Hangup/>");
    let (call, transcript) = stage.ann_calls(&["wait:word word", "press:9"]).await;
    assert_eq!(heard(&transcript).len(), 2, "{transcript:#?}");
    assert!(call.duration_seconds.unwrap() < 500, "{call:?}");
}

#[tokio::test]
async fn silence_falls_through_to_the_next_verb() {
    let stage = Stage::with_voice(
        "<Gather timeout='1' action='/digits'><Say>Well?</Say></Gather><Say>Nothing</Say>",
    )
    .await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["Well?", "Nothing"]);
    assert!(stage.app.hits("/digits").is_empty());
}

#[tokio::test]
async fn silence_is_told_if_the_app_wants_it() {
    let stage =
        Stage::with_voice("<Gather timeout='1' action='/digits' actionOnEmptyResult='true'/>")
            .await;
    stage.app.on("/digits", "<Hangup/>");
    stage.ann_calls(&[]).await;
    assert_eq!(stage.app.first("/digits").await.params["Digits"], "");
}

#[tokio::test]
async fn finish_key_ends_the_entry_and_is_not_part_of_it() {
    let stage = Stage::with_voice(
        "<Gather timeout='60' action='/digits' method='GET'><Say>Code</Say></Gather>",
    )
    .await;
    stage.app.on("/digits", "<Hangup/>");
    stage.ann_calls(&["wait:Code", "press:4711#"]).await;
    let digits = stage.app.first("/digits").await;
    assert_eq!(digits.method, "GET");
    assert_eq!((digits.get("Digits"), digits.get("FinishedOnKey")), ("4711", "#"));
}

#[tokio::test]
async fn keys_are_complete_when_no_more_come() {
    let stage = Stage::with_voice(
        "<Gather timeout='2' finishOnKey='' action='/digits'><Say>Code</Say></Gather>",
    )
    .await;
    stage.app.on("/digits", "<Hangup/>");
    stage.ann_calls(&["wait:Code", "press:12#3"]).await;
    assert_eq!(stage.app.first("/digits").await.get("Digits"), "12#3");
}

#[tokio::test]
async fn words_are_recognised() {
    let stage = Stage::with_voice(
        "<Gather input='dtmf speech' timeout='60' action='/said'><Say>Yes?</Say></Gather>",
    )
    .await;
    stage.app.on("/said", "<Hangup/>");
    stage.ann_calls(&["wait:Yes?", "speak:the sales team"]).await;
    let said = stage.app.first("/said").await;
    assert_eq!(said.get("SpeechResult"), "the sales team");
    assert!(!said.get("Confidence").is_empty());
}

#[tokio::test]
async fn gather_without_action_asks_the_same_document_again() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |hit| {
        let verbs = match hit.get("Digits") {
            "" => "<Gather numDigits='1' timeout='60'><Say>Well?</Say></Gather>",
            _ => "<Say>Thanks</Say>",
        };
        crate::stage::xml(&format!("<Response>{verbs}</Response>"))
    });
    let (_, transcript) = stage.ann_calls(&["wait:Well?", "press:1"]).await;
    assert_eq!(heard(&transcript), ["Well?", "Thanks"]);
}

#[tokio::test]
async fn caller_who_hangs_up_during_a_menu_is_not_asked_about() {
    let stage = Stage::with_voice(MENU).await;
    let number = [("PhoneNumber", OFFICE)];
    let (_, page) =
        stage.get(&format!("IncomingPhoneNumbers.json?PhoneNumber=%2B{}", &OFFICE[1..])).await;
    let sid = page["incoming_phone_numbers"][0]["sid"].as_str().unwrap().to_owned();
    let status = stage.app.url("/status");
    stage
        .post(
            &format!("IncomingPhoneNumbers/{sid}.json"),
            &[number[0], ("StatusCallback", &status)],
        )
        .await;
    let (call, _) = stage.ann_calls(&["wait:Press 1", "hang-up"]).await;
    assert_eq!(call.status, CallStatus::Completed);
    let over = stage.app.first("/status").await;
    assert_eq!(
        (over.get("CallStatus"), over.get("CallbackSource")),
        ("completed", "call-progress-events")
    );
    assert_eq!(over.get("SequenceNumber"), "0");
    assert!(over.get("CallDuration").parse::<u64>().unwrap() >= 1);
    assert_eq!(over.get("Duration"), "1");
    assert!(over.get("Timestamp").ends_with("+0000"));
    assert!(stage.app.hits("/digits").is_empty());
}

#[tokio::test]
async fn rejected_calls_are_never_answered() {
    for (verbs, status, sound) in [
        ("<Reject reason='busy'/>", CallStatus::Busy, "busy"),
        ("<Reject/>", CallStatus::NoAnswer, "not in service"),
        ("<Pause length='1'/><Reject/>", CallStatus::NoAnswer, "not in service"),
    ] {
        let stage = Stage::with_voice(verbs).await;
        let (call, transcript) = stage.ann_calls(&[]).await;
        assert_eq!((call.status, call.duration_seconds), (status, Some(0)), "{verbs}");
        assert_eq!(heard(&transcript), [sound]);
    }
}

#[tokio::test]
async fn anonymous_caller_is_told_as_such() {
    let stage = Stage::with_voice("<Say>Hello</Say>").await;
    let sid = stage.control.place_call("anonymous", OFFICE, &[]).await.unwrap();
    stage.end_of(&sid).await;
    assert_eq!(stage.app.first("/voice").await.get("From"), "anonymous");
}

#[tokio::test]
async fn transcript_tells_the_whole_story() {
    let stage = Stage::with_voice(
        "<Say voice='alice'>Tom &amp; Jerry</Say><Play>/ding.mp3</Play><Sparkle/>",
    )
    .await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["Tom & Jerry", "/ding.mp3"]);
    assert_eq!(warnings(&transcript), [12_200]);
    let verbs = transcript.iter().filter_map(|entry| match &entry.what {
        What::Verb { name, .. } => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(verbs.collect::<Vec<_>>(), ["Say", "Play"]);
    let webhook = stage.webhook_where(|webhook| webhook.kind == WebhookKind::Voice).await;
    assert!(webhook.response.unwrap().body.contains("Tom &amp; Jerry"));
    assert_eq!(webhook.params["CallStatus"], "ringing");
    assert_eq!(webhook.attempt, 1);
}
