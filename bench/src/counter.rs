//! Counts requests on their way to a service: how many, how many of them one after the other, and
//! over how many connections.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit},
    http::{HeaderMap, Method, StatusCode, Uri, header::TRANSFER_ENCODING},
    response::IntoResponse,
};
use tokio::net::TcpListener;

/// A proxy in front of a service.
pub struct Counter {
    /// Its address.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trips {
    /// Requests.
    pub requests: usize,
    /// The longest chain of requests each of which began when the one before it had been answered:
    /// what is waited for.
    pub in_a_row: usize,
}

#[derive(Default)]
struct Seen {
    trips: Trips,
    /// The longest chain among the requests that have been answered.
    answered: usize,
    connections: HashSet<SocketAddr>,
}

impl Seen {
    /// A request comes; how long the chain is whose last it is.
    fn begins(&mut self, from: SocketAddr) -> usize {
        self.connections.insert(from);
        self.trips.requests += 1;
        let chain = self.answered + 1;
        self.trips.in_a_row = self.trips.in_a_row.max(chain);
        chain
    }

    fn is_answered(&mut self, chain: usize) {
        self.answered = self.answered.max(chain);
    }
}

impl Counter {
    /// What went through since the last time this was asked.
    pub fn take(&self) -> Trips {
        let mut seen = locked(&self.seen);
        seen.answered = 0;
        std::mem::take(&mut seen.trips)
    }

    /// How many connections were opened since the last time this was asked.
    pub fn take_connections(&self) -> usize {
        std::mem::take(&mut locked(&self.seen).connections).len()
    }
}

/// Starts a proxy to this address.
///
/// # Errors
/// No port is free.
pub async fn start(service: String) -> Result<Counter> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let counted = seen.clone();
    let redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().no_proxy().redirect(redirects).build()?;
    let forward = move |ConnectInfo(from): ConnectInfo<SocketAddr>,
                        method: Method,
                        uri: Uri,
                        headers: HeaderMap,
                        body: Bytes| {
        let seen = counted.clone();
        let chain = locked(&seen).begins(from);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        // The header Host stays: S3's signatures cover it.
        let url = format!("{service}{path}");
        let request = client.request(method, url).headers(headers).body(body);
        async move {
            let answer = match request.send().await {
                Ok(answer) => {
                    let (status, mut headers) = (answer.status(), answer.headers().clone());
                    // The body is passed on in one piece.
                    headers.remove(TRANSFER_ENCODING);
                    (status, headers, answer.bytes().await.unwrap_or_default()).into_response()
                }
                Err(_) => StatusCode::BAD_GATEWAY.into_response(),
            };
            locked(&seen).is_answered(chain);
            answer
        }
    };
    let router: Router = Router::new().fallback(forward).layer(DefaultBodyLimit::disable());
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, service).await {
            eprintln!("counter: {error}");
        }
    });
    Ok(Counter { url, seen })
}

fn locked(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_overlap_count_once_in_a_row() {
        let from = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut seen = Seen::default();
        let (one, two) = (seen.begins(from), seen.begins(from));
        seen.is_answered(two);
        // Begins while the first is on its way still.
        let three = seen.begins(from);
        seen.is_answered(one);
        seen.is_answered(three);
        assert_eq!(seen.trips, Trips { requests: 3, in_a_row: 2 });
        assert_eq!(seen.connections.len(), 1);
    }
}
