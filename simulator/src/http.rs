//! The HTTP clients behind webhooks, and what their errors are to Twilio.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};

/// HTTP clients, by the connect timeout that an app asked for and whether they
/// speak TLS: reading the system's certificates takes a while, and local apps
/// need none.
#[derive(Default)]
pub(crate) struct HttpClients {
    clients: Mutex<HashMap<(Duration, bool), Client>>,
    /// Hosts with their ports that are spoken to in http, whatever their URLs say.
    plain: Vec<String>,
}

impl HttpClients {
    /// Clients that speak http to these hosts, each `HOST:PORT`.
    pub(crate) fn new(plain: Vec<String>) -> Self {
        Self { clients: Mutex::default(), plain }
    }

    /// The URL that is really requested: in http for hosts that have no https.
    pub(crate) fn on_the_wire(&self, url: &Url) -> Url {
        let mut wire = url.clone();
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
        let name = format!("{host}:{}", port.unwrap_or_default());
        let is_plain = self.plain.iter().any(|plain| plain.eq_ignore_ascii_case(&name));
        if is_plain && url.scheme() == "https" {
            // Neither fails for a URL that has a host.
            let _ = wire.set_scheme("http");
            let _ = wire.set_port(port);
        }
        wire
    }

    /// The client for such a URL.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub(crate) fn get(&self, connect_timeout: Duration, url: &Url) -> reqwest::Result<Client> {
        let tls = url.scheme() == "https";
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(connect_timeout, tls)) {
            return Ok(client.clone());
        }
        install_tls_provider();
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
            .build()?;
        clients.insert((connect_timeout, tls), client.clone());
        Ok(client)
    }
}

/// TLS for webhooks over https, unless the process has chosen a provider.
pub(crate) fn install_tls_provider() {
    // An error means that there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
