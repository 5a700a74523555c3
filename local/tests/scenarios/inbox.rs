//! The inbox by status and assignee: what an agent has to do, whatever others do at the same time.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::system::{ACCOUNT, CALLER, MAIN, System};

const ADA: &str = "ada@example.com";
const BOB: &str = "Bob Baker";

impl System {
    /// All pages of a list of contacts.
    async fn inbox(&self, query: &str, limit: usize) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = format!("/api/contacts?limit={limit}{cursor}{query}");
            let page = self.get(&page).await;
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let contacts = self.inbox(query, 2).await;
        contacts.iter().map(|it| it["name"].as_str().unwrap_or("?").to_owned()).collect()
    }

    async fn puts(&self, number: &str, change: Value) -> u16 {
        self.api("PUT", &format!("/api/contacts/{number}"), change).await.0
    }

    /// A text comes in, of which nobody has heard yet.
    async fn texts_in(&self, from: &str) -> u16 {
        let sid = format!("SM{:032x}", OffsetDateTime::now_utc().unix_timestamp_nanos());
        let form = [
            ("AccountSid", ACCOUNT),
            ("Body", "please call me"),
            ("From", from),
            ("MessageSid", &sid),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsStatus", "received"),
            ("To", MAIN),
        ];
        self.webhook("/sms", &form).await.0
    }
}

#[tokio::test]
async fn contacts_are_listed_by_status_and_assignee() {
    let system = System::start().await;
    let me = json!({"name": "Ada", "phone_number": "+15005550177"});
    assert_eq!(system.api("PUT", "/api/agent", me).await.0, 200);
    for (number, contact) in [
        ("+15005550131", json!({"name": "Ann", "assignee": "Ada"})),
        ("+15005550132", json!({"name": "Ben", "assignee": BOB})),
        ("+15005550133", json!({"name": "Cyd", "assignee": "Ada", "status": "done"})),
        ("+15005550134", json!({"name": "Dan"})),
        ("+15005550135", json!({"name": "Eve", "status": "done"})),
    ] {
        assert_eq!(system.puts(number, contact).await, 201);
    }
    for (query, names) in [
        ("", vec!["Eve", "Dan", "Cyd", "Ben", "Ann"]),
        ("&status=open", vec!["Dan", "Ben", "Ann"]),
        ("&status=done", vec!["Eve", "Cyd"]),
        ("&assignee=me", vec!["Cyd", "Ann"]),
        ("&assignee=Ada&status=open", vec!["Ann"]),
        ("&assignee=none", vec!["Eve", "Dan"]),
        ("&assignee=none&status=open", vec!["Dan"]),
        ("&assignee=Bob%20Baker", vec!["Ben"]),
        ("&assignee=nobody", vec![]),
    ] {
        assert_eq!(system.names(query).await, names, "{query}");
    }
    // Whoever writes again is on top, of the open ones, and still Ada's.
    assert_eq!(system.texts_in("+15005550133").await, 200);
    assert_eq!(system.names("&assignee=me&status=open").await, ["Cyd", "Ann"]);
    assert_eq!(system.names("&status=open").await, ["Cyd", "Dan", "Ben", "Ann"]);
    assert_eq!(system.names("&status=done").await, ["Eve"]);
    for (query, field) in
        [("status=closed", "status"), ("search=ann&status=open", "search"), ("limit=0", "limit")]
    {
        let path = format!("/api/contacts?{query}");
        let (status, problem) = system.api("GET", &path, Value::Null).await;
        assert_eq!((status, &problem["field"]), (422, &json!(field)), "{query}");
    }
    let token = system.stack.person_token("console", "agent@example.com", &["switchboard/read"]);
    let path = "/api/contacts?assignee=me";
    let (status, problem) = system.api_as(&token.unwrap(), "GET", path, Value::Null).await;
    assert_eq!((status, &problem["field"]), (422, &json!("assignee")));
    let (status, _) = system.api("GET", "/api/contacts?status=open&cursor=x", Value::Null).await;
    assert_eq!(status, 400);
}

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    fn number(&mut self) -> String {
        format!("+150055501{:02}", 40 + self.below(8))
    }
}

/// One of those who change contacts at the same time.
async fn changes(system: &System, seed: u64) {
    let mut dice = Dice(seed);
    for _ in 0..20 {
        let number = dice.number();
        let assignee = dice.one_of(&[json!(ADA), json!(BOB), Value::Null]);
        let status = dice.one_of(&[json!("open"), json!("done")]);
        let answer = match dice.below(9) {
            // When its contact was merged or erased meanwhile, Twilio sends it again.
            0 => loop {
                match system.texts_in(&number).await {
                    500 => continue,
                    status => break status,
                }
            },
            1 => system.puts(&number, json!({"status": status})).await,
            2 | 3 => system.puts(&number, json!({"assignee": assignee})).await,
            4 => system.puts(&number, json!({"assignee": assignee, "status": status})).await,
            5 => system.puts(&number, json!({"blocked": dice.below(3) == 0})).await,
            6 => {
                let read = format!("/api/contacts/{number}/read");
                system.api("PUT", &read, Value::Null).await.0
            }
            7 => {
                let mut numbers = vec![number.clone(), dice.number()];
                numbers.dedup();
                system.puts(&number, json!({ "numbers": numbers })).await
            }
            _ => system.api("DELETE", &format!("/api/contacts/{number}"), Value::Null).await.0,
        };
        assert!(answer < 500, "{number}: {answer}\n{}", system.stack.logs());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_what_filtering_all_contacts_would_give_after_changes_at_the_same_time() {
    let system = System::without(&["Reconcile"], &[]).await;
    let seed = OffsetDateTime::now_utc().unix_timestamp() as u64;
    println!("seed {seed}");
    for round in 0..2 {
        let seed = seed + 10 * round;
        tokio::join!(
            changes(&system, seed),
            changes(&system, seed + 1),
            changes(&system, seed + 2),
            changes(&system, seed + 3),
        );
        let all = system.inbox("", 100).await;
        assert!(!all.is_empty());
        for status in [None, Some("open"), Some("done")] {
            for assignee in [None, Some("none"), Some(ADA), Some(BOB)] {
                let wanted = all.iter().filter(|contact| {
                    let assigned = contact["assignee"].as_str().unwrap_or("none");
                    status.is_none_or(|status| contact["status"] == status)
                        && assignee.is_none_or(|assignee| assigned == assignee)
                });
                let wanted: Vec<_> = wanted.cloned().collect();
                let term = |name: &str, value: Option<&str>| {
                    value.map(|it| format!("&{name}={}", it.replace(' ', "+"))).unwrap_or_default()
                };
                let query = format!("{}{}", term("status", status), term("assignee", assignee));
                assert_eq!(system.inbox(&query, 3).await, wanted, "seed {seed}: {query}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_opens_a_conversation_though_somebody_renames_the_contact() {
    let system = System::without(&["Reconcile"], &[]).await;
    for round in 0..20 {
        assert!(system.puts(CALLER, json!({"status": "done", "assignee": ADA})).await < 300);
        let renamed = system.puts(CALLER, json!({"name": format!("Ann {round}")}));
        let assigned = async {
            match round % 2 {
                0 => system.puts(CALLER, json!({"assignee": BOB})).await,
                _ => 200,
            }
        };
        let (renamed, assigned, texted) = tokio::join!(renamed, assigned, system.texts_in(CALLER));
        assert_eq!((renamed, assigned, texted), (200, 200, 200));
        let assignee = if round % 2 == 0 { BOB } else { ADA };
        let open = format!("&status=open&assignee={}", assignee.replace(' ', "+"));
        assert_eq!(system.names(&open).await, [format!("Ann {round}")]);
    }
}
