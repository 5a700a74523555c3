//! Callers reach the owner or leave a voicemail, and every call is logged as what it was.

use shared::{
    contacts::CallOutcome,
    twilio::voice::{CallStatus, Direction},
    values::Party,
};
use simulator::{
    audio,
    client::{Behavior, OnCall},
};

use crate::system::{ACCOUNT, CALLER, MAIN, OWNER, System, TOKEN, form, is_copied, script};

const LEAVE_A_MESSAGE: [&str; 5] =
    ["wait:leave a message", "press:2", "wait:beep", "speak:5", "hang-up"];
const ASK_FOR_THE_OWNER: [&str; 2] = ["wait:Press 1", "press:1"];

/// The way through the flow of a caller who talked to the owner.
const TALKED: [&str; 2] = ["main_menu keypress", "call_owner callCompleted"];

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_presses_2_leaves_a_voicemail() {
    let system = System::start().await;
    let sid = system.customer_calls(&LEAVE_A_MESSAGE).await;
    let path = ["main_menu keypress", "voicemail hangup"];
    system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
    let entry = system.entry_when(&sid, is_copied).await;

    assert_eq!(entry.outcome, CallOutcome::Voicemail);
    assert_eq!(entry.status, CallStatus::Completed);
    assert_eq!(entry.direction, Direction::Inbound);
    assert_eq!(entry.from, Party::from(CALLER));
    assert_eq!(entry.to, Party::from(MAIN));
    assert_eq!(entry.our_number.unwrap().as_str(), MAIN);
    assert!(entry.started_at <= entry.answered_at && entry.answered_at <= entry.ended_at);
    assert!(entry.duration_seconds.unwrap() >= 5);
    assert_eq!(entry.path[1].digits.as_deref(), Some("2"));

    let voicemail = entry.voicemail.unwrap();
    assert_eq!(voicemail.duration_seconds, Some(5));
    let stored = system.recording(&voicemail.s3_key.unwrap()).await;
    assert_eq!(audio::read_wav(&stored).unwrap(), audio::speech(5.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_presses_1_talks_to_the_owner() {
    let system = System::start().await;
    let owner = [
        "wait:press any key",
        "press:5",
        "wait:hello",
        "speak:\"good morning\"",
        "pause:10",
        "hang-up",
    ];
    system.owner(Behavior::answer(script(&owner))).await;
    let caller =
        ["wait:Press 1", "press:1", "wait:connected", "speak:\"hello\"", "wait:good morning"];
    let sid = system.customer_calls(&caller).await;
    let entry = system.entry_with(&sid, CallOutcome::Answered, &TALKED).await;

    assert_eq!(entry.answered_by, Some(Party::from(OWNER)));
    let [leg] = &entry.legs[..] else { panic!("{:?}", entry.legs) };
    assert_eq!(leg.to, Party::from(OWNER));
    assert_eq!(leg.status, Some(CallStatus::Completed));
    assert!(leg.started_at <= leg.answered_at && leg.answered_at <= leg.accepted_at);
    assert!(leg.duration_seconds.unwrap() >= 10, "{leg:?}");
    assert!(entry.voicemail.is_none());

    let heard_by = |transcript: Vec<simulator::client::Entry>| format!("{transcript:?}");
    let caller = heard_by(system.phones.transcript(&sid).await.unwrap());
    assert!(caller.contains("good morning"));
    // While the owner is asked for a key, the phone goes on ringing for the caller.
    assert!(!caller.contains("silence"), "{caller}");
    let leg = system.phones.phone(OWNER).await.unwrap();
    assert_eq!(leg.call.unwrap().from, CALLER);
    assert!(heard_by(leg.transcript).contains("hello"));
}

/// Whatever keeps the owner from taking the call, a caller who stays can leave a message.
async fn owner_is_followed_by_the_voicemail(behavior: Behavior, dial_status: &[&str]) {
    let system = System::start().await;
    system.owner(behavior).await;
    let words =
        ["wait:Press 1", "press:1", "wait:leave your message", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu keypress", "call_owner callCompleted", "voicemail hangup"];
    let entry = system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
    let status = entry.path[2].dial_status.as_deref().unwrap();
    assert!(dial_status.contains(&status), "{status}");
    assert_eq!(entry.answered_by, None);
    assert_eq!(entry.voicemail.unwrap().duration_seconds, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_owner() {
    owner_is_followed_by_the_voicemail(Behavior::new(OnCall::Busy), &["busy"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_owner() {
    owner_is_followed_by_the_voicemail(Behavior::new(OnCall::Decline), &["busy"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_who_does_not_answer() {
    owner_is_followed_by_the_voicemail(Behavior::new(OnCall::NoAnswer), &["no-answer"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_owner() {
    owner_is_followed_by_the_voicemail(Behavior::new(OnCall::Unreachable), &["failed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_carrier_voicemail_never_takes_the_call() {
    let behavior = Behavior::new(OnCall::CarrierVoicemail);
    owner_is_followed_by_the_voicemail(behavior, &["completed", "no-answer"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_who_answers_and_presses_nothing() {
    let behavior = Behavior::answer(script(&["wait:press any key"]));
    owner_is_followed_by_the_voicemail(behavior, &["completed", "no-answer"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_need_not_press_a_key_when_the_parameter_is_off() {
    let system = System::with(&[("PressToAccept", "false")]).await;
    system.owner(Behavior::answer(script(&["wait:connected", "hang-up"]))).await;
    let sid = system.customer_calls(&ASK_FOR_THE_OWNER).await;
    let entry = system.entry_with(&sid, CallOutcome::Answered, &TALKED).await;
    assert_eq!(entry.answered_by, Some(Party::from(OWNER)));
    assert_eq!(entry.legs[0].accepted_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn anonymous_caller_is_put_through_with_our_number_shown() {
    let system = System::start().await;
    let owner = ["wait:press any key", "press:1", "wait:connected", "hang-up"];
    system.owner(Behavior::answer(script(&owner))).await;
    let sid = system.calls_from("anonymous", &ASK_FOR_THE_OWNER).await;
    let entry = system.entry_with(&sid, CallOutcome::Answered, &TALKED).await;
    assert_eq!(entry.from, Party::Anonymous);
    assert_eq!(system.phones.phone(OWNER).await.unwrap().call.unwrap().from, MAIN);
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_during_the_menu_is_abandoning() {
    let system = System::start().await;
    let sid = system.customer_calls(&["wait:Press 1", "hang-up"]).await;
    let entry = system.entry_with(&sid, CallOutcome::Abandoned, &[]).await;
    assert_eq!(entry.status, CallStatus::Completed);
    assert_eq!(entry.path.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_while_the_owners_phone_rings_is_a_missed_call() {
    let system = System::start().await;
    let words = ["wait:Press 1", "press:1", "wait:ringing", "pause:2", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu keypress", "call_owner hangup"];
    system.entry_with(&sid, CallOutcome::Missed, &path).await;
    let leg = system
        .entry_when(&sid, |entry| entry.legs.iter().any(|leg| leg.ended_at.is_some()))
        .await
        .legs
        .remove(0);
    assert!(matches!(leg.status, Some(CallStatus::Canceled | CallStatus::NoAnswer)), "{leg:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_during_the_voicemail_greeting_is_a_missed_call() {
    let system = System::start().await;
    let sid = system
        .customer_calls(&["wait:Press 1", "press:2", "wait:leave your message", "hang-up"])
        .await;
    let entry = system.entry_with(&sid, CallOutcome::Missed, &["main_menu keypress"]).await;
    assert!(entry.voicemail.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn saying_nothing_after_the_beep_leaves_no_voicemail() {
    let system = System::start().await;
    let sid = system.customer_calls(&["wait:Press 1", "press:2", "wait:beep"]).await;
    let path = ["main_menu keypress", "voicemail noAudio"];
    let entry = system.entry_with(&sid, CallOutcome::Missed, &path).await;
    assert!(entry.voicemail.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voicemail_ends_with_the_hash_key_too() {
    let system = System::start().await;
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:2", "press:#"];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu keypress", "voicemail recordingComplete"];
    system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_presses_nothing_hears_the_menu_three_times_then_the_voicemail() {
    let system = System::start().await;
    let words = [
        "wait:Press 1",
        "wait:Press 1",
        "wait:Press 1",
        "wait:leave your message",
        "wait:beep",
        "speak:3",
        "hang-up",
    ];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu timeout", "main_menu timeout", "main_menu timeout", "voicemail hangup"];
    system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_lead_to_the_menu_again() {
    let system = System::start().await;
    let words =
        ["wait:Press 1", "press:9", "wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu keypress", "main_menu keypress", "voicemail hangup"];
    let entry = system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
    assert_eq!(entry.path[1].digits.as_deref(), Some("9"));
    assert_eq!(entry.path[2].digits.as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn twilios_copy_is_deleted_once_ours_is_verified_if_the_parameter_says_so() {
    for delete in ["true", "false"] {
        let system = System::with(&[("DeleteTwilioRecordings", delete)]).await;
        let sid = system.customer_calls(&LEAVE_A_MESSAGE).await;
        let entry = system.entry_when(&sid, is_copied).await;
        system.stack.wait_for_log("\"message\":\"done\"").await;
        let recording = entry.voicemail.unwrap().recording_sid;
        let url = format!(
            "{}/2010-04-01/Accounts/{}/Recordings/{recording}.json",
            system.stack.simulator_url().unwrap(),
            ACCOUNT
        );
        let request = system.http.get(url).basic_auth(ACCOUNT, Some(TOKEN));
        let expected = if delete == "true" { 404 } else { 200 };
        assert_eq!(request.send().await.unwrap().status().as_u16(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_callers_hear_is_what_the_parameters_say() {
    let system = System::with(&[
        ("CompanyName", "Ada & Sons <Ltd>"),
        ("Greeting", "Good day \"to\" you."),
        ("Voice", "Polly.Amy"),
        ("Language", "en-GB"),
    ])
    .await;
    let words = ["wait:Good day \"to\" you.", "wait:talk to Ada & Sons <Ltd>", "hang-up"];
    let sid = system.customer_calls(&words).await;
    system.entry_with(&sid, CallOutcome::Abandoned, &[]).await;
    let transcript = format!("{:?}", system.phones.transcript(&sid).await.unwrap());
    assert!(transcript.contains("Polly.Amy") && transcript.contains("en-GB"));
    assert!(!transcript.contains("ScriptError"), "{transcript}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_logged() {
    let system = System::start().await;
    system.owner(Behavior::new(OnCall::Busy)).await;
    let words = [
        "wait:Press 1",
        "press:1",
        "wait:beep",
        "speak:\"my card number is 4711 and my name is not here\"",
        "hang-up",
    ];
    let sid = system.customer_calls(&words).await;
    system.entry_when(&sid, |entry| entry.status.is_final() && is_copied(entry)).await;
    let logs = system.stack.logs();
    assert!(logs.contains(&sid));
    for secret in [&CALLER[1..], &MAIN[1..], &OWNER[1..], "4711", TOKEN] {
        assert!(!logs.contains(secret), "{secret} in {logs}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_at_the_tone_is_no_voicemail_and_its_file_is_kept() {
    let system = System::start().await;
    let sid = system.customer_calls(&["wait:Press 1", "press:2", "wait:beep", "hang-up"]).await;
    let entry = system
        .entry_when(&sid, |entry| {
            entry.status.is_final() && entry.recordings.iter().any(|it| it.stored.is_some())
        })
        .await;
    assert_eq!(entry.outcome, CallOutcome::Missed);
    assert!(entry.voicemail.is_none());
    system
        .eventually("/api/contacts", |page| page["items"][0]["last_entry"]["type"] == "call")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_asked_for_no_key_has_taken_the_call_though_its_end_is_not_told() {
    let system = System::with(&[("PressToAccept", "false")]).await;
    system.owner(Behavior::answer(script(&["wait:connected", "hang-up"]))).await;
    let sid =
        system.customer_calls(&["wait:Press 1", "press:1", "wait:connected", "hang-up"]).await;
    let entry = system.entry_when(&sid, |entry| entry.status.is_final()).await;
    assert_eq!(entry.outcome, CallOutcome::Answered);
    assert_eq!(entry.answered_by, Some(Party::from(OWNER)));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_work_from_the_first_word() {
    let system = System::with(&[("Greeting", "Thank you for calling us on this fine day.")]).await;
    let words = ["wait:Thank you", "press:2", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let path = ["main_menu keypress", "voicemail hangup"];
    system.entry_with(&sid, CallOutcome::Voicemail, &path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_number_may_be_of_any_country() {
    let german = "+4930901820";
    let system = System::with(&[("MainNumber", german)]).await;
    let words = script(&["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"]);
    let sid = system.phones.place_call(CALLER, german, &words).await.unwrap();
    let entry = system.entry_when(&sid, |entry| entry.outcome == CallOutcome::Voicemail).await;
    assert_eq!(entry.our_number.unwrap().as_str(), german);
}

#[tokio::test]
async fn a_call_between_sip_addresses_is_forwarded_from_the_main_number() {
    let system = System::start().await;
    let call = form(&[
        ("From", "sip:desk@example.sip.twilio.com"),
        ("To", "sip:office@example.sip.twilio.com"),
    ]);
    assert_eq!(system.webhook("/voice", &call).await.0, 200);
    let pressed = [&call[..], &[("Digits", "1")]].concat();
    let (status, twiml) = system.webhook("/voice/digits?step=1&widget=main_menu", &pressed).await;
    assert_eq!(status, 200);
    assert!(twiml.contains(&format!("callerId=\"{MAIN}\"")), "{twiml}");
}
