//! DynamoDB's port: requests that a function's policies allow go on to dynoxide's own server.
//!
//! Dynoxide serves a TCP listener of its own and lends its router to nobody. So it listens at a
//! second port, and each connection to the first is passed on to it byte by byte. In a debug build
//! that adds 0.2 ms to a function's request, and a proxy of hyper's server and client 0.5 ms.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use dynoxide::Database;
use serde_json::{Value, json};
use simulator::{connections::Stale, door::Door};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use uuid::Uuid;

use crate::{
    faults::FaultDice,
    iam::{self, Access, Denied, ONE_KEY, signature::Received},
};

/// Most headers that a request may have, as many as hyper allows.
const MOST_HEADERS: usize = 100;
/// For how long a connection must have been idle to count as one that may have died.
const IDLE: Duration = Duration::from_millis(20);
/// Read at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// Dynoxide's server, and who may ask it for what.
pub(crate) struct Server {
    listener: TcpListener,
    database: Database,
    guards: Arc<Guards>,
}

/// What a request has to pass.
pub(crate) struct Guards {
    pub(crate) access: Arc<Access>,
    pub(crate) door: Door,
    pub(crate) faults: FaultDice,
}

impl Server {
    /// # Errors
    /// There is no free port.
    pub(crate) async fn new(database: Database, guards: Guards) -> Result<Self> {
        // Dynoxide itself answers any web page. Nobody finds it at one of sixteen million
        // addresses, where there are as many (on Linux; elsewhere there is one).
        let [a, b, c, ..] = *Uuid::new_v4().as_bytes();
        let listener = match TcpListener::bind((Ipv4Addr::new(127, a, b, c), 0)).await {
            Ok(listener) => Ok(listener),
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
        };
        let listener = listener.context("there is no free port for DynamoDB's own server")?;
        Ok(Self { listener, database, guards: Arc::new(guards) })
    }

    /// Serves DynamoDB until the task is dropped.
    pub(crate) async fn serve(self, listener: TcpListener) {
        let never = std::future::pending();
        let ended = match self.listener.local_addr() {
            Ok(behind) => tokio::select! {
                ended = dynoxide::server::serve_with_shutdown(self.listener, self.database, never) => ended,
                () = accept(listener, behind, self.guards) => Ok(()),
            },
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = ended {
            tracing::error!(error, "DynamoDB ended");
        }
    }
}

async fn accept(listener: TcpListener, behind: SocketAddr, guards: Arc<Guards>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    connections.spawn(serve_connection(client, behind, guards.clone()));
                }
                Err(error) => {
                    tracing::error!(%error, "a connection to DynamoDB was not accepted");
                    // Too many open files, most likely: they pass.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            Some(ended) = connections.join_next() => {
                if let Ok(Err(error)) = ended {
                    tracing::debug!(%error, "a connection to DynamoDB broke");
                }
            }
        }
    }
}

/// Passes on what one client asks for, one request behind the answer to the other: no SDK sends
/// more at once.
async fn serve_connection(
    mut client: TcpStream,
    behind: SocketAddr,
    guards: Arc<Guards>,
) -> io::Result<()> {
    let mut dynoxide = TcpStream::connect(behind).await?;
    client.set_nodelay(true)?;
    dynoxide.set_nodelay(true)?;
    // When the last answer was given, if nothing was asked since.
    let mut answered: Option<Instant> = None;
    let mut answer_lost = false;
    let (mut request, mut answer) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
    loop {
        tokio::select! {
            read = client.read_buf(&mut request) => {
                if read? == 0 {
                    return Ok(());
                }
                match decide(&request, &guards) {
                    Decision::Wait => {}
                    Decision::Pass { loses_answer } => {
                        let was_idle = answered.take().is_some_and(|at| at.elapsed() >= IDLE);
                        match was_idle.then(|| guards.faults.stale()).flatten() {
                            Some(Stale::Reset) => return client.set_zero_linger(),
                            Some(Stale::BlackHole) => return swallow(&mut client).await,
                            None => {}
                        }
                        answer_lost = loses_answer;
                        dynoxide.write_all(&request).await?;
                        request.clear();
                    }
                    Decision::Throttle(refusal) => {
                        client.write_all(refusal.as_bytes()).await?;
                        request.clear();
                    }
                    Decision::PassAll => {
                        dynoxide.write_all(&request).await?;
                        copy_bidirectional(&mut client, &mut dynoxide).await?;
                        return Ok(());
                    }
                    Decision::Deny(denied) => {
                        let kind = "com.amazon.coral.service#AccessDeniedException";
                        client.write_all(refusal(kind, &denied.to_string()).as_bytes()).await?;
                        request.clear();
                    }
                    Decision::TurnAway(why) => {
                        let kind = "com.amazon.coral.service#MissingAuthenticationTokenException";
                        client.write_all(refusal(kind, why).as_bytes()).await?;
                        return Ok(());
                    }
                }
            }
            read = dynoxide.read_buf(&mut answer) => {
                if read? == 0 {
                    return Ok(());
                }
                if answer_lost {
                    return client.set_zero_linger();
                }
                client.write_all(&answer).await?;
                answered = Some(Instant::now());
                answer.clear();
            }
        }
    }
}

/// What becomes of the bytes that a client has sent.
enum Decision {
    /// There will be more.
    Wait,
    /// They are a function's request, which its policies allow.
    Pass {
        loses_answer: bool,
    },
    /// They are one of too many requests; with the answer that says so.
    Throttle(String),
    /// They go on, and so does all else of the connection, which is no function's.
    PassAll,
    Deny(Denied),
    /// The connection ends: it is not one of an SDK.
    TurnAway(&'static str),
}

fn decide(bytes: &[u8], Guards { access, door, faults }: &Guards) -> Decision {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Decision::Wait,
        // Dynoxide says what is wrong.
        Err(_) => return Decision::PassAll,
    };
    let header = |name: &str| {
        let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    let query = head.path.and_then(|path| path.split_once('?')).map_or("", |(_, query)| query);
    if let Err(stranger) = door.check(header("host"), header("origin")) {
        return Decision::TurnAway(stranger.reason());
    }
    let Some(key) = iam::access_key(header("authorization"), query) else {
        return Decision::TurnAway("the request is not signed: any access key will do");
    };
    if access.takes_any_key() && !access.has(key) {
        return Decision::PassAll;
    }
    let body_length = header("content-length").and_then(|length| length.parse().ok());
    let Some(body) = bytes[length..].get(..body_length.unwrap_or(0)) else { return Decision::Wait };
    let request = Received {
        method: head.method.unwrap_or_default(),
        target: head.path.unwrap_or_default(),
        headers: head
            .headers
            .iter()
            .filter_map(|it| Some((it.name, std::str::from_utf8(it.value).ok()?)))
            .collect(),
        body,
    };
    if !access.admits(key, &request) {
        return Decision::TurnAway(ONE_KEY);
    }
    // What names no operation is not an operation: dynoxide says so.
    let Some(target) = header("x-amz-target") else {
        return Decision::Pass { loses_answer: false };
    };
    match access.check(key, || iam::dynamodb::needs(target, body)) {
        Ok(()) if faults.throttles(key, target) => Decision::Throttle(throttled(target, body)),
        Ok(()) => Decision::Pass { loses_answer: faults.loses_answer(key, target) },
        Err(denied) => Decision::Deny(denied),
    }
}

/// Reads and forgets whatever else comes.
async fn swallow(client: &mut TcpStream) -> io::Result<()> {
    tokio::io::copy(client, &mut tokio::io::sink()).await.map(|_| ())
}

/// What DynamoDB answers when there are too many requests: a batch that it may leave undone is
/// left undone, a transaction is canceled with the reason, anything else is refused.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
fn throttled(target: &str, body: &[u8]) -> String {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    match target.rsplit('.').next() {
        Some("BatchGetItem") => {
            let untouched = json!({"Responses": {}, "UnprocessedKeys": input["RequestItems"]});
            response("200 OK", &untouched)
        }
        Some("TransactWriteItems") => {
            let items = input["TransactItems"].as_array().map_or(0, Vec::len);
            let mut reasons = vec![json!({"Code": "None"}); items];
            if let Some(last) = reasons.last_mut() {
                *last =
                    json!({"Code": "ThrottlingError", "Message": "Throughput exceeds the limit"});
            }
            let canceled = json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled, please refer cancellation reasons for \
                    specific reasons [ThrottlingError]",
                "CancellationReasons": reasons,
            });
            response("400 Bad Request", &canceled)
        }
        _ => refusal(
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded",
        ),
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
fn refusal(kind: &str, message: &str) -> String {
    response("400 Bad Request", &json!({"__type": kind, "Message": message}))
}

fn response(status: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
