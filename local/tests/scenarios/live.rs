//! Consoles that are open learn of each write that a view shows.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use local::template::{Given, Template};
use serde_json::{Value, json};
use shared::{aws::table::Key, contacts::CallOutcome, live::Change};
use simulator::client::Faults;
use time::{OffsetDateTime, macros::format_description};

use crate::{
    centre::{ADA, Centre, SUPPORT, TALKS},
    conferencing::{dial_in, dial_out},
    system::{CALLER, MAIN, System, is_copied},
};

const AGENT: &str = "+15005550177";
const BOB: &str = "+15005550112";

/// A moment, as cursors have it.
fn moment(at: OffsetDateTime) -> String {
    let cursor =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    at.format(cursor).unwrap()
}

/// A note that something changed, as the function writes it.
fn note(at: OffsetDateTime, kind: &str, id: &str) -> Value {
    let minute = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    json!({
        "pk": format!("CHANGES#{}", at.format(minute).unwrap()),
        "sk": format!("{}#{kind}#{id}", moment(at)),
        "expires_at": (at + Duration::from_secs(7_200)).unix_timestamp(),
    })
}

/// The changes of an answer, as `kind id`.
fn told(answer: &Value) -> Vec<String> {
    let changes = answer["changes"].as_array().unwrap().iter();
    changes
        .map(|it| format!("{} {}", it["kind"].as_str().unwrap(), it["id"].as_str().unwrap()))
        .collect()
}

impl System {
    async fn changes_since(&self, cursor: OffsetDateTime) -> Value {
        self.get(&format!("/api/live?since={}", moment(cursor))).await
    }

    /// Waits until consoles are told that these have changed after a moment. Returns how long after
    /// it they were.
    async fn tells(&self, after: OffsetDateTime, expected: &[(&str, &str)]) -> Duration {
        // The answer goes back five seconds.
        let cursor = after + Duration::from_secs(5);
        let expected: Vec<_> = expected.iter().map(|(kind, id)| format!("{kind} {id}")).collect();
        loop {
            let told = told(&self.changes_since(cursor).await);
            let taken = (OffsetDateTime::now_utc() - after).unsigned_abs();
            if expected.iter().all(|change| told.contains(change)) {
                return taken;
            }
            assert!(
                taken < Duration::from_secs(10),
                "{expected:?} are not among {told:?}\n{}",
                self.stack.logs()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn sends(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.api(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {answer}");
        answer
    }
}

#[test]
fn the_stream_passes_what_is_told_and_nothing_else() {
    let known = [("MainNumber".to_owned(), MAIN.to_owned())].into();
    let given =
        Given { parameters: &BTreeMap::new(), known: &known, aws_url: "http://127.0.0.1:3004" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = Template::read(&path, &given).unwrap();
    let changes = template.functions.iter().find(|function| function.binary == "changes").unwrap();
    for (partition, sort) in [
        ("AGENTS", "AGENT#s1"),
        ("CALL#CA1", "LEG#CA2"),
        ("CONFERENCE#c1", "PARTICIPANT#CP1"),
        ("CONTACT#c1", "CONTACT"),
        ("ENTRY#EN1", "ENTRY"),
        ("MESSAGE#SM1", "MESSAGE"),
        ("SETTINGS", "SETTINGS"),
        ("CHANGES#2026-11-28T16:59", "2026-11-28T16:59:58.001Z#call#CA1"),
        ("ATTEMPT#1", "ATTEMPT"),
        ("CONSENT#+15005550111", "CONSENT"),
        ("COUNT#TEXTS#2026-11-28", "COUNT"),
        ("IDEMPOTENCY#1", "IDEMPOTENCY"),
        ("MESSAGE_SID#SM1", "MESSAGE"),
        ("NUMBER#+15005550111", "NUMBER"),
        ("SEARCH", "ann#1"),
    ] {
        let record = json!({"dynamodb": {"Keys": {"pk": {"S": partition}, "sk": {"S": sort}}}});
        let passes = changes.streams[0].filters.iter().any(|filter| filter.passes(&record));
        let is_told = !Change::of(&Key::new(partition, sort)).is_empty();
        assert_eq!(passes, is_told, "{partition}");
    }
}

#[tokio::test]
async fn texts_notes_and_marks_of_a_contact_are_told() {
    // Nothing is written but what is done here.
    let system = System::without(&["Reconcile"], &[]).await;
    system.phones.set_faults(&Faults { drop: 1.0, ..Faults::default() }).await.unwrap();
    let contact = format!("/api/contacts/{CALLER}");

    let now = OffsetDateTime::now_utc();
    let made = system.sends("PUT", &contact, json!({"name": "Ann"})).await;
    let id = made["id"].as_str().unwrap();
    system.tells(now, &[("contact", id)]).await;

    let now = OffsetDateTime::now_utc();
    let form = [
        ("AccountSid", crate::system::ACCOUNT),
        ("Body", "please call me"),
        ("From", CALLER),
        ("MessageSid", "SM000000000000000000000000000000c1"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("To", MAIN),
    ];
    assert_eq!(system.webhook("/sms", &form).await.0, 200);
    let text = ("entry", "SM000000000000000000000000000000c1");
    system.tells(now, &[text, ("contact", id)]).await;

    for change in [
        json!({"assignee": "ada@example.com"}),
        json!({"status": "done"}),
        json!({"blocked": true}),
        json!({"blocked": false}),
    ] {
        let now = OffsetDateTime::now_utc();
        system.sends("PUT", &contact, change).await;
        system.tells(now, &[("contact", id)]).await;
    }

    let now = OffsetDateTime::now_utc();
    let entries = format!("{contact}/entries");
    let written = system.sends("POST", &entries, json!({"body": "Wants a new router."})).await;
    system.tells(now, &[("entry", written["id"].as_str().unwrap()), ("contact", id)]).await;

    let now = OffsetDateTime::now_utc();
    let text = json!({"to": CALLER, "body": "We will call again."});
    let sent = system.sends("POST", "/api/messages", text).await;
    let (text, sid) = (sent["id"].as_str().unwrap(), sent["sid"].as_str().unwrap());
    system.tells(now, &[("entry", text), ("contact", id)]).await;

    let now = OffsetDateTime::now_utc();
    let form = [
        ("AccountSid", crate::system::ACCOUNT),
        ("From", MAIN),
        ("MessageSid", sid),
        ("MessageStatus", "delivered"),
        ("To", CALLER),
    ];
    assert_eq!(system.webhook(&format!("/sms/status?id={text}"), &form).await.0, 204);
    system.tells(now, &[("entry", text)]).await;

    // The text that came in is unread again with this one.
    let form = [
        ("AccountSid", crate::system::ACCOUNT),
        ("Body", "thank you"),
        ("From", CALLER),
        ("MessageSid", "SM000000000000000000000000000000c2"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("To", MAIN),
    ];
    assert_eq!(system.webhook("/sms", &form).await.0, 200);
    let now = OffsetDateTime::now_utc();
    system.sends("PUT", &format!("{contact}/read"), Value::Null).await;
    system.tells(now, &[("contact", id)]).await;

    let now = OffsetDateTime::now_utc();
    system.sends("DELETE", &contact, Value::Null).await;
    system.tells(now, &[("contact", id), ("entry", text)]).await;
}

#[tokio::test]
async fn a_call_is_told_from_its_beginning_to_its_end_and_when_it_is_heard() {
    let system = System::without(&["Reconcile", "Deliver"], &[]).await;
    let now = OffsetDateTime::now_utc();
    let sid = system.customer_calls(&["wait:Press 1"]).await;
    system.tells(now, &[("call", &sid), ("entry", &sid)]).await;

    assert!(system.hears(&sid, "Press 1").await);
    let now = OffsetDateTime::now_utc();
    system.phones.press(&sid, "2").await.unwrap();
    system.tells(now, &[("call", &sid)]).await;
    assert!(system.hears(&sid, "message").await);

    let now = OffsetDateTime::now_utc();
    system.phones.hang_up(&sid).await.unwrap();
    system.tells(now, &[("call", &sid), ("entry", &sid)]).await;

    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:5", "hang-up"];
    let sid = system.customer_calls(&words).await;
    system
        .entry_when(&sid, |entry| entry.outcome == CallOutcome::Voicemail && is_copied(entry))
        .await;
    system.timeline_when(|entries| entries.len() == 2 && entries[1]["heard"] == false).await;
    let now = OffsetDateTime::now_utc();
    let heard = format!("/api/contacts/{CALLER}/entries/{sid}/heard");
    system.sends("PUT", &heard, Value::Null).await;
    system.tells(now, &[("entry", &sid)]).await;
}

#[tokio::test]
async fn settings_and_agents_are_told() {
    let system = System::start().await;
    let now = OffsetDateTime::now_utc();
    system.sends("PUT", "/api/settings", json!({"company_name": "Acme"})).await;
    system.tells(now, &[("settings", "settings")]).await;
    let now = OffsetDateTime::now_utc();
    system.sends("PUT", "/api/agent", json!({"name": "Ada", "phone_number": AGENT})).await;
    system.tells(now, &[("agent", "local")]).await;
}

#[tokio::test]
async fn a_conference_and_who_is_in_it_are_told() {
    let system = System::start().await;
    system.joins_when_called(BOB).await;
    let now = OffsetDateTime::now_utc();
    let participants = json!({"participants": [dial_in(CALLER), dial_out(BOB)]});
    let conference = system.holds(participants).await;
    let id = conference["id"].as_str().unwrap();
    system.tells(now, &[("conference", id)]).await;

    system.conference_when(id, |it| it.state_of(BOB) == "joined").await;
    let now = OffsetDateTime::now_utc();
    system.calls_in(CALLER, conference["code"].as_str().unwrap()).await;
    system.tells(now, &[("conference", id)]).await;
    let both = |it: &crate::conferencing::Conference| {
        it.status() == "active" && it.state_of(CALLER) == "joined"
    };
    let both = system.conference_when(id, both).await;

    let now = OffsetDateTime::now_utc();
    let moderated = format!("/api/conferences/{id}/participants/{}", both.call_of(BOB));
    system.sends("PATCH", &moderated, json!({"muted": true})).await;
    system.tells(now, &[("conference", id)]).await;

    let now = OffsetDateTime::now_utc();
    system.sends("DELETE", &format!("/api/conferences/{id}"), Value::Null).await;
    system.tells(now, &[("conference", id)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_way_through_a_queue_and_an_agents_availability_are_told() {
    let centre = Centre::open().await;
    centre.hires(ADA, Value::Null).await;
    let ada = centre.get("/api/agents").await["items"][0]["id"].as_str().unwrap().to_owned();
    centre.answers(ADA, &TALKS).await;
    let sid = centre.customer_calls(&SUPPORT).await;
    assert!(centre.hears(&sid, "You are the next in line.").await);
    let now = OffsetDateTime::now_utc();
    centre.says(ADA, true, true).await;
    centre.tells(now, &[("agent", &ada), ("call", &sid)]).await;
    centre.visit_when(&sid, |visit| visit.agent_name.is_some()).await;
}

#[tokio::test]
async fn changes_are_told_within_two_seconds() {
    let system = System::start().await;
    let contact = format!("/api/contacts/{CALLER}");
    let made = system.sends("PUT", &contact, json!({"name": "Ann"})).await;
    let mut taken = Vec::new();
    for number in 0..15 {
        let now = OffsetDateTime::now_utc();
        system.sends("PUT", &contact, json!({"name": format!("Ann {number}")})).await;
        taken.push(system.tells(now, &[("contact", made["id"].as_str().unwrap())]).await);
    }
    taken.sort();
    println!("told after {:?} at most, {:?} in the middle", taken[14], taken[7]);
    // Of all but what the machine was too busy for.
    assert!(taken[11] < Duration::from_secs(2), "{taken:?}");
}

#[tokio::test]
async fn what_is_noted_late_or_in_the_minute_before_is_told() {
    let system = System::without(&["Changes", "Reconcile"], &[]).await;
    let begun = Instant::now();
    let first = system.get("/api/live").await;
    assert_eq!((&first["changes"], &first["complete"]), (&json!([]), &json!(true)));
    let again = system.get(&format!("/api/live?since={}", first["next"].as_str().unwrap())).await;
    assert_eq!((&again["changes"], &again["complete"]), (&json!([]), &json!(true)));
    assert!(first["next"].as_str() <= again["next"].as_str());

    // In whatever order they are written, also behind what a cursor has passed.
    let now = OffsetDateTime::now_utc();
    let ago = |seconds| now - Duration::from_secs_f64(seconds);
    let cursor = ago(60.0);
    let minute = now.replace_second(0).unwrap().replace_nanosecond(0).unwrap();
    system
        .write(&[
            note(ago(1.0), "call", "CA3"),
            note(cursor - Duration::from_secs(6), "call", "CA0"),
            note(cursor - Duration::from_secs(4), "call", "CA1"),
            note(minute - Duration::from_millis(1), "entry", "before"),
            note(minute, "entry", "after"),
            note(ago(50.0), "call", "CA2"),
            // Of a version to come.
            note(ago(1.0), "weather", "rain"),
        ])
        .await;
    let told = told(&system.changes_since(cursor).await);
    let place = |change: &str| {
        told.iter().position(|it| it == change).unwrap_or_else(|| panic!("{change}: {told:?}"))
    };
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(place("call CA1") < place("call CA2") && place("call CA2") < place("call CA3"));
    assert!(place("entry before") < place("entry after"));
    // The process that gave a cursor may be ahead, and what has been told is told again.
    let ahead = system.changes_since(OffsetDateTime::now_utc() + Duration::from_secs(2)).await;
    if begun.elapsed() < Duration::from_secs(1) {
        assert_eq!(self::told(&ahead), ["call CA3"]);
    }
}

#[tokio::test]
async fn whoever_was_away_for_too_long_is_told_so() {
    let system = System::without(&["Changes", "Reconcile"], &[]).await;
    let now = OffsetDateTime::now_utc();
    let half_an_hour = now - Duration::from_secs(1_800);
    system.write(&[note(half_an_hour, "contact", "c1")]).await;
    let answer = system.changes_since(half_an_hour - Duration::from_secs(60)).await;
    assert_eq!((told(&answer), &answer["complete"]), (vec!["contact c1".into()], &json!(true)));
    let answer = system.changes_since(now - Duration::from_secs(3_700)).await;
    assert_eq!((told(&answer), &answer["complete"]), (vec![], &json!(false)));
    // More than a thousand at once, too.
    let many: Vec<_> = (0..1_000).map(|n| note(half_an_hour, "entry", &format!("e{n}"))).collect();
    system.write(&many).await;
    let answer = system.changes_since(half_an_hour).await;
    assert_eq!((told(&answer), &answer["complete"]), (vec![], &json!(false)));
    let next = answer["next"].as_str().unwrap();
    assert_eq!(system.get(&format!("/api/live?since={next}")).await["complete"], true);
    for cursor in ["yesterday", "2026-11-28", "%00"] {
        let (status, _) =
            system.api("GET", &format!("/api/live?since={cursor}"), Value::Null).await;
        assert_eq!(status, 400, "{cursor}");
    }
}

#[tokio::test]
async fn notes_of_changes_are_no_changes() {
    let system = System::start().await;
    let now = OffsetDateTime::now_utc();
    system.sends("PUT", "/api/settings", json!({"company_name": "Acme"})).await;
    system.tells(now, &[("settings", "settings")]).await;
    // What follows in the stream is told after all that came of the note.
    let then = OffsetDateTime::now_utc();
    system.sends("PUT", "/api/settings", json!({"company_name": "Acme Ltd"})).await;
    system.tells(then, &[("settings", "settings")]).await;
    let all = told(&system.changes_since(now + Duration::from_secs(5)).await);
    assert_eq!(all, ["settings settings"]);
}
