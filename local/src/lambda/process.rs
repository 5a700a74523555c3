//! One function process: what it is doing, and its freezing between invocations.

use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use anyhow::{Context, Result};
use axum::body::Bytes;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    net::TcpListener,
    process::Command,
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

use super::{environment, failure::Failure, pool::Pool, runtime_api};

/// How long a process may take from its start to its first poll, as on Lambda.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// A process that has answered and does not poll again within this time is frozen all the same.
const POLL_GRACE: Duration = Duration::from_millis(100);

/// What a function process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessState {
    /// It starts, or works on an invocation.
    Busy,
    /// It has answered and not asked for the next event yet.
    Answered,
    /// It is stopped (SIGSTOP) until the next event.
    Frozen,
    /// It has ended.
    Ended,
}

/// A function process.
pub(crate) struct Process {
    pub(crate) number: u64,
    pub(crate) pid: Pid,
    pub(crate) pool: Weak<Pool>,
    inner: Mutex<Inner>,
    to_process: mpsc::Sender<Delivery>,
    /// What its Runtime API takes the next event from.
    pub(super) deliveries: AsyncMutex<mpsc::Receiver<Delivery>>,
}

struct Inner {
    state: ProcessState,
    invocation: Option<Invocation>,
    /// What to say to the caller as soon as the process is frozen.
    answer: Option<Result<Bytes, Failure>>,
}

struct Invocation {
    request_id: String,
    caller: oneshot::Sender<Result<Bytes, Failure>>,
}

/// An event on its way to a process.
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) event: Bytes,
    /// Told when the process has asked for the event.
    pub(super) started: oneshot::Sender<()>,
}

impl Process {
    /// Starts a process of the pool's function, with a Runtime API of its own.
    ///
    /// # Errors
    /// The binary cannot be started, or there is no free port.
    pub(crate) fn start(pool: &Arc<Pool>, number: u64) -> Result<Arc<Self>> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let host = &pool.host;
        let binary = host.function_dir.join(&pool.function.binary);
        let mut child = Command::new(&binary)
            .env_clear()
            .envs(environment::variables(
                &pool.function,
                address,
                &host.function_dir,
                &host.secret_access_key,
            ))
            .current_dir(&host.function_dir)
            .process_group(host.group)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        let pid = Pid::from_raw(i32::try_from(child.id().context("it ended at once")?)?);

        let (to_process, deliveries) = mpsc::channel(1);
        let process = Arc::new(Self {
            number,
            pid,
            pool: Arc::downgrade(pool),
            inner: Mutex::new(Inner { state: ProcessState::Busy, invocation: None, answer: None }),
            to_process,
            deliveries: AsyncMutex::new(deliveries),
        });
        let listener = TcpListener::from_std(listener)?;
        let runtime_api =
            tokio::spawn(runtime_api::serve(listener, process.clone(), pool.function.clone()));
        for stream in
            [child.stdout.take().map(Output::Stdout), child.stderr.take().map(Output::Stderr)]
        {
            let (logs, name) = (host.logs.clone(), pool.function.binary.clone());
            tokio::spawn(async move {
                match stream {
                    Some(Output::Stdout(stream)) => logs.follow(&name, stream).await,
                    Some(Output::Stderr(stream)) => logs.follow(&name, stream).await,
                    None => {}
                }
            });
        }
        let ended = process.clone();
        tokio::spawn(async move {
            let status = child.wait().await;
            runtime_api.abort();
            ended.ended(status.ok());
        });
        Ok(process)
    }

    /// Has the process work on one event.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Gone`] means that the process never saw the event.
    pub(crate) async fn invoke(
        &self,
        event: Bytes,
        function_timeout: Duration,
    ) -> Result<Bytes, Failure> {
        let request_id = Uuid::new_v4().to_string();
        let (caller, mut answer) = oneshot::channel();
        let (started, mut has_started) = oneshot::channel();
        {
            let mut inner = self.lock();
            if inner.state == ProcessState::Ended {
                return Err(Failure::Gone("it ended while it was frozen".to_owned()));
            }
            inner.invocation = Some(Invocation { request_id: request_id.clone(), caller });
            if inner.state == ProcessState::Frozen {
                self.signal(Signal::SIGCONT);
            }
            inner.state = ProcessState::Busy;
        }
        let delivery = Delivery { request_id: request_id.clone(), event, started };
        if self.to_process.send(delivery).await.is_err() {
            return Err(Failure::Gone("it takes no events".to_owned()));
        }
        // Init is not part of the function's timeout.
        tokio::select! {
            biased;
            () = async { let _ = (&mut has_started).await; } => {}
            ended = &mut answer => {
                return match ended {
                    Ok(Err(Failure::Exited(reason))) => Err(Failure::Gone(reason)),
                    Ok(other) => other,
                    Err(_) => Err(Failure::Gone("the stack is stopping".to_owned())),
                };
            }
            () = tokio::time::sleep(INIT_TIMEOUT) => {
                self.signal(Signal::SIGKILL);
                return Err(Failure::Init(format!("no poll within {INIT_TIMEOUT:?}")));
            }
        }
        match timeout(function_timeout, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                Err(Failure::Exited(format!("RequestId: {request_id} the stack is stopping")))
            }
            Err(_) => {
                self.signal(Signal::SIGKILL);
                Err(Failure::TimedOut(format!(
                    "{request_id} Task timed out after {:.2} seconds",
                    function_timeout.as_secs_f64()
                )))
            }
        }
    }

    /// The process asks for its next event: what it was working on is over.
    pub(super) fn polls(&self) {
        self.freeze();
    }

    /// The process has answered the invocation of this id.
    ///
    /// Returns whether it is the one that it is working on.
    pub(super) fn answers(
        self: &Arc<Self>,
        request_id: &str,
        answer: Result<Bytes, Failure>,
    ) -> bool {
        let mut inner = self.lock();
        let current = inner.invocation.as_ref();
        if inner.answer.is_some() || current.is_none_or(|current| current.request_id != request_id)
        {
            return false;
        }
        inner.answer = Some(answer);
        inner.state = ProcessState::Answered;
        drop(inner);
        let process = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(POLL_GRACE).await;
            process.freeze();
        });
        true
    }

    /// The process cannot begin its work.
    pub(super) fn fails_to_start(&self, error: &Bytes) {
        let mut inner = self.lock();
        let reason = String::from_utf8_lossy(error).into_owned();
        if let Some(invocation) = inner.invocation.take() {
            let _ = invocation.caller.send(Err(Failure::Init(reason)));
        }
        drop(inner);
        self.signal(Signal::SIGKILL);
    }

    /// Stops the process if it has answered, and only then gives the answer to the caller, so that
    /// nothing of the function runs after its answer.
    fn freeze(&self) {
        let mut inner = self.lock();
        if inner.state != ProcessState::Answered {
            return;
        }
        self.signal(Signal::SIGSTOP);
        inner.state = ProcessState::Frozen;
        let (invocation, answer) = (inner.invocation.take(), inner.answer.take());
        drop(inner);
        if let Some(pool) = self.pool.upgrade() {
            pool.put_back(self.number);
        }
        if let (Some(invocation), Some(answer)) = (invocation, answer) {
            // A caller that has given up has its own timeout's answer.
            let _ = invocation.caller.send(answer);
        }
    }

    fn ended(&self, status: Option<ExitStatus>) {
        let mut inner = self.lock();
        inner.state = ProcessState::Ended;
        if let Some(invocation) = inner.invocation.take() {
            let answer = inner.answer.take().unwrap_or_else(|| {
                let how = status.map_or("unknown".to_owned(), |status| status.to_string());
                let id = &invocation.request_id;
                Err(Failure::Exited(format!(
                    "RequestId: {id} Error: Runtime exited with error: {how}"
                )))
            });
            let _ = invocation.caller.send(answer);
        }
        drop(inner);
        if let Some(pool) = self.pool.upgrade() {
            pool.remove(self.number);
        }
    }

    /// What the process is doing.
    pub(crate) fn state(&self) -> ProcessState {
        self.lock().state
    }

    fn signal(&self, signal: Signal) {
        if let Err(error) = kill(self.pid, signal) {
            tracing::debug!(%error, %signal, pid = %self.pid, "the process is gone");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no holder panics")
    }
}

enum Output {
    Stdout(tokio::process::ChildStdout),
    Stderr(tokio::process::ChildStderr),
}
