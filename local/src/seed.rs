//! What a new user finds: a few contacts, a text that waits to be answered, and an agent's phone.
//!
//! All of it is written the way a user would, by the API and from a simulated phone, so that the
//! stack knows nothing of the table.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use simulator::client::Control;

use crate::twilio::MAIN_NUMBER;

/// The phone of whoever `make token` signs in.
pub const AGENT_NUMBER: &str = "+15005550177";

/// The names and the phones of the people who can sign in.
const PEOPLE: [(&str, &str); 2] = [("Alex", "+15005550178"), ("Andrea", "+15005550179")];

const CONTACTS: [(&str, &str); 3] =
    [("+15005550111", "Ann Archer"), ("+15005550112", "Ben Baker"), ("+15005550113", "Carla Cruz")];

/// Seeds a stack that has no contact yet.
///
/// # Errors
/// A request is refused.
pub async fn seed(
    api_url: &str,
    token: &str,
    people: &[(&str, String)],
    simulator: &str,
) -> Result<()> {
    let api = Api { http: reqwest::Client::builder().build()?, api_url, token };
    let inbox = api.ask("GET", "/api/contacts?limit=1", Value::Null).await?;
    if inbox["items"].as_array().is_some_and(|contacts| !contacts.is_empty()) {
        return Ok(());
    }
    let me = json!({
        "name": "You", "phone_number": AGENT_NUMBER, "available": true, "auto_accept": true,
    });
    api.ask("PUT", "/api/agent", me).await?;
    for ((email, token), (name, phone_number)) in people.iter().zip(PEOPLE) {
        let person = json!({"name": name, "phone_number": phone_number});
        api.ask("PUT", &format!("/api/agents/{email}"), person.clone()).await?;
        let mut own = person;
        own["auto_accept"] = json!(true);
        Api { token, ..api.clone() }.ask("PUT", "/api/agent", own).await?;
    }
    for (number, name) in CONTACTS {
        api.ask("PUT", &format!("/api/contacts/{number}"), json!({"name": name})).await?;
    }
    let (ann, ben) = (CONTACTS[0].0, CONTACTS[1].0);
    let note = json!({"body": "Prefers to be called in the morning."});
    api.ask("POST", &format!("/api/contacts/{ben}/entries"), note).await?;
    Control::new(simulator)?.text(ann, MAIN_NUMBER, "Please call me").await?;
    Ok(())
}

#[derive(Clone)]
struct Api<'a> {
    http: reqwest::Client,
    api_url: &'a str,
    token: &'a str,
}

impl Api<'_> {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.api_url);
        let mut request = self.http.request(method.parse()?, url).bearer_auth(self.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).with_context(|| format!("{method} {path}"))
    }
}
