//! Whoever asks for no more texts gets none, from whatever feature. Twilio's own blocking is off.

use serde_json::{Value, json};
use simulator::client::{OptOut, Settings};

use crate::system::{ACCOUNT, CALLER, MAIN, System};

async fn start() -> System {
    let system = System::start().await;
    let settings = Settings { opt_out: OptOut::Off, ..Settings::default() };
    system.phones.set_settings(&settings).await.unwrap();
    system
}

async fn send(system: &System) -> (u16, Value) {
    system.api("POST", "/api/messages", json!({"to": CALLER, "body": "news"})).await
}

async fn texted(system: &System, body: &str) {
    system.phones.text(CALLER, MAIN, body).await.unwrap();
    system.timeline_when(|entries| entries.iter().any(|e| e["body"] == body)).await;
}

#[tokio::test]
async fn who_says_stop_gets_no_text_until_start() {
    let system = start().await;
    assert_eq!(send(&system).await.0, 201);
    texted(&system, " Stop. ").await;
    let path = format!("/api/contacts/{CALLER}");
    system.eventually(&path, |contact| contact["opted_out"] == true).await;
    let (status, problem) = send(&system).await;
    assert_eq!((status, &problem["code"]), (422, &json!(21610)), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("no more texts"), "{problem}");
    texted(&system, "START").await;
    system.eventually(&path, |contact| contact["opted_out"] == false).await;
    assert_eq!(send(&system).await.0, 201);
}

#[tokio::test]
async fn twilios_word_for_it_counts_too() {
    let system = System::start().await;
    let settings = Settings { opt_out: OptOut::Advanced, ..Settings::default() };
    system.phones.set_settings(&settings).await.unwrap();
    texted(&system, "cancel").await;
    let (status, problem) = send(&system).await;
    assert_eq!((status, &problem["code"]), (422, &json!(21610)), "{problem}");
}

/// A hundred times: a text and STOP at the same moment. Once STOP has been answered, nothing that
/// was sent by then may still go out.
#[tokio::test]
async fn stop_racing_a_send() {
    let system = start().await;
    let token = system.token().await;
    let race = async |number: usize| {
        let customer = format!("+1500555{:04}", 2000 + number);
        let body = json!({"to": customer, "body": "news"});
        let sid = format!("SM{number:032x}");
        let form = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid.as_str()),
            ("From", customer.as_str()),
            ("To", MAIN),
            ("Body", "STOP"),
            ("NumMedia", "0"),
        ];
        let stop = async {
            // Different places in the other's way.
            tokio::time::sleep(std::time::Duration::from_millis(number as u64 % 20)).await;
            let (status, _) = system.webhook("/sms", &form).await;
            assert_eq!(status, 200);
            let texts = system.phones.messages(&customer).await.unwrap();
            texts.into_iter().filter(|text| text.to == customer).count()
        };
        let send = system.api_as(&token, "POST", "/api/messages", body);
        let (acknowledged_with, (status, answer)) = tokio::join!(stop, send);
        assert!(matches!(status, 201 | 422), "{answer}");
        let texts = system.phones.messages(&customer).await.unwrap();
        let at_last = texts.into_iter().filter(|text| text.to == customer).count();
        assert_eq!(at_last, acknowledged_with, "a text went out behind the acknowledged STOP");
        status
    };
    let mut sent = 0;
    // Some at a time, as a machine has few cores.
    for tens in 0..10 {
        let ten = futures::future::join_all((0..10).map(|n| race(tens * 10 + n))).await;
        sent += ten.iter().filter(|status| **status == 201).count();
    }
    // Both outcomes occur, else this raced nothing.
    println!("{sent} of 100 were sent before STOP");
}

#[tokio::test]
async fn stop_to_one_number_closes_all_and_any_spelling_of_it_counts() {
    for stop in
        ["opt-out", "S.T.O.P.", "\u{ff33}\u{ff34}\u{ff2f}\u{ff30}", "Stop\n\nSent from my phone"]
    {
        let system = start().await;
        let sid = "SM000000000000000000000000000000aa";
        let form = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid),
            ("From", CALLER),
            ("To", "+15005550101"),
            ("Body", stop),
            ("NumMedia", "0"),
        ];
        assert_eq!(system.webhook("/sms", &form).await.0, 200);
        let (status, problem) = send(&system).await;
        assert_eq!((status, &problem["code"]), (422, &json!(21610)), "{stop}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(MAIN), "{problem}");
        texted(&system, "START").await;
        assert_eq!(send(&system).await.0, 201, "{stop}");
    }
}

#[tokio::test]
async fn a_stop_that_only_twilio_saw_is_seen_on_the_contact() {
    let system = System::start().await;
    assert_eq!(send(&system).await.0, 201);
    // The webhook of it never came.
    let faults = simulator::client::Faults { drop: 1.0, ..Default::default() };
    system.phones.set_faults(&faults).await.unwrap();
    let number = system.numbers_sms_url("http://127.0.0.1:1/").await;
    system.phones.text(CALLER, MAIN, "STOP").await.unwrap();
    system.numbers_sms_url(&number).await;
    system.phones.set_faults(&Default::default()).await.unwrap();
    let (status, problem) = send(&system).await;
    assert_eq!((status, &problem["code"]), (422, &json!(21610)), "{problem}");
    let contact = system.get(&format!("/api/contacts/{CALLER}")).await;
    assert_eq!(contact["opted_out"], true);
    texted(&system, "START").await;
    assert_eq!(send(&system).await.0, 201);
}

impl System {
    /// Sets where Twilio tells of texts to the main number; where it did so before.
    async fn numbers_sms_url(&self, url: &str) -> String {
        let base = self.stack.simulator_url().unwrap();
        let list = format!("{base}/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json");
        let request = self.http.get(list).basic_auth(ACCOUNT, Some(crate::system::TOKEN));
        let list: Value = request.send().await.unwrap().json().await.unwrap();
        let number = &list["incoming_phone_numbers"][0];
        let path = number["uri"].as_str().unwrap();
        let request = self.http.post(format!("{base}{path}"));
        let request = request.basic_auth(ACCOUNT, Some(crate::system::TOKEN));
        let answer = request.form(&[("SmsUrl", url)]).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        number["sms_url"].as_str().unwrap().to_owned()
    }
}
