//! Conferences: who is in which room, who hears whom, and what the app is told.

use futures::StreamExt;
use futures::future::join_all;
use simulator::client::{ConferenceStatus, ConferenceView, Faults, Happening};

use crate::stage::{ANN, BOB, CAT, Hit, OFFICE, Stage, heard, warnings, xml};

const ALL: &str = "start end join leave mute hold modify speaker announcement";

/// A room whose first participant wants all events.
pub fn room(name: &str, attributes: &str) -> String {
    format!(
        "<Dial action='/after'><Conference waitUrl='' beep='false' statusCallback='/events' \
         statusCallbackEvent='{ALL}' {attributes}>{name}</Conference></Dial>"
    )
}

/// A stage on which callers enter rooms: `/voice` is for everybody who has no document of their own
/// (`Caller name`), which is then the attributes of their `<Conference>`.
pub async fn stage(speed: f64) -> Stage {
    let stage = Stage::at_speed(speed).await;
    stage.app.answer("/voice", |hit| {
        let (name, attributes) = hit.get("CallerName").split_once('|').unwrap_or(("room", ""));
        let verbs = room(name, attributes);
        xml(&format!("<Response>{verbs}</Response>"))
    });
    stage.app.on("/after", "<Say>You have left</Say>");
    stage
}

/// Somebody calls the office and enters a room; the call's SID once they are in.
pub async fn enter(stage: &Stage, phone: &str, name: &str, attributes: &str) -> String {
    let call = simulator::client::PlaceCall {
        to: OFFICE.to_owned(),
        caller_name: Some(format!("{name}|{attributes}")),
        ..Default::default()
    };
    let sid = stage.control.place(phone, &call).await.unwrap();
    is_in(stage, name, &sid).await;
    sid
}

/// The conference in which a call is, once it is.
pub async fn is_in(stage: &Stage, name: &str, sid: &str) -> ConferenceView {
    let conference = stage.control.joined(sid).await.unwrap();
    assert_eq!(conference.friendly_name, name);
    conference
}

async fn status(stage: &Stage, sid: &str, status: ConferenceStatus) -> ConferenceView {
    let wanted = |it: &ConferenceView| it.sid == sid && it.status == status;
    stage.control.conference_where(wanted).await.unwrap()
}

pub async fn says(stage: &Stage, sid: &str, text: &str) {
    stage.control.speak(sid, &simulator::client::Speak::Text(text.to_owned())).await.unwrap();
}

pub async fn ears(stage: &Stage, sid: &str) -> Vec<String> {
    let transcript = stage.control.transcript(sid).await.unwrap();
    heard(&transcript).into_iter().map(str::to_owned).collect()
}

/// What the app was told, in the order of the events.
fn told(hits: &[Hit]) -> Vec<String> {
    let mut events: Vec<&Hit> = hits.iter().collect();
    events.sort_by_key(|hit| hit.get("SequenceNumber").parse::<u64>().unwrap());
    events.into_iter().map(|hit| hit.get("StatusCallbackEvent").to_owned()).collect()
}

/// Waits for an event of a conference.
async fn event(stage: &Stage, name: &str) -> Hit {
    let wanted = |hit: &&Hit| hit.get("StatusCallbackEvent") == name;
    loop {
        let count = stage.app.hits("/events").len();
        if let Some(hit) = stage.app.hits("/events").iter().find(wanted) {
            return hit.clone();
        }
        stage.app.wait_for("/events", count + 1).await;
    }
}

#[tokio::test]
async fn conference_starts_with_two_of_whom_one_may_start_it() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "startConferenceOnEnter='false'").await;
    let bob = enter(&stage, BOB, "talk", "startConferenceOnEnter='false'").await;
    let waiting = is_in(&stage, "talk", &bob).await;
    assert_eq!(waiting.status, ConferenceStatus::Init);
    says(&stage, &ann, "is anybody here").await;
    assert_eq!(ears(&stage, &bob).await, [""; 0]);
    let cat = enter(&stage, CAT, "talk", "").await;
    let started = is_in(&stage, "talk", &cat).await;
    assert_eq!((started.status, &started.sid), (ConferenceStatus::InProgress, &waiting.sid));
    says(&stage, &ann, "hello all").await;
    for sid in [&bob, &cat] {
        assert_eq!(ears(&stage, sid).await, ["hello all"]);
    }
    // One of three leaves, the others talk on; the last ends it.
    for sid in [&cat, &ann, &bob] {
        stage.control.hang_up(sid).await.unwrap();
        stage.control.ended(sid).await.unwrap();
    }
    let over = status(&stage, &started.sid, ConferenceStatus::Completed).await;
    assert_eq!(over.reason_ended.as_deref(), Some("last-participant-left"));
    assert_eq!(over.call_sid_ending, Some(bob.clone()));
    let end = event(&stage, "conference-end").await;
    assert_eq!(
        told(&stage.app.hits("/events")),
        [
            "participant-join",
            "participant-join",
            "participant-join",
            "conference-start",
            "participant-speech-start",
            "participant-speech-stop",
            "participant-leave",
            "participant-leave",
            "participant-leave",
            "conference-end",
        ]
    );
    assert_eq!(end.get("CallSidEndingConference"), bob);
    assert_eq!(end.get("FriendlyName"), "talk");
    assert!(!end.params.contains_key("CallSid"));
}

#[tokio::test]
async fn lone_first_joiner_who_leaves_ends_it_and_the_room_has_a_new_conference_next() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    let first = is_in(&stage, "talk", &ann).await;
    stage.control.hang_up(&ann).await.unwrap();
    let over = status(&stage, &first.sid, ConferenceStatus::Completed).await;
    assert_eq!((over.started_at, over.participants.len()), (None, 1));
    let leave = event(&stage, "participant-leave").await;
    assert_eq!(leave.get("ReasonParticipantLeft"), "participant_hung_up");
    assert_eq!(leave.get("ParticipantCallStatus"), "completed");
    let bob = enter(&stage, BOB, "talk", "").await;
    let second = is_in(&stage, "talk", &bob).await;
    assert_ne!(second.sid, first.sid);
    assert_eq!(second.participants.len(), 1);
}

#[tokio::test]
async fn who_comes_back_while_others_are_there_is_in_the_same_conference() {
    let stage = stage(50.0).await;
    let (ann, bob) = (enter(&stage, ANN, "talk", "").await, enter(&stage, BOB, "talk", "").await);
    let first = is_in(&stage, "talk", &ann).await;
    stage.control.hang_up(&bob).await.unwrap();
    stage.control.ended(&bob).await.unwrap();
    let again = enter(&stage, BOB, "talk", "").await;
    let now = is_in(&stage, "talk", &again).await;
    assert_eq!((now.sid, now.status), (first.sid, ConferenceStatus::InProgress));
    says(&stage, &ann, "welcome back").await;
    assert_eq!(ears(&stage, &again).await, ["welcome back"]);
    assert_eq!(ears(&stage, &bob).await, [""; 0]);
}

#[tokio::test]
async fn moderator_who_leaves_ends_it_for_all_and_their_calls_go_on() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    let bob =
        enter(&stage, BOB, "talk", "endConferenceOnExit='true' participantLabel='host'").await;
    let conference = is_in(&stage, "talk", &bob).await;
    stage.control.hang_up(&bob).await.unwrap();
    let (_, transcript) = stage.end_of(&ann).await;
    assert_eq!(heard(&transcript), ["You have left"]);
    let over = stage.control.conference(&conference.sid).await.unwrap();
    let reasons: Vec<_> =
        over.participants.iter().map(|it| it.reason_left.as_deref().unwrap()).collect();
    assert_eq!(reasons, ["moderator_ended_conference", "participant_hung_up"]);
    let end = event(&stage, "conference-end").await;
    let reason = "participant-with-end-conference-on-exit-left";
    assert_eq!(end.get("ReasonConferenceEnded"), reason);
    assert_eq!(end.get("ParticipantLabelEndingConference"), "host");
    let after = stage.app.wait_for("/after", 2).await;
    let anns = after.iter().find(|hit| hit.get("CallSid") == ann).unwrap();
    assert_eq!((anns.get("DialCallStatus"), anns.get("CallStatus")), ("answered", "in-progress"));
    for absent in ["DialCallSid", "DialCallDuration", "DialBridged"] {
        assert!(!anns.params.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn time_limit_and_the_star_put_a_leg_out_of_the_room() {
    let stage = stage(50.0).await;
    stage.app.answer("/limited", |_| {
        let verbs = room("talk", "").replace("<Dial ", "<Dial timeLimit='2' hangupOnStar='true' ");
        xml(&format!("<Response>{verbs}</Response>"))
    });
    let limited = "+15005550300";
    let url = stage.app.url("/limited");
    stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", limited), ("VoiceUrl", &url)]).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    let bob = stage.control.place_call(BOB, limited, &[]).await.unwrap();
    let (call, transcript) = stage.end_of(&bob).await;
    assert_eq!(heard(&transcript), ["You have left"]);
    // Two real seconds, at fifty times speed.
    assert!((100..200).contains(&call.duration_seconds.unwrap()), "{call:?}");
    let script = simulator::script::parse(["wait:connected", "press:*"]).unwrap();
    let cat = stage.control.place_call(CAT, limited, &script).await.unwrap();
    let (call, transcript) = stage.end_of(&cat).await;
    assert_eq!(heard(&transcript), ["You have left"]);
    assert!(call.duration_seconds.unwrap() < 100, "{call:?}");
    assert!(is_in(&stage, "talk", &ann).await.status == ConferenceStatus::InProgress);
    let leaves = stage.app.hits("/events");
    let leaves = leaves.iter().filter(|hit| hit.get("StatusCallbackEvent") == "participant-leave");
    for leave in leaves {
        assert_eq!(leave.get("ReasonParticipantLeft"), "participant_hung_up");
        assert_eq!(leave.get("ParticipantCallStatus"), "in-progress");
    }
}

#[tokio::test]
async fn who_cannot_take_part_goes_on_with_the_reason_in_the_debugger() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "participantLabel='first'").await;
    let too_long = "x".repeat(129);
    for (name, attributes, code) in [
        ("talk", "maxParticipants='1'".to_owned(), 16_020),
        ("talk", "participantLabel='first'".to_owned(), 16_025),
        ("talk", "participantLabel='a/b'".to_owned(), 16_023),
        ("talk", format!("participantLabel='{ann}'"), 16_023),
        ("talk", "coach='CA00000000000000000000000000000000'".to_owned(), 13_240),
        ("", String::new(), 13_237),
        (too_long.as_str(), String::new(), 13_237),
    ] {
        let call = simulator::client::PlaceCall {
            to: OFFICE.to_owned(),
            caller_name: Some(format!("{name}|{attributes}")),
            ..Default::default()
        };
        let sid = stage.control.place(BOB, &call).await.unwrap();
        let (_, transcript) = stage.end_of(&sid).await;
        assert_eq!(
            (warnings(&transcript), heard(&transcript)),
            (vec![code], vec!["You have left"])
        );
        let last = stage.app.hits("/after").pop().unwrap();
        assert_eq!(last.get("DialCallStatus"), "failed", "{name} {attributes}");
    }
    let view = is_in(&stage, "talk", &ann).await;
    assert_eq!((view.status, view.participants.len()), (ConferenceStatus::Init, 1));
    stage.app.on("/voice", "<Dial>+15005550002<Conference waitUrl=''>talk</Conference></Dial>");
    let cat = stage.control.place_call(CAT, OFFICE, &[]).await.unwrap();
    is_in(&stage, "talk", &cat).await;
    assert_eq!(warnings(&stage.control.transcript(&cat).await.unwrap()), [13_000]);
}

#[tokio::test]
async fn events_are_lost_repeated_and_swapped_by_faults() {
    let stage = stage(50.0).await;
    let faults = Faults { duplicate: 1.0, reorder: 1.0, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();
    let ann = enter(&stage, ANN, "talk", "").await;
    let bob = enter(&stage, BOB, "talk", "").await;
    let hits = stage.app.wait_for("/events", 4).await;
    let order: Vec<_> = hits.iter().map(|hit| hit.get("SequenceNumber")).collect();
    assert_eq!(order[..4], ["2", "2", "1", "1"]);
    let none = Faults { drop: 1.0, ..Faults::default() };
    stage.control.set_faults(&none).await.unwrap();
    for sid in [&ann, &bob] {
        stage.control.hang_up(sid).await.unwrap();
        stage.control.ended(sid).await.unwrap();
    }
    let dropped = |it: &simulator::client::Webhook| {
        it.params.get("StatusCallbackEvent").is_some_and(|event| event == "conference-end")
    };
    let webhook = stage.webhook_where(dropped).await;
    assert_eq!(webhook.fault.as_deref(), Some("drop"));
    assert!(webhook.conference_sid.is_some());
    assert!(!told(&stage.app.hits("/events")).contains(&"conference-end".to_owned()));
}

/// Waits until so many events of this name happened in all conferences together.
async fn count(stage: &Stage, name: &str, mut count: usize) {
    let mut events = Box::pin(stage.control.events_of(Some(0), &["conference"]).await.unwrap());
    while count > 0 {
        let event = events.next().await.unwrap().unwrap().what;
        count -= usize::from(matches!(event, Happening::Conference { event, .. } if event == name));
    }
}

#[tokio::test]
async fn forty_rooms_of_four_at_once_and_nobody_in_the_wrong_one() {
    let stage = stage(40.0).await;
    let places = (0..160).map(async |number| {
        let call = simulator::client::PlaceCall {
            to: OFFICE.to_owned(),
            caller_name: Some(format!("room {}|", number / 4)),
            ..Default::default()
        };
        stage.control.place(&format!("+1500556{number:04}"), &call).await.unwrap()
    });
    let calls = join_all(places).await;
    count(&stage, "participant-join", 160).await;
    let speeches = calls.chunks(4).enumerate().map(async |(room, people)| {
        for (seat, sid) in people.iter().enumerate() {
            says(&stage, sid, &format!("room {room} seat {seat}")).await;
        }
    });
    join_all(speeches).await;
    for (number, sid) in calls.iter().enumerate() {
        let (room, seat) = (number / 4, number % 4);
        let others = (0..4).filter(|other| *other != seat);
        let expected: Vec<_> = others.map(|other| format!("room {room} seat {other}")).collect();
        assert_eq!(ears(&stage, sid).await, expected);
    }
    join_all(calls.iter().map(async |sid| stage.control.hang_up(sid).await.unwrap())).await;
    count(&stage, "conference-end", 40).await;
    let conferences = stage.control.conferences().await.unwrap();
    assert_eq!(conferences.len(), 40);
    for conference in conferences {
        assert_eq!(conference.status, ConferenceStatus::Completed);
        assert_eq!(conference.participants.len(), 4, "{conference:?}");
    }
}
