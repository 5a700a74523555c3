//! Agents see who waits in which queue.

use futures::{StreamExt, future::join_all};
use local::{Options, Stack};
use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, Happening, OnCall};

use crate::system::{CALLER, System};

const ADA: (&str, &str) = ("ada@example.com", "+15005550181");

const SUPPORT: [&str; 4] = ["wait:Press 4", "press:4", "wait:For support", "press:2"];
const TROUBLESHOOTING: [&str; 4] = ["wait:Press 4", "press:4", "wait:For support", "press:1"];

/// A contact centre whose phones ring this much faster than real ones.
async fn centre(speed: f64) -> System {
    let mut options = Options::ephemeral_on_free_ports();
    options.contact_centre = true;
    options.speed = speed;
    let stack = Stack::start(options).await.unwrap();
    let simulator = stack.simulator_url().unwrap();
    System::of(stack, &simulator)
}

fn waiting<'v>(page: &'v Value, queue: &str) -> &'v Value {
    let queues = page["items"].as_array().unwrap();
    queues.iter().find(|it| it["name"] == queue).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_shown_in_their_queue_until_somebody_takes_the_call() {
    // A phone has to ring for longer than the queues are used as they were read.
    let system = centre(5.0).await;
    let hired = json!({"name": "Ada", "phone_number": ADA.1, "queues": ["support"]});
    let (_, ada) = system.api("PUT", &format!("/api/agents/{}", ADA.0), hired).await;
    let first = system.calls_from(CALLER, &SUPPORT).await;
    assert!(system.hears(&first, "next in line").await);
    let second = system.calls_from("+15005550112", &SUPPORT).await;
    let other = system.calls_from("+15005550113", &TROUBLESHOOTING).await;
    let both = |page: &Value| {
        waiting(page, "support")["waiting"].as_array().is_some_and(|calls| calls.len() == 2)
            && waiting(page, "troubleshooting")["waiting"][0]["call_sid"] == *other
    };
    let page = system.eventually("/api/queues", both).await;
    let support = waiting(&page, "support");
    assert_eq!((&support["title"], &support["agents_available"]), (&json!("Support"), &json!(0)));
    let calls = &support["waiting"];
    assert_eq!((&calls[0]["call_sid"], &calls[1]["call_sid"]), (&json!(first), &json!(second)));
    assert_eq!((&calls[0]["from"], &calls[0]["offered_to"]), (&json!(CALLER), &Value::Null));
    assert!(calls[0]["waiting_since_at"].as_str() <= calls[1]["waiting_since_at"].as_str());

    // Ada's phone rings for the first, and nobody answers yet.
    system.phones.set_behavior(ADA.1, &Behavior::new(OnCall::Ring)).await.unwrap();
    let scopes = ["switchboard/call"];
    let token = system.stack.person_token("console", ADA.0, &scopes).unwrap();
    let here = json!({
        "name": "Ada", "phone_number": ADA.1, "available": true, "auto_accept": true,
    });
    assert_eq!(system.api_as(&token, "PUT", "/api/agent", here).await.0, 200);
    let offered = |page: &Value| {
        let support = waiting(page, "support");
        support["waiting"][0]["offered_to"] == ada["id"]
    };
    let page = system.eventually("/api/queues", offered).await;
    assert_eq!(waiting(&page, "support")["agents_available"], 1);
    assert_eq!(waiting(&page, "troubleshooting")["agents_available"], 0);

    // Whoever hangs up does not wait any more.
    system.phones.hang_up(&second).await.unwrap();
    system.eventually("/api/queues", |page| !page.to_string().contains(&second)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_consoles_are_open_twilio_is_asked_once() {
    let system = centre(40.0).await;
    let mut events = Box::pin(system.phones.events_of(None, &["rest", "reset"]).await.unwrap());
    let asks = join_all((0..20).map(|_| system.get("/api/queues"))).await;
    assert!(asks.iter().all(|page| page["items"].as_array().unwrap().len() == 2));
    system.phones.reset().await.unwrap();
    let mut lists = 0;
    while let Some(event) = events.next().await {
        match event.unwrap().what {
            Happening::Rest { path, .. } if path.contains("/Tasks?") => lists += 1,
            Happening::Reset => break,
            _ => {}
        }
    }
    // Once for each process that Lambda has started.
    let processes = system.stack.processes();
    let processes = processes.iter().filter(|process| process.function == "queues").count();
    assert!(lists <= processes, "{lists} of {processes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_twilio_does_not_tell_it_is_said() {
    let system = centre(40.0).await;
    system.phones.set_faults(&Faults { rest_500: 1.0, ..Faults::default() }).await.unwrap();
    let (status, problem) = system.api("GET", "/api/queues", Value::Null).await;
    assert_eq!((status, &problem["status"]), (503, &json!(503)), "{problem}");
    system.phones.set_faults(&Faults::default()).await.unwrap();
    system.eventually("/api/queues", |page| page["items"][0]["waiting"] == json!([])).await;
}

#[tokio::test]
async fn without_a_contact_centre_there_are_no_queues() {
    let system = System::start().await;
    assert_eq!(system.get("/api/queues").await, json!({"items": [], "next": null}));
}
