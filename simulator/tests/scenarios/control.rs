//! The control API itself: phones, errors, reset, the end.

use simulator::client::{
    Behavior, CallStatus, Control, ControlError, OnCall, PlaceCall, Speak, What,
};
use simulator::door::Door;
use simulator::{Config, script};
use tokio::net::TcpListener;

use crate::stage::{ACCOUNT, ANN, BOB, OFFICE, Stage, TOKEN};

fn status(error: ControlError) -> u16 {
    match error {
        ControlError::Refused { status, .. } => status,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn mistakes_are_told() {
    let stage = Stage::with_voice("<Say>Hello</Say><Pause length='3600'/>").await;
    let control = &stage.control;
    assert_eq!(status(control.place_call(ANN, BOB, &[]).await.unwrap_err()), 422);
    assert_eq!(status(control.call("CA0").await.unwrap_err()), 404);
    assert_eq!(status(control.press("CA0", "1").await.unwrap_err()), 404);
    let sid = stage.ann_begins(&[]).await;
    stage.heard(&sid, "Hello").await;
    assert_eq!(status(control.press(&sid, "x").await.unwrap_err()), 422);
    assert_eq!(status(control.answer(&sid).await.unwrap_err()), 409);
    let missing = Speak::Wav("/no/such/file.wav".into());
    assert_eq!(status(control.speak(&sid, &missing).await.unwrap_err()), 422);
    control.hang_up(&sid).await.unwrap();
    stage.end_of(&sid).await;
    assert_eq!(status(control.press(&sid, "1").await.unwrap_err()), 409);
    assert_eq!(status(control.set_behavior(OFFICE, &Behavior::default()).await.unwrap_err()), 422);
}

#[tokio::test]
async fn phone_shows_its_call_and_what_was_heard() {
    let stage = Stage::with_voice("<Say>Hello</Say><Pause length='3600'/>").await;
    stage.control.set_behavior(ANN, &Behavior::new(OnCall::Busy)).await.unwrap();
    let call = PlaceCall {
        to: OFFICE.to_owned(),
        script: script::parse(["wait:Hello"]).unwrap(),
        caller_name: Some("ANN A".to_owned()),
        forwarded_from: Some(BOB.to_owned()),
    };
    let sid = stage.control.place(ANN, &call).await.unwrap();
    stage.heard(&sid, "Hello").await;
    let phone = stage.control.phone(ANN).await.unwrap();
    assert_eq!(phone.call.as_ref().map(|call| call.sid.as_str()), Some(sid.as_str()));
    assert_eq!(phone.behavior.on_call, OnCall::Busy);
    assert_eq!(phone.calls.len(), 1);
    assert!(
        phone
            .transcript
            .iter()
            .any(|entry| matches!(&entry.what, What::Heard { text, .. } if text == "Hello"))
    );
    let asked = stage.app.first("/voice").await;
    assert_eq!((asked.get("CallerName"), asked.get("ForwardedFrom")), ("ANN A", BOB));
}

#[tokio::test]
async fn script_that_cannot_go_on_says_why() {
    let stage = Stage::with_voice("<Say>Hello</Say>").await;
    let script = script::parse(["wait:something else", "press:1"]).unwrap();
    let sid = stage.control.place_call(ANN, OFFICE, &script).await.unwrap();
    stage.control.ended(&sid).await.unwrap();
    let problem = loop {
        let transcript = stage.control.transcript(&sid).await.unwrap();
        let found = transcript.into_iter().find_map(|entry| match entry.what {
            What::ScriptError { message } => Some(message),
            _ => None,
        });
        if let Some(problem) = found {
            break problem;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(problem, r#"{"wait_for":"something else"}: the call ended before this was heard"#);
}

#[tokio::test]
async fn reset_forgets_calls_and_keeps_numbers_and_behaviours() {
    let stage = Stage::with_voice("<Say>Hello</Say><Pause length='3600'/>").await;
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Busy)).await.unwrap();
    let sid = stage.ann_begins(&[]).await;
    stage.heard(&sid, "Hello").await;
    stage.control.reset().await.unwrap();
    assert!(stage.control.calls().await.unwrap().is_empty());
    assert!(stage.control.webhooks(0).await.unwrap().is_empty());
    assert_eq!(stage.control.phone(BOB).await.unwrap().behavior.on_call, OnCall::Busy);
    let (_, numbers) = stage.get("IncomingPhoneNumbers.json").await;
    assert_eq!(numbers["incoming_phone_numbers"][0]["phone_number"], OFFICE);
    let again = stage.ann_begins(&[]).await;
    stage.heard(&again, "Hello").await;
}

#[tokio::test]
async fn shutdown_ends_calls_streams_and_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = Control::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let config = Config {
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned(),
        speed: 1.0,
        door: Door::default(),
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(simulator::serve(listener, config, async move {
        stopped.await.unwrap();
    }));
    let mut events = Box::pin(control.events(None).await.unwrap());
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(futures::StreamExt::next(&mut events).await.is_none());
}

#[tokio::test]
async fn call_that_nobody_answers_rings_at_its_phone() {
    let stage = Stage::new().await;
    let form = [("From", OFFICE), ("To", BOB), ("Twiml", "<Response/>"), ("Timeout", "600")];
    stage.post("Calls.json", &form).await;
    let ringing = stage.ringing_at(BOB).await;
    let phone = stage.control.phone(BOB).await.unwrap();
    assert_eq!(phone.call.unwrap().status, CallStatus::Ringing);
    stage.control.answer(&ringing.sid).await.unwrap();
    assert_eq!(stage.control.ended(&ringing.sid).await.unwrap().status, CallStatus::Completed);
}
