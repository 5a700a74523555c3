//! Webhooks that are forged, damaged, repeated, late or out of order.

use serde_json::json;
use shared::{
    contacts::CallOutcome,
    twilio::{signature::sign, voice::CallStatus},
};
use simulator::client::ApiKey;

use crate::system::{ACCOUNT, CALL, CALLER, MAIN, System, TOKEN, form, owned};

/// A token from before a rotation.
const OLD: &str = "the-old-auth-token";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_twilio_gets_403_and_nothing_is_written() {
    let system = System::start().await;
    let voice = format!("{}/voice", system.stack.api_url());
    let good = form(&[]);
    let of = |token: &str, url: &str, form: &[(&str, &str)]| sign(token, url, &owned(form));

    let forgeries = [
        ("made with another token", of("another-token", &voice, &good)),
        ("made with an empty token", of("", &voice, &good)),
        ("for another host", of(TOKEN, "https://evil.example/voice", &good)),
        ("for another route", of(TOKEN, &format!("{voice}/status"), &good)),
        ("for another query", of(TOKEN, &format!("{voice}?step=1"), &good)),
        ("for another body", of(TOKEN, &voice, &form(&[("From", "+15005550112")]))),
        ("for no body", of(TOKEN, &voice, &[])),
        ("empty", String::new()),
        ("no base64", "*".into()),
    ];
    for (what, signature) in forgeries {
        assert_eq!(system.post("/voice", &good, &signature).await.0, 403, "{what}");
    }
    let unsigned = system.http.post(&voice).form(&good).send().await.unwrap();
    assert_eq!(unsigned.status().as_u16(), 403);
    // A forged Host header, of a name that the port answers to, must not choose the address that
    // is verified.
    let request = system.http.post(&voice).header("host", "evil.localhost").form(&good);
    let signature = of(TOKEN, "http://evil.localhost/voice", &good);
    let answer = request.header("x-twilio-signature", signature).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 403);

    // Signed well, and refused all the same.
    let repeated = [&good[..], &[("Digits", "1"), ("Digits", "2")]].concat();
    assert_eq!(system.webhook("/voice", &repeated).await.0, 403);
    let foreign = form(&[("AccountSid", "AC00000000000000000000000000000002")]);
    assert_eq!(system.webhook("/voice", &foreign).await.0, 403);

    assert_eq!(system.table().await, "");
    let logs = system.stack.logs();
    assert_eq!(logs.matches("\"refused\"").count(), 13, "{logs}");
    assert_eq!(logs.lines().filter(|line| line.contains("level")).count(), 13, "{logs}");
    for secret in [CALLER, MAIN, TOKEN, "5005550111", ACCOUNT] {
        assert!(!logs.contains(secret), "{secret} in {logs}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_token_is_rotated_the_previous_one_is_accepted_too() {
    let system = System::start().await;
    let secret = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "previous_auth_token": OLD});
    system.stack.put_secret("TwilioSecret", Some(secret.to_string()));
    let url = format!("{}/voice", system.stack.api_url());
    for (token, status) in [(TOKEN, 200), (OLD, 200), ("the-one-before-that-one", 403)] {
        let signature = sign(token, &url, &owned(&form(&[])));
        assert_eq!(system.post("/voice", &form(&[]), &signature).await.0, status, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn until_twilios_credentials_are_put_nothing_is_taken_and_no_key_of_one_letter_signs() {
    let system = System::start().await;
    let url = format!("{}/voice", system.stack.api_url());
    let asks = async |token: &str| {
        system.post("/voice", &form(&[]), &sign(token, &url, &owned(&form(&[])))).await.0
    };
    system.stack.put_secret("TwilioSecret", None);
    assert_eq!(asks(TOKEN).await, 503);
    for token in ["", "x", "fifteen-letters"] {
        let secret = json!({"account_sid": ACCOUNT, "auth_token": token});
        system.stack.put_secret("TwilioSecret", Some(secret.to_string()));
        assert_eq!(asks(token).await, 503, "{token}");
        assert_eq!(asks(TOKEN).await, 503, "{token}");
    }
    assert_eq!(system.table().await, "");
    let secret = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "previous_auth_token": "x"});
    system.stack.put_secret("TwilioSecret", Some(secret.to_string()));
    assert_eq!(asks("x").await, 403);
    assert_eq!(asks(TOKEN).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_api_key_the_auth_token_only_verifies() {
    let system = System::start().await;
    let key = ApiKey { sid: "SK0000000000000000000000000000beef".into(), secret: "hush".into() };
    let secret = json!({
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "api_key_sid": key.sid,
        "api_key_secret": key.secret,
    });
    system.stack.put_secret("TwilioSecret", Some(secret.to_string()));
    let text = json!({"to": CALLER, "body": "Hello"});
    // Twilio does not know the key yet, and takes it for nothing else.
    let (status, refused) = system.api("POST", "/api/messages", text.clone()).await;
    assert_eq!(status, 500, "{refused}");
    system.phones.add_api_key(&key).await.unwrap();
    assert_eq!(system.api("POST", "/api/messages", text).await.0, 201);
    assert_eq!(system.webhook("/voice", &form(&[])).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_of_twilios_is_refused_with_a_reason() {
    let system = System::start().await;
    for (what, path, bad) in [
        ("no status", "/voice/status", ("CallStatus", "")),
        ("no call", "/voice/status", ("CallSid", "")),
        (
            "call of another kind",
            "/voice/status",
            ("CallSid", "RE0000000000000000000000000000aaaa"),
        ),
        ("path in a SID", "/voice", ("CallSid", "CA../../../../../../../../../../../")),
        ("no direction", "/voice", ("Direction", "")),
        ("step", "/voice/digits?step=-1&widget=main_menu", ("Digits", "1")),
        ("no step", "/voice/digits?widget=main_menu", ("Digits", "1")),
        ("no name", "/voice/status", ("", "x")),
    ] {
        let (status, body) = system.webhook(path, &form(&[bad])).await;
        assert_eq!(status, 400, "{what}");
        assert!(!body.is_empty() && (bad.1.len() < 2 || !body.contains(bad.1)), "{body}");
    }

    let voice = format!("{}/voice", system.stack.api_url());
    let signature = sign(TOKEN, &voice, &[]);
    for (content_type, body, status) in [
        ("application/json", b"{\"CallSid\":1}".to_vec(), 415),
        ("multipart/form-data; boundary=x", b"--x--".to_vec(), 415),
        ("application/x-www-form-urlencoded", b"Body=%ff%fe".to_vec(), 400),
        ("application/x-www-form-urlencoded", b"Body=\xff\xfe".to_vec(), 400),
        ("application/x-www-form-urlencoded", vec![b'a'; 64 * 1024 + 1], 413),
        ("application/x-www-form-urlencoded", vec![b'a'; 5 * 1024 * 1024], 413),
        ("application/x-www-form-urlencoded", Vec::new(), 400),
    ] {
        let request = system.http.post(&voice).header("content-type", content_type);
        let request = request.header("x-twilio-signature", &signature).body(body);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{content_type}");
    }
    assert_eq!(system.table().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_call_is_ended() {
    let system = System::start().await;
    let path = "/voice/digits?step=501&widget=main_menu";
    let (status, twiml) = system.webhook(path, &form(&[("Digits", "1")])).await;
    assert_eq!(status, 200);
    assert!(twiml.contains("<Hangup>"), "{twiml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duration_that_is_no_number_does_not_lose_the_event() {
    let system = System::start().await;
    let completed = form(&[("CallStatus", "completed"), ("CallDuration", "-1")]);
    assert_eq!(system.webhook("/voice/status", &completed).await.0, 204);
    let entry = system.calls.entry(&CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((entry.status, entry.duration_seconds), (CallStatus::Completed, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_earlier_steps_are_unknown_starts_anew() {
    let system = System::start().await;
    let path = "/voice/digits?step=5&widget=main_menu";
    let (_, twiml) = system.webhook(path, &form(&[("Digits", "1")])).await;
    assert!(twiml.contains("/voice?step=6</Redirect>"), "{twiml}");
    let (_, twiml) = system.webhook("/voice?step=6", &form(&[])).await;
    assert!(twiml.contains("/voice/digits?step=7&amp;widget=main_menu"), "{twiml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_recording_urls_are_refused() {
    let system = System::start().await;
    let simulator = system.stack.simulator_url().unwrap();
    let recording = "RE0000000000000000000000000000bbbb";
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording}");
    let host = simulator.strip_prefix("http://").unwrap();
    for url in [
        format!("https://evil.example{path}"),
        format!("http://user@{host}{path}"),
        format!("http://{host}@evil.example{path}"),
        format!("{simulator}.evil.example{path}"),
        format!("http://127.1:3001{path}"),
        format!("http://[::ffff:127.0.0.1]:3001{path}"),
        format!(
            "{simulator}/2010-04-01/Accounts/AC00000000000000000000000000000002/Recordings/{recording}"
        ),
        format!("{simulator}{path}/../RE0000000000000000000000000000cccc"),
        format!("{simulator}{path}?x=1"),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        let webhook = [
            ("AccountSid", ACCOUNT),
            ("CallSid", CALL),
            ("RecordingSid", recording),
            ("RecordingUrl", &url),
            ("RecordingStatus", "completed"),
        ];
        assert_eq!(system.webhook("/voice/recording", &webhook).await.0, 400, "{url}");
    }
    assert_eq!(system.table().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_webhook_fifty_times_has_one_effect_and_one_answer() {
    let system = System::start().await;
    let webhooks = [
        ("/voice", form(&[("CallStatus", "ringing")])),
        ("/voice/digits?step=1&widget=main_menu", form(&[("Digits", "1")])),
        (
            "/voice/step?step=2&widget=call_owner",
            form(&[("DialCallStatus", "busy"), ("DialBridged", "false")]),
        ),
        ("/voice/status", form(&[("CallStatus", "completed"), ("CallDuration", "9")])),
    ];
    let mut first = Vec::new();
    for (path, form) in &webhooks {
        first.push(system.webhook(path, form).await);
    }
    let table = system.table().await;
    for _ in 0..50 {
        for ((path, form), first) in webhooks.iter().zip(&first) {
            assert_eq!(&system.webhook(path, form).await, first);
        }
    }
    assert_eq!(system.table().await, table);
    let entry = system.calls.entry(&CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(entry.status, CallStatus::Completed);
    assert_eq!(entry.path.len(), 3);
    assert_eq!(entry.outcome, CallOutcome::Missed);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_the_same_instant_agree() {
    let system = System::start().await;
    system.webhook("/voice", &form(&[])).await;
    let path = "/voice/digits?step=1&widget=main_menu";
    let (one, two) = (form(&[("Digits", "1")]), form(&[("Digits", "2")]));
    let statuses = ["ringing", "in-progress", "completed", "completed", "no-answer"];
    let callbacks: Vec<_> = statuses.iter().map(|status| form(&[("CallStatus", status)])).collect();
    let race = callbacks.iter().map(|form| system.webhook("/voice/status", form));
    assert!(futures::future::join_all(race).await.iter().all(|answer| answer.0 == 204));
    let answers = futures::future::join_all(
        (0..20).map(|n| system.webhook(path, if n % 2 == 0 { &one } else { &two })),
    )
    .await;
    assert!(answers.iter().all(|answer| answer == &answers[0] && answer.0 == 200), "{answers:?}");
    let entry = system.calls.entry(&CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(entry.path.len(), 2);
    assert!(entry.status.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_twilio_adds_to_its_vocabularies_loses_nothing() {
    let system = System::start().await;
    assert_eq!(system.webhook("/voice", &form(&[("Direction", "sideways")])).await.0, 200);
    let progress =
        async |status| system.webhook("/voice/status", &form(&[("CallStatus", status)])).await;
    assert_eq!(progress("flying").await.0, 204);
    let entry = async || system.calls.entry(&CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(entry().await.status, CallStatus::InProgress);
    assert_eq!(progress("completed").await.0, 204);
    assert_eq!(entry().await.status, CallStatus::Completed);
    // Late, and still unknown.
    assert_eq!(progress("flying").await.0, 204);
    assert_eq!(entry().await.status, CallStatus::Completed);
    let page = system.get("/api/calls").await;
    assert_eq!(page["items"][0]["direction"], "outbound");
    assert_eq!(page["items"][0]["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_in_any_order_come_to_the_same_entry() {
    let system = System::start().await;
    let events = [
        ("initiated", "Sat, 21 Nov 2026 09:00:00 +0000"),
        ("ringing", "Sat, 21 Nov 2026 09:00:01 +0000"),
        ("in-progress", "Sat, 21 Nov 2026 09:00:05 +0000"),
        ("completed", "Sat, 21 Nov 2026 09:00:30 +0000"),
    ];
    for (number, order) in permutations(4).into_iter().enumerate() {
        let sid = format!("CA{number:032x}");
        for index in order {
            let (status, at) = events[index];
            let mut more =
                vec![("CallSid", sid.as_str()), ("CallStatus", status), ("Timestamp", at)];
            if status == "completed" {
                more.push(("CallDuration", "25"));
            }
            assert_eq!(system.webhook("/voice/status", &form(&more)).await.0, 204);
        }
        let entry = system.calls.entry(&sid.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(entry.status, CallStatus::Completed);
        assert_eq!(entry.started_at.unwrap().second(), 0);
        assert_eq!(entry.answered_at.unwrap().second(), 5);
        assert_eq!(entry.ended_at.unwrap().second(), 30);
        assert_eq!(entry.duration_seconds, Some(25));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_final_status_stays() {
    let system = System::start().await;
    for status in ["no-answer", "completed", "in-progress", "busy"] {
        system.webhook("/voice/status", &form(&[("CallStatus", status)])).await;
    }
    let entry = system.calls.entry(&CALL.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(entry.status, CallStatus::NoAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_was_replaced_during_the_call_starts_anew() {
    let system = System::start().await;
    system.webhook("/voice", &form(&[])).await;
    let (status, twiml) =
        system.webhook("/voice/digits?step=1&widget=old_menu", &form(&[("Digits", "1")])).await;
    assert_eq!(status, 200);
    assert!(twiml.contains("/voice?step=1</Redirect>"), "{twiml}");
    let (_, twiml) = system.webhook("/voice?step=1", &form(&[])).await;
    assert!(twiml.contains("Press 1"), "{twiml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_is_replaced_by_the_next_request() {
    let system = System::start().await;
    assert_eq!(system.webhook("/voice", &form(&[])).await.0, 200);
    let killed = system.stack.processes();
    for process in &killed {
        let status =
            std::process::Command::new("kill").args(["-9", &process.pid.to_string()]).status();
        assert!(status.unwrap().success());
    }
    // The gateway may hand this one to the dying process, as Lambda may.
    let first = system.webhook("/voice", &form(&[])).await.0;
    assert!(first == 200 || first == 500);
    assert_eq!(system.webhook("/voice", &form(&[])).await.0, 200);
}

fn permutations(length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for shorter in permutations(length - 1) {
        for position in 0..length {
            let mut longer = shorter.clone();
            longer.insert(position, length - 1);
            all.push(longer);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_status_opens_nothing_again() {
    let system = System::with(&[("OwnerNoticeDelay", "0"), ("ReconcileAfter", "0")]).await;
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let begun = std::time::Instant::now();
    while system.table().await.contains("open_pk") || !system.table().await.contains("s3_key") {
        assert!(begun.elapsed().as_secs() < 10, "{}", system.table().await);
        system.stack.invoke("reconcile", b"{}").await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let of_call = |more: &[(&'static str, &'static str)]| {
        let mut form = owned(&form(more));
        form.iter_mut()
            .filter(|(name, _)| name == "CallSid")
            .for_each(|(_, it)| it.clone_from(&sid));
        form
    };
    for (path, form) in [
        ("/voice/status", of_call(&[("CallStatus", "completed")])),
        ("/voice/status", of_call(&[("CallStatus", "in-progress")])),
        ("/voice", of_call(&[])),
        ("/voice/digits?step=1&widget=main_menu", of_call(&[("Digits", "2")])),
    ] {
        let form: Vec<_> = form.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
        let (status, answer) = system.webhook(path, &form).await;
        assert!(status < 300, "{path}: {answer}");
    }
    let table = system.table().await;
    assert!(!table.contains("open_pk"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_goes_on_at_the_apis_own_address() {
    let system = System::with(&[("PublicUrl", "https://calls.example")]).await;
    let asks = async |address: &str| {
        let signature = sign(TOKEN, &format!("{address}/voice"), &owned(&form(&[])));
        system.post("/voice", &form(&[]), &signature).await.0
    };
    assert_eq!(asks("https://calls.example").await, 200);
    assert_eq!(asks("https://switchboard-api.execute-api.us-east-1.amazonaws.com").await, 200);
    assert_eq!(asks("https://elsewhere.example").await, 403);
}
