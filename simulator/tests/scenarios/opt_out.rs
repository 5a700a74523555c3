//! STOP, START and HELP: what Twilio does by itself.

use simulator::client::{OptOut, Settings};

use crate::stage::{ANN, BOB, OFFICE, Stage};

const STOPPED: &str = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.";

async fn set(stage: &Stage, opt_out: OptOut) {
    stage.control.set_settings(&Settings { opt_out, ..Settings::default() }).await.unwrap();
}

#[tokio::test]
async fn stop_ends_texts_from_that_number_until_start() {
    let stage = Stage::with_sms("<Message>From the app</Message>").await;
    stage.control.text(ANN, OFFICE, " stop. ").await.unwrap();
    // The app is told as well, and cannot answer.
    assert_eq!(stage.app.first("/sms").await.get("Body"), " stop. ");
    assert!(!stage.app.first("/sms").await.params.contains_key("OptOutType"));
    stage.control.texted(ANN, |message| message.body == STOPPED).await.unwrap();
    while stage.message_warnings().await != [21_610] {
        tokio::task::yield_now().await;
    }
    let (status, error) = stage.texts(ANN, "An offer", &[]).await;
    assert_eq!((status, &error["code"]), (400, &21_610.into()));
    assert_eq!(stage.texts(BOB, "Others are not concerned", &[]).await.0, 201);
    let other = "+15005550109";
    stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", other)]).await;
    let form = [("From", other), ("To", ANN), ("Body", "Nor are other numbers")];
    assert_eq!(stage.post("Messages.json", &form).await.0, 201);

    stage.control.text(ANN, OFFICE, "Start").await.unwrap();
    stage.control.texted(ANN, |message| message.body.contains("re-subscribed")).await.unwrap();
    assert_eq!(stage.texts(ANN, "Welcome back", &[]).await.0, 201);
}

#[tokio::test]
async fn every_word_counts_alone_and_none_in_a_sentence() {
    let stage = Stage::with_sms("").await;
    for word in ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "quit", "REVOKE", "optout!"] {
        for (text, status) in [(word, 400), ("UNSTOP", 201), (&format!("please {word}"), 201)] {
            stage.control.text(ANN, OFFICE, text).await.unwrap();
            assert_eq!(stage.texts(ANN, "Hello", &[]).await.0, status, "{text}");
        }
    }
    stage.control.text(ANN, OFFICE, "help").await.unwrap();
    let help = stage.control.texted(ANN, |it| it.body.starts_with("Reply STOP")).await.unwrap();
    assert_eq!(help.from, OFFICE);
}

#[tokio::test]
async fn yes_is_no_keyword_for_somebody_who_gets_texts() {
    let stage = Stage::with_sms("").await;
    stage.control.text(ANN, OFFICE, "Yes").await.unwrap();
    stage.app.first("/sms").await;
    assert_eq!(stage.control.messages(ANN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn advanced_opt_out_tells_the_app_what_was_asked() {
    let stage = Stage::with_sms("").await;
    set(&stage, OptOut::Advanced).await;
    for (index, (text, kind)) in
        [("STOP", "STOP"), ("yes", "START"), ("info", "HELP"), ("hello", "")]
            .into_iter()
            .enumerate()
    {
        stage.control.text(ANN, OFFICE, text).await.unwrap();
        let hits = stage.app.wait_for("/sms", index + 1).await;
        assert_eq!(hits[index].get("OptOutType"), kind, "{text}");
    }
}

#[tokio::test]
async fn switched_off_only_the_app_keeps_texts_back() {
    let stage = Stage::with_sms("").await;
    set(&stage, OptOut::Off).await;
    stage.control.text(ANN, OFFICE, "STOP").await.unwrap();
    stage.app.first("/sms").await;
    let sid = stage.texted(ANN, "An offer", &[]).await;
    assert!(stage.control.settled(&sid).await.unwrap().arrived);
    assert_eq!(stage.control.messages(ANN).await.unwrap().len(), 2);
}

#[tokio::test]
async fn toll_free_numbers_obey_the_networks_words_alone() {
    let stage = Stage::new().await;
    let free = "+18335550100";
    stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", free)]).await;
    // Not even this setting reaches the network.
    set(&stage, OptOut::Off).await;
    let says = async |word: &str| {
        stage.control.text(ANN, free, word).await.unwrap();
        let form = [("From", free), ("To", ANN), ("Body", "Hello")];
        stage.post("Messages.json", &form).await.0
    };
    for (word, status) in [
        ("STOPALL", 201),
        ("unsubscribe", 201),
        ("Stop", 400),
        ("YES", 400),
        ("HELP", 400),
        ("unstop", 201),
        ("STOP", 400),
        ("Start", 201),
    ] {
        assert_eq!(says(word).await, status, "{word}");
    }
    let reply = |it: &simulator::client::MessageView| it.body.starts_with("NETWORK MSG");
    assert_eq!(stage.control.texted(ANN, reply).await.unwrap().from, free);
}
