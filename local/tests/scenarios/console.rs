//! The agents' page: how it is served, and how people sign in to it and out.

use reqwest::{StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};

use crate::system::System;

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl System {
    /// Loads a path as a browser does that knows the file with this tag.
    async fn load(&self, path: &str, coding: &str, tag: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let url = format!("{}{path}", self.stack.api_url());
        let request = self.http.get(url).header("accept-encoding", coding);
        let answer = request.header("if-none-match", tag).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.bytes().await.unwrap().to_vec())
    }
}

#[tokio::test]
async fn page_is_served_compressed_and_once() {
    let system = System::start().await;
    let (status, headers, page) = system.load("/", "gzip;q=0.5, br;q=0", "").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(headers["cache-control"], "no-cache");
    assert!(!headers.contains_key("content-encoding"));
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("Switchboard"), "{page}");
    let (_, headers, compressed) = system.load("/", "gzip, deflate, br, zstd", "W/\"other\"").await;
    assert_eq!(
        (&headers["content-encoding"], &headers["vary"]),
        (&"br".parse().unwrap(), &"accept-encoding".parse().unwrap())
    );
    assert!(compressed.len() < page.len());
    let tag = headers["etag"].to_str().unwrap();
    let (status, headers, nothing) = system.load("/", "br", tag).await;
    assert_eq!(
        (status, &headers["etag"], nothing.len()),
        (StatusCode::NOT_MODIFIED, &tag.parse().unwrap(), 0)
    );
    // What the page loads, where it has been built.
    for path in page.split('"').filter(|value| value.starts_with("/assets/")) {
        let (status, headers, _) = system.load(path, "br", "").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    }
    for path in ["/assets/none.js", "/assets/../main.rs", "/assets/a/b", "/index.html"] {
        assert_eq!(system.load(path, "br", "").await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn page_may_load_nothing_but_its_own_and_our_files() {
    let system = System::start().await;
    let (_, headers, _) = system.load("/", "", "").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    let files = system.stack.s3_url();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
             img-src 'self' {files}; media-src 'self' {files}; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    );
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")]
    {
        assert_eq!(headers[name], value);
    }
}

#[tokio::test]
async fn agent_signs_in_by_the_page_stays_signed_in_and_signs_out() {
    let system = System::start().await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let (_, _, configuration) = system.load("/console.json", "br", "").await;
    let configuration: Value = serde_json::from_slice(&configuration).unwrap();
    assert_eq!(configuration["company_name"], "our company");
    let api = system.stack.api_url();
    let at = |name: &str| format!("{api}{}", configuration[name].as_str().unwrap());
    // Where the page is while it is developed: at another port and name of this machine.
    let redirect = "http://localhost:5173/";
    let person = "a9e00000-0000-4000-8000-000000000001";
    let client = configuration["client_id"].as_str().unwrap();
    let asked = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect),
        ("scope", configuration["scopes"].as_str().unwrap()),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("user", person),
    ];
    let chosen = browser.post(at("authorization_endpoint")).form(&asked).send().await.unwrap();
    let back = chosen.headers()["location"].to_str().unwrap().to_owned();
    let code = back.strip_prefix("http://localhost:5173/?code=").unwrap();
    let token = async |form: &[(&str, &str)]| {
        let answer = browser.post(at("token_endpoint")).form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (_, tokens) = token(&[
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
    ])
    .await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(system.api_as(access, "GET", "/api/contacts", Value::Null).await.0, 200);
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let refresh =
        [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh_token)];
    let (status, renewed) = token(&refresh).await;
    // One token for as long as the person is signed in.
    assert_eq!((status, renewed.get("refresh_token")), (200, None));

    let revoke = async |form: &[(&str, &str)]| {
        let answer = browser.post(at("revocation_endpoint")).form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for (form, status, error) in [
        (vec![("client_id", client)], 400, "invalid_request"),
        (vec![("client_id", client), ("token", access)], 400, "unsupported_token_type"),
        (vec![("client_id", "nobody"), ("token", refresh_token)], 401, "invalid_client"),
    ] {
        let expected = (status, json!({ "error": error }).to_string());
        assert_eq!(revoke(&form).await, expected);
    }
    assert_eq!(token(&refresh).await.0, 200);
    let form = [("client_id", client), ("token", refresh_token)];
    for _ in 0..2 {
        assert_eq!(revoke(&form).await, (200, String::new()));
    }
    let (status, refused) = token(&refresh).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));

    let leave = async |to: &str| {
        let query = [("client_id", client), ("logout_uri", to)];
        browser.get(at("logout_endpoint")).query(&query).send().await.unwrap()
    };
    assert_eq!(leave(redirect).await.headers()["location"], redirect);
    for elsewhere in
        ["https://evil.example/", "http://localhost:5173/other", "http://localhost.evil.example/"]
    {
        assert_eq!(leave(elsewhere).await.status(), 400, "{elsewhere}");
    }
}
