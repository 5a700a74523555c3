//! AWS and the network when they fail: connections that died while a function was frozen, throttled
//! requests, answers that are lost.

use std::time::Duration;

use serde_json::{Value, json};
use shared::contacts::CallOutcome;
use simulator::client::{Faults as TwilioFaults, Stale};

use crate::{
    conferencing::{dial_in, dial_out},
    messages::send_with_key,
    system::{CALLER, System},
};

const ADA: &str = "+15005550111";
const BOB: &str = "+15005550112";
const AGENT: &str = "+15005550150";

/// Longer than a connection has to be idle to count as dead.
async fn frozen_for_a_while() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Texts the customer the key's own words.
async fn sends(system: &System, key: &str) -> (u16, Value) {
    send_with_key(system, key, key).await
}

#[tokio::test]
async fn a_text_or_call_goes_out_though_the_connection_died_while_the_function_was_frozen() {
    for stale in [Stale::Reset, Stale::BlackHole] {
        let system = System::start().await;
        system.joins_when_called(BOB).await;
        // Each function that speaks to Twilio has a connection from here on.
        assert_eq!(sends(&system, "first").await.0, 201);
        system.api("PUT", "/api/agent", json!({"name": "Ann", "phone_number": AGENT})).await;
        assert_eq!(system.api("POST", "/api/calls", json!({"to": CALLER})).await.0, 201);
        let first = system.holds(json!({"participants": [dial_in(ADA), dial_out(BOB)]})).await;
        system
            .conference_when(first["id"].as_str().unwrap(), |it| it.state_of(BOB) == "joined")
            .await;
        let faults = TwilioFaults { stale_connections: Some(stale), ..TwilioFaults::default() };
        system.phones.set_faults(&faults).await.unwrap();
        frozen_for_a_while().await;

        let (status, text) = sends(&system, "second").await;
        assert_eq!(status, 201, "{stale:?}: {text}");
        let (status, call) = system.api("POST", "/api/calls", json!({"to": CALLER})).await;
        assert_eq!(status, 201, "{stale:?}: {call}");
        let second = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
        let code = second["code"].as_str().unwrap();
        for who in [ADA, BOB] {
            system.phones.texted(who, |text| text.body.contains(code)).await.unwrap();
        }
        let id = second["id"].as_str().unwrap();
        let invited =
            |who| move |it: &crate::conferencing::Conference| it.state_of(who) == "invited";
        system.conference_when(id, invited(ADA)).await;
        system.conference_when(id, invited(BOB)).await;
    }
}

#[tokio::test]
async fn callers_are_answered_and_logged_though_the_connections_to_aws_died() {
    for stale in [Stale::Reset, Stale::BlackHole] {
        let system = System::start().await;
        let words = ["wait:leave a message", "press:2", "wait:beep", "speak:5", "hang-up"];
        system.customer_calls(&words).await;
        let faults = local::Faults { stale_connections: Some(stale), ..Default::default() };
        system.stack.set_faults(faults).unwrap();
        frozen_for_a_while().await;
        let sid = system.customer_calls(&words).await;
        let path = ["main_menu keypress", "voicemail hangup"];
        system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
        system.entry_when(&sid, crate::system::is_copied).await;
    }
}

#[tokio::test]
async fn nothing_is_lost_or_done_twice_while_dynamodb_throttles_and_loses_answers() {
    let system = System::start().await;
    system.joins_when_called(BOB).await;
    let faults = local::Faults {
        seed: 7,
        dynamodb_throttled: 0.15,
        dynamodb_answer_lost: 0.15,
        ..Default::default()
    };
    system.stack.set_faults(faults).unwrap();
    for n in 0..8 {
        let (status, text) = sends(&system, &format!("text {n}")).await;
        assert_eq!(status, 201, "{text}\n{}", system.stack.logs());
    }
    let mut conferences = Vec::new();
    for _ in 0..3 {
        conferences
            .push(system.holds(json!({"participants": [dial_in(ADA), dial_out(BOB)]})).await);
    }
    let sid = system
        .customer_calls(&["wait:leave a message", "press:2", "wait:beep", "speak:5", "hang-up"])
        .await;
    let path = ["main_menu keypress", "voicemail hangup"];
    system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
    system.entry_when(&sid, crate::system::is_copied).await;
    for conference in &conferences {
        let id = conference["id"].as_str().unwrap();
        system.conference_within(id, 30, |it| it.state_of(ADA) == "invited").await;
        system.conference_within(id, 30, |it| matches!(it.state_of(BOB), "joined" | "left")).await;
    }
    system.stack.set_faults(local::Faults::default()).unwrap();

    let texts = system.phones.messages(CALLER).await.unwrap();
    let texts: Vec<_> = texts.iter().filter(|text| text.to == CALLER).collect();
    for n in 0..8 {
        let body = format!("text {n}");
        assert_eq!(texts.iter().filter(|text| text.body == body).count(), 1, "{body}");
    }
    for conference in &conferences {
        let code = conference["code"].as_str().unwrap();
        assert_eq!(texts.iter().filter(|text| text.body.contains(code)).count(), 1);
    }
    let calls = system.phones.calls().await.unwrap();
    assert_eq!(calls.iter().filter(|call| call.to == BOB).count(), conferences.len());
}
