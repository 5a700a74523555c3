//! Refusals with which an app has to reckon although nothing is wrong with what it asks for.

use std::collections::BTreeMap;

use serde_json::Value;
use simulator::client::{Faults, Settings};

use crate::stage::{BOB, OFFICE, Stage, warnings};

const TO_BOB: [(&str, &str); 4] =
    [("From", OFFICE), ("To", BOB), ("Twiml", "<Response/>"), ("Body", "Hello")];

fn code((status, error): (u16, Value)) -> (u16, Option<u64>) {
    (status, error["code"].as_u64())
}

#[tokio::test]
async fn account_has_too_much_of_something_for_a_while() {
    let stage = Stage::new().await;
    let refuse = BTreeMap::from([(10_004, 1.0), (16_021, 1.0), (21_611, 1.0)]);
    stage.control.set_faults(&Faults { refuse, ..Faults::default() }).await.unwrap();
    let routes = [
        ("Calls.json", 10_004),
        ("Conferences/talk/Participants.json", 16_021),
        ("Messages.json", 21_611),
    ];
    for (path, refused) in routes {
        assert_eq!(code(stage.post(path, &TO_BOB).await), (400, Some(refused)));
    }
    assert!(stage.control.calls().await.unwrap().is_empty());
    stage.control.set_faults(&Faults::default()).await.unwrap();
    for (path, _) in routes {
        assert_eq!(stage.post(path, &TO_BOB).await.0, 201);
    }
}

#[tokio::test]
async fn other_codes_and_impossible_probabilities_are_not_taken() {
    let stage = Stage::new().await;
    for (code, probability, problem) in [
        (21_211, 1.0, "refuse: 21211 is not 10004, 16021 or 21611 (HTTP 422)"),
        (10_004, 1.5, "refuse must be between 0 and 1 (HTTP 422)"),
    ] {
        let refuse = BTreeMap::from([(code, probability)]);
        let faults = Faults { refuse, ..Faults::default() };
        assert_eq!(stage.control.set_faults(&faults).await.unwrap_err().to_string(), problem);
    }
}

#[tokio::test]
async fn countries_without_permission_are_neither_called_nor_texted() {
    let stage = Stage::with_voice("<Dial action='/dialled'>+25261234567</Dial>").await;
    stage.app.on("/dialled", "<Hangup/>");
    let settings = Settings { not_permitted: vec!["+252".to_owned()], ..Settings::default() };
    stage.control.set_settings(&settings).await.unwrap();
    let mut form = TO_BOB;
    form[1].1 = "+25261234567";
    for (path, refused) in [
        ("Calls.json", 21_215),
        ("Conferences/talk/Participants.json", 21_215),
        ("Messages.json", 21_408),
    ] {
        assert_eq!(code(stage.post(path, &form).await), (400, Some(refused)));
        assert_eq!(stage.post(path, &TO_BOB).await.0, 201);
    }
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(warnings(&transcript), [13_227]);
    assert_eq!(stage.app.first("/dialled").await.get("DialCallStatus"), "failed");
}
