//! Texts to the account: the webhook, and what its answer does.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use simulator::client::{
    Attachment, Behavior, Faults, MessageDirection, MessageStatus, OnMessage, SendText, WebhookKind,
};

use crate::stage::{ACCOUNT, ANN, BOB, CAT, OFFICE, Stage, xml};

#[tokio::test]
async fn text_reaches_the_app_and_the_reply_the_phone() {
    let stage = Stage::with_sms("<Message>We call you back.</Message>").await;
    let sid = stage.control.text(ANN, OFFICE, "Please call me").await.unwrap();
    let asked = stage.app.first("/sms").await;
    for (name, value) in [
        ("MessageSid", sid.as_str()),
        ("SmsSid", &sid),
        ("SmsMessageSid", &sid),
        ("AccountSid", ACCOUNT),
        ("From", ANN),
        ("To", OFFICE),
        ("Body", "Please call me"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("FromCountry", "US"),
        ("ToCountry", "US"),
        ("ApiVersion", "2010-04-01"),
    ] {
        assert_eq!(asked.get(name), value, "{name}");
    }
    assert!(!asked.params.contains_key("OptOutType") && !asked.params.contains_key("CallSid"));
    let reply = stage.control.texted(ANN, |_| true).await.unwrap();
    assert_eq!(reply.body, "We call you back.");
    assert_eq!(reply.direction, MessageDirection::OutboundReply);
    let talk = stage.control.messages(ANN).await.unwrap();
    let talk: Vec<_> = talk.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(talk, ["Please call me", "We call you back."]);
    let (_, inbound) = stage.get(&format!("Messages/{sid}.json")).await;
    assert_eq!(
        (&inbound["direction"], &inbound["status"]),
        (&"inbound".into(), &"received".into())
    );
}

#[tokio::test]
async fn pictures_are_served_to_who_has_the_credentials() {
    let stage = Stage::with_sms("").await;
    let file = std::env::temp_dir().join(format!("simulator-{}.vcf", std::process::id()));
    std::fs::write(&file, "BEGIN:VCARD").unwrap();
    let attachment = |content_type: Option<&str>| Attachment {
        content_type: content_type.map(str::to_owned),
        ..Attachment::default()
    };
    let media = vec![
        attachment(None),
        Attachment { base64: Some("R0lGODlh".to_owned()), ..attachment(Some("image/gif")) },
        Attachment { path: Some(file.clone()), ..attachment(Some("text/vcard")) },
    ];
    let text = SendText { to: OFFICE.to_owned(), body: String::new(), media };
    let sid = stage.control.send_text(ANN, &text).await.unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(sid.starts_with("MM"), "{sid}");
    let asked = stage.app.first("/sms").await;
    assert_eq!((asked.get("NumMedia"), asked.get("Body")), ("3", ""));
    let root = stage.url("");
    for (index, content_type, start) in
        [(0, "image/png", "\u{fffd}PNG"), (1, "image/gif", "GIF89a"), (2, "text/vcard", "BEGIN")]
    {
        assert_eq!(asked.get(&format!("MediaContentType{index}")), content_type);
        let url = asked.get(&format!("MediaUrl{index}"));
        let answer = stage.media(url.strip_prefix(&root).unwrap()).await;
        assert_eq!(answer.headers()["content-type"], content_type);
        let bytes = answer.bytes().await.unwrap();
        assert!(String::from_utf8_lossy(&bytes).starts_with(start), "{content_type}");
    }
    let no_picture = SendText {
        media: vec![Attachment { base64: Some(String::new()), ..attachment(Some("text/html")) }],
        ..text
    };
    let error = stage.control.send_text(ANN, &no_picture).await.unwrap_err().to_string();
    assert!(error.contains("text/html"), "{error}");
}

#[tokio::test]
async fn redirects_actions_and_several_messages_are_carried_out() {
    let stage = Stage::with_sms(
        "<Message to='+15005550002' statusCallback='/status'><Body>For Bob</Body></Message>\
         <Message action='deep/sent' method='GET'>For Ann</Message><Message>never</Message>",
    )
    .await;
    stage.app.on("/deep/sent", "<Redirect>last</Redirect>");
    stage.app.on("/deep/last", "<Message>Goodbye</Message>");
    stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
    stage.control.texted(ANN, |message| message.body == "Goodbye").await.unwrap();
    stage.control.texted(ANN, |message| message.body == "For Ann").await.unwrap();
    stage.control.texted(BOB, |message| message.body == "For Bob").await.unwrap();
    let sent = stage.app.first("/deep/sent").await;
    assert_eq!((sent.method.as_str(), sent.get("MessageStatus")), ("GET", "sending"));
    assert_eq!((sent.get("From"), sent.get("Body")), (ANN, "Hello"));
    let told = stage.app.wait_for("/status", 2).await;
    assert_eq!((told[1].get("MessageStatus"), told[1].get("To")), ("delivered", BOB));
    assert!(stage.message_warnings().await.is_empty());
    assert_eq!(stage.control.messages(ANN).await.unwrap().len(), 3);
}

#[tokio::test]
async fn app_that_fails_is_replaced_by_its_fallback() {
    let stage = Stage::with_sms("").await;
    let fallback = stage.app.url("/fallback");
    stage.configure(&[("SmsFallbackUrl", &fallback)]).await;
    stage.app.answer("/sms", |_| StatusCode::BAD_GATEWAY.into_response());
    stage.app.on("/fallback", "<Message>Try later</Message>");
    stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
    stage.control.texted(ANN, |message| message.body == "Try later").await.unwrap();
    let asked = stage.webhook_where(|webhook| webhook.kind == WebhookKind::Fallback).await;
    assert_eq!(
        (asked.params["ErrorCode"].as_str(), asked.params["Body"].as_str()),
        ("11200", "Hello")
    );
    assert_eq!((asked.call_sid.as_str(), asked.message_sid.is_some()), ("", true));
    assert_eq!(stage.message_warnings().await, [11_200]);
}

#[tokio::test]
async fn answers_that_are_wrong_are_named() {
    let stage = Stage::with_sms("").await;
    for (answer, code) in [
        (xml("<Response>"), 12_100),
        (xml("<Answer/>"), 12_100),
        (xml("<Response><Say>Hello</Say></Response>"), 12_200),
        (xml("<Response><Message color='red'>Hello</Message></Response>"), 12_200),
        (xml("<Response><Message/></Response>"), 14_103),
        (xml("<Response><Message to='911'>Hello</Message></Response>"), 14_101),
        (xml("<Response><Message from='+15005550002'>Hello</Message></Response>"), 14_102),
        (([("content-type", "application/json")], "{}").into_response(), 12_300),
        (StatusCode::NOT_FOUND.into_response(), 11_200),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        stage.app.answer("/sms", move |_| answer.lock().unwrap().take().unwrap());
        let seen = stage.message_warnings().await.len();
        stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
        let mut codes = Vec::new();
        while codes.len() <= seen {
            codes = stage.message_warnings().await;
        }
        assert_eq!(codes[seen..], [code]);
    }
}

#[tokio::test]
async fn nothing_is_a_good_answer_and_plain_text_is_the_reply() {
    let stage = Stage::with_sms("").await;
    stage.control.text(ANN, OFFICE, "one").await.unwrap();
    stage.app.wait_for("/sms", 1).await;
    stage.app.answer("/sms", |_| StatusCode::NO_CONTENT.into_response());
    stage.control.text(ANN, OFFICE, "two").await.unwrap();
    stage.app.wait_for("/sms", 2).await;
    stage.app.answer("/sms", |_| "Just\nwords\n".into_response());
    stage.control.text(ANN, OFFICE, "three").await.unwrap();
    stage.control.texted(ANN, |message| message.body == "Just\nwords").await.unwrap();
    assert!(stage.message_warnings().await.is_empty());
    assert_eq!(stage.control.messages(ANN).await.unwrap().len(), 4);
}

#[tokio::test]
async fn two_numbers_that_answer_each_other_stop() {
    let stage = Stage::with_sms("<Message>And you?</Message>").await;
    let (other, sms) = ("+15005550109", stage.app.url("/sms"));
    let form = [("PhoneNumber", other), ("SmsUrl", sms.as_str())];
    assert_eq!(stage.post("IncomingPhoneNumbers.json", &form).await.0, 201);
    stage.texted(other, "How are you?", &[]).await;
    let stopped = stage.control.message_where(|it| it.error_code == Some(14_107)).await.unwrap();
    assert_eq!(stopped.status, MessageStatus::Failed);
    assert!(stage.app.hits("/sms").len() >= 30);
}

#[tokio::test]
async fn endless_redirects_end() {
    let stage = Stage::with_sms("<Redirect/>").await;
    stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
    stage.app.wait_for("/sms", 50).await;
    while stage.message_warnings().await != [11_215] {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn webhook_comes_twice_only_if_wanted() {
    let stage = Stage::with_sms("").await;
    let faults = Faults { duplicate_twiml: 1.0, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();
    stage.control.text(ANN, OFFICE, "Hello").await.unwrap();
    assert_eq!(stage.app.wait_for("/sms", 2).await.len(), 2);
    let twice = stage.webhook_where(|webhook| webhook.fault.is_some()).await;
    assert_eq!(twice.kind, WebhookKind::Message);
}

#[tokio::test]
async fn caller_is_texted_during_the_call() {
    let stage = Stage::with_voice(
        "<Sms action='/sent' statusCallback='/status'>Your code is 4711</Sms><Say>never</Say>",
    )
    .await;
    stage.app.on(
        "/sent",
        "<Message to='+15005550003'>For Cat</Message><Sms to='911'>Bad</Sms><Say>Done</Say>",
    );
    let (call, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(crate::stage::heard(&transcript), ["Done"]);
    assert_eq!(crate::stage::warnings(&transcript), [14_101]);
    let text = stage.control.texted(ANN, |_| true).await.unwrap();
    assert_eq!((text.body.as_str(), text.from.as_str()), ("Your code is 4711", OFFICE));
    assert_eq!(text.direction, MessageDirection::OutboundCall);
    let sent = stage.app.first("/sent").await;
    assert_eq!((sent.get("SmsSid"), sent.get("SmsStatus")), (text.sid.as_str(), "sending"));
    assert_eq!(sent.get("CallSid"), call.sid);
    stage.control.texted(CAT, |message| message.body == "For Cat").await.unwrap();
    stage.app.wait_for("/status", 2).await;
}

#[tokio::test]
async fn reset_forgets_messages_and_keeps_what_phones_do() {
    let stage = Stage::with_sms("").await;
    let unknown = Behavior::default().on_message(OnMessage::Unknown);
    stage.control.set_behavior(BOB, &unknown).await.unwrap();
    stage.texted(CAT, "Hello", &[]).await;
    stage.texted(CAT, "Hello again", &[]).await;
    stage.control.reset().await.unwrap();
    assert!(stage.control.messages(CAT).await.unwrap().is_empty());
    // What waited is gone, and what comes goes out.
    let sid = stage.texted(BOB, "New", &[]).await;
    assert_eq!(stage.control.settled(&sid).await.unwrap().error_code, Some(30_005));
    assert!(stage.control.messages(CAT).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_phones_and_short_codes_send_texts() {
    let stage = Stage::with_sms("").await;
    for (from, to, body) in
        [("anonymous", OFFICE, "Hi"), (OFFICE, OFFICE, "Hi"), (ANN, BOB, "Hi"), (ANN, OFFICE, "")]
    {
        let error = stage.control.text(from, to, body).await.unwrap_err().to_string();
        assert!(error.ends_with("(HTTP 422)"), "{from} {to}: {error}");
    }
    stage.control.text("72404", OFFICE, "Your code is 1234").await.unwrap();
    assert_eq!(stage.app.first("/sms").await.get("From"), "72404");
}
