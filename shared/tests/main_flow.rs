//! The menus of `flows/main.json` and `flows/support.json`, as TwiML.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::LazyLock};

use shared::{
    company::settings::Settings,
    flow::{Caller, Execution, Flow, Step},
    values::{CallSid, Party, PhoneNumber},
};
use time::macros::datetime;

const OTHER_FLOW: &str = r#"{"initial_state":"Trigger","flags":{},"states":[
        {"name":"Trigger","type":"trigger","transitions":[{"event":"incomingCall","next":"hours"}],"properties":{}},
        {"name":"hours","type":"split-based-on","properties":{"input":"x"},"transitions":[
            {"event":"noMatch"},
            {"event":"match","next":"hand_over","conditions":[{"friendly_name":"vip","type":"matches_any_of",
             "arguments":["{{contact.channel.address}}"],"value":"+15005550112, +15005550111"}]}]},
        {"name":"hand_over","type":"add-twiml-redirect","properties":{"url":"https://other.example/x?a=1","method":"GET","timeout":"14400"},
         "transitions":[{"event":"return","next":"ring_all"},{"event":"timeout"},{"event":"fail"}]},
        {"name":"ring_all","type":"connect-call-to","properties":{"noun":"number-multi","to":"+15005550121, +15005550122","timeout":"20","record":"true"},
         "transitions":[{"event":"callCompleted"},{"event":"hangup"}]}]}"#;

const MAIN: &str = include_str!("../../flows/main.json");

fn settings() -> Settings {
    Settings {
        company_name: "Ada & Sons".into(),
        greeting: "Hello {{not.a.template}}.".into(),
        owner_number: Some("+15005550199".parse().unwrap()),
        voice: "Polly.Amy".into(),
        language: "en-GB".into(),
        press_to_accept: true,
        owner_notice: true,
        notice_interval_minutes: 10,
        thank_you_text: None,
        opening_hours: None,
        holidays: Vec::new(),
        time_zone: "Europe/London".parse().unwrap(),
        task_router: None,
    }
}

const CALL: &str = "CA0123456789abcdef0123456789abcdef";

fn step(widget: &str, event: &str, params: &[(&str, &str)]) -> Step {
    Step {
        widget: widget.into(),
        event: event.into(),
        at: datetime!(2026-11-21 09:00 UTC),
        params: params.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
    }
}

fn incoming() -> Step {
    step("Trigger", "incomingCall", &[("From", "+15005550111")])
}

/// The call of a customer, of which so many steps are recorded.
fn caller(steps: usize) -> Caller<'static> {
    static MAIN_NUMBER: LazyLock<PhoneNumber> = LazyLock::new(|| "+15005550100".parse().unwrap());
    static SID: LazyLock<CallSid> = LazyLock::new(|| CALL.parse().unwrap());
    static FROM: LazyLock<Party> = LazyLock::new(|| Party::from("+15005550111"));
    static TO: LazyLock<Party> = LazyLock::new(|| Party::from("+15005550100"));
    Caller {
        main_number: &MAIN_NUMBER,
        max_seconds: 7200,
        call: &SID,
        from: &FROM,
        to: &TO,
        base_url: "https://api.example",
        next_step: steps,
    }
}

fn answer_to(from: &str, settings: &Settings, steps: &[Step]) -> String {
    let flow = Flow::load(MAIN).unwrap();
    let caller = Caller { from: &Party::from(from), ..caller(steps.len()) };
    let xml = Execution::answer(&flow, settings, steps, caller).unwrap().to_string();
    xml.replace(r#"<?xml version="1.0" encoding="UTF-8"?>"#, "").replace("><", ">\n<")
}

fn answer(steps: &[Step]) -> String {
    answer_to("+15005550111", &settings(), steps)
}

#[test]
fn a_caller_hears_the_greeting_and_the_menu() {
    insta::assert_snapshot!(answer(&[incoming()]), @r#"
    <Response>
    <Gather input="dtmf" action="https://api.example/voice/digits?step=1&amp;widget=main_menu" actionOnEmptyResult="true" timeout="5" numDigits="1" finishOnKey="">
    <Say voice="Polly.Amy" language="en-GB">Hello {{not.a.template}}. Press 1 to talk to Ada &amp; Sons. Press 2 to leave a message. Press 3 to join a conference.</Say>
    </Gather>
    </Response>
    "#);
}

/// Open on Saturdays, when the steps of these tests are, in London.
fn saturday(from: &str, to: &str) -> Settings {
    let hours = format!(r#"{{"saturday": [{{"from": "{from}", "to": "{to}"}}]}}"#);
    Settings { opening_hours: serde_json::from_str(&hours).unwrap(), ..settings() }
}

#[test]
fn a_caller_hears_that_the_office_is_closed_and_leaves_a_message() {
    let closed = |steps: &[Step]| answer_to("+15005550111", &saturday("09:01", "17:00"), steps);
    insta::assert_snapshot!(closed(&[incoming()]), @r#"
    <Response>
    <Gather input="dtmf" action="https://api.example/voice/digits?step=1&amp;widget=closed_menu" actionOnEmptyResult="true" timeout="3" numDigits="1" finishOnKey="">
    <Say voice="Polly.Amy" language="en-GB">Hello {{not.a.template}}. Our office is closed at the moment. Press 3 to join a conference, or wait to leave a message.</Say>
    </Gather>
    </Response>
    "#);
    let waited = step("closed_menu", "timeout", &[]);
    insta::assert_snapshot!(closed(&[incoming(), waited]), @r##"
    <Response>
    <Say voice="Polly.Amy" language="en-GB">Please leave your message for Ada &amp; Sons after the tone.</Say>
    <Record action="https://api.example/voice/step?step=2&amp;widget=voicemail" timeout="10" maxLength="300" finishOnKey="#" playBeep="true" trim="trim-silence" recordingStatusCallback="https://api.example/voice/recording#rc=3&amp;rp=ct,rt,5xx" recordingStatusCallbackEvent="completed absent" transcribe="false">
    </Record>
    <Redirect>https://api.example/voice/step?step=2&amp;widget=voicemail</Redirect>
    </Response>
    "##);
}

#[test]
fn key_3_leads_to_the_conference_also_when_the_office_is_closed() {
    let to_conference = |answer: String| {
        assert!(
            answer.contains(r#"<Redirect method="POST">https://api.example/voice/conference?"#),
            "{answer}"
        );
    };
    to_conference(answer(&[incoming(), step("main_menu", "keypress", &[("Digits", "3")])]));
    let steps = [incoming(), step("closed_menu", "keypress", &[("Digits", "3")])];
    to_conference(answer_to("+15005550111", &saturday("09:01", "17:00"), &steps));
}

#[test]
fn while_the_office_is_open_its_hours_are_not_heard() {
    let open = answer_to("+15005550111", &saturday("09:00", "17:00"), &[incoming()]);
    assert_eq!(open, answer(&[incoming()]));
}

#[test]
fn who_came_in_while_the_office_was_open_goes_on_when_it_has_closed() {
    let mut pressed = step("main_menu", "keypress", &[("Digits", "1")]);
    pressed.at = datetime!(2026-11-21 17:00 UTC);
    let steps = [incoming(), pressed];
    assert!(answer_to("+15005550111", &saturday("09:00", "17:00"), &steps).contains("<Dial"));
}

#[test]
fn key_1_rings_the_owner_with_the_callers_number_shown() {
    let steps = [incoming(), step("main_menu", "keypress", &[("Digits", "1")])];
    insta::assert_snapshot!(answer(&steps), @r#"
    <Response>
    <Dial action="https://api.example/voice/step?step=2&amp;widget=call_owner" callerId="+15005550111" timeout="20" timeLimit="7200" answerOnBridge="true">
    <Number url="https://api.example/voice/accept?parent=CA0123456789abcdef0123456789abcdef" statusCallback="https://api.example/voice/status#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">+15005550199</Number>
    </Dial>
    </Response>
    "#);
}

#[test]
fn an_anonymous_callers_call_is_forwarded_with_our_number_shown() {
    let steps = [incoming(), step("main_menu", "keypress", &[("Digits", "1")])];
    let settings = Settings { press_to_accept: false, ..settings() };
    insta::assert_snapshot!(answer_to("anonymous", &settings, &steps), @r#"
    <Response>
    <Dial action="https://api.example/voice/step?step=2&amp;widget=call_owner" callerId="+15005550100" timeout="20" timeLimit="7200">
    <Number statusCallback="https://api.example/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">+15005550199</Number>
    </Dial>
    </Response>
    "#);
}

#[test]
fn key_1_is_the_voicemail_where_there_is_no_owner() {
    let steps = [incoming(), step("main_menu", "keypress", &[("Digits", "1")])];
    let settings = Settings { owner_number: None, ..settings() };
    assert!(answer_to("+15005550111", &settings, &steps).contains("<Record"));
}

#[test]
fn key_2_records_a_voicemail_of_five_minutes_at_most() {
    let steps = [incoming(), step("main_menu", "keypress", &[("Digits", "2")])];
    insta::assert_snapshot!(answer(&steps), @r##"
    <Response>
    <Say voice="Polly.Amy" language="en-GB">Please leave your message for Ada &amp; Sons after the tone.</Say>
    <Record action="https://api.example/voice/step?step=2&amp;widget=voicemail" timeout="10" maxLength="300" finishOnKey="#" playBeep="true" trim="trim-silence" recordingStatusCallback="https://api.example/voice/recording#rc=3&amp;rp=ct,rt,5xx" recordingStatusCallbackEvent="completed absent" transcribe="false">
    </Record>
    <Redirect>https://api.example/voice/step?step=2&amp;widget=voicemail</Redirect>
    </Response>
    "##);
}

#[test]
fn an_owner_who_is_not_connected_is_followed_by_the_voicemail() {
    for status in ["busy", "no-answer", "failed", "canceled", "completed"] {
        let ended = [("DialCallStatus", status), ("DialBridged", "false")];
        let steps = [
            incoming(),
            step("main_menu", "keypress", &[("Digits", "1")]),
            step("call_owner", "callCompleted", &ended),
        ];
        assert!(answer(&steps).contains("<Record"), "{status}");
    }
}

#[test]
fn a_conversation_that_is_over_ends_the_call() {
    let ended = [("DialCallStatus", "completed"), ("DialBridged", "true")];
    let steps = [
        incoming(),
        step("main_menu", "keypress", &[("Digits", "1")]),
        step("call_owner", "callCompleted", &ended),
    ];
    insta::assert_snapshot!(answer(&steps), @r"
    <Response>
    <Hangup>
    </Hangup>
    </Response>
    ");
}

#[test]
fn the_menu_is_repeated_twice_for_nothing_or_a_wrong_key_then_comes_the_voicemail() {
    let wrong = step("main_menu", "keypress", &[("Digits", "7")]);
    let nothing = step("main_menu", "timeout", &[]);
    let mut steps = vec![incoming()];
    for lapse in [&wrong, &nothing] {
        steps.push(lapse.clone());
        let again = answer(&steps);
        assert!(again.contains("Press 1") && !again.contains("Hello"), "{again}");
    }
    steps.push(wrong);
    assert!(answer(&steps).contains("<Record"));
}

#[test]
fn what_ended_a_widget_is_told_from_what_twilio_sent() {
    let flow = Flow::load(MAIN).unwrap();
    let event = |widget: &str, params: &[(&str, &str)]| {
        let params: BTreeMap<_, _> =
            params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        flow.event(widget, &params)
    };
    assert_eq!(event("main_menu", &[("Digits", "1")]), Some("keypress"));
    assert_eq!(event("main_menu", &[("Digits", "")]), Some("timeout"));
    assert_eq!(event("call_owner", &[("CallStatus", "in-progress")]), Some("callCompleted"));
    assert_eq!(event("call_owner", &[("CallStatus", "completed")]), Some("hangup"));
    assert_eq!(
        event("voicemail", &[("RecordingUrl", "u"), ("Digits", "#")]),
        Some("recordingComplete")
    );
    assert_eq!(event("voicemail", &[("RecordingUrl", "u"), ("Digits", "hangup")]), Some("hangup"));
    assert_eq!(event("voicemail", &[]), Some("noAudio"));
    assert_eq!(event("greeting", &[]), None);
    assert_eq!(event("nowhere", &[]), None);
    let other = Flow::load(OTHER_FLOW).unwrap();
    let event = |params: &[(&str, &str)]| {
        let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        other.event("hand_over", &params)
    };
    assert_eq!(event(&[]), Some("return"));
    assert_eq!(event(&[("FlowEvent", "return")]), Some("return"));
    assert_eq!(event(&[("FlowEvent", "fail")]), Some("fail"));
}

#[test]
fn nobody_to_call_is_nobody_reached() {
    let flow = OTHER_FLOW.replace("+15005550121, +15005550122", "{{flow.variables.nobody}}");
    let flow = Flow::load(&flow).unwrap();
    let caller = caller(2);
    let steps = [incoming(), step("hand_over", "return", &[])];
    let answer = Execution::answer(&flow, &settings(), &steps, caller).unwrap().to_string();
    assert!(answer.ends_with("<Response><Hangup></Hangup></Response>"), "{answer}");
}

#[test]
fn flows_of_others_run_too() {
    let flow = Flow::load(OTHER_FLOW).unwrap();
    let settings = settings();
    let run = |steps: &[Step]| {
        let caller = caller(steps.len());
        Execution::answer(&flow, &settings, steps, caller).unwrap().to_string()
    };
    insta::assert_snapshot!(run(&[incoming()]), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Redirect method="GET">https://other.example/x?a=1&amp;ReturnUrl=https%3A%2F%2Fapi.example%2Fvoice%2Fstep%3Fstep%3D1%26widget%3Dhand_over</Redirect></Response>"#);
    insta::assert_snapshot!(run(&[incoming(), step("hand_over", "return", &[])]), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Dial action="https://api.example/voice/step?step=2&amp;widget=ring_all" callerId="+15005550100" timeout="20" timeLimit="7200" record="record-from-answer" recordingStatusCallback="https://api.example/voice/recording#rc=3&amp;rp=ct,rt,5xx"><Number statusCallback="https://api.example/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">+15005550121</Number><Number statusCallback="https://api.example/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">+15005550122</Number></Dial></Response>"#);
}

/// The settings of a company that has a contact centre.
fn with_contact_centre() -> Settings {
    let sids = r#"{"workspace": "WS0123456789abcdef0123456789abcdef",
        "workflow": "WW0123456789abcdef0123456789abcdef",
        "available": "WA0123456789abcdef0123456789abcdef",
        "unavailable": "WA1123456789abcdef0123456789abcdef", "queues": {}}"#;
    Settings { task_router: serde_json::from_str(sids).unwrap(), ..settings() }
}

#[test]
fn key_4_leads_through_a_second_menu_into_a_queue() {
    let answer = |steps: &[Step]| answer_to("+15005550111", &with_contact_centre(), steps);
    let menu = answer(&[incoming()]);
    assert!(menu.contains("Press 4 for troubleshooting or support."), "{menu}");
    let pressed_4 = step("main_menu", "keypress", &[("Digits", "4")]);
    let steps = [incoming(), pressed_4.clone()];
    assert!(answer(&steps).contains("For troubleshooting, press 1. For support, press 2."));
    let chosen = step("queue_menu", "keypress", &[("Digits", "2")]);
    let steps = [incoming(), pressed_4.clone(), chosen.clone()];
    insta::assert_snapshot!(answer(&steps), @r#"
    <Response>
    <Enqueue action="https://api.example/voice/step?step=3&amp;widget=enqueue" waitUrl="https://api.example/voice/wait?queue=support" waitUrlMethod="POST" workflowSid="WW0123456789abcdef0123456789abcdef">
    <Task priority="0">{&quot;queue&quot;: &quot;support&quot;}</Task>
    </Enqueue>
    </Response>
    "#);
    // Who does not want to wait leaves a message; all else is over.
    let ended = |result| step("enqueue", "callComplete", &[("QueueResult", result)]);
    let steps = [incoming(), pressed_4.clone(), chosen.clone(), ended("leave")];
    assert!(answer(&steps).contains("<Record"));
    let steps = [incoming(), pressed_4, chosen, ended("bridged")];
    assert!(answer(&steps).contains("<Hangup>"));
}

#[test]
fn key_4_is_the_voicemail_where_there_is_no_contact_centre() {
    let steps = [incoming(), step("main_menu", "keypress", &[("Digits", "4")])];
    assert!(answer(&steps).contains("<Record"));
    assert!(!answer(&[incoming()]).contains("Press 4"));
}

#[test]
fn support_is_a_message_and_two_options_that_end_in_flex() {
    let flow = Flow::load(include_str!("../../flows/support.json")).unwrap();
    let run = |settings: &Settings, steps: &[Step]| {
        let caller = caller(steps.len());
        Execution::answer(&flow, settings, steps, caller).unwrap().to_string()
    };
    let chosen = [incoming(), step("menu", "keypress", &[("Digits", "1")])];
    // Without a contact centre, nobody waits for ever.
    let hangs_up = run(&settings(), &chosen);
    assert!(hangs_up.ends_with("<Response><Hangup></Hangup></Response>"), "{hangs_up}");
    insta::assert_snapshot!(run(&with_contact_centre(), &chosen), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Enqueue action="https://api.example/voice/step?step=2&amp;widget=troubleshooting" workflowSid="WW0123456789abcdef0123456789abcdef"><Task>{&quot;queue&quot;: &quot;troubleshooting&quot;}</Task></Enqueue></Response>"#);
}

/// A flow that connects with whatever there is, and texts.
fn connecting(noun: &str, more: &str) -> Flow {
    Flow::load(&format!(
        r#"{{"initial_state":"Trigger","states":[
        {{"name":"Trigger","type":"trigger","transitions":[{{"event":"incomingCall","next":"text"}}]}},
        {{"name":"text","type":"send-message","transitions":[{{"event":"sent","next":"call"}},{{"event":"failed"}}],
         "properties":{{"from":"{{{{flow.channel.address}}}}","to":"{{{{contact.channel.address}}}}",
         "body":"We call {{{{contact.channel.address}}}}.","media_url":""}}}},
        {{"name":"call","type":"connect-call-to","transitions":[{{"event":"callCompleted"}}],
         "properties":{{"noun":"{noun}",{more},"timeout":30}}}}]}}"#
    ))
    .unwrap()
}

#[test]
fn callers_are_connected_with_clients_sip_addresses_sims_and_conferences() {
    let settings = settings();
    let caller = caller(1);
    let run = |noun: &str, more: &str| {
        let flow = connecting(noun, more);
        let answer = Execution::answer(&flow, &settings, &[incoming()], caller).unwrap();
        let xml = answer.to_string();
        let dial = xml.split_once("<Dial").unwrap().1;
        dial.split_once('>').unwrap().1.replace("https://api.example", "").to_owned()
    };
    insta::assert_snapshot!(run("client", r#""to":"ada""#), @r#"<Client statusCallback="/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">ada</Client></Dial></Response>"#);
    insta::assert_snapshot!(run("sip", r#""sip_endpoint":"sip:a@b.example","sip_username":"u","sip_password":"p""#), @r#"<Sip username="u" password="p" statusCallback="/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">sip:a@b.example</Sip></Dial></Response>"#);
    insta::assert_snapshot!(run("sim", r#""to":"DE1""#), @r#"<Sim statusCallback="/voice/status?leg=unasked#rc=3&amp;rp=ct,rt,5xx" statusCallbackEvent="initiated ringing answered completed">DE1</Sim></Dial></Response>"#);
    insta::assert_snapshot!(run("conference", r#""to":"Team""#), @r#"<Conference>Team</Conference></Dial></Response>"#);
}

#[test]
fn a_text_is_sent_in_the_step_that_comes_to_it_and_in_no_other() {
    let flow = connecting("number", r#""to":"+15005550121""#);
    assert!(flow.texts() && flow.texts_after("Trigger", "incomingCall"));
    assert!(!flow.texts_after("call", "callCompleted") && !flow.texts_after("gone", "x"));
    assert!(!Flow::load(MAIN).unwrap().texts());
    let caller = caller(1);
    let texts = |steps: &[Step]| Execution::texts(&flow, &settings(), steps, caller).unwrap();
    let [text] = texts(&[incoming()]).try_into().unwrap();
    assert_eq!(text.body, "We call +15005550111.");
    assert_eq!((text.to.as_str(), text.from.as_str()), ("+15005550111", "+15005550100"));
    assert_eq!(texts(&[incoming(), step("call", "callCompleted", &[])]), []);
}
