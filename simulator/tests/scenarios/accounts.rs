//! Accounts of another kind: a trial, and one whose numbers are in a Messaging Service.

use simulator::client::{Behavior, CallStatus, MessagingService, Settings, Trial};
use simulator::script;

use crate::stage::{ANN, BOB, CAT, OFFICE, Stage, heard, warnings};

const PREFIX: &str = "Sent from your Twilio trial account - ";

/// Makes the account a trial one that has verified Ann and Bob.
async fn try_out(stage: &Stage) {
    let trial = Some(Trial { verified: vec![ANN.to_owned(), BOB.to_owned()] });
    stage.control.set_settings(&Settings { trial, ..Settings::default() }).await.unwrap();
}

async fn serve(stage: &Stage, service: MessagingService) {
    let service = MessagingService { numbers: vec![OFFICE.to_owned()], ..service };
    let settings = Settings { messaging_service: Some(service), ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
}

#[tokio::test]
async fn trial_account_says_so_in_texts_and_reaches_verified_phones_only() {
    let stage = Stage::with_sms("<Message>Hi</Message>").await;
    try_out(&stage).await;
    let (_, sent) = stage.texts(BOB, "Hello", &[]).await;
    assert_eq!(sent["body"], format!("{PREFIX}Hello"));
    let sid = sent["sid"].as_str().unwrap();
    assert_eq!(stage.control.settled(sid).await.unwrap().body, format!("{PREFIX}Hello"));
    let (status, error) = stage.texts(CAT, "Hello", &[]).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(21_608)));
    stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
    let reply = stage.control.texted(ANN, |it| it.body.ends_with("Hi")).await.unwrap();
    assert_eq!(reply.body, format!("{PREFIX}Hi"));
    for path in ["Calls.json", "Conferences/talk/Participants.json"] {
        let form = [("From", OFFICE), ("To", CAT), ("Twiml", "<Response/>")];
        let (status, error) = stage.post(path, &form).await;
        assert_eq!((status, error["code"].as_u64()), (400, Some(21_219)), "{path}");
    }
}

#[tokio::test]
async fn trial_calls_begin_with_the_accounts_own_announcement() {
    let stage = Stage::with_voice("<Say>Welcome</Say>").await;
    try_out(&stage).await;
    let bob = script::parse(["wait:press any key", "press:5", "wait:Hello Bob"]).unwrap();
    stage.control.set_behavior(BOB, &Behavior::answer(bob)).await.unwrap();
    let twiml = "<Response><Say>Hello Bob</Say></Response>";
    let form = [("From", OFFICE), ("To", BOB), ("Twiml", twiml)];
    let (_, placed) = stage.post("Calls.json", &form).await;
    let (_, transcript) = stage.end_of(placed["sid"].as_str().unwrap()).await;
    assert_eq!(heard(&transcript).last(), Some(&"Hello Bob"));

    let (_, transcript) = stage.ann_calls(&["wait:trial account", "press:1", "wait:Welcome"]).await;
    assert_eq!(heard(&transcript).last(), Some(&"Welcome"));
    assert_eq!(stage.app.first("/voice").await.get("CallStatus"), "in-progress");
    // Nobody presses a key: the app is not asked.
    let (call, transcript) = stage.ann_calls(&[]).await;
    assert_eq!((call.status, heard(&transcript).len()), (CallStatus::Completed, 1));
    assert_eq!(stage.app.hits("/voice").len(), 1);
}

#[tokio::test]
async fn trial_account_takes_calls_from_verified_phones_only_and_dials_no_others() {
    let stage = Stage::with_voice("<Dial action='/dialled'>+15005550003</Dial>").await;
    stage.app.on("/dialled", "<Hangup/>");
    try_out(&stage).await;
    let sid = stage.control.place_call(CAT, OFFICE, &[]).await.unwrap();
    let (call, transcript) = stage.end_of(&sid).await;
    assert_eq!(call.status, CallStatus::Failed);
    assert!(heard(&transcript)[0].contains("verified numbers only"));
    assert!(stage.app.hits("/voice").is_empty());
    let (_, transcript) = stage.ann_calls(&["wait:press any key", "press:1"]).await;
    assert_eq!(warnings(&transcript), [21_219]);
    assert_eq!(stage.app.first("/dialled").await.get("DialCallStatus"), "failed");
}

#[tokio::test]
async fn trial_account_verifies_five_numbers() {
    let stage = Stage::new().await;
    let verified = (0..6).map(|number| format!("+1500555100{number}")).collect();
    let settings = Settings { trial: Some(Trial { verified }), ..Settings::default() };
    let error = stage.control.set_settings(&settings).await.unwrap_err();
    assert_eq!(error.to_string(), "a trial account verifies 5 numbers at most (HTTP 422)");
}

#[tokio::test]
async fn smart_encoding_makes_typography_plain_in_rest_and_on_the_phone() {
    let stage = Stage::new().await;
    serve(&stage, MessagingService::default()).await;
    let typographic = "\u{201c}Don\u{2019}t\u{201d} \u{2013} wait\u{2026}";
    let plain = "\"Don't\" - wait...";
    let (_, sent) = stage.texts(BOB, typographic, &[]).await;
    assert_eq!(sent["body"], plain);
    let sid = sent["sid"].as_str().unwrap();
    assert_eq!(stage.control.settled(sid).await.unwrap().body, plain);
    serve(&stage, MessagingService { smart_encoding: false, ..MessagingService::default() }).await;
    assert_eq!(stage.texts(BOB, typographic, &[]).await.1["body"], typographic);
}

#[tokio::test]
async fn number_in_a_service_ignores_its_own_url_unless_the_service_defers_to_it() {
    let stage = Stage::with_sms("<Message>Hi</Message>").await;
    serve(&stage, MessagingService::default()).await;
    stage.control.text(ANN, OFFICE, "Anybody there?").await.unwrap();
    let deferring =
        MessagingService { use_inbound_webhook_on_number: true, ..MessagingService::default() };
    serve(&stage, deferring).await;
    stage.control.text(ANN, OFFICE, "And now?").await.unwrap();
    let asked = stage.app.first("/sms").await;
    assert_eq!(asked.get("Body"), "And now?");
    assert!(asked.get("MessagingServiceSid").starts_with("MG"));
    assert_eq!(stage.app.hits("/sms").len(), 1);
}
