//! Faults of callbacks: the same seed gives the same ones.

use futures::future::join_all;
use simulator::client::{Behavior, CallbackOrder, Faults, OnCall, Settings, WebhookKind};

use crate::stage::{BOB, OFFICE, Stage};

const ALL: [(&str, &str); 4] = [
    ("StatusCallbackEvent", "initiated"),
    ("StatusCallbackEvent", "ringing"),
    ("StatusCallbackEvent", "answered"),
    ("StatusCallbackEvent", "completed"),
];

/// Places calls to ten phones; what became of each callback, in order of phone
/// and status, and the callbacks that the app got.
async fn ten_calls(faults: &Faults) -> (Vec<String>, usize) {
    let stage = Stage::at_speed(1_000.0).await;
    stage.control.set_faults(faults).await.unwrap();
    let status = stage.app.url("/status");
    let calls = (0..10).map(async |number| {
        let to = format!("+1500555100{number}");
        stage.control.set_behavior(&to, &Behavior::new(OnCall::Busy)).await.unwrap();
        let mut form = vec![
            ("From", OFFICE),
            ("To", &to),
            ("Twiml", "<Response/>"),
            ("Timeout", "600"),
            ("StatusCallback", &status),
        ];
        form.extend(ALL);
        let (_, call) = stage.post("Calls.json", &form).await;
        stage.control.ended(call["sid"].as_str().unwrap()).await.unwrap();
    });
    join_all(calls).await;
    // Two callbacks a call: initiated and busy. A last call without faults of its
    // own tells nothing of the others, so wait for all of theirs.
    let mut seen = Vec::new();
    while seen.len() < 20 {
        let since = stage.control.webhooks(0).await.unwrap();
        let firsts = since.into_iter().filter(|it| it.fault.as_deref() != Some("duplicate"));
        seen = firsts.collect();
        tokio::task::yield_now().await;
    }
    let mut told: Vec<String> = seen
        .iter()
        .map(|it| format!("{} {} {:?}", it.params["To"], it.params["CallStatus"], it.fault))
        .collect();
    told.sort();
    (told, stage.app.hits("/status").len())
}

#[tokio::test]
async fn same_seed_loses_the_same_callbacks() {
    let faults = |seed| Faults { seed, drop: 0.5, ..Faults::default() };
    let (first, delivered) = ten_calls(&faults(1)).await;
    let (second, _) = ten_calls(&faults(1)).await;
    let (other, _) = ten_calls(&faults(2)).await;
    assert_eq!(first, second);
    assert_ne!(first, other);
    let dropped = first.iter().filter(|line| line.contains("drop")).count();
    assert_eq!(delivered, 20 - dropped);
    assert!((2..=18).contains(&dropped), "{dropped}");
}

#[tokio::test]
async fn callbacks_are_repeated_and_swapped() {
    let stage = Stage::new().await;
    stage.app.on("/outgoing", "<Hangup/>");
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Answer)).await.unwrap();
    let (url, status) = (stage.app.url("/outgoing"), stage.app.url("/status"));
    let mut form =
        vec![("From", OFFICE), ("To", BOB), ("Url", url.as_str()), ("StatusCallback", &status)];
    form.extend(ALL);
    stage
        .control
        .set_faults(&Faults { duplicate: 1.0, reorder: 1.0, delay_ms: 3, ..Faults::default() })
        .await
        .unwrap();
    stage.post("Calls.json", &form).await;
    let hits = stage.app.wait_for("/status", 8).await;
    let order: Vec<_> = hits.iter().map(|hit| hit.get("SequenceNumber")).collect();
    assert_eq!(order, ["1", "1", "0", "0", "3", "3", "2", "2"]);
    // Requests for TwiML are never touched unless that is asked for.
    assert_eq!(stage.app.hits("/outgoing").len(), 1);
}

#[tokio::test]
async fn callbacks_come_in_any_order_if_settings_say_so() {
    let orders = async |callback_order| {
        let stage = Stage::new().await;
        stage.app.on("/outgoing", "<Hangup/>");
        let settings = Settings { callback_order, ..Settings::default() };
        stage.control.set_settings(&settings).await.unwrap();
        let (url, status) = (stage.app.url("/outgoing"), stage.app.url("/status"));
        let mut orders = Vec::new();
        for number in 0..6 {
            let to = format!("+1500555100{number}");
            let answer = Behavior::new(OnCall::Answer);
            stage.control.set_behavior(&to, &answer).await.unwrap();
            let mut form =
                vec![("From", OFFICE), ("To", &to), ("Url", &url), ("StatusCallback", &status)];
            form.extend(ALL);
            stage.post("Calls.json", &form).await;
            let hits = stage.app.wait_for("/status", 4 * (number + 1)).await;
            let own = hits.iter().filter(|hit| hit.get("To") == to);
            orders.push(own.map(|hit| hit.get("SequenceNumber")).collect::<String>());
        }
        orders
    };
    let in_order = orders(CallbackOrder::InOrder).await;
    assert!(in_order.iter().all(|order| order == "0123"), "{in_order:?}");
    let shuffled = orders(CallbackOrder::Shuffled).await;
    assert!(shuffled.iter().any(|order| order != "0123"), "{shuffled:?}");
    assert!(shuffled.iter().all(|order| order.len() == 4), "{shuffled:?}");
}

#[tokio::test]
async fn twiml_is_asked_for_twice_only_if_wanted() {
    let stage = Stage::with_voice("<Hangup/>").await;
    stage.control.set_faults(&Faults { duplicate_twiml: 1.0, ..Faults::default() }).await.unwrap();
    stage.ann_calls(&[]).await;
    assert_eq!(stage.app.wait_for("/voice", 2).await.len(), 2);
    let twice = stage.webhook_where(|it| it.fault.is_some()).await;
    assert_eq!(twice.kind, WebhookKind::Voice);
}

#[tokio::test]
async fn finished_recording_is_missing_at_first() {
    let stage = Stage::with_voice("<Record action='/a' recordingStatusCallback='/file'/>").await;
    stage
        .control
        .set_faults(&Faults { recording_404_first: 1.0, ..Faults::default() })
        .await
        .unwrap();
    stage.ann_calls(&["wait:beep", "speak:1", "hang-up"]).await;
    let file = stage.app.first("/file").await;
    let path = format!("Recordings/{}.wav", file.get("RecordingSid"));
    assert_eq!(stage.media(&path).await.status(), 404);
    assert_eq!(stage.media(&path).await.status(), 200);
}

#[tokio::test]
async fn impossible_faults_are_refused() {
    let stage = Stage::new().await;
    let error =
        stage.control.set_faults(&Faults { drop: 2.0, ..Faults::default() }).await.unwrap_err();
    assert_eq!(error.to_string(), "drop must be between 0 and 1 (HTTP 422)");
}
