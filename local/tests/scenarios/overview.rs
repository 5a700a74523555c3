//! The owner looks at how much happened and how long callers waited.

use serde_json::{Value, json};
use simulator::client::{Behavior, OnCall};
use time::{OffsetDateTime, macros::format_description};

use crate::system::{CALLER, MAIN, OWNER, System};

/// A call of the past, as the call log lists it.
fn call(number: usize, at: &str, more: Value) -> Value {
    let sid = format!("CA{number:032x}");
    let mut call = json!({
        "pk": format!("CALL#{sid}"), "sk": "CALL", "call_sid": sid, "id": sid, "type": "call",
        "direction": "inbound", "from": CALLER, "to": MAIN, "status": "completed",
        "listing_pk": "CALLS", "listing_sk": format!("{at}#{sid}"),
    });
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

/// A text of the past, as far as it is counted.
fn text(number: usize, direction: &str, at: &str) -> Value {
    let id = format!("SM{number:032x}");
    json!({
        "pk": format!("MESSAGE#{id}"), "sk": "MESSAGE", "id": id,
        "group_pk": format!("TEXTS#{direction}"), "listing_sk": format!("{at}#{id}"),
    })
}

#[tokio::test]
async fn calls_and_texts_are_counted_by_the_hours_of_the_office() {
    let system = System::with(&[("TimeZone", "Europe/Berlin")]).await;
    let support = |outcome: &str, waited: Value| json!({"outcome": outcome, "queue": "support", "waited_seconds": waited});
    let mut items = vec![
        // The day before, by the clocks of the office.
        call(1, "2026-10-31T22:59:59.999Z", json!({"outcome": "answered"})),
        call(2, "2026-10-31T23:00:00.000Z", json!({"outcome": "missed"})),
        call(3, "2026-11-01T08:10:00.000Z", json!({"outcome": "answered"})),
        call(4, "2026-11-01T08:59:59.999Z", json!({"outcome": "voicemail", "type": "voicemail"})),
        call(5, "2026-11-01T08:20:00.000Z", json!({"direction": "outbound-api"})),
        call(6, "2026-11-01T08:30:00.000Z", json!({"status": "in-progress"})),
        call(7, "2026-11-01T10:00:00.000Z", support("answered", json!(31))),
        call(8, "2026-11-01T10:01:00.000Z", support("answered", json!(10))),
        call(9, "2026-11-01T10:02:00.000Z", support("missed", json!(80))),
        call(10, "2026-11-02T10:03:00.000Z", support("missed", Value::Null)),
        // The day after.
        call(11, "2026-11-02T23:00:00.000Z", json!({"outcome": "answered"})),
    ];
    items.extend([
        text(1, "in", "2026-11-01T08:00:00.000Z"),
        text(2, "in", "2026-11-01T08:00:01.000Z"),
        text(3, "out", "2026-11-01T08:00:02.000Z"),
        text(4, "in", "2026-11-02T23:00:00.000Z"),
    ]);
    for item in &mut items {
        item.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    system.write(&items).await;
    let overview = system.get("/api/overview?from=2026-11-01&to=2026-11-02").await;
    assert_eq!(overview["time_zone"], "Europe/Berlin");
    let hour = |at: &str, counts: [u32; 7]| {
        json!({
            "at": at, "calls_answered": counts[0], "calls_missed": counts[1],
            "voicemails": counts[2], "calls_other": counts[3], "calls_outbound": counts[4],
            "texts_in": counts[5], "texts_out": counts[6],
        })
    };
    assert_eq!(
        overview["hours"],
        json!([
            hour("2026-11-01T00:00:00+01:00", [0, 1, 0, 0, 0, 0, 0]),
            hour("2026-11-01T09:00:00+01:00", [1, 0, 1, 1, 1, 2, 1]),
            hour("2026-11-01T11:00:00+01:00", [2, 1, 0, 0, 0, 0, 0]),
            hour("2026-11-02T11:00:00+01:00", [0, 1, 0, 0, 0, 0, 0]),
        ])
    );
    assert_eq!(
        overview["queues"],
        json!([
            {"day": "2026-11-01", "queue": "support", "calls": 3, "answered": 2,
             "waited_seconds_median": 31, "waited_seconds_max": 80},
            {"day": "2026-11-02", "queue": "support", "calls": 1, "answered": 0,
             "waited_seconds_median": null, "waited_seconds_max": null},
        ])
    );
    for (query, field) in [
        ("from=2026-01-01&to=2026-02-01", "from"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=yesterday", "from"),
        ("to=9999-12-31", "to"),
    ] {
        let path = format!("/api/overview?{query}");
        let (status, problem) = system.api("GET", &path, Value::Null).await;
        assert_eq!((status, &problem["field"]), (422, &json!(field)), "{query}: {problem}");
    }
}

#[tokio::test]
async fn what_happens_now_is_in_the_overview() {
    let system = System::start().await;
    system.owner(Behavior::new(OnCall::Busy)).await;
    system.phones.set_behavior(OWNER, &Behavior::new(OnCall::Busy)).await.unwrap();
    system.customer_calls(&["wait:Press 1", "press:2", "wait:beep", "speak:4", "hang-up"]).await;
    system.customer_calls(&["wait:Press 1", "press:1", "wait:beep", "hang-up"]).await;
    system.phones.text(CALLER, MAIN, "please call me").await.unwrap();
    let text = json!({"to": CALLER, "body": "We will call again."});
    assert_eq!(system.api("POST", "/api/messages", text).await.0, 201);
    // What the owner is told of the calls is no text to a contact.
    let total = |overview: &Value, name: &str| -> u64 {
        let hours = overview["hours"].as_array().unwrap().iter();
        hours.map(|hour| hour[name].as_u64().unwrap()).sum()
    };
    let all = |overview: &Value| {
        ["voicemails", "calls_missed", "texts_in", "texts_out"]
            .iter()
            .all(|name| total(overview, name) == 1)
    };
    let overview = system.eventually("/api/overview", all).await;
    let day = format_description!("[year]-[month]-[day]");
    let days = [OffsetDateTime::now_utc() - time::Duration::days(6), OffsetDateTime::now_utc()];
    let [from, to] = days.map(|at| at.format(day).unwrap());
    assert_eq!((&overview["from"], &overview["to"]), (&json!(from), &json!(to)));
}
