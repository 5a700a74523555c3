//! Texts that a flow sends while a caller is in it.

use futures::{StreamExt, stream};
use serde_json::Value;
use simulator::client::Control;

use crate::system::{CALL, CALLER, System, form};

/// A flow that texts the caller, then says something, and goes on when they press a key.
const FLOW: &str = r#"{"initial_state":"Trigger","states":[
    {"name":"Trigger","type":"trigger","transitions":[{"event":"incomingCall","next":"text"}]},
    {"name":"text","type":"send-message","properties":{"from":"{{flow.channel.address}}",
     "to":"{{contact.channel.address}}","body":"Our address: 1 Main Street"},
     "transitions":[{"event":"sent","next":"menu"},{"event":"failed","next":"menu"}]},
    {"name":"menu","type":"gather-input-on-call","properties":{"say":"Press 1 to hear it again.",
     "number_of_digits":1,"stop_gather":true},
     "transitions":[{"event":"keypress","next":"menu"},{"event":"timeout"},{"event":"speech"}]}]}"#;

/// A stack whose main number is answered by that flow.
async fn start(unplugged: &[&str]) -> System {
    let file = std::env::temp_dir().join(format!("switchboard-{}.json", uuid::Uuid::new_v4()));
    std::fs::write(&file, FLOW).unwrap();
    let parameters = [("LocalMainFlow", file.to_str().unwrap()), ("ReconcileAfter", "0")];
    System::without(unplugged, &parameters).await
}

async fn texts(phones: &Control) -> usize {
    phones.messages(CALLER).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_repeated_webhooks_of_one_call_send_one_text() {
    let system = start(&[]).await;
    assert_eq!(system.webhook("/voice", &form(&[])).await.0, 200);
    let digits = "/voice/digits?step=1&widget=menu";
    let (first, second) = (form(&[]), form(&[("Digits", "1")]));
    let answers = stream::iter(0..1_000)
        .map(|n| match n * 7 % 5 {
            0 | 3 => system.webhook(digits, &second),
            _ => system.webhook("/voice", &first),
        })
        .buffer_unordered(8)
        .map(|(status, _)| status)
        .collect::<Vec<_>>()
        .await;
    assert!(answers.iter().all(|status| *status == 200));
    system.phones.texted(CALLER, |text| text.body.contains("1 Main Street")).await.unwrap();
    let nothing_is_due = async || {
        system.calls.due_texts(&CALL.parse().unwrap()).await.unwrap().is_empty()
            && system.stack.queue("DeliverQueue").unwrap().is_empty()
    };
    while !nothing_is_due().await {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(texts(&system.phones).await, 1);
}

#[tokio::test]
async fn what_consent_refuses_is_on_the_timeline() {
    let system = start(&[]).await;
    system.phones.text(CALLER, crate::system::MAIN, "STOP").await.unwrap();
    let path = format!("/api/contacts/{CALLER}");
    while system.api("GET", &path, Value::Null).await.1["opted_out"] != true {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    system.customer_calls(&["wait:Press 1", "hang-up"]).await;
    let entries = format!("{path}/entries");
    loop {
        let (_, list) = system.api("GET", &entries, Value::Null).await;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        if let Some(note) = items.iter().find(|entry| entry["type"] == "note") {
            let body = note["body"].as_str().unwrap();
            assert!(body.starts_with("A text of the menu (text) was not sent: "), "{body}");
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(
        !system.phones.messages(CALLER).await.unwrap().iter().any(|it| it.body.contains("Main"))
    );
}

#[tokio::test]
async fn a_text_that_was_not_queued_is_found_by_its_step() {
    let system = start(&["Deliver"]).await;
    let sid = system.customer_calls(&["wait:Press 1", "hang-up"]).await;
    system.entry_when(&sid, |entry| entry.status.is_final()).await;
    let jobs = || system.stack.queue("DeliverQueue").unwrap();
    let texts =
        |jobs: &[local::Message]| jobs.iter().filter(|job| job.body.contains("flow-texts")).count();
    assert_eq!(texts(&jobs()), 1);
    system.stack.invoke("reconcile", b"{}").await.unwrap();
    assert_eq!(texts(&jobs()), 2);
}
