//! A Lambda Runtime API for one process, with a clock.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

/// A Runtime API that waits for its process.
pub struct RuntimeApi {
    /// Where it listens.
    pub address: SocketAddr,
    events: mpsc::Sender<String>,
    signals: mpsc::Receiver<Signal>,
    server: JoinHandle<()>,
}

/// A function's process, polling. Dropping it ends it.
pub struct Process {
    child: Child,
    api: RuntimeApi,
    /// From the start of the process to its first poll.
    pub cold: Duration,
}

enum Signal {
    Polls(Instant),
    Answers(Instant, String),
}

struct Routes {
    events: Mutex<mpsc::Receiver<String>>,
    signals: mpsc::Sender<Signal>,
}

impl RuntimeApi {
    /// On a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (events, next_events) = mpsc::channel(1);
        let (sender, signals) = mpsc::channel(8);
        let routes = Arc::new(Routes { events: Mutex::new(next_events), signals: sender });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(answer))
            .with_state(routes);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("Runtime API: {error}");
            }
        });
        Ok(Self { address, events, signals, server })
    }
}

impl Process {
    /// Starts the binary and waits until it polls for its first event.
    pub async fn start(
        mut api: RuntimeApi,
        binary: &Path,
        environment: BTreeMap<String, String>,
    ) -> Result<Self> {
        let started = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .envs(environment)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| binary.display().to_string())?;
        let polled = loop {
            match api.signals.recv().await.context("the process has ended")? {
                Signal::Polls(at) => break at,
                Signal::Answers(..) => {}
            }
        };
        Ok(Self { child, api, cold: polled - started })
    }

    /// Hands over an event; how long the answer took, and the answer.
    pub async fn invoke(&mut self, event: &str) -> Result<(Duration, String)> {
        let started = Instant::now();
        self.api.events.send(event.to_owned()).await?;
        let mut answered = None;
        loop {
            match self.api.signals.recv().await.context("the process has ended")? {
                Signal::Answers(at, body) => answered = Some((at - started, body)),
                // The next poll: it is idle again.
                Signal::Polls(_) => {
                    if let Some(answered) = answered {
                        return Ok(answered);
                    }
                }
            }
        }
    }

    /// Resident memory.
    pub fn resident_kib(&self) -> Result<u64> {
        let pid = self.child.id().context("the process has ended")?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib = line.split_whitespace().nth(1).context("no value")?;
        Ok(kib.parse()?)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(api): State<Arc<Routes>>) -> Response {
    let polled = api.signals.send(Signal::Polls(Instant::now())).await;
    let event = api.events.lock().await.recv().await;
    match (polled, event) {
        (Ok(()), Some(event)) => {
            let headers = [
                ("lambda-runtime-aws-request-id", "bench"),
                ("lambda-runtime-deadline-ms", "4102444800000"),
                (
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:us-east-1:000000000000:function:bench",
                ),
                ("content-type", "application/json"),
            ];
            (headers, event).into_response()
        }
        // The bench is done with this process.
        _ => axum::http::StatusCode::GONE.into_response(),
    }
}

async fn answer(State(api): State<Arc<Routes>>, body: String) -> axum::http::StatusCode {
    match api.signals.send(Signal::Answers(Instant::now(), body)).await {
        Ok(()) => axum::http::StatusCode::ACCEPTED,
        Err(_) => axum::http::StatusCode::GONE,
    }
}
