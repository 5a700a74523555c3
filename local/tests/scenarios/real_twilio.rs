//! `make run PUBLIC_URL=…`: the functions against a Twilio that the stack did not start. A simulator
//! on another port, with an account of its own, plays it.

use std::future::pending;

use aws_sdk_dynamodb::config::Credentials;
use local::{Options, RealTwilio, SECRET_ACCESS_KEY, Stack};
use shared::contacts::CallOutcome;
use tokio::net::TcpListener;

use crate::{
    system::{CALLER, MAIN, System, is_copied, script},
    test_function,
};

const ACCOUNT: &str = "AC0000000000000000000000000000beef";
const TOKEN: &str = "a-real-auth-token";

#[tokio::test(flavor = "multi_thread")]
async fn a_number_at_twilio_is_answered_by_the_laptop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let twilio = format!("http://{}", listener.local_addr().unwrap());
    let config = simulator::Config {
        account_sid: ACCOUNT.into(),
        auth_token: TOKEN.into(),
        speed: 40.0,
        door: Default::default(),
    };
    tokio::spawn(simulator::serve(listener, config, pending()));

    let mut options = Options::ephemeral_on_free_ports();
    // What a tunnel would be: an address that Twilio reaches and that is known beforehand.
    options.port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let public_url = format!("http://127.0.0.1:{}", options.port);
    options.public_url = Some(public_url.clone());
    options.twilio = Some(RealTwilio {
        api_url: twilio.clone(),
        account_sid: ACCOUNT.into(),
        auth_token: TOKEN.into(),
    });
    let system = System::of(Stack::start(options).await.unwrap(), &twilio);
    assert_eq!(system.stack.simulator_url(), None);

    let number = system
        .http
        .post(format!("{twilio}/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"))
        .basic_auth(ACCOUNT, Some(TOKEN))
        .form(&[
            ("PhoneNumber", MAIN),
            ("VoiceUrl", &format!("{public_url}/voice")),
            ("StatusCallback", &format!("{public_url}/voice/status")),
        ]);
    assert!(number.send().await.unwrap().status().is_success());

    let words = ["wait:leave a message", "press:2", "wait:beep", "speak:4", "hang-up"];
    let sid = system.phones.place_call(CALLER, MAIN, &script(&words)).await.unwrap();
    let entry = system
        .entry_when(&sid, |entry| entry.outcome == CallOutcome::Voicemail && is_copied(entry))
        .await;
    assert_eq!(entry.voicemail.unwrap().duration_seconds, Some(4));

    // Callers' data and an account's credentials are here: a key that anybody may know opens none.
    let table = system.stack.physical_name("Table").unwrap();
    for (key, secret) in [("mine", "mine"), ("local", SECRET_ACCESS_KEY), ("deliver", "guessed")] {
        let key_pair = Credentials::new(key, secret, None, None, "test");
        let config = test_function::dynamodb(&system.stack).to_builder();
        let config = config.credentials_provider(key_pair.clone()).build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
        let scanned = dynamodb.scan().table_name(&table).send().await;
        assert!(format!("{:?}", scanned.unwrap_err()).contains("the key that it printed"), "{key}");
        let bucket = system.stack.physical_name("Recordings").unwrap();
        let s3 = aws_sdk_s3::Client::from_conf(test_function::s3(&system.stack, key, secret));
        assert!(s3.list_objects_v2().bucket(bucket).send().await.is_err(), "{key}");
        let name = system.stack.physical_name("TwilioSecret").unwrap();
        let config = test_function::secrets_manager(&system.stack).to_builder();
        let config = config.credentials_provider(key_pair).build();
        let asked = aws_sdk_secretsmanager::Client::from_conf(config);
        let asked = asked.get_secret_value().secret_id(name).send().await;
        assert!(format!("{:?}", asked.unwrap_err()).contains("the key that it printed"), "{key}");
    }
}
