//! The HTTP clients behind webhooks, and what their errors are to Twilio.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};

use super::Failure;
use super::overrides::RetryClass;

/// HTTP clients, by the connect timeout that an app asked for and whether they
/// speak TLS: reading the system's certificates takes a while, and local apps
/// need none.
#[derive(Default)]
pub(crate) struct HttpClients(Mutex<HashMap<(Duration, bool), Client>>);

impl HttpClients {
    pub(super) fn get(&self, connect_timeout: Duration, url: &Url) -> Result<Client, Failure> {
        let tls = url.scheme() == "https";
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(connect_timeout, tls)) {
            return Ok(client.clone());
        }
        crate::install_tls_provider();
        let builder = Client::builder();
        let builder = if tls { builder } else { builder.tls_certs_only([]) };
        let client = builder
            .user_agent("TwilioProxy/1.1")
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect_timeout)
            // A connection of its own for each webhook: a refused one is then
            // always the app's, never a stale one from the pool.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| Failure::new(11_200, chain(&error)))?;
        clients.insert((connect_timeout, tls), client.clone());
        Ok(client)
    }
}

/// Twilio's error for a failed exchange, and whether it counts as a failure to
/// connect.
pub(super) fn classify(error: &reqwest::Error) -> (RetryClass, Failure) {
    let text = chain(error);
    let lower = text.to_lowercase();
    if !error.is_connect() {
        let class = if error.is_timeout() { RetryClass::Read } else { RetryClass::Never };
        return (class, Failure::new(11_200, text));
    }
    let code = if lower.contains("dns") || lower.contains("resolve") {
        11_210
    } else if lower.contains("certificate") || lower.contains("handshake") {
        11_220
    } else {
        11_205
    };
    (RetryClass::Connect, Failure::new(code, text))
}

/// An error and its sources, without the URL: that may hold personal data.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::from("request failed");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
