//! Which tokens may do what: tokens that are refused, and nothing read or written for them.

use serde_json::{Value, json};

use crate::system::{CALLER, System};

const ROUTES: [(&str, &str, &str); 9] = [
    ("GET", "/api/contacts", "read"),
    ("GET", "/api/calls", "read"),
    ("GET", "/api/phone-numbers", "read"),
    ("GET", "/api/colleagues", "read"),
    ("POST", "/api/messages", "send"),
    ("PUT", "/api/contacts/+15005550111", "send"),
    ("POST", "/api/calls", "call"),
    ("GET", "/api/settings", "admin"),
    ("PUT", "/api/agents/new@example.com", "admin"),
];

const SCOPES: [&str; 4] = ["read", "send", "call", "admin"];

fn claims(system: &System) -> Value {
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    json!({
        "sub": "local", "client_id": "local", "token_use": "access", "iss": system.stack.api_url(),
        "scope": "switchboard/read switchboard/send switchboard/call switchboard/admin",
        "iat": now - 10, "exp": now + 300,
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_refused_with_401() {
    let system = System::start().await;
    let before = system.table().await;
    let good = claims(&system);
    let sign = |header: Value, claims: &Value| system.stack.sign_token(&header, claims).unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let valid = sign(json!({}), &good);
    let (signed, signature) = valid.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    for (what, token) in [
        ("none", String::new()),
        ("expired", sign(json!({}), &with(good.clone(), "exp", json!(now - 1)))),
        ("not yet", sign(json!({}), &with(good.clone(), "nbf", json!(now + 100)))),
        ("issuer", sign(json!({}), &with(good.clone(), "iss", json!("https://example.com")))),
        ("client", sign(json!({}), &with(good.clone(), "client_id", json!("other")))),
        ("alg none", sign(json!({"alg": "none"}), &good)),
        ("alg HS256", sign(json!({"alg": "HS256"}), &good)),
        ("unknown key", sign(json!({"kid": "other"}), &good)),
        ("no signature", format!("{signed}.")),
        ("other signature", format!("{signed}.{other}{}", &signature[1..])),
        ("no token", "x".into()),
    ] {
        for (method, path, _) in ROUTES {
            let (status, body) = system.api_as(&token, method, path, Value::Null).await;
            assert_eq!((status, &body), (401, &json!({"message": "Unauthorized"})), "{what}");
        }
    }
    let (status, _) = system.api_as(&valid, "GET", "/api/contacts", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(system.table().await, before);
}

#[tokio::test]
async fn each_route_takes_its_own_scope_and_no_other() {
    let system = System::start().await;
    let before = system.table().await;
    for (method, path, own) in ROUTES {
        for scope in SCOPES.iter().filter(|scope| **scope != own) {
            let scope = format!("switchboard/{scope}");
            let token = system.stack.program_token("local", &[&scope]).unwrap();
            let (status, body) = system.api_as(&token, method, path, json!({})).await;
            assert_eq!((status, &body), (403, &json!({"message": "Forbidden"})), "{path} {scope}");
        }
    }
    // An ID token is for its client, and has no scope.
    let mut identity = claims(&system);
    identity["aud"] = json!("console");
    identity["token_use"] = json!("id");
    for name in ["scope", "client_id"] {
        identity.as_object_mut().unwrap().remove(name);
    }
    let token = system.stack.sign_token(&json!({}), &identity).unwrap();
    for (method, path, _) in ROUTES {
        assert_eq!(system.api_as(&token, method, path, json!({})).await.0, 403);
    }
    assert_eq!(system.table().await, before);
}

#[tokio::test]
async fn agent_is_kept_off_what_is_for_administrators() {
    let system = System::start().await;
    let scopes = SCOPES.map(|scope| format!("switchboard/{scope}"));
    let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
    let token = |email| system.stack.person_token("console", email, &scopes).unwrap();
    let (agent, admin) = (token("agent@example.com"), token("admin@example.com"));
    let contact = format!("/api/contacts/{CALLER}");
    assert_eq!(system.api_as(&agent, "PUT", &contact, json!({"name": "Ann"})).await.0, 201);
    let before = system.table().await;
    for (method, path, body) in [
        ("GET", "/api/settings", Value::Null),
        ("PUT", "/api/settings", json!({"company_name": "Mine"})),
        ("GET", "/api/agents", Value::Null),
        (
            "PUT",
            "/api/agents/new@example.com",
            json!({"name": "N", "phone_number": "+15005550178"}),
        ),
        ("DELETE", "/api/agents/agent@example.com", Value::Null),
        ("DELETE", contact.as_str(), Value::Null),
    ] {
        let (status, problem) = system.api_as(&agent, method, path, body).await;
        assert_eq!((status, &problem["status"]), (403, &json!(403)), "{method} {path}: {problem}");
    }
    assert_eq!(system.table().await, before);
    assert_eq!(system.api_as(&admin, "GET", "/api/settings", Value::Null).await.0, 200);
}

#[tokio::test]
async fn administrator_adds_an_agent_who_signs_in_calls_and_is_removed() {
    let system = System::start().await;
    let email = "new@example.com";
    let new = json!({"name": "Nora", "phone_number": "+15005550178"});
    let path = format!("/api/agents/{email}");
    let (status, agent) = system.api("PUT", &path, new.clone()).await;
    assert!(matches!(status, 200 | 201), "{agent}");
    let (status, again) = system.api("PUT", &path, new).await;
    assert!(matches!(status, 200 | 201), "{again}");
    let scopes = ["switchboard/read", "switchboard/send", "switchboard/call"];
    let token = system.stack.person_token("console", email, &scopes).unwrap();
    let (status, own) = system.api_as(&token, "GET", "/api/agent", Value::Null).await;
    assert_eq!((status, &own["phone_number"]), (200, &json!("+15005550178")), "{own}");
    let call = json!({"to": CALLER});
    let (status, call) = system.api_as(&token, "POST", "/api/calls", call).await;
    assert_eq!(status, 201, "{call}");
    assert_eq!(system.api("DELETE", &path, Value::Null).await.0, 204);
    assert!(system.stack.person_token("console", email, &scopes).is_err());
    let agents = system.get("/api/agents").await;
    assert!(!agents.to_string().contains(email), "{agents}");
}

#[tokio::test]
async fn an_agent_sees_the_names_of_colleagues_and_not_their_phones() {
    let system = System::start().await;
    let new = json!({"name": "Nora", "phone_number": "+15005550178"});
    assert_eq!(system.api("PUT", "/api/agents/nora@example.com", new).await.0, 201);
    let token = system.stack.person_token("console", "agent@example.com", &["switchboard/read"]);
    let token = token.unwrap();
    let (status, page) = system.api_as(&token, "GET", "/api/colleagues", Value::Null).await;
    assert_eq!(status, 200, "{page}");
    let colleagues = page["items"].as_array().unwrap();
    let nora = colleagues.iter().find(|it| it["name"] == "Nora").unwrap();
    assert_eq!(nora["email"], "nora@example.com");
    assert!(!page.to_string().contains("+15005550178"), "{page}");
}

#[tokio::test]
async fn person_signs_in_with_pkce() {
    let system = System::start().await;
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let api = system.stack.api_url();
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let redirect = format!("{api}/");
    let asked = [
        ("response_type", "code"),
        ("client_id", "console"),
        ("redirect_uri", redirect.as_str()),
        ("scope", "openid switchboard/read"),
        ("state", "s<1>"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    let url = format!("{api}/oauth2/authorize");
    let page = browser.get(&url).query(&asked).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("'none'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("agent@example.com") && page.contains("s&lt;1&gt;"), "{page}");

    let choose = async || {
        let mut form = asked.to_vec();
        let sub = page.split("name=\"user\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        form.push(("user", sub));
        let answer = browser.post(&url).form(&form).send().await.unwrap();
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        assert!(to.starts_with(&redirect) && to.contains("state=s%3C1%3E"), "{to}");
        to.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let redeem = async |code: &str, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "console"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        let answer = browser.post(format!("{api}/oauth2/token")).form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, refused) = redeem(&choose().await, "wrong").await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));
    let code = choose().await;
    let (status, tokens) = redeem(&code, verifier).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(redeem(&code, verifier).await.0, 400, "a code is good once");
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(system.api_as(access, "GET", "/api/contacts", Value::Null).await.0, 200);
    assert_eq!(system.api_as(access, "POST", "/api/messages", json!({})).await.0, 403);
    let identity = tokens["id_token"].as_str().unwrap();
    assert_eq!(system.api_as(identity, "GET", "/api/contacts", Value::Null).await.0, 403);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "console"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let answer = browser.post(format!("{api}/oauth2/token")).form(&refresh).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // Nobody is sent to an address that is not the client's.
    let mut elsewhere = asked.to_vec();
    elsewhere[2].1 = "https://evil.example/";
    let page = browser.get(&url).query(&elsewhere).send().await.unwrap();
    assert_eq!(page.status(), 400);
}
