//! The server: everything that the simulator answers, on one port.

use std::future::Future;
use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::any;
use tokio::net::TcpListener;

use crate::assignment;
use crate::connections::Listener;
use crate::control;
use crate::page;
use crate::rest;
use crate::simulator::{Config, Simulator};
use crate::state::api_key::ApiKey;

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
    serve_with(listener, config, Extras::default(), shutdown).await
}

/// What a simulator has besides its account.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Keys that the REST API takes besides the auth token.
    pub api_keys: Vec<ApiKey>,
    /// Hosts with their ports, each `HOST:PORT`, that are spoken to in http although the app's URLs
    /// say https; signatures stay over the latter. Apps that put `https://` before whatever host
    /// they are asked at, as Twilio Functions do, can so be tried on this machine.
    pub plain_http: Vec<String>,
}

/// Serves the same as [`serve`], with a REST API that takes these API keys too.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_keys(
    listener: TcpListener,
    config: Config,
    api_keys: Vec<ApiKey>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let extras = Extras { api_keys, ..Extras::default() };
    serve_with(listener, config, extras, shutdown).await
}

/// Serves the same as [`serve`], with more than an account.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: TcpListener,
    config: Config,
    extras: Extras,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let door = config.door.clone();
    for host in &extras.plain_http {
        tracing::warn!(%host, "https URLs of this host are requested in plain http");
    }
    let (simulator, assignments) =
        Simulator::new(config, format!("http://{address}"), extras.plain_http);
    tokio::spawn(assignment::attend(simulator.clone(), assignments));
    for key in extras.api_keys {
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
    let dice = simulator.clone();
    let listener = Listener::new(listener, move |request| {
        is_twilios(request).then(|| dice.dice().faults.stale_connections).flatten()
    });
    axum::serve(listener, door.before(routes))
        .with_graceful_shutdown(async move {
            shutdown.await;
            simulator.end_calls();
            simulator.shut_down();
        })
        .await
}

/// Whether a request that begins with these bytes is one to Twilio's face.
fn is_twilios(request: &[u8]) -> bool {
    let path = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    ["/2010-04-01/", "/v1/", "/v2/", "/v3/"].iter().any(|face| path.starts_with(face.as_bytes()))
}
