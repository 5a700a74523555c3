//! Conferences by REST: moderation, announcements, added participants, ends and refusals.

use serde_json::Value;
use simulator::client::{
    Behavior, CallStatus, ConferenceList, ConferenceStatus, ConferenceView, Faults, OnCall,
    Settings, Speak, UnstartedConference,
};

use crate::conferences::{ears, enter, is_in, room, says, stage};
use crate::stage::{ANN, BOB, CAT, Hit, OFFICE, Stage, heard};

/// Three people in a room, the last of whom has a label; the conference's SID.
async fn three(stage: &Stage) -> (String, [String; 3]) {
    let ann = enter(stage, ANN, "talk", "").await;
    let bob = enter(stage, BOB, "talk", "").await;
    let cat = enter(stage, CAT, "talk", "participantLabel='Cat &amp; co'").await;
    (is_in(stage, "talk", &cat).await.sid, [ann, bob, cat])
}

async fn change(stage: &Stage, conference: &str, who: &str, form: &[(&str, &str)]) -> Value {
    let path = format!("Conferences/{conference}/Participants/{who}.json");
    let (status, answer) = stage.post(&path, form).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// The events of one name that the app got so far, once there are so many.
async fn events(stage: &Stage, name: &str, count: usize) -> Vec<Hit> {
    loop {
        let hits = stage.app.hits("/events");
        let found: Vec<Hit> =
            hits.iter().filter(|hit| hit.get("StatusCallbackEvent") == name).cloned().collect();
        if found.len() >= count {
            return found;
        }
        stage.app.wait_for("/events", hits.len() + 1).await;
    }
}

#[tokio::test]
async fn muted_participant_hears_and_is_not_heard() {
    let stage = stage(50.0).await;
    let (conference, [ann, bob, cat]) = three(&stage).await;
    assert_eq!(change(&stage, &conference, &bob, &[("Muted", "true")]).await["muted"], true);
    says(&stage, &bob, "can you hear me").await;
    says(&stage, &ann, "you are muted").await;
    assert_eq!(ears(&stage, &bob).await, ["you are muted"]);
    assert_eq!(ears(&stage, &cat).await, ["you are muted"]);
    change(&stage, &conference, &bob, &[("Muted", "false")]).await;
    says(&stage, &bob, "and now").await;
    assert_eq!(ears(&stage, &cat).await, ["you are muted", "and now"]);
    let [mute, unmute] = [
        &events(&stage, "participant-mute", 1).await[0],
        &events(&stage, "participant-unmute", 1).await[0],
    ];
    assert_eq!((mute.get("CallSid"), mute.get("Muted")), (bob.as_str(), "true"));
    assert_eq!((unmute.get("CallSid"), unmute.get("Muted")), (bob.as_str(), "false"));
}

#[tokio::test]
async fn who_is_muted_while_speaking_is_cut_off() {
    let stage = stage(20.0).await;
    let (conference, [_, bob, _]) = three(&stage).await;
    let speech = Speak::Seconds(40.0);
    let speaking = stage.control.speak(&bob, &speech);
    let muting = async {
        events(&stage, "participant-speech-start", 1).await;
        change(&stage, &conference, &bob, &[("Muted", "true")]).await;
        events(&stage, "participant-speech-stop", 1).await.remove(0)
    };
    let (spoken, stop) = tokio::join!(speaking, muting);
    spoken.unwrap();
    assert_eq!(stop.get("CallSid"), bob);
    assert_eq!(events(&stage, "participant-speech-stop", 1).await.len(), 1);
}

#[tokio::test]
async fn held_participant_hears_only_the_music() {
    let stage = stage(50.0).await;
    stage.app.on("/hold", "<Play>/hold.mp3</Play>");
    let (conference, [ann, bob, cat]) = three(&stage).await;
    let url = stage.app.url("/hold");
    let label = "Cat%20%26%20co";
    let held = change(&stage, &conference, label, &[("Hold", "true"), ("HoldUrl", &url)]).await;
    assert_eq!(
        (&held["hold"], held["call_sid"].as_str()),
        (&Value::Bool(true), Some(cat.as_str()))
    );
    stage.heard(&cat, "hold.mp3").await;
    assert_eq!(stage.app.first("/hold").await.method, "GET");
    says(&stage, &ann, "behind your back").await;
    says(&stage, &cat, "hello").await;
    assert_eq!(ears(&stage, &cat).await, ["/hold.mp3"]);
    assert_eq!(ears(&stage, &bob).await, ["behind your back"]);
    change(&stage, &conference, label, &[("Hold", "false")]).await;
    says(&stage, &ann, "back again").await;
    assert_eq!(ears(&stage, &cat).await, ["/hold.mp3", "back again"]);
    assert_eq!(events(&stage, "participant-hold", 1).await[0].get("ParticipantLabel"), "Cat & co");
    assert_eq!(events(&stage, "participant-unhold", 1).await[0].get("Hold"), "false");
    let (_, list) =
        stage.get(&format!("Conferences/{conference}/Participants.json?Hold=true")).await;
    assert_eq!(list["participants"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn announcement_is_heard_by_all_and_one_for_a_participant_by_that_one() {
    let stage = stage(50.0).await;
    stage.app.on("/all", "<Say>One minute is left</Say>");
    stage.app.on("/one", "<Say>You are too loud</Say>");
    let (conference, [ann, bob, cat]) = three(&stage).await;
    let path = format!("Conferences/{conference}.json");
    let all = stage.app.url("/all");
    assert_eq!(stage.post(&path, &[("AnnounceUrl", &all)]).await.0, 200);
    let end = events(&stage, "announcement-end", 1).await.remove(0);
    assert_eq!((end.get("AnnounceUrl"), end.params.contains_key("CallSid")), (all.as_str(), false));
    let asked = stage.app.first("/all").await;
    assert_eq!((asked.method.as_str(), asked.get("ConferenceSid")), ("POST", conference.as_str()));
    change(&stage, &conference, &bob, &[("AnnounceUrl", &stage.app.url("/one"))]).await;
    assert_eq!(events(&stage, "announcement-end", 2).await[1].get("CallSid"), bob);
    let other = "One minute is left";
    assert_eq!(ears(&stage, &bob).await, [other, "You are too loud"]);
    for sid in [&ann, &cat] {
        assert_eq!(ears(&stage, sid).await, [other]);
    }
    stage.app.on("/bad", "<Dial>");
    stage.post(&path, &[("AnnounceUrl", &stage.app.url("/bad"))]).await;
    let fail = events(&stage, "announcement-fail", 1).await.remove(0);
    assert!(fail.get("ReasonAnnouncementFailed").contains("parse"), "{fail:?}");
}

#[tokio::test]
async fn removed_participant_goes_on_alone_and_the_last_one_ends_it() {
    let stage = stage(50.0).await;
    let (conference, [ann, bob, cat]) = three(&stage).await;
    for (sid, left) in [(&ann, 2), (&bob, 1), (&cat, 0)] {
        let path = format!("Conferences/{conference}/Participants/{sid}.json");
        assert_eq!(stage.delete(&path).await, 204);
        let (_, transcript) = stage.end_of(sid).await;
        assert_eq!(heard(&transcript).last(), Some(&"You have left"));
        let view = stage.control.conference(&conference).await.unwrap();
        assert_eq!(view.present().count(), left);
        assert_eq!(stage.delete(&path).await, 404);
    }
    let (_, over) = stage.get(&format!("Conferences/{conference}.json")).await;
    assert_eq!(over["reason_conference_ended"], "last-participant-kicked");
    assert_eq!(over["call_sid_ending_conference"], cat.as_str());
    let leave = &events(&stage, "participant-leave", 1).await[0];
    assert_eq!(leave.get("ReasonParticipantLeft"), "participant_updated_via_api");
}

#[tokio::test]
async fn removed_moderator_ends_it_and_the_moderator_can_change() {
    let stage = stage(50.0).await;
    let (conference, [ann, bob, _]) = three(&stage).await;
    let changed = change(&stage, &conference, &bob, &[("EndConferenceOnExit", "true")]).await;
    assert_eq!(changed["end_conference_on_exit"], true);
    assert_eq!(events(&stage, "participant-modify", 1).await[0].get("EndConferenceOnExit"), "true");
    stage.delete(&format!("Conferences/{conference}/Participants/{bob}.json")).await;
    stage.end_of(&ann).await;
    let end = &events(&stage, "conference-end", 1).await[0];
    let reason = "participant-with-end-conference-on-exit-kicked";
    assert_eq!(end.get("ReasonConferenceEnded"), reason);
    assert_eq!(end.get("CallSidEndingConference"), bob);
}

#[tokio::test]
async fn rest_ends_a_conference_once_by_its_sid_or_its_name() {
    let stage = stage(50.0).await;
    let (conference, [ann, ..]) = three(&stage).await;
    let (status, ended) = stage.post("Conferences/talk.json", &[("Status", "completed")]).await;
    assert_eq!((status, ended["status"].as_str()), (200, Some("completed")));
    assert_eq!(ended["reason_conference_ended"], "conference-ended-via-api");
    assert_eq!(ended["call_sid_ending_conference"], Value::Null);
    stage.end_of(&ann).await;
    let leaves = events(&stage, "participant-leave", 3).await;
    assert!(leaves.iter().all(|it| it.get("ReasonParticipantLeft") == "conference_ended_via_api"));
    assert!(
        !events(&stage, "conference-end", 1).await[0]
            .params
            .contains_key("CallSidEndingConference")
    );
    let path = format!("Conferences/{conference}.json");
    for form in [("Status", "completed"), ("AnnounceUrl", "http://127.0.0.1:1/")] {
        let (status, error) = stage.post(&path, &[form]).await;
        assert_eq!((status, error["code"].as_u64()), (400, Some(16_099)));
    }
    assert_eq!(stage.post("Conferences/talk.json", &[("Status", "completed")]).await.0, 404);
    let (_, list) = stage.get(&format!("Conferences/{conference}/Participants.json")).await;
    assert_eq!(list["participants"].as_array().unwrap().len(), 0);
    let path = format!("Conferences/{conference}/Participants/{ann}.json");
    assert_eq!(stage.post(&path, &[("Muted", "true")]).await.0, 404);
}

#[tokio::test]
async fn call_that_rest_sends_elsewhere_leaves_the_room() {
    let stage = stage(50.0).await;
    let (_, [ann, bob, cat]) = three(&stage).await;
    let twiml = "<Response><Say>Elsewhere</Say><Pause length='600'/></Response>";
    let (status, _) = stage.post(&format!("Calls/{bob}.json"), &[("Twiml", twiml)]).await;
    assert_eq!(status, 200);
    stage.heard(&bob, "Elsewhere").await;
    let leave = events(&stage, "participant-leave", 1).await.remove(0);
    assert_eq!(leave.get("ReasonParticipantLeft"), "participant_updated_via_api");
    assert_eq!(
        (leave.get("CallSid"), leave.get("ParticipantCallStatus")),
        (bob.as_str(), "in-progress")
    );
    says(&stage, &ann, "he is gone").await;
    assert_eq!(ears(&stage, &cat).await, ["he is gone"]);
    assert!(!ears(&stage, &bob).await.contains(&"he is gone".to_owned()));
    let (_, call) = stage.post(&format!("Calls/{cat}.json"), &[("Status", "completed")]).await;
    assert_eq!(call["status"], "completed");
    assert_eq!(
        events(&stage, "participant-leave", 2).await[1].get("ParticipantCallStatus"),
        "completed"
    );
}

#[tokio::test]
async fn added_participant_is_called_and_joins_when_it_answers() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    let conference = is_in(&stage, "talk", &ann).await.sid;
    stage.control.set_behavior(BOB, &Behavior::default()).await.unwrap();
    let status_url = stage.app.url("/status");
    let form = [
        ("From", OFFICE),
        ("To", BOB),
        ("Label", "bob"),
        ("Muted", "true"),
        ("Timeout", "600"),
        ("StatusCallback", &status_url),
        ("StatusCallbackEvent", "answered"),
    ];
    let path = format!("Conferences/{conference}/Participants.json");
    let (status, added) = stage.post(&path, &form).await;
    assert_eq!((status, added["status"].as_str()), (201, Some("queued")), "{added}");
    assert_eq!((added["label"].as_str(), added["muted"].as_bool()), (Some("bob"), Some(true)));
    let ringing = stage.ringing_at(BOB).await;
    let own = format!("Conferences/{conference}/Participants/bob.json");
    assert_eq!(stage.get(&own).await.1["status"], "ringing");
    assert_eq!(is_in(&stage, "talk", &ann).await.status, ConferenceStatus::Init);
    stage.control.answer(&ringing.sid).await.unwrap();
    is_in(&stage, "talk", &ringing.sid).await;
    assert_eq!(stage.get(&own).await.1["status"], "connected");
    assert_eq!(stage.app.first("/status").await.get("CallSid"), ringing.sid);
    says(&stage, &ann, "hello Bob").await;
    assert_eq!(ears(&stage, &ringing.sid).await, ["hello Bob"]);
    // There is nothing after the conference for it.
    stage.delete(&own).await;
    assert_eq!(stage.control.ended(&ringing.sid).await.unwrap().status, CallStatus::Completed);
    assert_eq!(events(&stage, "participant-leave", 1).await[0].get("ParticipantLabel"), "bob");
}

#[tokio::test]
async fn added_participant_who_does_not_answer_never_was_in() {
    let stage = stage(50.0).await;
    let events_url = stage.app.url("/events");
    for (on_call, status) in
        [(OnCall::Busy, "busy"), (OnCall::NoAnswer, "no-answer"), (OnCall::Unreachable, "failed")]
    {
        stage.control.set_behavior(BOB, &Behavior::new(on_call)).await.unwrap();
        let name = format!("room of {status}");
        let form = [
            ("From", OFFICE),
            ("To", BOB),
            ("Timeout", "10"),
            ("ConferenceStatusCallback", &events_url),
            ("ConferenceStatusCallbackEvent", "start end join leave"),
        ];
        let path = format!("Conferences/{}/Participants.json", name.replace(' ', "%20"));
        let (code, added) = stage.post(&path, &form).await;
        assert_eq!(code, 201, "{added}");
        let sid = added["conference_sid"].as_str().unwrap();
        let over = |it: &ConferenceView| it.sid == sid && it.status == ConferenceStatus::Completed;
        let view = stage.control.conference_where(over).await.unwrap();
        assert_eq!((view.friendly_name, view.participants[0].joined_at.clone()), (name, None));
        let of_it = |hit: &Hit| hit.get("ConferenceSid") == sid;
        let leave = loop {
            let leaves = events(&stage, "participant-leave", 1).await;
            if let Some(leave) = leaves.into_iter().find(of_it) {
                break leave;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(leave.get("ReasonParticipantLeft"), "participant_add_failed");
        assert_eq!(leave.get("ParticipantCallStatus"), status);
    }
    assert!(
        stage
            .app
            .hits("/events")
            .iter()
            .all(|hit| hit.get("StatusCallbackEvent") != "participant-join")
    );
}

#[tokio::test]
async fn conference_that_ends_cancels_who_is_still_being_called() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "endConferenceOnExit='true'").await;
    let form = [("From", OFFICE), ("To", BOB), ("Timeout", "600")];
    assert_eq!(stage.post("Conferences/talk/Participants.json", &form).await.0, 201);
    let ringing = stage.ringing_at(BOB).await;
    stage.control.hang_up(&ann).await.unwrap();
    assert_eq!(stage.control.ended(&ringing.sid).await.unwrap().status, CallStatus::Canceled);
}

#[tokio::test]
async fn conferences_and_participants_are_listed_and_filtered() {
    let stage = stage(50.0).await;
    let (conference, [ann, ..]) = three(&stage).await;
    let other = enter(&stage, "+15005550004", "other room", "").await;
    let other = is_in(&stage, "other room", &other).await.sid;
    let sids = async |query: &str| -> Vec<String> {
        let (status, list) = stage.get(&format!("Conferences.json{query}")).await;
        assert_eq!(status, 200, "{list}");
        let items = list["conferences"].as_array().unwrap();
        items.iter().map(|it| it["sid"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(sids("").await.join(","), conference);
    assert_eq!(sids("?Status=init").await.join(","), other);
    assert_eq!(sids("?Status=in-progress").await.join(","), conference);
    assert_eq!(sids("?FriendlyName=other%20room").await, [""; 0]);
    assert_eq!(sids("?FriendlyName=other%20room&Status=init").await.join(","), other);
    assert_eq!(sids("?DateCreated%3E=2100-01-01").await, [""; 0]);
    assert_eq!(stage.get("Conferences.json?DateCreated=2026-01-01T00:00:00Z").await.0, 400);
    let path = format!("Conferences/{conference}/Participants.json");
    change(&stage, &conference, &ann, &[("Muted", "true")]).await;
    let count = async |query: &str| {
        let (_, list) = stage.get(&format!("{path}{query}")).await;
        list["participants"].as_array().unwrap().len()
    };
    assert_eq!(
        (count("").await, count("?Muted=true").await, count("?Muted=false").await),
        (3, 1, 2)
    );
    assert_eq!(count("?Coaching=true").await, 0);

    assert_eq!(stage.post("Conferences/talk.json", &[("Status", "completed")]).await.0, 200);
    assert_eq!(sids("").await, [""; 0]);
    assert_eq!(sids("?Status=completed").await.join(","), conference);
    let settings = Settings { conference_list: ConferenceList::All, ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(sids("").await, [other, conference]);
}

#[tokio::test]
async fn conference_may_take_a_moment_to_show() {
    let stage = stage(50.0).await;
    let faults = Faults { conference_late_ms: 1_500, ..Faults::default() };
    stage.control.set_faults(&faults).await.unwrap();
    let ann = enter(&stage, ANN, "talk", "").await;
    let sid = is_in(&stage, "talk", &ann).await.sid;
    let path = format!("Conferences/{sid}.json");
    assert_eq!(stage.get(&path).await.0, 404);
    let list = async || {
        stage.get("Conferences.json?Status=init").await.1["conferences"].as_array().unwrap().len()
    };
    assert_eq!(list().await, 0);
    assert_eq!(stage.get(&format!("Conferences/{sid}/Participants.json")).await.0, 404);
    assert_eq!(stage.post("Conferences/talk.json", &[("Status", "completed")]).await.0, 404);
    tokio::time::sleep(std::time::Duration::from_millis(1_550)).await;
    assert_eq!((stage.get(&path).await.0, list().await), (200, 1));
}

#[tokio::test]
async fn unstarted_conference_cannot_be_ended_unless_settings_say_otherwise() {
    let stage = stage(50.0).await;
    let ann = enter(&stage, ANN, "talk", "").await;
    let end = async || stage.post("Conferences/talk.json", &[("Status", "completed")]).await;
    let (status, error) = end().await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(16_099)));
    let unstarted_conference = UnstartedConference::CanBeEnded;
    let settings = Settings { unstarted_conference, ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(end().await.0, 200);
    stage.end_of(&ann).await;
}

#[tokio::test]
async fn full_room_refuses_the_two_hundred_and_fifty_first() {
    let stage = Stage::at_speed(100.0).await;
    stage.app.on("/voice", &room("hall", ""));
    let calls = (0..250).map(async |number| {
        stage.control.place_call(&format!("+1500557{number:04}"), OFFICE, &[]).await.unwrap()
    });
    let calls = futures::future::join_all(calls).await;
    let all = |it: &ConferenceView| it.present().count() == 250;
    let hall = stage.control.conference_where(all).await.unwrap();
    let path = format!("Conferences/{}/Participants.json", hall.sid);
    let (status, error) = stage.post(&path, &[("From", OFFICE), ("To", BOB)]).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(16_020)));
    says(&stage, &calls[0], "welcome").await;
    stage.heard(&calls[249], "welcome").await;
    stage.post(&format!("Conferences/{}.json", hall.sid), &[("Status", "completed")]).await;
    stage.control.ended(&calls[249]).await.unwrap();
}
