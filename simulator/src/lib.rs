//! A local Twilio: it carries calls between simulated phones, executes TwiML,
//! records audio, sends signed webhooks and answers Twilio's REST API. Useful to
//! any Twilio project, and it knows nothing of the one that it is tried with.
//!
//! | module | what it holds |
//! |---|---|
//! | `simulator` | the state, in one place |
//! | `call`, `transcript`, `recording`, `message`, `event`, `event_log` | what is remembered |
//! | `conference` | rooms in which calls hear each other |
//! | `leg` | the task that carries a call: ringing, documents, verbs, bridges |
//! | `messaging` | texts on their way: queues, carriers, replies, opt-out |
//! | `twiml` | documents, read strictly |
//! | `webhook`, [`signature`] | requests to apps: signed, retried, logged |
//! | `rest` | Twilio's REST API |
//! | `control`, `texting`, `overview`, [`client`] | the control API and its client |
//! | `page` | the phones page |
//! | `phone`, `person`, [`script`] | phones and the people who hold them |
//! | `faults`, `settings` | how it misbehaves, how it decides |
//! | [`audio`], `clock`, `number`, `sid`, `sse`, `stream` | what they are made of |

pub mod audio;
mod call;
pub mod client;
mod clock;
mod conference;
mod control;
mod event;
mod event_log;
mod faults;
mod leg;
mod message;
mod messaging;
mod number;
mod overview;
mod page;
mod person;
mod phone;
mod recording;
mod rest;
pub mod script;
mod settings;
mod sid;
pub mod signature;
mod simulator;
mod sse;
mod stream;
mod texting;
mod transcript;
mod twiml;
mod webhook;

use std::future::Future;

use axum::Router;
use axum::routing::any;
use tokio::net::TcpListener;

use crate::client::ApiKey;
use crate::simulator::Simulator;

/// Who the simulated account is, and how fast its time passes.
#[derive(Clone, Debug)]
pub struct Config {
    /// `AC…`: the user name of REST requests.
    pub account_sid: String,
    /// The password of REST requests and the key of webhook signatures.
    pub auth_token: String,
    /// Every simulated duration is divided by this; 1 is real time.
    pub speed: f64,
}

/// Serves Twilio's REST API, the control API and the phones page until `shutdown` resolves; then
/// ends all calls.
///
/// # Errors
/// The listener has no address or fails.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_with_keys(listener, config, Vec::new(), shutdown).await
}

/// As [`serve`], with a REST API that takes these API keys too.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_keys(
    listener: TcpListener,
    config: Config,
    api_keys: Vec<ApiKey>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let simulator = Simulator::new(config, format!("http://{address}"));
    for key in api_keys {
        simulator.add_api_key(key);
    }
    let routes = Router::new()
        .route("/2010-04-01/{*path}", any(rest::handle))
        // Twilio's newer APIs, on hosts of their own there.
        .route("/v1/{*path}", any(rest::handle))
        .route("/v2/{*path}", any(rest::handle))
        .route("/v3/{*path}", any(rest::handle))
        .merge(control::routes())
        .merge(page::routes())
        .with_state(simulator.clone());
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move {
            shutdown.await;
            simulator.shut_down();
        })
        .await
}

/// TLS for webhooks over https, unless the process has chosen a provider.
pub(crate) fn install_tls_provider() {
    // An error means that there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
