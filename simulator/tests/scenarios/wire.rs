//! URLs and answers as they are on the wire: what is signed, what is spoken, in which characters.

use axum::response::IntoResponse;
use simulator::client::{CallStatus, Control};
use simulator::{Config, Extras, signature};
use tokio::net::TcpListener;

use crate::stage::{ACCOUNT, ANN, App, OFFICE, Stage, TOKEN, heard, http_client, warnings};

fn signed(webhook: &simulator::client::Webhook, url: &str) -> String {
    let params = webhook.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    signature::sign(TOKEN, url, params)
}

#[tokio::test]
async fn urls_are_signed_as_they_are_written() {
    let stage = Stage::new().await;
    // Nobody listens there: what matters is what would have been signed.
    for written in [
        "http://127.0.0.1:1/a/../voice?name=O'Neil|x&y=a b",
        "http://LOCALHOST:1/voice?name=J%C3%BCrgen+M",
        "http://me:secret@127.0.0.1:1/voice?x=1#rc=0",
    ] {
        stage.configure(&[("VoiceUrl", written)]).await;
        let (call, _) = stage.ann_calls(&[]).await;
        let webhook = stage.webhook_where(|it| it.call_sid == call.sid).await;
        let plain = written.replace("me:secret@", "").replace("#rc=0", "");
        assert_eq!(webhook.signature, signed(&webhook, &plain), "{written}");
    }
}

#[tokio::test]
async fn absolute_urls_in_documents_stay_as_they_are_written() {
    let stage = Stage::with_voice("<Redirect>http://LOCALHOST:1/x/../next?it's</Redirect>").await;
    let (call, _) = stage.ann_calls(&[]).await;
    let webhook =
        stage.webhook_where(|it| it.call_sid == call.sid && it.url.contains("/next")).await;
    assert_eq!(webhook.signature, signed(&webhook, "http://LOCALHOST:1/x/../next?it's"));
}

#[tokio::test]
async fn hosts_without_https_are_spoken_to_in_http_and_signed_as_https() {
    let app = App::start().await;
    let host = app.url("").trim_start_matches("http://").to_owned();
    // Twilio drops the port of a voice webhook over https.
    app.believes("https://127.0.0.1").on("/voice", "<Say>Hello</Say><Redirect>/next</Redirect>");
    app.on("/next", "<Say>Bye</Say>");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let config = Config {
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned(),
        speed: 100.0,
        door: Default::default(),
    };
    let extras = Extras { plain_http: vec![host.clone()], ..Extras::default() };
    tokio::spawn(simulator::serve_with(listener, config, extras, std::future::pending()));
    let numbers = format!("{address}/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json");
    let form = [("PhoneNumber", OFFICE), ("VoiceUrl", &format!("https://{host}/voice"))];
    let request = http_client().post(numbers).form(&form).basic_auth(ACCOUNT, Some(TOKEN));
    assert_eq!(request.send().await.unwrap().status(), 201);
    let control = Control::new(&address).unwrap();
    let sid = control.place_call(ANN, OFFICE, &[]).await.unwrap();
    assert_eq!(control.ended(&sid).await.unwrap().status, CallStatus::Completed);
    assert_eq!(heard(&control.transcript(&sid).await.unwrap()), ["Hello", "Bye"]);
    let webhooks = control.webhooks(0).await.unwrap();
    assert!(webhooks.iter().all(|it| it.plain_http && it.url.starts_with("https://")));
}

#[tokio::test]
async fn documents_are_read_in_the_encoding_that_they_declare() {
    for (content_type, text, says) in [
        ("text/xml; charset=iso-8859-1", "<Response><Say>Gr\u{fc}\u{df}e</Say></Response>", true),
        (
            "text/xml",
            "<?xml version='1.0' encoding='ISO-8859-1'?><Response><Say>Gr\u{fc}\u{df}e</Say></Response>",
            true,
        ),
        ("text/xml", "<Response><Say>Gr\u{fc}\u{df}e</Say></Response>", false),
        ("text/xml; charset=klingon", "<Response><Say>Hello</Say></Response>", false),
    ] {
        let stage = Stage::new().await;
        // Each of these characters is one byte.
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        stage.app.answer("/voice", move |_| {
            ([("content-type", content_type)], latin.clone()).into_response()
        });
        let (_, transcript) = stage.ann_calls(&[]).await;
        if says {
            assert_eq!(heard(&transcript), ["Grüße"], "{content_type}");
        } else {
            assert_eq!(warnings(&transcript), [12_100], "{content_type}");
        }
    }
}
