//! Conferences when things go wrong: events twice, late, out of order and never, processes that die
//! half-way.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, UnstartedConference};

use crate::{
    conferencing::{Conference, dial_in, dial_out},
    system::{ACCOUNT, MAIN, System, TOKEN},
};

const ADA: &str = "+15005550111";
const BOB: &str = "+15005550112";

impl System {
    async fn conference_items(&self) -> Vec<String> {
        let table = self.table().await;
        table.lines().filter(|item| item.contains("CONFERENCE#")).map(str::to_owned).collect()
    }

    async fn conference_event(&self, id: &str, room: &str, more: &[(&str, &str)]) {
        let mut form = vec![("AccountSid", ACCOUNT), ("ConferenceSid", room), ("FriendlyName", id)];
        form.extend(more);
        let (status, answer) = self.webhook("/voice/conference/status", &form).await;
        assert_eq!(status, 204, "{answer}\n{}", self.stack.logs());
    }
}

#[tokio::test]
async fn events_come_twice_late_and_out_of_order() {
    let system = System::start().await;
    let faults = Faults {
        seed: 5,
        duplicate: 0.5,
        reorder: 0.3,
        delay_ms: 300,
        duplicate_twiml: 0.5,
        ..Faults::default()
    };
    system.phones.set_faults(&faults).await.unwrap();
    for _ in 0..3 {
        system.joins_when_called(BOB).await;
        let people = json!([dial_in(ADA), dial_out(BOB)]);
        let conference = system.holds(json!({"participants": people})).await;
        let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
        system.phones.texted(ADA, |text| text.body.contains(code)).await.unwrap();
        let ada = system.calls_in(ADA, code).await;
        let active = system.conference_when(id, |it| it.status() == "active").await;
        for call in [ada, active.call_of(BOB)] {
            system.phones.hang_up(&call).await.unwrap();
        }
        let over = system.conference_when(id, |it| it.status() == "ended").await;
        assert_eq!(over.0["end_reason"], "everyone-left");
        let over = system
            .conference_when(id, |it| it.state_of(ADA) == "left" && it.state_of(BOB) == "left")
            .await;
        for who in [ADA, BOB] {
            assert_eq!(over.participant(who)["stays"].as_array().unwrap().len(), 1);
        }
        let texts = system.phones.messages(ADA).await.unwrap();
        assert_eq!(texts.iter().filter(|text| text.body.contains(code)).count(), 1);
    }
}

#[tokio::test]
async fn events_of_what_is_over_or_unknown_bring_nothing_back() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    system.calls_in(BOB, code).await;
    system.conference_when(id, |it| it.status() == "active").await;
    let room = system.phones.conferences().await.unwrap()[0].sid.clone();
    system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    let path = format!("/api/conferences/{id}");
    let is_over = |it: &Conference| {
        [ADA, BOB].iter().all(|who| it.participant(who)["stays"][0]["reason"].is_string())
    };
    let over = system.conference_when(id, is_over).await.0;
    let mut before = system.conference_items().await;
    while !before.iter().any(|item| item.contains("ended_rooms")) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        before = system.conference_items().await;
    }

    let unknown = "f".repeat(32);
    for id in [id, &unknown, "Someone else's room"] {
        for kind in ["conference-start", "participant-join", "participant-leave", "conference-end"]
        {
            let more = [("StatusCallbackEvent", kind), ("CallSid", &*ada), ("SequenceNumber", "9")];
            system.conference_event(id, &room, &more).await;
        }
    }
    assert_eq!(system.get(&path).await, over);
    assert_eq!(system.conference_items().await, before);
}

#[tokio::test]
async fn who_comes_into_a_room_after_the_end_is_put_out() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    system.conference_when(id, |it| it.state_of(ADA) == "joined").await;
    system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    system.phones.ended(&ada).await.unwrap();
    // Bob was let in before the end and is in a room only now: that is what his TwiML still says.
    // Twilio does not show that room at first.
    let late = Faults { conference_late_ms: 2_000, ..Faults::default() };
    for faults in [Faults::default(), late] {
        system.phones.set_faults(&faults).await.unwrap();
        let api = system.stack.api_url();
        let room = format!(
            "<Response><Dial><Conference statusCallback='{api}/voice/conference/status' \
             statusCallbackEvent='start end join leave'>{id}</Conference></Dial></Response>"
        );
        let simulator = system.stack.simulator_url().unwrap();
        let calls = format!("{simulator}/2010-04-01/Accounts/{ACCOUNT}/Calls.json");
        system.phones.set_behavior(BOB, &Behavior::answer(Vec::new())).await.unwrap();
        let form = [("To", BOB), ("From", MAIN), ("Twiml", &room)];
        let placed = system.http.post(calls).basic_auth(ACCOUNT, Some(TOKEN)).form(&form);
        let placed: Value = placed.send().await.unwrap().json().await.unwrap();
        system.phones.ended(placed["sid"].as_str().unwrap()).await.unwrap();
    }
    let rooms = system.phones.conferences().await.unwrap();
    assert_eq!(rooms.len(), 3);
    assert!(rooms.iter().all(|room| room.ended_at.is_some()));
}

#[tokio::test]
async fn twilio_that_is_down_at_the_end_is_asked_again_when_the_time_to_live_is_over() {
    let system = System::start().await;
    let people = json!([dial_in(ADA), dial_in(BOB)]);
    let body = json!({"participants": people, "max_duration_seconds": 2});
    let conference = system.holds(body).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    system.calls_in(BOB, code).await;
    system.conference_when(id, |it| it.status() == "active").await;
    let down =
        Faults { rest_500: 1.0, no_conference_time_limit: true, drop: 1.0, ..Faults::default() };
    system.phones.set_faults(&down).await.unwrap();
    system.conference_when(id, |it| it.status() == "ended").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(system.phones.conferences().await.unwrap()[0].ended_at.is_none());
    system.phones.set_faults(&Faults::default()).await.unwrap();
    system.phones.ended(&ada).await.unwrap();
}

#[tokio::test]
async fn a_start_that_nobody_tells_is_seen_by_who_is_there() {
    let system = System::start().await;
    let people = json!([dial_in(ADA), dial_in(BOB)]);
    let body = json!({"participants": people, "max_duration_seconds": 3});
    let conference = system.holds(body).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let faults = Faults { drop: 1.0, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    let room = "CF0000000000000000000000000000000a";
    for (number, sequence) in [(ADA, "1"), (BOB, "2")] {
        let call = system.calls_in(number, code).await;
        system.phones.joined(&call).await.unwrap();
        let more = [
            ("StatusCallbackEvent", "participant-join"),
            ("CallSid", call.as_str()),
            ("SequenceNumber", sequence),
        ];
        system.conference_event(id, room, &more).await;
    }
    system.conference_when(id, |it| it.status() == "active").await;
    let over = system.conference_when(id, |it| it.status() == "ended").await;
    assert_eq!(over.0["end_reason"], "time-limit");
}

#[tokio::test]
async fn a_lone_caller_is_put_out_where_twilio_cannot_end_the_room() {
    let system = System::start().await;
    let settings = simulator::client::Settings {
        unstarted_conference: UnstartedConference::CannotBeEnded,
        ..Default::default()
    };
    system.phones.set_settings(&settings).await.unwrap();
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    system.conference_when(id, |it| it.state_of(ADA) == "joined").await;
    let (status, _) = system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    assert_eq!(status, 200);
    system.phones.ended(&ada).await.unwrap();
}

#[tokio::test]
async fn without_any_events_calls_that_end_destroy_it() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    let bob = system.calls_in(BOB, code).await;
    system.conference_when(id, |it| it.status() == "active").await;
    // From here on nothing of the room is told; the calls' own ends are.
    let faults = Faults { drop: 1.0, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    for call in [&ada, &bob] {
        system.phones.hang_up(call).await.unwrap();
        system.phones.ended(call).await.unwrap();
    }
    for (call, from) in [(&ada, ADA), (&bob, BOB)] {
        let form = [
            ("AccountSid", ACCOUNT),
            ("CallSid", call.as_str()),
            ("From", from),
            ("To", MAIN),
            ("Direction", "inbound"),
            ("CallStatus", "completed"),
        ];
        assert_eq!(system.webhook("/voice/status", &form).await.0, 204);
    }
    let over = system.conference_when(id, |it| it.status() == "ended").await;
    assert_eq!(over.0["end_reason"], "everyone-left");
    assert!(over.participant(ADA)["stays"][0]["left_at"].is_string());
}

#[tokio::test]
async fn the_same_request_twice_is_one_conference_and_one_invitation_each() {
    let system = System::start().await;
    system.joins_when_called(BOB).await;
    let token = system.token().await;
    let body = json!({"participants": [dial_in(ADA), dial_out(BOB)]});
    let ask = || async {
        let request = system
            .http
            .post(format!("{}/api/conferences", system.stack.api_url()))
            .bearer_auth(&token)
            .header("idempotency-key", "the roof")
            .json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, first) = ask().await;
    assert_eq!(status, 201);
    let (status, second) = ask().await;
    assert_eq!((status, &second["id"]), (201, &first["id"]));
    let id = first["id"].as_str().unwrap();
    system.conference_when(id, |it| it.state_of(BOB) == "joined").await;
    assert_eq!(system.phones.messages(ADA).await.unwrap().len(), 1);
    let calls = system.phones.calls().await.unwrap();
    assert_eq!(calls.iter().filter(|call| call.to == BOB).count(), 1);
    assert_eq!(system.get("/api/conferences").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_process_that_died_left_undone_the_reconciler_does() {
    // Nothing that is queued is done.
    let system = System::without(&["Deliver", "ConferenceTimer"], &[("ReconcileAfter", "0")]).await;
    system.joins_when_called(BOB).await;
    let people = json!([dial_in(ADA), dial_out(BOB)]);
    let short = system.holds(json!({"participants": people, "join_window_seconds": 1})).await;
    let long = system.holds(json!({"participants": people})).await;
    let half_made = "abcdefabcdefabcdefabcdefabcdefab";
    system.write(&[half_made_conference(half_made)]).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let queued = || system.stack.queue("DeliverQueue").unwrap().len();
    let before = queued();

    system.stack.invoke("reconcile", b"{}").await.unwrap();

    let short = short["id"].as_str().unwrap();
    for (id, reason) in [(short, "nobody-joined"), (half_made, "not-created")] {
        let over = system.conference_when(id, |it| it.status() == "ended").await;
        assert_eq!(over.0["end_reason"], reason);
    }
    // Those whom nobody has invited are queued again.
    let long = system.get(&format!("/api/conferences/{}", long["id"].as_str().unwrap())).await;
    assert_eq!(long["status"], "inviting");
    assert_eq!(queued(), before + 1);
}

/// A conference whose maker died before it was open.
fn half_made_conference(id: &str) -> Value {
    let now = time::OffsetDateTime::now_utc().unix_timestamp() * 1000;
    json!({
        "pk": format!("CONFERENCE#{id}"),
        "sk": "CONFERENCE",
        "id": id,
        "server_number": MAIN,
        "code": "1234",
        "status": "inviting",
        "by": "local",
        "account_sid": ACCOUNT,
        "base_url": "http://127.0.0.1:1",
        "press_to_join": true,
        "created_at": now,
        "join_until": now + 900_000,
        "join_window_seconds": 900,
        "max_duration_seconds": 300,
        "ends_by": now + 1_200_000,
        "open_pk": "CONFERENCE",
        "open_sk": format!("2026-01-01T00:00:00.000Z#{id}"),
    })
}

#[tokio::test]
async fn twilio_that_fails_now_and_then_invites_everybody_once() {
    let system = System::start().await;
    let faults = Faults {
        seed: 3,
        rest_429: 0.2,
        rest_500: 0.2,
        rest_accept_then_disconnect: 0.2,
        ..Faults::default()
    };
    let numbers: Vec<_> = (0..8).map(|n| format!("+1500555030{n}")).collect();
    let mut participants = Vec::new();
    for (n, number) in numbers.iter().enumerate() {
        system.joins_when_called(number).await;
        participants.push(if n % 2 == 0 { dial_in(number) } else { dial_out(number) });
    }
    system.phones.set_faults(&faults).await.unwrap();
    let conference = system.holds(json!({"participants": participants})).await;
    let id = conference["id"].as_str().unwrap();
    let reached = system.conference_within(id, 40, |it| {
        numbers.iter().enumerate().all(|(n, number)| match n % 2 {
            0 => it.state_of(number) == "invited",
            _ => matches!(it.state_of(number), "joined" | "left"),
        })
    });
    reached.await;
    system.phones.set_faults(&Faults::default()).await.unwrap();
    let calls = system.phones.calls().await.unwrap();
    for (n, number) in numbers.iter().enumerate() {
        let texts = system.phones.messages(number).await.unwrap().len();
        let rang = calls.iter().filter(|call| call.to == *number).count();
        assert_eq!((texts, rang), if n % 2 == 0 { (1, 0) } else { (0, 1) }, "{number}");
    }
}

#[tokio::test]
async fn two_hundred_and_fifty_are_invited() {
    let system = System::start().await;
    let people: Vec<_> = (0..250).map(|n| dial_in(&format!("+1500557{n:04}"))).collect();
    let conference = system.holds(json!({"participants": people})).await;
    assert_eq!(conference["participants"].as_array().unwrap().len(), 250);
    let id = conference["id"].as_str().unwrap();
    // Each is a job and a text: a minute of two idle cores, and others work on them too.
    system
        .conference_within(id, 180, |it| {
            let participants = it.0["participants"].as_array().unwrap();
            participants.iter().all(|participant| participant["state"] == "invited")
        })
        .await;
    let path = format!("/api/conferences/{id}/participants");
    let one_more = json!({"participants": [dial_in(ADA)]});
    let (status, problem) = system.api("POST", &path, one_more).await;
    assert_eq!((status, &problem["field"]), (422, &json!("participants")));
}

#[tokio::test]
async fn a_lone_caller_is_put_out_though_no_event_told_of_the_room() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    system.phones.set_faults(&Faults { drop: 1.0, ..Faults::default() }).await.unwrap();
    let ada = system.calls_in(ADA, code).await;
    system.phones.joined(&ada).await.unwrap();
    let (status, _) = system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    assert_eq!(status, 200);
    system.phones.ended(&ada).await.unwrap();
}
