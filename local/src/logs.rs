//! What the function processes print: line by line to the terminal, and kept for tests.

use std::{collections::VecDeque, sync::Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::Notify,
};

/// Kept at most, in bytes; the oldest lines go first.
const KEPT: usize = 4 * 1024 * 1024;

/// The lines of all function processes.
pub(crate) struct Logs {
    echo: bool,
    kept: Mutex<Kept>,
    added: Notify,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Logs {
    /// `echo` also prints every line to the terminal.
    pub(crate) fn new(echo: bool) -> Self {
        Self { echo, kept: Mutex::default(), added: Notify::new() }
    }

    /// Adds a line of `source`, a function's name.
    pub(crate) fn line(&self, source: &str, text: &str) {
        let line = format!("{source:<20} | {text}");
        if self.echo {
            println!("{line}");
        }
        let mut kept = self.kept.lock().expect("no holder panics");
        kept.bytes += line.len() + 1;
        kept.lines.push_back(line);
        while kept.bytes > KEPT {
            match kept.lines.pop_front() {
                Some(line) => kept.bytes -= line.len() + 1,
                None => break,
            }
        }
        drop(kept);
        self.added.notify_waiters();
    }

    /// Adds every line of `stream` until it ends.
    pub(crate) async fn follow(&self, source: &str, stream: impl AsyncRead + Unpin) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            self.line(source, String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    }

    /// All lines that are kept.
    pub(crate) fn text(&self) -> String {
        let kept = self.kept.lock().expect("no holder panics");
        kept.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    /// Returns once a kept line contains `text`.
    pub(crate) async fn wait_for(&self, text: &str) {
        loop {
            let added = self.added.notified();
            tokio::pin!(added);
            added.as_mut().enable();
            if self.text().contains(text) {
                return;
            }
            added.await;
        }
    }
}
