//! The call history and its export.

use serde_json::{Value, json};

use crate::system::{CALLER, System};

#[tokio::test]
async fn calls_are_filtered_paged_and_exported() {
    let system = System::start().await;
    let voicemail = ["wait:Press 1", "press:2", "wait:beep", "speak:2", "hang-up"];
    let left = system.customer_calls(&voicemail).await;
    system.entry_when(&left, |entry| entry.voicemail.is_some()).await;
    let other = system.calls_from("+15005550123", &["wait:Press 1", "hang-up"]).await;
    let anonymous = system.calls_from("anonymous", &["wait:Press 1", "hang-up"]).await;
    let settled = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        items.len() == 3 && items.iter().all(|call| call["outcome"].is_string())
    };
    let page = system.eventually("/api/calls", settled).await;
    let sids: Vec<_> = page["items"].as_array().unwrap().iter().map(|c| &c["call_sid"]).collect();
    assert_eq!(sids, [&json!(anonymous), &json!(other), &json!(left)]);
    for (filter, found) in [
        ("kind=voicemail", vec![&left]),
        ("kind=call&outcome=abandoned", vec![&anonymous, &other]),
        ("direction=outbound", vec![]),
        ("from=%2B15005550111", vec![&left]),
        ("to=%2B15005550100&limit=2", vec![&anonymous, &other]),
        ("started_before=2020-01-01", vec![]),
        ("started_after=2020-01-01&status=completed", vec![&anonymous, &other, &left]),
    ] {
        let page = system.get(&format!("/api/calls?{filter}")).await;
        let sids: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["call_sid"].as_str().unwrap())
            .collect();
        assert_eq!(sids, found, "{filter}");
    }
    for bad in ["kind=fax", "direction=up", "limit=0", "limit=101", "started_after=soon"] {
        let (status, problem) = system.api("GET", &format!("/api/calls?{bad}"), Value::Null).await;
        assert_eq!(status, 422, "{problem}");
    }
    let whole = system.get(&format!("/api/calls/{left}")).await;
    assert_eq!(whole["path"][0]["widget"], "Trigger");
    let nobody = "/api/calls/CA000000000000000000000000000000bb";
    assert_eq!(system.api("GET", nobody, Value::Null).await.0, 404);

    let url = format!("{}/api/calls", system.stack.api_url());
    let request =
        system.http.get(url).bearer_auth(system.token().await).header("accept", "text/csv");
    let csv = request.send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(csv.headers().get("link").is_none());
    let csv = csv.text().await.unwrap();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 4, "{csv}");
    assert!(lines[0].starts_with("call_sid,kind,direction,from"), "{csv}");
    // A number begins with a plus sign, and is no formula: other programs read it as it is.
    assert!(lines[3].contains(&format!(",{CALLER},")), "{csv}");
}
