//! The processes of one function: as many as are busy, reused last in, first out, as Lambda does.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::body::Bytes;
use nix::unistd::Pid;
use tokio::task::JoinHandle;

use super::{
    PAYLOAD_LIMIT,
    failure::Failure,
    process::{Process, ProcessState},
};
use crate::{logs::Logs, template::Function};

/// Most processes of one function at a time. Lambda's own limit is 1,000 for a whole account; a
/// laptop does not have the memory.
const CONCURRENCY: usize = 50;

/// What the processes of all functions share.
pub(crate) struct Host {
    /// Where the binaries are.
    pub(crate) function_dir: PathBuf,
    /// The process group that ends with the stack.
    pub(crate) group: i32,
    pub(crate) logs: Arc<Logs>,
    /// What goes with every function's access key.
    pub(crate) secret_access_key: String,
}

/// One function and its processes.
pub(crate) struct Pool {
    pub(crate) function: Arc<Function>,
    pub(crate) host: Arc<Host>,
    processes: Mutex<Processes>,
}

#[derive(Default)]
struct Processes {
    started: u64,
    alive: BTreeMap<u64, Arc<Process>>,
    /// Numbers of frozen processes; the last is the next to be used.
    idle: Vec<u64>,
}

impl Pool {
    pub(crate) fn new(function: Function, host: Arc<Host>) -> Arc<Self> {
        Arc::new(Self { function: Arc::new(function), host, processes: Mutex::default() })
    }

    /// Invokes the function with an event. The invocation goes on when the caller gives up.
    pub(crate) fn invoke(self: &Arc<Self>, event: Bytes) -> JoinHandle<Result<Bytes, Failure>> {
        let pool = self.clone();
        tokio::spawn(async move {
            let answer = pool.run(event).await;
            if let Err(failure) = &answer {
                pool.host.logs.line(&pool.function.binary, &format!("FAILED {failure}"));
            }
            answer
        })
    }

    async fn run(self: &Arc<Self>, event: Bytes) -> Result<Bytes, Failure> {
        if event.len() > PAYLOAD_LIMIT {
            return Err(Failure::TooLarge);
        }
        loop {
            let (process, is_new) = self.acquire()?;
            let answer = process.invoke(event.clone(), self.function.timeout).await;
            match answer {
                // A process that somebody killed while it was frozen: the event has not been seen.
                Err(Failure::Gone(_)) if !is_new => {}
                Err(Failure::Gone(reason)) => return Err(Failure::Init(reason)),
                answer => return answer,
            }
        }
    }

    /// The process that was frozen last, or a new one; and whether it is new.
    fn acquire(self: &Arc<Self>) -> Result<(Arc<Process>, bool), Failure> {
        let mut processes = self.lock();
        while let Some(number) = processes.idle.pop() {
            if let Some(process) = processes.alive.get(&number) {
                return Ok((process.clone(), false));
            }
        }
        if processes.alive.len() >= self.function.concurrency.unwrap_or(CONCURRENCY) {
            return Err(Failure::Throttled);
        }
        processes.started += 1;
        let number = processes.started;
        let process =
            Process::start(self, number).map_err(|error| Failure::Init(format!("{error:#}")))?;
        processes.alive.insert(number, process.clone());
        Ok((process, true))
    }

    /// A process is frozen and can be used again.
    pub(super) fn put_back(&self, number: u64) {
        self.lock().idle.push(number);
    }

    /// A process has ended.
    pub(super) fn remove(&self, number: u64) {
        let mut processes = self.lock();
        processes.alive.remove(&number);
        processes.idle.retain(|idle| *idle != number);
    }

    /// The processes that are alive.
    pub(crate) fn processes(&self) -> Vec<(Pid, ProcessState)> {
        let processes = self.lock();
        processes.alive.values().map(|process| (process.pid, process.state())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Processes> {
        self.processes.lock().expect("no holder panics")
    }
}
