//! Conferences with a code: made by the API, joined by phones, over when they should be.

use serde_json::{Value, json};
use simulator::client::{Behavior, Faults, OnCall};

use crate::{
    conferencing::{dial_in, dial_out, time},
    system::{CALLER, MAIN, System},
};

const ADA: &str = "+15005550111";
const BOB: &str = "+15005550112";
const CYD: &str = "+15005550113";
const DAN: &str = "+15005550114";

#[tokio::test]
async fn one_calls_in_one_is_called_and_all_is_over_when_they_hang_up() {
    let system = System::start().await;
    system.joins_when_called(BOB).await;
    let conference = system
        .holds(json!({"participants": [dial_in(ADA), dial_out(BOB)], "subject": "The roof"}))
        .await;
    assert_eq!(conference["status"], "inviting");
    assert_eq!(conference["server_number"], MAIN);
    let code = conference["code"].as_str().unwrap();
    assert_eq!(code.len(), 4);

    // The text has the number, the code and the subject, and is sent once.
    let text = system.phones.texted(ADA, |_| true).await.unwrap();
    for part in [MAIN, code, "The roof"] {
        assert!(text.body.contains(part), "{part}");
    }
    // Bob is the first; Ada calls in by the main menu.
    let id = conference["id"].as_str().unwrap();
    system.conference_when(id, |it| it.state_of(BOB) == "joined").await;
    let ada = system.calls_in(ADA, code).await;
    // The start may be told before who came.
    let conference = system
        .conference_when(id, |it| it.status() == "active" && it.state_of(ADA) == "joined")
        .await;
    let room = system.phones.joined(&ada).await.unwrap();
    assert_eq!(room.present().count(), 2);
    assert_eq!(room.friendly_name, id);

    let bob = conference.call_of(BOB);
    for call in [&ada, &bob] {
        system.phones.hang_up(call).await.unwrap();
    }

    // The ends of the calls may be told before the events of the room, which tell the reason.
    let over = system
        .conference_when(id, |it| {
            let has_reason = |who| !it.participant(who)["stays"][0]["reason"].is_null();
            it.status() == "ended" && [ADA, BOB].into_iter().all(has_reason)
        })
        .await;
    assert_eq!(over.0["end_reason"], "everyone-left");
    for who in [ADA, BOB] {
        assert_eq!(over.state_of(who), "left");
        let stay = &over.participant(who)["stays"][0];
        assert!(stay["joined_at"].as_str() <= stay["left_at"].as_str(), "{stay}");
        assert_eq!(stay["reason"], "participant_hung_up");
    }
    assert_eq!(system.phones.messages(ADA).await.unwrap().len(), 1);
    assert_eq!(system.rooms_of(id).await, 1);

    // The code is dead.
    let late = system.tries(ADA, &[code]).await;
    assert!(system.hears(&late, "This code is not valid").await);

    // Each has it on the timeline.
    let entries = system.get(&format!("/api/contacts/{BOB}/entries")).await;
    let entries = entries["items"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["type"] == "conference").unwrap();
    assert_eq!(entry["conference_id"], id);
    assert_eq!(entry["status"], "joined");
    assert_eq!(entry["title"], "The roof");
    let call = entries.iter().find(|entry| entry["type"] == "call").unwrap();
    assert_eq!(call["outcome"], "conference");
}

#[tokio::test]
async fn seven_meet_some_called_some_calling() {
    let system = System::start().await;
    let numbers: Vec<_> = (0..7).map(|n| format!("+1500555020{n}")).collect();
    let (called, calling) = numbers.split_at(4);
    let mut participants = Vec::new();
    for number in called {
        system.joins_when_called(number).await;
        participants.push(dial_out(number));
    }
    participants.extend(calling.iter().map(|number| dial_in(number)));
    let conference = system.holds(json!({"participants": participants})).await;
    let code = conference["code"].as_str().unwrap();
    for number in calling {
        system.calls_in(number, code).await;
    }
    let id = conference["id"].as_str().unwrap();
    system
        .conference_when(id, |it| numbers.iter().all(|number| it.state_of(number) == "joined"))
        .await;
    let room = system.phones.conference_where(|room| room.present().count() == 7).await.unwrap();
    assert_eq!(room.friendly_name, id);

    // Ended by the API: everybody is told and put out.
    let (status, over) = system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    assert_eq!((status, &over["end_reason"]), (200, &json!("ended")));
    system.phones.conference_where(|room| room.present().count() == 0).await.unwrap();
    let over = system
        .conference_when(id, |it| {
            numbers.iter().all(|number| it.participant(number)["stays"][0]["reason"].is_string())
        })
        .await;
    assert_eq!(over.participant(&numbers[0])["stays"][0]["reason"], "conference_ended_via_api");
}

#[tokio::test]
async fn people_of_two_conferences_never_meet() {
    let system = System::start().await;
    let first = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let second = system.holds(json!({"participants": [dial_in(CYD), dial_in(DAN)]})).await;
    assert_ne!(first["code"], second["code"]);
    let mut calls = Vec::new();
    for (conference, number) in [(&first, ADA), (&second, CYD), (&first, BOB), (&second, DAN)] {
        let call = system.calls_in(number, conference["code"].as_str().unwrap()).await;
        calls.push((conference["id"].clone(), call));
    }
    for (id, call) in &calls {
        let room = system.phones.joined(call).await.unwrap();
        assert_eq!(room.friendly_name, *id);
    }
    for id in [&first["id"], &second["id"]] {
        let active = system.conference_when(id.as_str().unwrap(), |it| it.status() == "active");
        assert_eq!(active.await.0["participants"].as_array().unwrap().len(), 2);
        assert_eq!(system.rooms_of(id.as_str().unwrap()).await, 1);
    }
}

#[tokio::test]
async fn who_drops_comes_back() {
    let system = System::start().await;
    let people = json!([dial_in(ADA), dial_in(BOB), dial_in(CYD)]);
    let conference = system.holds(json!({"participants": people})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    // The first one alone hangs up: the conference goes on waiting for the others.
    let first = system.calls_in(ADA, code).await;
    system.conference_when(id, |it| it.state_of(ADA) == "joined").await;
    system.phones.hang_up(&first).await.unwrap();
    let waiting = system.conference_when(id, |it| it.state_of(ADA) == "left").await;
    assert_eq!(waiting.status(), "inviting");

    let again = system.calls_in(ADA, code).await;
    system.calls_in(BOB, code).await;
    // Its start may be told before who joined, and Ada has left once already.
    system.conference_when(id, |it| it.status() == "active" && it.state_of(ADA) == "joined").await;
    system.phones.hang_up(&again).await.unwrap();
    system.conference_when(id, |it| it.state_of(ADA) == "left").await;
    system.calls_in(ADA, code).await;
    let back = system.conference_when(id, |it| it.state_of(ADA) == "joined").await;
    assert_eq!(back.status(), "active");
    assert_eq!(back.participant(ADA)["stays"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn at_the_limit_all_are_put_out_and_were_warned() {
    let system = System::start().await;
    let conference = system
        .holds(json!({"participants": [dial_in(ADA), dial_in(BOB)], "max_duration_seconds": 4}))
        .await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let ada = system.calls_in(ADA, code).await;
    let bob = system.calls_in(BOB, code).await;
    let active = system.conference_when(id, |it| it.status() == "active").await;
    let limit = active.time("expires_at");

    let over = system.conference_when(id, |it| it.status() == "ended").await;
    assert_eq!(over.0["end_reason"], "time-limit");
    for call in [&ada, &bob] {
        system.phones.ended(call).await.unwrap();
        assert!(system.hears(call, "This conference ends in 2 seconds").await);
        assert!(system.hears(call, "You are no longer in the conference").await);
    }
    let room = &system.phones.conferences().await.unwrap()[0];
    for participant in &room.participants {
        let left = time(participant.left_at.as_deref().unwrap());
        assert!((left - limit).abs() < time::Duration::SECOND, "{left} and {limit}");
    }
}

#[tokio::test]
async fn a_conference_that_nobody_joins_ends_at_its_window() {
    let system = System::start().await;
    let conference =
        system.holds(json!({"participants": [dial_in(ADA)], "join_window_seconds": 2})).await;
    let id = conference["id"].as_str().unwrap();
    let over = system.conference_when(id, |it| it.status() == "ended").await;
    assert_eq!(over.0["end_reason"], "nobody-joined");
    let late = over.time("ended_at") - over.time("join_until_at");
    assert!(late >= time::Duration::ZERO && late < time::Duration::SECOND, "{late}");
}

#[tokio::test]
async fn twilios_own_limit_ends_it_when_the_timer_stands_still() {
    let system = System::without(&["ConferenceTimer"], &[]).await;
    // Twilio puts both out, so everybody has left.
    assert_eq!(ends_at_its_limit(&system).await, "everyone-left");
}

#[tokio::test]
async fn its_time_to_live_ends_it_when_timer_and_limit_fail() {
    let system = System::without(&["ConferenceTimer"], &[]).await;
    let faults = Faults { no_conference_time_limit: true, ..Faults::default() };
    system.phones.set_faults(&faults).await.unwrap();
    assert_eq!(ends_at_its_limit(&system).await, "time-limit");
}

/// Why it ended.
async fn ends_at_its_limit(system: &System) -> String {
    let conference = system
        .holds(json!({
            "participants": [dial_in(ADA), dial_in(BOB)],
            "max_duration_seconds": 1,
            "join_window_seconds": 4,
        }))
        .await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    system.calls_in(ADA, code).await;
    system.calls_in(BOB, code).await;
    system.conference_when(id, |it| it.status() == "active").await;
    let over = system.conference_within(id, 20, |it| it.status() == "ended").await;
    let room = system.phones.conference_where(|room| room.ended_at.is_some()).await.unwrap();
    assert_eq!(room.present().count(), 0);
    over.0["end_reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_phone_invited_in_both_ways_is_alone_and_put_out_at_the_limit() {
    let system = System::start().await;
    system.phones.set_behavior(CALLER, &Behavior::new(OnCall::NoAnswer)).await.unwrap();
    let both = json!({
        "participants": [dial_in(CALLER), dial_out(CALLER)],
        "max_duration_seconds": 2,
    });
    for hangs_up in [false, true] {
        let conference = system.holds(both.clone()).await;
        let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
        system.conference_when(id, |it| it.0["participants"][1]["state"] == "no-answer").await;
        let call = system.calls_in(CALLER, code).await;
        system.conference_when(id, |it| it.0["participants"][0]["state"] == "joined").await;
        assert!(system.hears(&call, "You are the first in this conference").await);
        if hangs_up {
            system.phones.hang_up(&call).await.unwrap();
        }
        let over = system.conference_when(id, |it| it.status() == "ended").await;
        let reason = if hangs_up { "everyone-left" } else { "nobody-else-joined" };
        assert_eq!(over.0["end_reason"], reason);
        system.phones.ended(&call).await.unwrap();
    }
}

#[tokio::test]
async fn what_fails_for_one_is_their_state_and_stops_nobody() {
    let system = System::start().await;
    system.phones.text(ADA, MAIN, "STOP").await.unwrap();
    let path = format!("/api/contacts/{ADA}");
    system.eventually(&path, |contact| contact["opted_out"] == true).await;
    system.joins_when_called(BOB).await;
    system.phones.set_behavior(CYD, &Behavior::new(OnCall::Busy)).await.unwrap();
    // A carrier's voicemail answers, and presses nothing.
    system.phones.set_behavior(DAN, &Behavior::new(OnCall::CarrierVoicemail)).await.unwrap();
    let people = json!([dial_in(ADA), dial_out(BOB), dial_out(CYD), dial_out(DAN)]);
    let conference = system.holds(json!({"participants": people})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let now = system
        .conference_when(id, |it| {
            let states = [ADA, BOB, CYD, DAN].map(|number| it.state_of(number));
            states == ["opted-out", "joined", "busy", "declined"]
        })
        .await;
    assert!(now.participant(ADA)["reason"].as_str().unwrap().contains("no more texts"));
    let texts = system.phones.messages(ADA).await.unwrap();
    assert!(texts.iter().all(|text| !text.body.contains("conference")));

    // Somebody tells Ada the code.
    system.calls_in(ADA, code).await;
    system.conference_when(id, |it| it.status() == "active").await;
}

#[tokio::test]
async fn more_are_invited_muted_and_removed_while_it_lasts() {
    let system = System::start().await;
    for number in [ADA, BOB, CYD] {
        system.joins_when_called(number).await;
    }
    let conference = system
        .holds(json!({"participants": [dial_out(ADA), dial_out(BOB)], "press_to_join": false}));
    let conference = conference.await;
    let id = conference["id"].as_str().unwrap();
    let path = format!("/api/conferences/{id}/participants");
    system.conference_when(id, |it| it.status() == "active").await;

    let more = json!({"participants": [dial_out(CYD), dial_out(ADA)]});
    let (status, invited) = system.api("POST", &path, more).await;
    assert_eq!(status, 201, "{invited}");
    assert_eq!(invited["participants"].as_array().unwrap().len(), 3);
    let now = system.conference_when(id, |it| it.state_of(CYD) == "joined").await;

    let of_cyd = format!("{path}/{}", now.call_of(CYD));
    let (status, muted) = system.api("PATCH", &of_cyd, json!({"muted": true})).await;
    assert_eq!((status, &muted["muted"]), (200, &json!(true)), "{muted}");
    let room = |holds: bool| {
        system.phones.conference_where(move |room| {
            room.present().any(|who| who.phone.as_deref() == Some(CYD) && who.muted == holds)
        })
    };
    room(true).await.unwrap();
    let (_, heard) = system.api("PATCH", &of_cyd, json!({"muted": false})).await;
    assert_eq!(heard["muted"], false);
    room(false).await.unwrap();

    assert_eq!(system.api("DELETE", &of_cyd, Value::Null).await.0, 204);
    assert!(system.hears(&now.call_of(CYD), "You are no longer in the conference").await);
    let now = system.conference_when(id, |it| it.state_of(CYD) == "left").await;
    assert_eq!(now.status(), "active");
    assert_eq!(system.api("PATCH", &of_cyd, json!({"muted": true})).await.0, 409);
    assert_eq!(system.api("PATCH", &of_cyd, json!({})).await.0, 422);
    let stranger = format!("{path}/CA0000000000000000000000000000ffff");
    assert_eq!(system.api("DELETE", &stranger, Value::Null).await.0, 404);
    // Cyd is not let in again, until they are invited again.
    let code = conference["code"].as_str().unwrap();
    let again = system.calls_in(CYD, code).await;
    assert!(system.hears(&again, "This code is not valid").await);
    system.phones.hang_up(&again).await.unwrap();
    let more = json!({"participants": [dial_in(CYD)]});
    assert_eq!(system.api("POST", &path, more).await.0, 201);
    system.calls_in(CYD, code).await;
    system
        .conference_when(id, |it| {
            let participants = it.0["participants"].as_array().unwrap();
            participants.iter().any(|who| who["phone_number"] == CYD && who["state"] == "joined")
        })
        .await;
    // Ada was in it already, and is not called again.
    let calls = system.phones.calls().await.unwrap();
    assert_eq!(calls.iter().filter(|call| call.to == ADA).count(), 1);
}

#[tokio::test]
async fn bad_requests_name_the_field_and_invite_nobody() {
    let system = System::start().await;
    let too_many: Vec<_> = (0..251).map(|n| dial_in(&format!("+1500555{n:04}"))).collect();
    for (body, field) in [
        (json!({"participants": []}), "participants"),
        (json!({"participants": too_many}), "participants"),
        (json!({}), "participants"),
        (
            json!({"participants": [dial_in(ADA), dial_out(BOB), dial_in(ADA)]}),
            "participants[2].phone_number",
        ),
        (json!({"participants": [dial_in(MAIN)]}), "participants[0].phone_number"),
        (json!({"participants": [dial_in("five")]}), "participants[0].phone_number"),
        (json!({"participants": [dial_in("911")]}), "participants[0].phone_number"),
        (
            json!({"participants": [dial_in(ADA), dial_in("+4915112345678")]}),
            "participants[1].phone_number",
        ),
        (json!({"participants": [{"phone_number": ADA, "join": "fax"}]}), "participants[0].join"),
        (json!({"participants": [{"phone_number": ADA}]}), "participants[0].join"),
        (
            json!({"participants": [dial_in(ADA)], "max_duration_seconds": 0}),
            "max_duration_seconds",
        ),
        (
            json!({"participants": [dial_in(ADA)], "max_duration_seconds": 100_000}),
            "max_duration_seconds",
        ),
        (
            json!({"participants": [dial_in(ADA)], "max_duration_seconds": -5}),
            "max_duration_seconds",
        ),
        (json!({"participants": [dial_in(ADA)], "join_window_seconds": 0}), "join_window_seconds"),
        (json!({"participants": [dial_in(ADA)], "code_digits": 3}), "code_digits"),
        (json!({"participants": [dial_in(ADA)], "subject": ""}), "subject"),
        (json!({"participants": [dial_in(ADA)], "subject": " \u{3000}\t"}), "subject"),
        (json!({"participants": [dial_in(ADA)], "subject": "The \u{202e}roof"}), "subject"),
    ] {
        let (status, problem) = system.api("POST", "/api/conferences", body).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{problem}");
    }
    assert_eq!(system.get("/api/conferences").await["items"], json!([]));
    assert!(system.phones.messages(ADA).await.unwrap().is_empty());
    assert!(system.phones.calls().await.unwrap().is_empty());
    let nowhere = format!("/api/conferences/{}", "0".repeat(32));
    for method in ["GET", "DELETE"] {
        assert_eq!(system.api(method, &nowhere, Value::Null).await.0, 404);
    }
}

#[tokio::test]
async fn a_participant_who_waits_alone_is_told_so_again_and_again() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA), dial_in(BOB)]})).await;
    let call = system.calls_in(ADA, conference["code"].as_str().unwrap()).await;
    let told = async || {
        let transcript = system.phones.transcript(&call).await.unwrap();
        let sentence = |entry: &&simulator::client::Entry| {
            format!("{:?}", entry.what).contains("You are the first in this conference")
        };
        transcript.iter().filter(sentence).count()
    };
    let begun = std::time::Instant::now();
    while told().await < 3 {
        assert!(begun.elapsed().as_secs() < 10, "{}", system.stack.logs());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn no_conference_is_planned_longer_than_a_call_lives() {
    let system = System::start().await;
    let ask = async |duration: u32, window: u32| {
        let body = json!({
            "participants": [dial_in(ADA)],
            "max_duration_seconds": duration,
            "join_window_seconds": window,
        });
        system.api("POST", "/api/conferences", body).await
    };
    let (status, problem) = ask(14_400, 14_400).await;
    assert_eq!((status, &problem["field"]), (422, &json!("max_duration_seconds")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("14400"), "{problem}");
    assert_eq!(ask(10_800, 3_600).await.0, 201);
}
