//! The codes of conferences: each leads to one conference, and none is to be guessed.

use std::collections::HashSet;

use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};
use simulator::client::{Entry, What};

use crate::{
    conferencing::{dial_in, dial_out},
    system::{CALLER, MAIN, System, form},
};

const ADA: &str = "+15005550111";
const BOB: &str = "+15005550112";

impl System {
    /// A caller presses this as the first code of a call; what is answered.
    async fn guesses(&self, from: &str, call: u32, digits: &str) -> String {
        self.presses(from, call, 1, digits).await
    }

    async fn presses(&self, from: &str, call: u32, attempt: u32, digits: &str) -> String {
        let sid = format!("CA{call:032x}");
        let form = form(&[("From", from), ("CallSid", &sid), ("Digits", digits)]);
        let path = format!("/voice/conference?attempt={attempt}");
        let (status, answer) = self.webhook(&path, &form).await;
        assert_eq!(status, 200, "{answer}\n{}", self.stack.logs());
        answer
    }
}

const WRONG: &str = "not valid";
const LATER: &str = "too many wrong codes";

#[tokio::test]
async fn a_call_gives_three_codes() {
    let system = System::start().await;
    let call = system.tries(CALLER, &["0000", "11111", "22"]).await;
    system.phones.ended(&call).await.unwrap();
    let transcript = system.phones.transcript(&call).await.unwrap();
    let times = |text: &str| {
        let heard =
            |it: &&Entry| matches!(&it.what, What::Heard { text: it, .. } if it.contains(text));
        transcript.iter().filter(heard).count()
    };
    assert_eq!(times("Please enter the code"), 3);
    assert_eq!(times("Please ask whoever invited you"), 1);
    // Nobody tells the owner of it.
    let entry = system.entry_when(&call, |entry| entry.status.is_final()).await;
    assert_eq!(entry.outcome.as_str(), "abandoned");
}

#[tokio::test]
async fn five_wrong_codes_in_a_quarter_of_an_hour_are_enough_of_a_caller() {
    let system = System::start().await;
    let conference = system.holds(json!({"participants": [dial_in(ADA)]})).await;
    let code = conference["code"].as_str().unwrap();
    let wrong = if code == "0000" { "0001" } else { "0000" };
    let stranger = "+15005550166";
    for call in 0..5 {
        assert!(system.guesses(stranger, call, wrong).await.contains(WRONG));
        // The same webhook again is the same code: it counts once, and is answered alike.
        assert!(system.guesses(stranger, call, wrong).await.contains(WRONG));
    }
    assert!(system.guesses(stranger, 6, wrong).await.contains(LATER));
    // The right one does not help any more.
    assert!(system.guesses(stranger, 7, code).await.contains(LATER));
    // Another stranger with the code gets in, once however often it is asked.
    let other = system.guesses("+15005550167", 8, code).await;
    assert!(other.contains("<Conference"), "{other}");
    assert!(system.guesses("+15005550167", 8, code).await.contains("<Conference"));
    let now = system.get(&format!("/api/conferences/{}", conference["id"].as_str().unwrap())).await;
    assert_eq!(now["participants"][1]["invited"], false);
    // Nothing is told of who withholds the number but the count.
    for call in 10..15 {
        assert!(system.guesses("anonymous", call, wrong).await.contains(WRONG));
    }
    assert!(system.guesses("anonymous", 15, wrong).await.contains(LATER));
}

#[tokio::test]
async fn two_hundred_guesses_from_spoofed_numbers_keep_no_invited_caller_out() {
    let system = System::start().await;
    let people = json!([dial_in(ADA), dial_in(BOB)]);
    let conference = system.holds(json!({"participants": people})).await;
    let (id, code) = (conference["id"].as_str().unwrap(), conference["code"].as_str().unwrap());
    let guesses = futures::stream::iter((0..200).map(|n| {
        let from = format!("+1500556{n:04}");
        let wrong = format!("{:04}", (code.parse::<u32>().unwrap() + 1 + n) % 10_000);
        let system = &system;
        async move { system.guesses(&from, 100 + n, &wrong).await }
    }));
    let answers: Vec<_> = guesses.buffer_unordered(20).collect().await;
    let wrong = answers.iter().filter(|answer| answer.contains(WRONG)).count();
    assert_eq!(wrong, 30);
    assert_eq!(answers.iter().filter(|answer| answer.contains(LATER)).count(), 170);
    assert!(system.guesses("+15005569999", 400, code).await.contains(LATER));
    let logs = system.stack.logs();
    assert_eq!(logs.matches(r#""ConferenceCodesWrong":1"#).count(), 30);
    assert!(logs.matches(r#""ConferenceCodesRefused":1"#).count() >= 171);

    // Even an attacker who uses an invited number leaves that caller tries.
    for call in 500..510 {
        assert!(system.guesses(ADA, call, "9").await.contains(WRONG));
    }
    for number in [ADA, BOB] {
        system.calls_in(number, code).await;
    }
    system.conference_when(id, |it| it.status() == "active").await;
}

#[tokio::test]
async fn conferences_that_are_made_at_once_have_different_codes() {
    let system = System::start().await;
    // All but twelve codes are taken, so many draw the same.
    let free: HashSet<u32> = (0..12).map(|n| n * 800).collect();
    system.write(&(0..10_000).filter(|n| !free.contains(n)).map(taken).collect::<Vec<_>>()).await;
    let made =
        join_all((0..6).map(|_| {
            system.api("POST", "/api/conferences", json!({"participants": [dial_in(ADA)]}))
        }));
    let mut codes = HashSet::new();
    for (status, conference) in made.await {
        assert_eq!(status, 201, "{conference}\n{}", system.stack.logs());
        let code = conference["code"].as_str().unwrap().to_owned();
        assert!(free.contains(&code.parse().unwrap()), "{code}");
        assert!(codes.insert(code), "the same code twice");
    }

    // The rest is taken as well: there is none left, but longer ones.
    system.write(&(0..10_000).map(taken).collect::<Vec<_>>()).await;
    let body = json!({"participants": [dial_in(ADA), dial_out(BOB)]});
    let (status, problem) = system.api("POST", "/api/conferences", body).await;
    assert_eq!(status, 503, "{problem}");
    assert_eq!(problem["retry_after_seconds"], 60);
    assert!(problem["detail"].as_str().unwrap().contains("all codes"));
    let longer = json!({"participants": [dial_in(ADA)], "code_digits": 6});
    assert_eq!(system.holds(longer).await["code"].as_str().unwrap().len(), 6);
}

#[tokio::test]
async fn a_code_rests_for_a_day_while_others_are_free() {
    let system = System::start().await;
    let at = |hours: i64| (time::OffsetDateTime::now_utc().unix_timestamp() + hours * 3600) * 1000;
    let rested = |n: u32| {
        let mut item = taken(n);
        item["live_until"] = json!(at(-1));
        item["free_at"] = json!(at(23));
        item
    };
    // Two have no live conference, one of them for a day.
    let items = (0..10_000).map(|n| match n {
        42 => rested(n),
        43 => {
            let mut item = rested(n);
            item["free_at"] = json!(at(-1));
            item
        }
        n => taken(n),
    });
    system.write(&items.collect::<Vec<_>>()).await;
    for expected in ["0043", "0042"] {
        let conference = system.holds(json!({"participants": [dial_in(ADA)]})).await;
        assert_eq!(conference["code"], expected);
    }
}

/// A code of a live conference.
fn taken(n: u32) -> Value {
    let until = (time::OffsetDateTime::now_utc().unix_timestamp() + 3600) * 1000;
    json!({
        "pk": format!("CODE#{MAIN}#4"),
        "sk": format!("{n:04}"),
        "conference_id": "0".repeat(32),
        "live_until": until,
        "free_at": until,
        "expires_at": until / 1000 + 86_400,
    })
}

/// Somebody who is invited to one conference guesses at others: every wrong code counts, also that
/// of a conference they are not invited to, and is answered alike.
async fn invited_caller_guesses(system: &System, others: usize) {
    let own = system.holds(json!({"participants": [dial_in(ADA)]})).await;
    let mut codes = Vec::new();
    for _ in 0..others {
        let other = system.holds(json!({"participants": [dial_in(BOB)]})).await;
        codes.push(other["code"].as_str().unwrap().to_owned());
    }
    let taken: HashSet<&str> =
        codes.iter().map(String::as_str).chain(own["code"].as_str()).collect();
    let wrong: Vec<_> =
        (0..10_000).map(|n| format!("{n:04}")).filter(|n| !taken.contains(n.as_str())).collect();
    for (call, guess) in (0..).zip(&wrong[..30]) {
        assert!(system.guesses(ADA, call, guess).await.contains(WRONG), "{call}");
    }
    // Enough: neither a wrong code nor that of any conference is told from another.
    for (call, code) in (100..).zip(wrong[30..33].iter().chain(&codes)) {
        assert!(system.guesses(ADA, call, code).await.contains(LATER), "{code}");
    }
    // They were counted among the strangers' as well.
    assert!(system.guesses("+15005560001", 200, &codes[0]).await.contains(LATER));
    // Whoever is invited to the other conference gets in.
    assert!(system.guesses(BOB, 201, &codes[0]).await.contains("<Conference"));
}

#[tokio::test]
async fn an_invitation_to_one_conference_is_no_leave_to_guess_at_another() {
    invited_caller_guesses(&System::start().await, 1).await;
}

#[tokio::test]
async fn an_invitation_to_one_conference_is_no_leave_to_guess_at_nine_others() {
    invited_caller_guesses(&System::start().await, 9).await;
}

#[tokio::test]
async fn while_strangers_are_locked_out_another_conferences_code_is_answered_as_a_wrong_one() {
    let system = System::start().await;
    let own = system.holds(json!({"participants": [dial_in(ADA)]})).await;
    let other = system.holds(json!({"participants": [dial_in(BOB)]})).await;
    let (own, other) = (own["code"].as_str().unwrap(), other["code"].as_str().unwrap());
    let wrong: Vec<_> =
        (0..100).map(|n| format!("{n:04}")).filter(|n| n != own && n != other).collect();
    for (call, guess) in (0..).zip(&wrong[..30]) {
        let from = format!("+1500556{call:04}");
        assert!(system.guesses(&from, call, guess).await.contains(WRONG));
    }
    for call in 100..105 {
        assert!(system.guesses(ADA, call, other).await.contains(WRONG));
        assert!(system.guesses(ADA, call + 10, &wrong[40]).await.contains(WRONG));
    }
    assert!(system.guesses(ADA, 200, own).await.contains("<Conference"));
}

#[tokio::test]
async fn an_invitation_ends_with_its_conference() {
    let system = System::start().await;
    let own = system.holds(json!({"participants": [dial_in(ADA), dial_out(BOB)]})).await;
    let other = system.holds(json!({"participants": [dial_in("+15005550113")]})).await;
    let id = own["id"].as_str().unwrap();
    assert_eq!(system.api("DELETE", &format!("/api/conferences/{id}"), Value::Null).await.0, 200);
    let wrong = if other["code"] == "0000" { "0001" } else { "0000" };
    // Both are strangers again, who have five tries.
    for (first, number) in [(0, ADA), (50, BOB)] {
        for call in first..first + 5 {
            assert!(system.guesses(number, call, wrong).await.contains(WRONG));
        }
        let last = system.guesses(number, first + 9, other["code"].as_str().unwrap()).await;
        assert!(last.contains(LATER), "{last}");
    }
}

#[tokio::test]
async fn whoever_was_invited_at_another_phone_gets_in_while_strangers_are_locked_out() {
    let system = System::start().await;
    let own = system.holds(json!({"participants": [dial_in(ADA)]})).await;
    let other = system.holds(json!({"participants": [dial_in(BOB)]})).await;
    let (own, other) = (own["code"].as_str().unwrap(), other["code"].as_str().unwrap());
    let wrong: Vec<_> =
        (0..100).map(|n| format!("{n:04}")).filter(|n| n != own && n != other).collect();
    for (call, guess) in (0..).zip(&wrong[..30]) {
        system.guesses(&format!("+1500556{call:04}"), call, guess).await;
    }
    // Ada calls from her kitchen.
    let kitchen = "+15005569998";
    let asked = system.guesses(kitchen, 100, own).await;
    assert!(asked.contains("invited at another phone") && asked.contains("step=number"), "{asked}");
    let say_number = async |call: u32, digits: &str| {
        let sid = format!("CA{call:032x}");
        let form = form(&[("From", kitchen), ("CallSid", &sid), ("Digits", digits)]);
        system.webhook("/voice/conference?attempt=1&step=number", &form).await.1
    };
    assert!(say_number(100, "5005550111").await.contains("invited_at=%2B15005550111"));
    let gives = async |call: u32, number: &str, code: &str| {
        let sid = format!("CA{call:032x}");
        let form = form(&[("From", kitchen), ("CallSid", &sid), ("Digits", code)]);
        let path = format!("/voice/conference?attempt=2&invited_at=%2B{number}");
        system.webhook(&path, &form).await.1
    };
    // Neither another's code nor one at a number that nobody invited tells anything.
    assert!(gives(101, "15005550111", other).await.contains(WRONG));
    assert!(gives(102, "15005550166", own).await.contains(WRONG));
    assert!(gives(100, "15005550111", own).await.contains("<Conference"));
    // A phone may try as often as any other, whatever numbers it gives; Ada herself is not kept out.
    for call in 200..203 {
        assert!(gives(call, "15005550112", &wrong[50]).await.contains(WRONG));
    }
    assert!(gives(300, "15005550111", own).await.contains(LATER));
    assert!(gives(301, "15005550113", own).await.contains(LATER));
    assert!(system.guesses(ADA, 302, own).await.contains("<Conference"));
}

#[tokio::test]
async fn codes_are_longer_while_many_conferences_are_not_over() {
    let system = System::start().await;
    let digits = async |body: Value| system.holds(body).await["code"].as_str().unwrap().len();
    for _ in 0..20 {
        assert_eq!(digits(json!({"participants": [dial_in(ADA)]})).await, 4);
    }
    assert_eq!(digits(json!({"participants": [dial_in(ADA)]})).await, 6);
    assert_eq!(digits(json!({"participants": [dial_in(ADA)], "code_digits": 4})).await, 4);
    // Wrong codes of one length do not keep those with another out.
    let longer = system.holds(json!({"participants": [dial_in(ADA)], "code_digits": 7})).await;
    for call in 0..30 {
        system.guesses(&format!("+1500556{call:04}"), call, "123").await;
    }
    let code = longer["code"].as_str().unwrap();
    assert!(system.guesses("+15005569998", 99, code).await.contains("<Conference"));
}
