//! Counts requests on their way to DynamoDB.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use tokio::net::TcpListener;

/// A proxy in front of DynamoDB.
pub struct Counter {
    /// Its address.
    pub url: String,
    count: Arc<AtomicUsize>,
}

impl Counter {
    /// Requests since the last time this was asked.
    pub fn take(&self) -> usize {
        self.count.swap(0, Ordering::Relaxed)
    }
}

/// Starts a proxy to this address.
pub async fn start(dynamodb: String) -> Result<Counter> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let client = reqwest::Client::builder().build()?;
    let forward = move |headers: HeaderMap, body: Bytes| {
        counted.fetch_add(1, Ordering::Relaxed);
        let request = client.post(&dynamodb).headers(headers).body(body);
        async move {
            match request.send().await {
                Ok(answer) => {
                    let (status, headers) = (answer.status(), answer.headers().clone());
                    (status, headers, answer.bytes().await.unwrap_or_default()).into_response()
                }
                Err(_) => StatusCode::BAD_GATEWAY.into_response(),
            }
        }
    };
    let router: Router = Router::new().fallback(forward);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("counter: {error}");
        }
    });
    Ok(Counter { url, count })
}
