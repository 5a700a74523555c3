//! The shape of the REST API: authentication, errors, numbers.

use serde_json::json;
use simulator::client::{Behavior, Faults, OnCall};

use crate::stage::{ACCOUNT, BOB, OFFICE, Stage, http_client};

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let stage = Stage::new().await;
    let http = http_client();
    for request in [
        http.get(stage.url("Calls.json")),
        http.get(stage.url("Calls.json")).basic_auth(ACCOUNT, Some("wrong")),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        let error: serde_json::Value = response.json().await.unwrap();
        assert_eq!(
            error,
            json!({
                "code": 20_003,
                "message": "Authenticate",
                "more_info": "https://www.twilio.com/docs/errors/20003",
                "status": 401,
            })
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let stage = Stage::new().await;
    for path in
        ["Calls/CA00000000000000000000000000000000.json", "Trunks.json", "Calls/nonsense.json"]
    {
        let (status, error) = stage.get(path).await;
        assert_eq!((status, &error["code"]), (404, &20_404.into()));
        assert!(error["message"].as_str().unwrap().contains(path), "{error}");
    }
}

#[tokio::test]
async fn calls_that_cannot_be_placed_are_refused_with_twilios_codes() {
    let stage = Stage::new().await;
    let url = ("Url", "http://127.0.0.1:9/");
    for (form, code) in [
        (vec![("From", OFFICE), url], 21_201),
        (vec![("From", OFFICE), ("To", "911"), url], 21_211),
        (vec![("From", OFFICE), ("To", "client:ann"), url], 21_214),
        (vec![("To", BOB), url], 21_213),
        (vec![("From", "me"), ("To", BOB), url], 21_212),
        (vec![("From", BOB), ("To", BOB), url], 21_210),
        (vec![("From", OFFICE), ("To", BOB)], 21_205),
        (vec![("From", OFFICE), ("To", BOB), ("Url", "/voice")], 21_205),
        (vec![("From", OFFICE), ("To", BOB), url, ("AsyncAmd", "true")], 20_001),
    ] {
        let (status, error) = stage.post("Calls.json", &form).await;
        assert_eq!((status, &error["code"]), (400, &code.into()), "{form:?}");
        assert_eq!(error["status"], 400);
    }
    assert!(stage.control.calls().await.unwrap().is_empty());
}

#[tokio::test]
async fn numbers_are_made_configured_and_released() {
    let stage = Stage::new().await;
    let (status, error) = stage.post("IncomingPhoneNumbers.json", &[("PhoneNumber", OFFICE)]).await;
    assert_eq!((status, &error["code"]), (400, &21_422.into()));
    let form = [
        ("PhoneNumber", "+442079460000"),
        ("SmsUrl", "https://app.example/sms"),
        ("VoiceMethod", "get"),
    ];
    let (status, number) = stage.post("IncomingPhoneNumbers.json", &form).await;
    assert_eq!(status, 201);
    assert_eq!(
        (&number["voice_method"], &number["voice_url"]),
        (&"GET".into(), &serde_json::Value::Null)
    );
    let path = format!("IncomingPhoneNumbers/{}.json", number["sid"].as_str().unwrap());
    let (_, changed) =
        stage.post(&path, &[("SmsUrl", ""), ("VoiceUrl", "https://app.example/voice")]).await;
    assert_eq!(
        (&changed["sms_url"], &changed["voice_url"]),
        (&serde_json::Value::Null, &"https://app.example/voice".into())
    );
    assert_eq!(stage.post(&path, &[("VoiceUrl", "voice")]).await.1["code"], 21_502);
    assert_eq!(stage.get(&path).await.1, changed);
    let (_, page) = stage.get("IncomingPhoneNumbers.json?PhoneNumber=%2B442079460000").await;
    assert_eq!(page["incoming_phone_numbers"], json!([changed]));
    assert_eq!(stage.delete(&path).await, 204);
    assert_eq!(stage.delete(&path).await, 404);
}

/// Every property of Twilio's OpenAPI file, `twilio_api_v2010.json` of
/// `@twilio/cli-core@9.0.0`, is in our answers, and no other.
#[tokio::test]
async fn answers_have_the_properties_of_twilios_openapi_file() {
    let properties = |value: &serde_json::Value| -> String {
        let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        names.join(" ")
    };
    let stage = Stage::with_voice("<Record/>").await;
    stage.ann_calls(&["wait:beep", "speak:1", "hang-up"]).await;
    let call = &stage.get("Calls.json").await.1["calls"][0];
    insta::assert_snapshot!(properties(call), @"account_sid answered_by api_version caller_name date_created date_updated direction duration end_time forwarded_from from from_formatted group_sid parent_call_sid phone_number_sid price price_unit queue_time sid start_time status subresource_uris to to_formatted trunk_sid uri");
    let number = &stage.get("IncomingPhoneNumbers.json").await.1["incoming_phone_numbers"][0];
    insta::assert_snapshot!(properties(number), @"account_sid address_requirements address_sid api_version beta bundle_sid capabilities date_created date_updated emergency_address_sid emergency_address_status emergency_status friendly_name identity_sid origin phone_number sid sms_application_sid sms_fallback_method sms_fallback_url sms_method sms_url status status_callback status_callback_method trunk_sid type uri voice_application_sid voice_caller_id_lookup voice_fallback_method voice_fallback_url voice_method voice_receive_mode voice_url");
    let page = stage.get("Recordings.json").await.1;
    insta::assert_snapshot!(properties(&page), @"end first_page_uri next_page_uri page page_size previous_page_uri recordings start uri");
    let recording = &page["recordings"][0];
    insta::assert_snapshot!(properties(recording), @"account_sid api_version call_sid channels conference_sid date_created date_updated duration encryption_details error_code media_url price price_unit sid source start_time status subresource_uris uri");
    let of_call = format!("Calls/{}/Recordings.json", recording["call_sid"].as_str().unwrap());
    let of_call = &stage.get(&of_call).await.1["recordings"][0];
    insta::assert_snapshot!(properties(of_call), @"account_sid api_version call_sid channels conference_sid date_created date_updated duration encryption_details error_code price price_unit sid source start_time status track uri");
}

#[tokio::test]
async fn rest_faults_strike() {
    let stage = Stage::new().await;
    stage.control.set_behavior(BOB, &Behavior::new(OnCall::Busy)).await.unwrap();
    let set = async |faults: Faults| stage.control.set_faults(&faults).await.unwrap();
    set(Faults { rest_429: 1.0, ..Faults::default() }).await;
    let (status, error) = stage.get("Calls.json").await;
    assert_eq!((status, &error["code"]), (429, &20_429.into()));
    set(Faults { rest_500: 1.0, ..Faults::default() }).await;
    assert_eq!(stage.get("Calls.json").await.0, 500);
    set(Faults { rest_accept_then_disconnect: 1.0, ..Faults::default() }).await;
    let http = http_client();
    let form = [("From", OFFICE), ("To", BOB), ("Twiml", "<Response/>")];
    let request = http.post(stage.url("Calls.json")).basic_auth(ACCOUNT, Some(crate::stage::TOKEN));
    let lost = request.form(&form).send().await;
    assert!(lost.is_err(), "{lost:?}");
    set(Faults::default()).await;
    // It was executed all the same.
    assert_eq!(stage.get("Calls.json").await.1["calls"].as_array().unwrap().len(), 1);
}
