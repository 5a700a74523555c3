//! Contacts and their timelines.

use serde_json::{Value, json};
use simulator::client::{FreshDeletion, Settings};

use crate::system::{ACCOUNT, CALLER, MAIN, System, is_copied};

async fn put(system: &System, number: &str, change: Value) -> (u16, Value) {
    system.api("PUT", &format!("/api/contacts/{number}"), change).await
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect()
}

#[tokio::test]
async fn contact_is_made_by_hand_found_and_changed() {
    let system = System::start().await;
    let (status, made) = put(&system, "+15005550121", json!({"name": "Ann de Groot"})).await;
    assert_eq!((status, &made["unread"]), (201, &json!(0)), "{made}");
    let (_, bob) = put(&system, "+15005550122", json!({"name": "Bob Anning"})).await;
    for (search, found) in [
        ("ann", vec!["Ann de Groot", "Bob Anning"]),
        ("GROOT", vec!["Ann de Groot"]),
        ("%2B1500555012", vec!["Ann de Groot", "Bob Anning"]),
        ("1 (500) 555-0122", vec!["Bob Anning"]),
        ("zoe", vec![]),
    ] {
        let page = system.get(&format!("/api/contacts?search={search}")).await;
        assert_eq!(names(&page), found, "{search}");
    }
    let change = json!({"name": "Bea", "assignee": "ada@example.com", "status": "done"});
    let (status, changed) = put(&system, "+15005550122", change).await;
    assert_eq!((status, &changed["id"]), (200, &bob["id"]));
    assert_eq!(names(&system.get("/api/contacts?search=bob").await), Vec::<&str>::new());
    assert_eq!(names(&system.get("/api/contacts?search=bea").await), ["Bea"]);
    let (_, unassigned) = put(&system, "+15005550122", json!({"assignee": null})).await;
    assert_eq!(unassigned["assignee"], Value::Null);
    assert_eq!(unassigned["name"], "Bea");
    // The next text opens the conversation again.
    system.phones.text("+15005550122", MAIN, "hello?").await.unwrap();
    system.eventually("/api/contacts/+15005550122", |c| c["status"] == "open").await;
}

#[tokio::test]
async fn a_name_may_hold_the_contacts_own_number() {
    let system = System::start().await;
    let name = json!({"name": "Bank 15005550113 15005550113"});
    let (status, made) = put(&system, "+15005550113", name).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(names(&system.get("/api/contacts?search=15005550113").await).len(), 1);
    let (status, changed) = put(&system, "+15005550113", json!({"name": "Bank"})).await;
    assert_eq!(status, 200, "{changed}");
    // The number still finds the contact, though the name no longer holds it.
    assert_eq!(names(&system.get("/api/contacts?search=1500").await), ["Bank"]);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_contact_is_refused() {
    let system = System::start().await;
    let note = async |number: &str| {
        assert!(put(&system, number, json!({})).await.0 < 300);
        let url = format!("{}/api/contacts/{number}/entries", system.stack.api_url());
        let request = system.http.post(url).bearer_auth(system.token().await);
        let request = request.header("idempotency-key", "the note");
        let answer = request.json(&json!({"body": "called back"})).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, first) = note("+15005550113").await;
    assert_eq!(status, 201, "{first}");
    assert_eq!(note("+15005550113").await.1["id"], first["id"]);
    let (status, other) = note("+15005550114").await;
    assert_eq!(status, 422, "{other}");
    assert_eq!(system.get("/api/contacts/+15005550114/entries").await["items"], json!([]));
}

#[tokio::test]
async fn second_number_joins_the_timeline_and_leaves_again() {
    let system = System::start().await;
    let mobile = "+15005550131";
    system.phones.text(CALLER, MAIN, "from the office").await.unwrap();
    system.timeline_when(|entries| entries.len() == 1).await;
    system.phones.text(mobile, MAIN, "from my mobile").await.unwrap();
    system.eventually("/api/contacts", |page| page["items"].as_array().unwrap().len() == 2).await;
    let change = json!({"name": "Ann", "numbers": [CALLER, mobile]});
    let (status, contact) = put(&system, CALLER, change).await;
    assert_eq!((status, &contact["unread"]), (200, &json!(2)), "{contact}");
    assert_eq!(system.get("/api/contacts").await["items"].as_array().unwrap().len(), 1);
    for number in [CALLER, mobile] {
        let page = system.get(&format!("/api/contacts/{number}/entries")).await;
        let bodies: Vec<_> = page["items"].as_array().unwrap().iter().map(|e| &e["body"]).collect();
        assert_eq!(bodies, ["from my mobile", "from the office"]);
        assert!(page["items"].as_array().unwrap().iter().all(|e| e["contact_id"] == contact["id"]));
    }
    // Page by page it is the same.
    let first = system.get(&format!("/api/contacts/{mobile}/entries?limit=1")).await;
    let next = first["next"].as_str().unwrap();
    let second = system.get(&format!("/api/contacts/{mobile}/entries?limit=1&cursor={next}")).await;
    assert_eq!(second["items"][0]["body"], "from the office");
    assert_eq!(second["next"], Value::Null);
    // A number of somebody who has a name is not taken.
    put(&system, "+15005550132", json!({"name": "Bob"})).await;
    let (status, problem) =
        put(&system, CALLER, json!({"numbers": [CALLER, mobile, "+15005550132"]})).await;
    assert_eq!(status, 409, "{problem}");
    assert_eq!(put(&system, CALLER, json!({"numbers": [CALLER]})).await.0, 200);
    let alone = system.get(&format!("/api/contacts/{mobile}")).await;
    assert_ne!(alone["id"], contact["id"]);
}

#[tokio::test]
async fn blocked_caller_is_rejected_and_their_texts_are_not_unread() {
    let system = System::start().await;
    assert_eq!(put(&system, CALLER, json!({"blocked": true})).await.0, 201);
    let sid = system.customer_calls(&["wait:Press 1", "press:2"]).await;
    let call = system.phones.ended(&sid).await.unwrap();
    assert!(!format!("{call:?}").contains("Completed"), "{call:?}");
    system.phones.text(CALLER, MAIN, "let me in").await.unwrap();
    let entries = system
        .timeline_when(|e| e.len() == 2 && e.iter().any(|e| e["outcome"] == "rejected"))
        .await;
    assert!(entries.iter().any(|e| e["status"] == "refused"), "{entries:?}");
    assert_eq!(system.get(&format!("/api/contacts/{CALLER}")).await["unread"], 0);
    let text = json!({"to": CALLER, "body": "hi"});
    let (status, problem) = system.api("POST", "/api/messages", text).await;
    assert_eq!(status, 422, "{problem}");
    assert_eq!(put(&system, CALLER, json!({"blocked": false})).await.0, 200);
    let sid = system.customer_calls(&["wait:Press 1", "hang-up"]).await;
    system.entry_when(&sid, |entry| !entry.path.is_empty()).await;
}

#[tokio::test]
async fn erased_contact_leaves_nothing_but_the_consent() {
    let system = System::start().await;
    let sid = system
        .customer_calls(&["wait:Press 1", "press:2", "wait:beep", "speak:2", "hang-up"])
        .await;
    let entry = system.entry_when(&sid, is_copied).await;
    let key = entry.voicemail.unwrap().s3_key.unwrap();
    system.phones.text(CALLER, MAIN, "stop").await.unwrap();
    let note = json!({"body": "canary note"});
    let path = format!("/api/contacts/{CALLER}/entries");
    assert_eq!(system.api("POST", &path, note).await.0, 201);
    system.timeline_when(|e| e.len() == 3).await;

    let contact = format!("/api/contacts/{CALLER}");
    assert_eq!(system.api("DELETE", &contact, Value::Null).await.0, 202);
    assert_eq!(system.api("GET", &contact, Value::Null).await.0, 404);
    assert_eq!(system.get("/api/contacts").await["items"], json!([]));
    let begun = std::time::Instant::now();
    loop {
        let table = system.table().await;
        let left: Vec<_> = table
            .lines()
            .filter(|line| line.contains(CALLER) && !line.contains("CONSENT#"))
            .collect();
        if left.is_empty() && !table.contains("canary") {
            break;
        }
        assert!(begun.elapsed().as_secs() < 10, "{left:#?}\n{}", system.stack.logs());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!system.has_object(&key).await);
    let text = json!({"to": CALLER, "body": "hi"});
    assert_eq!(system.api("POST", "/api/messages", text).await.1["code"], 21610);
}

#[tokio::test]
async fn notes_and_external_entries_are_in_time_order_and_checked() {
    let system = System::start().await;
    assert_eq!(put(&system, CALLER, json!({"name": "Ann"})).await.0, 201);
    let path = format!("/api/contacts/{CALLER}/entries");
    let note = json!({"body": "<b>prefers</b> mornings"});
    let (status, entry) = system.api("POST", &path, note).await;
    assert_eq!((status, &entry["type"], &entry["by"]), (201, &json!("note"), &json!("local")));
    let external = json!({
        "type": "external", "source": "billing", "title": "Invoice 17",
        "url": "https://billing.example.com/17", "at": "2026-01-05T10:00:00Z"
    });
    assert_eq!(system.api("POST", &path, external).await.0, 201);
    for (bad, field) in [
        (json!({"body": ""}), "body"),
        (json!({"type": "call"}), "type"),
        (
            json!({"type": "external", "source": "x", "title": "t", "url": "javascript:alert(1)"}),
            "url",
        ),
        (json!({"body": 7}), "body"),
    ] {
        let (status, problem) = system.api("POST", &path, bad).await;
        assert_eq!((status, &problem["field"]), (422, &json!(field)), "{problem}");
    }
    let entries = system.timeline_when(|e| e.len() == 2).await;
    assert_eq!(entries[0]["title"], "Invoice 17");
    assert_eq!(entries[1]["body"], "<b>prefers</b> mornings");
    let inbox = system.get("/api/contacts").await;
    assert_eq!(inbox["items"][0]["last_entry"]["type"], "note");
}

#[tokio::test]
async fn pages_stay_stable_while_new_entries_come_in() {
    let system = System::start().await;
    let form = |n: usize| {
        vec![
            ("AccountSid".to_owned(), ACCOUNT.to_owned()),
            ("MessageSid".to_owned(), format!("SM{n:032x}")),
            ("From".to_owned(), CALLER.to_owned()),
            ("To".to_owned(), MAIN.to_owned()),
            ("Body".to_owned(), format!("text {n}")),
        ]
    };
    let send = async |n: usize| {
        let form = form(n);
        let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(system.webhook("/sms", &form).await.0, 200);
    };
    for n in 0..7 {
        send(n).await;
    }
    let path = format!("/api/contacts/{CALLER}/entries?limit=3");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for page_number in 0.. {
        let page = system.get(&format!("{path}{cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|e| e["body"].to_string()));
        send(100 + page_number).await;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<_> = (0..7).rev().map(|n| format!("\"text {n}\"")).collect();
    assert_eq!(seen, expected);
    for bad in ["x", "e30", "limit"] {
        let (status, _) = system.api("GET", &format!("{path}&cursor={bad}"), Value::Null).await;
        assert_eq!(status, 400);
    }
}

#[tokio::test]
async fn voicemail_is_played_by_a_link_and_marked_as_heard() {
    let system = System::start().await;
    let sid = system
        .customer_calls(&["wait:Press 1", "press:2", "wait:beep", "speak:2", "hang-up"])
        .await;
    system.entry_when(&sid, is_copied).await;
    let entries = system.timeline_when(|e| e.len() == 1 && e[0]["type"] == "voicemail").await;
    let entry = &entries[0];
    assert_eq!((&entry["heard"], &entry["outcome"]), (&json!(false), &json!("voicemail")));
    let url = entry["recording_url"].as_str().unwrap();
    let path = format!("/api/{}", url.split_once("/api/").unwrap().1);
    let link = system.get(&path).await;
    let audio = system.http.get(link["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(audio.headers()["content-type"], "audio/wav");
    assert!(audio.bytes().await.unwrap().starts_with(b"RIFF"));
    let heard = format!("/api/contacts/{CALLER}/entries/{sid}/heard");
    assert_eq!(system.api("PUT", &heard, Value::Null).await.0, 204);
    system.timeline_when(|e| e[0]["heard"] == true).await;
    let nobody = "/api/recordings/RE000000000000000000000000000000aa";
    assert_eq!(system.api("GET", nobody, Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_contact_that_has_no_number_is_read_blocked_and_erased_like_any_other() {
    let system = System::start().await;
    // A company's name, one named as if it were withheld, a short code, and a SIP address.
    let senders = [
        ("SUPPORT", "SUPPORT"),
        ("Unknown", "Unknown"),
        ("72345", "72345"),
        ("sip:a@b.c", "sip%3Aa%40b.c"),
    ];
    for (place, (sender, _)) in senders.iter().enumerate() {
        let sid = format!("SM{place:032x}");
        let text = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", &sid),
            ("From", sender),
            ("To", MAIN),
            ("Body", "your parcel is here"),
        ];
        assert_eq!(system.webhook("/sms", &text).await.0, 200, "{sender}");
    }
    system.eventually("/api/contacts", |page| page["items"].as_array().unwrap().len() == 4).await;
    for (sender, in_path) in senders {
        let path = format!("/api/contacts/{in_path}");
        assert_eq!(system.get(&path).await["numbers"], json!([sender]));
        let entries = system.get(&format!("{path}/entries")).await;
        assert_eq!(entries["items"][0]["body"], "your parcel is here", "{entries}");
        let read = system.api("PUT", &format!("{path}/read"), Value::Null).await;
        assert_eq!((read.0, &read.1["unread"]), (200, &json!(0)), "{sender}");
        let (status, blocked) = put(&system, in_path, json!({"blocked": true})).await;
        assert_eq!((status, &blocked["blocked"]), (200, &json!(true)), "{blocked}");
        assert_eq!(system.api("DELETE", &path, Value::Null).await.0, 202, "{sender}");
        assert_eq!(system.api("GET", &path, Value::Null).await.0, 404, "{sender}");
        // A call or a text makes such a contact; a person may only have mistyped a number.
        assert_eq!(
            put(&system, in_path, json!({"name": "Ann"})).await.0,
            if sender == "72345" { 201 } else { 404 },
            "{sender}"
        );
    }
}

#[tokio::test]
async fn a_sender_as_long_as_a_page_is_refused() {
    let system = System::start().await;
    let text = [
        ("AccountSid", ACCOUNT),
        ("MessageSid", "SM000000000000000000000000000000aa"),
        ("From", &"5".repeat(3_000)),
        ("To", MAIN),
        ("Body", "hello"),
    ];
    assert_eq!(system.webhook("/sms", &text).await.0, 400);
    let call = [
        ("AccountSid", ACCOUNT),
        ("CallSid", "CA000000000000000000000000000000aa"),
        ("From", &"5".repeat(3_000)),
        ("To", MAIN),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
    ];
    assert_eq!(system.webhook("/voice", &call).await.0, 400);
    assert_eq!(system.table().await, "");
}

#[tokio::test]
async fn what_twilio_refuses_to_delete_keeps_nothing_of_ours_and_is_told() {
    let system = System::start().await;
    let long = Settings { fresh_seconds: 1_000_000, ..Settings::default() };
    system.phones.set_settings(&long).await.unwrap();
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:3", "hang-up"];
    let sid = system.customer_calls(&words).await;
    let entry = system.entry_when(&sid, is_copied).await;
    let key = entry.voicemail.unwrap().s3_key.unwrap();
    system.phones.text(CALLER, MAIN, "canary").await.unwrap();
    system.timeline_when(|e| e.len() == 2).await;
    let contact = format!("/api/contacts/{CALLER}");
    let erase = async || system.api("DELETE", &contact, Value::Null).await;
    assert_eq!(erase().await, (202, json!({"left_at_twilio": null})));
    let told = |answer: &Value| answer["left_at_twilio"].as_u64().is_some_and(|left| left > 0);
    let begun = std::time::Instant::now();
    let is_left = async || {
        let table = system.table().await;
        table.contains("canary") || table.contains(CALLER) || system.has_object(&key).await
    };
    while is_left().await || !told(&erase().await.1) {
        assert!(begun.elapsed().as_secs() < 10, "{}", system.table().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(system.stack.queue("EraseDeadLetters").unwrap().is_empty());
    assert!(system.phones.calls().await.unwrap().iter().any(|call| call.sid == sid));
}

#[tokio::test]
async fn twilios_records_of_calls_are_erased_too() {
    let system = System::start().await;
    let at_once = Settings { fresh_deletion: FreshDeletion::Allowed, ..Settings::default() };
    system.phones.set_settings(&at_once).await.unwrap();
    let sid = system.customer_calls(&["wait:Press 1", "hang-up"]).await;
    system.entry_when(&sid, |entry| entry.status.is_final()).await;
    system.phones.text(CALLER, MAIN, "hello").await.unwrap();
    system.timeline_when(|e| e.len() == 2).await;
    let contact = format!("/api/contacts/{CALLER}");
    let begun = std::time::Instant::now();
    // Gone is what nothing is left of anywhere.
    while system.api("DELETE", &contact, Value::Null).await.0 != 404 {
        assert!(begun.elapsed().as_secs() < 10, "{}", system.stack.logs());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(system.phones.calls().await.unwrap().iter().all(|call| call.sid != sid));
}

#[tokio::test]
async fn numbers_and_names_are_found_as_people_type_them() {
    let system = System::start().await;
    assert_eq!(put(&system, CALLER, json!({"name": "Ana N\u{fa}\u{f1}ez-O'Brien"})).await.0, 201);
    for typed in
        ["(500) 555-0111", "0111", "+1500555", "1500", "nunez", "NU\u{d1}EZ", "obrien", "nunez o'b"]
    {
        let query =
            percent_encoding::utf8_percent_encode(typed, percent_encoding::NON_ALPHANUMERIC);
        let found = system.get(&format!("/api/contacts?search={query}")).await;
        assert_eq!(found["items"][0]["numbers"], json!([CALLER]), "{typed}: {found}");
    }
    let found = system.get("/api/contacts?search=0112").await;
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn a_text_that_was_erased_brings_nothing_back_when_it_is_sent_again() {
    let system = System::start().await;
    let text = async |sid: &str, body: &str| {
        let form = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid),
            ("From", CALLER),
            ("To", MAIN),
            ("Body", body),
            ("NumMedia", "0"),
        ];
        system.webhook("/sms", &form).await.0
    };
    let (start, stop) =
        ("SM0000000000000000000000000000000a", "SM0000000000000000000000000000000b");
    assert_eq!(text(start, "START").await, 200);
    assert_eq!(text(stop, "STOP").await, 200);
    let contact = format!("/api/contacts/{CALLER}");
    let begun = std::time::Instant::now();
    while system.api("DELETE", &contact, Value::Null).await.0 != 404 {
        assert!(begun.elapsed().as_secs() < 10, "{}", system.table().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(text(start, "START").await, 200);
    assert_eq!(system.api("GET", &contact, Value::Null).await.0, 404);
    let (status, problem) =
        system.api("POST", "/api/messages", json!({"to": CALLER, "body": "hi"})).await;
    assert_eq!((status, &problem["code"]), (422, &json!(21610)), "{problem}");
}
