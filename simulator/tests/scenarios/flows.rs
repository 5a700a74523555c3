//! Studio's flows: kept, checked, and refused with what is wrong.

use serde_json::{Value, json};

use crate::contact_centre::sid;
use crate::stage::Stage;

fn definition(greeting: &str) -> String {
    json!({
        "description": "Says hello", "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": true},
        "states": [
            {"name": "Trigger", "type": "trigger", "properties": {"offset": {"x": 0, "y": 0}},
             "transitions": [{"event": "incomingCall", "next": "hello"}]},
            {"name": "hello", "type": "say-play", "properties": {"say": greeting},
             "transitions": [{"event": "audioComplete"}]},
        ],
    })
    .to_string()
}

#[tokio::test]
async fn flow_is_published_changed_and_every_revision_kept() {
    let stage = Stage::new().await;
    let text = definition("Hello");
    let form = [
        ("FriendlyName", "Hello"),
        ("Status", "draft"),
        ("Definition", &text),
        ("CommitMessage", "first"),
    ];
    let (status, valid) = stage.post_v2("Flows/Validate", &form).await;
    assert_eq!((status, valid), (200, json!({"valid": true})));
    assert_eq!(stage.get_v2("Flows").await.1["flows"], json!([]));
    let flow = sid(stage.post_v2("Flows", &form).await);
    let path = format!("Flows/{flow}");
    let changed = definition("Good morning");
    let form = [("Status", "published"), ("Definition", &*changed)];
    let (_, shown) = stage.post_v2(&path, &form).await;
    assert_eq!((&shown["revision"], &shown["status"]), (&json!(2), &json!("published")));
    assert_eq!(
        shown["definition"].to_string(),
        serde_json::from_str::<Value>(&changed).unwrap().to_string()
    );
    let said = async |revision: &str| {
        let (_, shown) = stage.get_v2(&format!("{path}/Revisions/{revision}")).await;
        shown["definition"]["states"][1]["properties"]["say"].as_str().map(str::to_owned)
    };
    assert_eq!(said("1").await.as_deref(), Some("Hello"));
    assert_eq!(said("LatestDraft").await.as_deref(), Some("Hello"));
    assert_eq!(said("LatestPublished").await.as_deref(), Some("Good morning"));
    stage.control.reset().await.unwrap();
    assert_eq!(stage.get_v2(&path).await.1["friendly_name"], "Hello");
    assert_eq!(stage.delete_v2(&path).await, 204);
    assert_eq!(stage.get_v2(&path).await.0, 404);
}

#[tokio::test]
async fn flow_with_mistakes_is_refused_with_all_of_them() {
    let stage = Stage::new().await;
    let bad = definition("Hello").replace("\"next\":\"hello\"", "\"next\":\"helo\"");
    let bad = bad.replace("\"audioComplete\"", "\"done\"");
    for path in ["Flows", "Flows/Validate"] {
        let form = [("FriendlyName", "Bad"), ("Status", "published"), ("Definition", &*bad)];
        let (status, error) = stage.post_v2(path, &form).await;
        assert_eq!((status, error["code"].as_u64()), (400, Some(20_001)));
        let errors = error["details"]["errors"].as_array().unwrap();
        let paths: Vec<&str> =
            errors.iter().map(|it| it["property_path"].as_str().unwrap()).collect();
        let wanted = ["#/states/0/transitions/0/next", "#/states/1/transitions/0/event"];
        assert_eq!(paths, wanted);
        assert!(errors[0]["message"].as_str().unwrap().contains("helo"));
    }
    assert_eq!(stage.get_v2("Flows").await.1["flows"], json!([]));
}
