//! The way of a recording from Twilio into S3, when Twilio makes it hard.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use futures::stream;
use simulator::{audio, client::Faults};
use tokio::net::TcpListener;

use crate::system::{ACCOUNT, CALL, System, form, is_copied};

const RECORDING: &str = "RE0000000000000000000000000000aaaa";

/// A Twilio that has one recording and answers for it like this.
async fn twilio<F>(answer: F) -> (String, Arc<AtomicUsize>)
where
    F: Fn(usize, Uri, HeaderMap) -> Response + Clone + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(answer(number, uri, headers))
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, asked)
}

/// A system on that Twilio, which has just been told that the recording is complete.
async fn told(twilio: &str, parameters: &[(&str, &str)]) -> System {
    let parameters = [&[("TwilioApiUrl", twilio)], parameters].concat();
    let system = System::with(&parameters).await;
    assert_eq!(system.webhook("/voice", &form(&[])).await.0, 200);
    let url = format!("{twilio}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}");
    let completed = [
        ("AccountSid", ACCOUNT),
        ("CallSid", CALL),
        ("RecordingSid", RECORDING),
        ("RecordingUrl", &url),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "5"),
        ("RecordingSource", "RecordVerb"),
    ];
    assert_eq!(system.webhook("/voice/recording", &completed).await.0, 204);
    system
}

async fn copied(system: &System) -> Vec<u8> {
    let entry = system.entry_when(CALL, is_copied).await;
    system.recording(&entry.voicemail.unwrap().s3_key.unwrap()).await
}

fn credentials(headers: &HeaderMap) -> bool {
    headers.contains_key("authorization")
}

/// Without a `Content-Length`.
fn chunked(bytes: Vec<u8>) -> Response {
    let chunks: Vec<_> = bytes.chunks(50_000).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, Infallible>))).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_is_copied_part_by_part() {
    // 12 MB are three parts of S3's smallest size, the last a short one.
    let wav = audio::write_wav(&audio::speech(750.0));
    let sent = wav.clone();
    let (twilio, _) = twilio(move |_, uri, headers| {
        assert!(uri.path().ends_with(".wav") && credentials(&headers));
        sent.clone().into_response()
    })
    .await;
    let system = told(&twilio, &[]).await;
    assert!(copied(&system).await == wav);
    let copy = system.stack.processes().into_iter().find(|p| p.function == "recording-copy");
    let status = std::fs::read_to_string(format!("/proc/{}/status", copy.unwrap().pid)).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 64 * 1024, "the whole recording was in memory: {kib} KiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_not_announced_is_taken_from_the_file() {
    let wav = audio::write_wav(&audio::speech(5.0));
    let sent = wav.clone();
    let (twilio, _) = twilio(move |_, _, _| chunked(sent.clone())).await;
    assert_eq!(copied(&told(&twilio, &[]).await).await, wav);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_cut_short_is_fetched_again_and_never_deleted_before() {
    let wav = audio::write_wav(&audio::speech(5.0));
    let sent = wav.clone();
    let (twilio, asked) = twilio(move |number, _, _| match number {
        0 => chunked(sent[..50_000].to_vec()),
        1 => chunked(b"<html>".to_vec()),
        2 => chunked(Vec::new()),
        3 => sent.clone().into_response(),
        // The deletion.
        _ => StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let system = told(&twilio, &[("DeleteTwilioRecordings", "true")]).await;
    assert_eq!(copied(&system).await, wav);
    system.stack.wait_for_log("\"message\":\"done\"").await;
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_on_twilios_own_host() {
    let wav = audio::write_wav(&audio::speech(1.0));
    let sent = wav.clone();
    let (twilio, asked) = twilio(move |number, _, headers| {
        assert!(credentials(&headers) && !headers.contains_key("referer"));
        match number {
            0 | 1 => Redirect::temporary("/elsewhere").into_response(),
            _ => sent.clone().into_response(),
        }
    })
    .await;
    assert_eq!(copied(&told(&twilio, &[]).await).await, wav);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_host_is_asked_without_tls_and_circles_end() {
    let (other, asked) = twilio(|_, _, _| StatusCode::OK.into_response()).await;
    for to in [other.clone(), "/in/circles".to_owned()] {
        let (twilio, _) = twilio(move |_, _, _| Redirect::temporary(&to).into_response()).await;
        let system = told(&twilio, &[]).await;
        system.stack.wait_for_log("Twilio redirects").await;
        assert!(!system.stack.logs().contains(&other));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_comes_ends_in_the_dead_letter_queue() {
    let (twilio, _) = twilio(|_, _, _| StatusCode::FORBIDDEN.into_response()).await;
    let system = told(&twilio, &[]).await;
    let dead = || system.stack.queue("RecordingDeadLetters").unwrap();
    while dead().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(dead()[0].body.contains(RECORDING));
    assert!(system.stack.queue("RecordingQueue").unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_twilio_does_not_find_at_first_is_waited_for() {
    let system = System::start().await;
    system
        .phones
        .set_faults(&Faults { recording_404_first: 1.0, ..Faults::default() })
        .await
        .unwrap();
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:2", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let entry = system.entry_when(&sid, is_copied).await;
    let stored = system.recording(&entry.voicemail.unwrap().s3_key.unwrap()).await;
    assert_eq!(audio::read_wav(&stored).unwrap(), audio::speech(2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_twilio_does_not_have_is_noted_and_asked_for_no_more() {
    let system = System::start().await;
    system.phones.set_faults(&Faults { recording_404: 1.0, ..Faults::default() }).await.unwrap();
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    system.stack.wait_for_log("FilesLost").await;
    let entry =
        system.entry_when(&sid, |entry| entry.voicemail.is_none() && entry.status.is_final()).await;
    assert_eq!(entry.recordings[0].status.as_ref().unwrap().as_str(), "absent");
    let call = |call: &serde_json::Value| call["outcome"] == "missed";
    system.eventually(&format!("/api/calls/{sid}"), call).await;
    assert!(system.stack.queue("RecordingQueue").unwrap().is_empty());
    assert!(system.stack.queue("RecordingDeadLetters").unwrap().is_empty());
}
