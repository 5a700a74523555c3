//! A stranger's web page in the developer's browser reaches no port of the stack.

use local::{Options, Stack};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::system::{CALLER, MAIN, System};

/// Every port, with something that it answers.
fn ports(stack: &Stack) -> Vec<(&'static str, String)> {
    vec![
        ("api", format!("{}/api/openapi.json", stack.api_url())),
        ("simulator", format!("{}/simulator/events?since=0", stack.simulator_url().unwrap())),
        ("dynamodb", stack.dynamodb_url()),
        ("s3", stack.s3_url()),
        ("aws", stack.aws_url()),
    ]
}

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, \
                      SignedHeaders=host, Signature=0";

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn status(url: &str, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = client().get(url).header(header::AUTHORIZATION, SIGNED);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn no_port_answers_under_a_strangers_name_or_to_a_strangers_page() {
    let system = System::start().await;
    for (port, url) in ports(&system.stack) {
        let refused = match port {
            "dynamodb" => StatusCode::BAD_REQUEST,
            _ => StatusCode::FORBIDDEN,
        };
        for stranger in [
            ("host", "evil.example:3002"),
            ("host", "127.0.0.1.evil.example"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
        ] {
            assert_eq!(status(&url, &[stranger]).await, refused, "{port} {stranger:?}");
        }
    }
    let openapi = format!("{}/api/openapi.json", system.stack.api_url());
    for own in [("host", "localhost:3000"), ("host", "host.docker.internal:3000")] {
        assert_eq!(status(&openapi, &[own]).await, StatusCode::OK, "{own:?}");
    }
}

#[tokio::test]
async fn data_is_given_and_taken_only_with_a_signature() {
    let system = System::start().await;
    let bucket = system.stack.physical_name("Recordings").unwrap();
    let page = format!("{}/{bucket}/page.html", system.stack.s3_url());
    let http = client();
    let put = http.put(&page).body("<script>").send().await.unwrap();
    assert_eq!(put.status(), StatusCode::FORBIDDEN);
    assert!(put.headers().get("access-control-allow-origin").is_none());
    assert!(!system.has_object("page.html").await);
    let get = http.get(&page).send().await.unwrap();
    assert_eq!(get.status(), StatusCode::FORBIDDEN);

    for (url, target) in [
        (system.stack.dynamodb_url(), "DynamoDB_20120810.ListTables"),
        (system.stack.aws_url(), "secretsmanager.GetSecretValue"),
    ] {
        let asked = http.post(url).header("x-amz-target", target).json(&json!({})).send().await;
        let asked = asked.unwrap();
        assert_eq!(asked.status(), StatusCode::BAD_REQUEST, "{target}");
        assert!(asked.headers().get("access-control-allow-origin").is_none(), "{target}");
        assert!(asked.text().await.unwrap().contains("MissingAuthenticationToken"), "{target}");
    }
}

#[tokio::test]
async fn the_public_name_is_the_apis_alone_and_others_are_let_in_by_name() {
    let options = Options {
        public_url: Some("https://tunnel.example/".to_owned()),
        allowed_hosts: vec!["dev.example".to_owned()],
        allowed_origins: vec!["http://localhost:5173".to_owned()],
        ..Options::ephemeral_on_free_ports()
    };
    let stack = Stack::start(options).await.unwrap();
    for (port, url) in ports(&stack) {
        let tunnel = status(&url, &[("host", "tunnel.example")]).await;
        let refused = [StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&tunnel);
        assert_eq!(refused, port != "api", "{port} {tunnel}");
    }
    let openapi = format!("{}/api/openapi.json", stack.api_url());
    for let_in in [
        ("host", "dev.example"),
        ("origin", "http://localhost:5173"),
        ("origin", "https://tunnel.example"),
    ] {
        assert_eq!(status(&openapi, &[let_in]).await, StatusCode::OK, "{let_in:?}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_phone_speaks_no_device() {
    let system = System::start().await;
    let url = format!("{}/simulator/phones/{CALLER}/calls", system.stack.simulator_url().unwrap());
    let http = client();
    let placed = http.post(&url).json(&json!({"to": MAIN})).send().await.unwrap();
    let placed: Value = placed.json().await.unwrap();
    let sid = placed["call_sid"].as_str().unwrap();
    let speak = format!("{}/simulator/calls/{sid}/speak", system.stack.simulator_url().unwrap());
    let spoken = http.post(speak).json(&json!({"wav": "/dev/zero"})).send().await.unwrap();
    assert_eq!(spoken.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(spoken.text().await.unwrap().contains("regular file"));
}
