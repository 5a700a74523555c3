//! Texts from the account: what is refused, how they go out, what becomes of them.

use std::time::Instant;

use serde_json::{Value, json};
use simulator::client::{
    ApiKey, Behavior, Faults, MessageDirection, MessageStatus, MessageView, OnMessage, WebhookKind,
};

use crate::stage::{ANN, BOB, CAT, OFFICE, Stage, http_client};

#[tokio::test]
async fn text_goes_out_and_every_step_is_told() {
    let stage = Stage::new().await;
    let status = stage.app.url("/status");
    let (code, created) = stage.texts(BOB, "Hello Bob", &[("StatusCallback", &status)]).await;
    assert_eq!((code, &created["status"]), (201, &"queued".into()));
    assert_eq!((&created["date_sent"], &created["price"]), (&Value::Null, &Value::Null));
    let sid = created["sid"].as_str().unwrap();
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    let told = stage.app.wait_for("/status", 2).await;
    let statuses: Vec<_> = told.iter().map(|hit| hit.get("MessageStatus")).collect();
    assert_eq!(statuses, ["sent", "delivered"]);
    for hit in &told {
        assert_eq!((hit.get("MessageSid"), hit.get("SmsSid")), (sid, sid));
        assert_eq!((hit.get("From"), hit.get("To")), (OFFICE, BOB));
        assert_eq!(hit.get("SmsStatus"), hit.get("MessageStatus"));
        assert!(!hit.params.contains_key("ErrorCode") && !hit.params.contains_key("CallSid"));
    }
    let (_, sent) = stage.get(&format!("Messages/{sid}.json")).await;
    assert_eq!((&sent["status"], &sent["num_segments"]), (&"delivered".into(), &"1".into()));
    assert_eq!((&sent["price"], &sent["error_code"]), (&"-0.00830".into(), &Value::Null));
    assert!(sent["date_sent"].is_string());
    let on_phone = stage.control.messages(BOB).await.unwrap();
    assert_eq!(on_phone.len(), 1);
    assert_eq!((on_phone[0].body.as_str(), on_phone[0].arrived), ("Hello Bob", true));
    assert_eq!(on_phone[0].direction, MessageDirection::OutboundApi);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_twilios_codes() {
    let stage = Stage::new().await;
    let not_mobile = Behavior::default().on_message(OnMessage::NotMobile);
    stage.control.set_behavior(CAT, &not_mobile).await.unwrap();
    let (from, to, body) = (("From", OFFICE), ("To", BOB), ("Body", "Hi"));
    let (long, eleven) = ("x".repeat(1_601), [("MediaUrl", "http://127.0.0.1:9/"); 11]);
    let mut many = vec![from, to];
    many.extend(eleven);
    for (form, code) in [
        (vec![from, body], 21_604),
        (vec![to, body], 21_603),
        (vec![from, to], 21_602),
        (vec![from, to, ("Body", "")], 21_602),
        (vec![from, ("To", "911"), body], 21_211),
        (vec![("From", "me"), to, body], 21_212),
        (vec![("From", ANN), to, body], 21_606),
        (vec![from, ("To", OFFICE), body], 21_266),
        (vec![from, ("To", CAT), body], 21_614),
        (vec![from, to, ("Body", &long)], 21_617),
        (many, 21_623),
        (vec![from, to, ("MediaUrl", "cat.png")], 21_620),
        (vec![from, to, body, ("StatusCallback", "status")], 21_609),
        (vec![from, to, body, ("ValidityPeriod", "0")], 30_012),
        (vec![from, to, body, ("SendAt", "2030-01-01T00:00:00Z")], 20_001),
        (vec![("MessagingServiceSid", "MG0"), to, body], 20_001),
    ] {
        let (status, error) = stage.post("Messages.json", &form).await;
        assert_eq!((status, &error["code"]), (400, &code.into()), "{form:?}");
        assert_eq!(error["status"], 400);
    }
    assert_eq!(stage.get("Messages.json").await.1["messages"], json!([]));
}

#[tokio::test]
async fn what_a_phone_does_decides_what_becomes_of_a_text() {
    let stage = Stage::new().await;
    let status = stage.app.url("/status");
    for (on_message, code) in [
        (OnMessage::Unreachable, 30_003),
        (OnMessage::Unknown, 30_005),
        (OnMessage::Landline, 30_006),
        (OnMessage::Filtered, 30_007),
    ] {
        let behavior = Behavior::default().on_message(on_message);
        stage.control.set_behavior(BOB, &behavior).await.unwrap();
        let sid = stage.texted(BOB, "Hello", &[("StatusCallback", &status)]).await;
        let message = stage.control.settled(&sid).await.unwrap();
        assert_eq!((message.status, message.error_code), (MessageStatus::Undelivered, Some(code)));
        assert!(!message.arrived);
        let (_, shown) = stage.get(&format!("Messages/{sid}.json")).await;
        assert_eq!(shown["error_code"], code);
        assert!(shown["error_message"].is_string());
    }
    let told = stage.app.wait_for("/status", 8).await;
    let codes: Vec<_> = told.iter().map(|hit| hit.get("ErrorCode")).collect();
    assert_eq!(codes, ["", "30003", "", "30005", "", "30006", "", "30007"]);
}

#[tokio::test]
async fn silent_carrier_leaves_a_text_sent_for_ever() {
    let stage = Stage::new().await;
    let silent = Behavior::default().on_message(OnMessage::Silent);
    stage.control.set_behavior(BOB, &silent).await.unwrap();
    let sid = stage.texted(BOB, "Hello", &[]).await;
    let arrived = stage.control.texted(BOB, |message| message.body == "Hello").await.unwrap();
    assert_eq!(arrived.status, MessageStatus::Sent);
    let path = format!("Messages/{sid}.json");
    assert_eq!(stage.get(&path).await.1["status"], "sent");
    // What is under way can be neither redacted nor deleted.
    assert_eq!(stage.post(&path, &[("Body", "")]).await.1["code"], 20_009);
    assert_eq!(stage.delete(&path).await, 409);
}

#[tokio::test]
async fn number_sends_one_segment_a_second() {
    let stage = Stage::at_speed(20.0).await;
    let began = Instant::now();
    // Three segments, then one: the last begins after four seconds.
    let long = stage.texted(BOB, &"x".repeat(400), &[]).await;
    stage.texted(BOB, "second", &[]).await;
    let last = stage.texted(BOB, "third", &[]).await;
    stage.control.settled(&last).await.unwrap();
    let took = began.elapsed().as_secs_f64() * 20.0;
    assert!(took >= 5.0, "{took} simulated seconds");
    assert_eq!(stage.control.message(&long).await.unwrap().segments, 3);
}

#[tokio::test]
async fn numbers_do_not_wait_for_each_other() {
    // So slow that nothing but a first message gets going.
    let stage = Stage::at_speed(0.01).await;
    let other = "+15005550109";
    stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", other)]).await;
    stage.texted(BOB, "first", &[]).await;
    let second = stage.texted(BOB, "second", &[]).await;
    let form = [("From", other), ("To", BOB), ("Body", "from elsewhere")];
    stage.post("Messages.json", &form).await;
    let under_way =
        |message: &MessageView| message.from == other && message.status == MessageStatus::Sending;
    stage.control.message_where(under_way).await.unwrap();
    assert_eq!(stage.control.message(&second).await.unwrap().status, MessageStatus::Queued);
}

#[tokio::test]
async fn text_that_waits_too_long_expires() {
    let stage = Stage::at_speed(20.0).await;
    for _ in 0..2 {
        stage.texted(BOB, &"x".repeat(1_600), &[]).await;
    }
    let late = stage.texted(BOB, "too late", &[("ValidityPeriod", "2")]).await;
    let late = stage.control.settled(&late).await.unwrap();
    assert_eq!((late.status, late.error_code), (MessageStatus::Failed, Some(30_036)));
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let stage = Stage::new().await;
    for to in [BOB, CAT, BOB] {
        let sid = stage.texted(to, "Hello", &[]).await;
        stage.control.settled(&sid).await.unwrap();
    }
    let count = async |query: &str| {
        let (status, page) = stage.get(&format!("Messages.json?{query}")).await;
        assert_eq!(status, 200);
        page["messages"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("To=%2B15005550002").await, 2);
    assert_eq!(count("From=%2B15005550100&To=%2B15005550003").await, 1);
    assert_eq!(count("From=%2B15005550002").await, 0);
    assert_eq!(count("DateSent%3E=2020-01-01").await, 3);
    assert_eq!(count("DateSent%3C=2020-01-01").await, 0);
    assert_eq!(count("DateSent=2020-01-01").await, 0);
    let (_, page) = stage.get("Messages.json?PageSize=2").await;
    let next = page["next_page_uri"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    assert_eq!(stage.get(&next).await.1["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn finished_text_is_redacted_and_deleted_and_its_phone_keeps_it() {
    let stage = Stage::new().await;
    let sid = stage.texted(BOB, "secret", &[]).await;
    stage.control.settled(&sid).await.unwrap();
    let path = format!("Messages/{sid}.json");
    assert_eq!(stage.post(&path, &[("Body", "other")]).await.0, 400);
    let (status, error) = stage.post(&path, &[("Status", "canceled")]).await;
    assert_eq!((status, &error["code"]), (409, &30_409.into()));
    let (status, redacted) = stage.post(&path, &[("Body", "")]).await;
    assert_eq!((status, &redacted["body"]), (200, &"".into()));
    stage.deletes_at_once().await;
    assert_eq!(stage.delete(&path).await, 204);
    assert_eq!(stage.delete(&path).await, 404);
    assert_eq!(stage.get("Messages.json").await.1["messages"], json!([]));
    assert_eq!(stage.control.messages(BOB).await.unwrap()[0].body, "secret");
}

#[tokio::test]
async fn media_are_fetched_from_the_app_and_kept() {
    let stage = Stage::new().await;
    let image = || ([("content-type", "image/gif")], b"GIF89a".to_vec());
    stage
        .app
        .answer("/media/cat.gif", move |_| axum::response::IntoResponse::into_response(image()));
    stage.app.on("/media/page", "");
    let (cat, page) = (stage.app.url("/media/cat.gif"), stage.app.url("/media/page"));
    let sid = stage.texted(BOB, "", &[("MediaUrl", &cat), ("MediaUrl", &cat)]).await;
    assert!(sid.starts_with("MM"), "{sid}");
    let message = stage.control.settled(&sid).await.unwrap();
    assert_eq!((message.media.len(), message.segments), (2, 1));
    let list = stage.get(&format!("Messages/{sid}/Media.json")).await.1;
    let medium = &list["media_list"][0];
    let own = format!("Messages/{sid}/Media/{}", medium["sid"].as_str().unwrap());
    assert_eq!(stage.get(&format!("{own}.json")).await.1, *medium);
    let bytes = stage.media(&own).await;
    assert_eq!(bytes.headers()["content-type"], "image/gif");
    assert_eq!(bytes.bytes().await.unwrap(), "GIF89a");
    let unsigned = http_client().get(stage.url(&own)).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    stage.deletes_at_once().await;
    assert_eq!(stage.delete(&format!("{own}.json")).await, 204);
    assert_eq!(stage.media(&own).await.status(), 404);

    let failed = stage.texted(BOB, "Look", &[("MediaUrl", &page)]).await;
    let failed = stage.control.settled(&failed).await.unwrap();
    assert_eq!((failed.status, failed.error_code), (MessageStatus::Failed, Some(12_300)));
    assert_eq!(stage.message_warnings().await, [12_300]);
}

#[tokio::test]
async fn lost_answer_sends_all_the_same_and_a_refused_request_does_not() {
    let stage = Stage::new().await;
    let set = async |faults: Faults| stage.control.set_faults(&faults).await.unwrap();
    set(Faults { rest_429: 1.0, ..Faults::default() }).await;
    assert_eq!(stage.texts(BOB, "one", &[]).await.0, 429);
    set(Faults { rest_500: 1.0, ..Faults::default() }).await;
    assert_eq!(stage.texts(BOB, "two", &[]).await.0, 500);
    set(Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() }).await;
    let request = http_client().post(stage.url("Messages.json"));
    let request = request.basic_auth(crate::stage::ACCOUNT, Some(crate::stage::TOKEN));
    let form = [("From", OFFICE), ("To", BOB), ("Body", "three")];
    assert!(request.form(&form).send().await.is_err());
    set(Faults::default()).await;
    stage.control.texted(BOB, |message| message.body == "three").await.unwrap();
    assert_eq!(stage.get("Messages.json").await.1["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn status_callbacks_are_lost_repeated_and_swapped() {
    let stage = Stage::new().await;
    let status = stage.app.url("/status");
    let more = [("StatusCallback", status.as_str())];
    let set = async |faults: Faults| stage.control.set_faults(&faults).await.unwrap();
    set(Faults { drop: 1.0, ..Faults::default() }).await;
    let sid = stage.texted(BOB, "dropped", &more).await;
    stage.control.settled(&sid).await.unwrap();
    let lost = stage.webhook_where(|it| it.params["MessageStatus"] == "delivered").await;
    assert_eq!(lost.kind, WebhookKind::MessageStatus);
    assert_eq!((lost.message_sid, lost.fault.as_deref()), (Some(sid), Some("drop")));
    assert!(stage.app.hits("/status").is_empty());
    set(Faults { duplicate: 1.0, reorder: 1.0, ..Faults::default() }).await;
    stage.texted(BOB, "swapped", &more).await;
    let told = stage.app.wait_for("/status", 4).await;
    let order: Vec<_> = told.iter().map(|hit| hit.get("MessageStatus")).collect();
    assert_eq!(order, ["delivered", "delivered", "sent", "sent"]);
}

#[tokio::test]
async fn api_key_opens_the_rest_api_too() {
    let stage = Stage::new().await;
    let key = ApiKey { sid: format!("SK{}", "0".repeat(32)), secret: "hush".to_owned() };
    let get = async |secret: &str| {
        let request = http_client().get(stage.url("Messages.json"));
        request.basic_auth(&key.sid, Some(secret)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(get("hush").await, 401);
    stage.control.add_api_key(&key).await.unwrap();
    assert_eq!((get("hush").await, get("wrong").await), (200, 401));
    assert!(!format!("{key:?}").contains("hush"));
}
