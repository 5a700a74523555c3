//! Getting documents: fallbacks, bad ones, retries, redirects.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use simulator::client::{CallStatus, WebhookKind};

use crate::stage::{Stage, heard, warnings, xml};

const SORRY: &str = "We are sorry, an application error has occurred. Goodbye.";

#[tokio::test]
async fn failing_app_is_replaced_by_its_fallback() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    stage.app.on("/fallback", "<Say>We are closed</Say>");
    let fallback = stage.app.url("/fallback");
    stage.configure(&[("VoiceFallbackUrl", &fallback)]).await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["We are closed"]);
    assert_eq!(warnings(&transcript), [11_200]);
    let asked = stage.app.first("/fallback").await;
    assert_eq!(
        (asked.get("ErrorCode"), asked.get("ErrorUrl")),
        ("11200", stage.app.url("/voice").as_str())
    );
    // 5xx is not retried by default.
    assert_eq!(stage.app.hits("/voice").len(), 1);
}

#[tokio::test]
async fn without_a_fallback_callers_hear_of_the_error() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |_| StatusCode::NOT_FOUND.into_response());
    let (call, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), [SORRY]);
    assert_eq!(call.status, CallStatus::Completed);
}

#[tokio::test]
async fn app_that_is_down_is_tried_twice() {
    let stage = Stage::new().await;
    stage.configure(&[("VoiceUrl", "http://127.0.0.1:9/voice")]).await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!((heard(&transcript), warnings(&transcript)), (vec![SORRY], vec![11_205]));
    let attempts = stage.control.webhooks(0).await.unwrap();
    assert_eq!(attempts.iter().map(|it| it.attempt).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(attempts[0].idempotency_token, attempts[1].idempotency_token);
}

#[tokio::test]
async fn fragment_asks_for_retries_and_is_neither_sent_nor_signed() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |_| StatusCode::SERVICE_UNAVAILABLE.into_response());
    let url = stage.app.url("/voice?a=1#rc=3&rp=5xx");
    stage.configure(&[("VoiceUrl", &url)]).await;
    stage.ann_calls(&[]).await;
    let hits = stage.app.hits("/voice");
    assert_eq!(hits.len(), 4);
    assert!(hits.iter().all(|hit| hit.get("a") == "1"));
    let token = |index: usize| hits[index].headers["i-twilio-idempotency-token"].clone();
    assert_eq!(token(0), token(3));
}

#[tokio::test]
async fn slow_app_is_given_up_after_its_read_timeout() {
    let stage = Stage::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}/voice#rt=100", listener.local_addr().unwrap());
    stage.configure(&[("VoiceUrl", &silent)]).await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(warnings(&transcript), [11_205]);
}

#[tokio::test]
async fn documents_that_cannot_be_run_are_application_errors() {
    type Answer = fn() -> Response;
    let answers: [(&str, Answer, u32); 7] = [
        ("not well-formed", || xml("<Response><Say>"), 12_100),
        ("wrong root", || xml("<Answer/>"), 12_100),
        ("empty", || xml(""), 12_100),
        ("wrong nesting", || xml("<Response><Say/><Gather><Hangup/></Gather></Response>"), 12_100),
        ("JSON", || axum::Json(1).into_response(), 12_300),
        (
            "too large",
            || xml(&format!("<Response><!--{}--></Response>", "x".repeat(65_536))),
            11_750,
        ),
        ("no URL", || xml("<Response><Redirect>http://</Redirect></Response>"), 11_100),
    ];
    for (name, answer, code) in answers {
        let stage = Stage::new().await;
        stage.app.answer("/voice", move |_| answer());
        let (_, transcript) = stage.ann_calls(&[]).await;
        assert_eq!(
            (heard(&transcript), warnings(&transcript)),
            (vec![SORRY], vec![code]),
            "{name}"
        );
    }
}

#[tokio::test]
async fn plain_text_is_said_and_audio_played() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |_| "Hello there".into_response());
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["Hello there"]);
    stage.app.answer("/voice", |_| ([("content-type", "audio/mpeg")], "ID3").into_response());
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), [stage.app.url("/voice")]);
}

#[tokio::test]
async fn unknown_verbs_and_attributes_are_warned_of_and_skipped() {
    let stage = Stage::with_voice(
        "<Dance/><Say mood='happy' loop='x'>Hello</Say><Echo/>stray<Pause length='0'/>",
    )
    .await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["Hello"]);
    assert_eq!(warnings(&transcript), [12_200; 5]);
}

#[tokio::test]
async fn redirects_are_followed_and_relative_urls_start_where_they_lead() {
    let stage = Stage::new().await;
    stage.app.answer("/voice", |_| Redirect::to("/deep/er/voice").into_response());
    stage.app.on("/deep/er/voice", "<Redirect>next</Redirect>");
    stage.app.on("/deep/er/next", "<Say>Arrived</Say>");
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(heard(&transcript), ["Arrived"]);
    assert_eq!(stage.app.first("/deep/er/voice").await.method, "GET");
    assert_eq!(stage.app.first("/deep/er/next").await.get("CallStatus"), "ringing");
}

#[tokio::test]
async fn endless_redirects_end() {
    let stage = Stage::with_voice("<Redirect/>").await;
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!((heard(&transcript), warnings(&transcript)), (vec![SORRY], vec![11_215]));
}

#[tokio::test]
async fn action_that_fails_asks_the_fallback() {
    let stage = Stage::with_voice(
        "<Gather numDigits='1' timeout='60' action='/digits'><Say>Well?</Say></Gather>",
    )
    .await;
    stage.app.answer("/digits", |_| StatusCode::BAD_GATEWAY.into_response());
    stage.app.on("/fallback", "<Say>Fallen back</Say>");
    let fallback = stage.app.url("/fallback");
    stage.configure(&[("VoiceFallbackUrl", &fallback)]).await;
    let (_, transcript) = stage.ann_calls(&["wait:Well?", "press:1"]).await;
    assert_eq!(heard(&transcript), ["Well?", "Fallen back"]);
    let asked = stage.webhook_where(|webhook| webhook.kind == WebhookKind::Fallback).await;
    assert_eq!(
        (asked.params["Digits"].as_str(), asked.params["ErrorCode"].as_str()),
        ("1", "11200")
    );
}
