//! Agents see who waits in which queue.

use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, Happening, OnCall};

use crate::{
    centre::{ADA, Centre, SUPPORT, TROUBLESHOOTING},
    system::{CALLER, System},
};

fn queue<'v>(page: &'v Value, name: &str) -> &'v Value {
    let queues = page["items"].as_array().unwrap();
    queues.iter().find(|it| it["name"] == name).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_shown_in_their_queue_until_somebody_takes_the_call() {
    // A phone has to ring for longer than the queues are used as they were read.
    let centre = Centre::with(|options| options.speed = 5.0).await;
    centre.hires(ADA, json!(["support"])).await;
    let ada = centre.get("/api/agents").await["items"][0]["id"].clone();
    let first = centre.calls_from(CALLER, &SUPPORT).await;
    assert!(centre.hears(&first, "next in line").await);
    let second = centre.calls_from("+15005550112", &SUPPORT).await;
    let other = centre.calls_from("+15005550113", &TROUBLESHOOTING).await;
    let all = |page: &Value| {
        queue(page, "support")["waiting"].as_array().is_some_and(|calls| calls.len() == 2)
            && queue(page, "troubleshooting")["waiting"][0]["call_sid"] == *other
    };
    let page = centre.eventually("/api/queues", all).await;
    let support = queue(&page, "support");
    assert_eq!((&support["title"], &support["agents_available"]), (&json!("Support"), &json!(0)));
    let calls = &support["waiting"];
    assert_eq!((&calls[0]["call_sid"], &calls[1]["call_sid"]), (&json!(first), &json!(second)));
    assert_eq!((&calls[0]["from"], &calls[0]["offered_to"]), (&json!(CALLER), &Value::Null));
    assert!(calls[0]["waiting_since_at"].as_str() <= calls[1]["waiting_since_at"].as_str());

    // Ada's phone rings for the first, and nobody answers yet.
    centre.phones.set_behavior(ADA.1, &Behavior::new(OnCall::Ring)).await.unwrap();
    centre.says(ADA, true, true).await;
    let offered = |page: &Value| queue(page, "support")["waiting"][0]["offered_to"] == ada;
    let page = centre.eventually("/api/queues", offered).await;
    assert_eq!(queue(&page, "support")["agents_available"], 1);
    assert_eq!(queue(&page, "troubleshooting")["agents_available"], 0);

    // Whoever hangs up does not wait any more.
    centre.phones.hang_up(&second).await.unwrap();
    centre.eventually("/api/queues", |page| !page.to_string().contains(&second)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_called_back_keeps_their_place_on_the_list() {
    let centre = Centre::open().await;
    let asks = ["wait:losing your place", "press:1", "wait:Press 1 to confirm", "press:1"];
    let sid = centre.customer_calls(&[&SUPPORT[..], &asks].concat()).await;
    let kept = |page: &Value| {
        let caller = &queue(page, "support")["waiting"][0];
        caller["called_back"] == true && caller["call_sid"] == *sid && caller["from"] == CALLER
    };
    centre.eventually("/api/queues", kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_consoles_are_open_twilio_is_asked_once() {
    let centre = Centre::open().await;
    let mut events = Box::pin(centre.phones.events_of(None, &["rest", "reset"]).await.unwrap());
    let asks = join_all((0..20).map(|_| centre.get("/api/queues"))).await;
    assert!(asks.iter().all(|page| page["items"].as_array().unwrap().len() == 2));
    centre.phones.reset().await.unwrap();
    let mut lists = 0;
    while let Some(event) = events.next().await {
        match event.unwrap().what {
            Happening::Rest { path, .. } if path.contains("/Tasks?") => lists += 1,
            Happening::Reset => break,
            _ => {}
        }
    }
    // Once for each process that Lambda has started.
    let processes = centre.stack.processes();
    let processes = processes.iter().filter(|process| process.function == "queues").count();
    assert!(lists <= processes, "{lists} of {processes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_twilio_does_not_tell_it_is_said() {
    let centre = Centre::open().await;
    centre.phones.set_faults(&Faults { rest_500: 1.0, ..Faults::default() }).await.unwrap();
    let (status, problem) = centre.api("GET", "/api/queues", Value::Null).await;
    assert_eq!((status, &problem["status"]), (503, &json!(503)), "{problem}");
    centre.phones.set_faults(&Faults::default()).await.unwrap();
    centre.eventually("/api/queues", |page| page["items"][0]["waiting"] == json!([])).await;
}

#[tokio::test]
async fn without_a_contact_centre_there_are_no_queues() {
    let system = System::start().await;
    assert_eq!(system.get("/api/queues").await, json!({"items": [], "next": null}));
}
