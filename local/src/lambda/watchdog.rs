//! Function processes never outlive the stack, not even a stack that was killed.
//!
//! All of them are in the process group of a small shell that waits for the end of its standard
//! input, which the stack holds open. However the stack ends, the kernel closes the pipe, and the
//! shell kills its group: SIGKILL also ends processes that are frozen.

use std::{
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::os::unix::process::CommandExt;

/// SIGHUP is what a group with frozen members gets when its parent is gone; the shell ignores it
/// to have the time for its work. `$1` is a folder to remove, or nothing.
const SCRIPT: &str = r#"trap "" HUP; read _; [ -z "$1" ] || rm -rf -- "$1"; kill -KILL 0"#;

/// The shell whose process group all function processes join.
pub(crate) struct Watchdog {
    child: Child,
    /// Its closing is the signal.
    _stack_is_alive: ChildStdin,
}

impl Watchdog {
    /// Starts the shell; `remove` is a folder that goes with the stack.
    ///
    /// # Errors
    /// There is no `sh`.
    pub(crate) fn start(remove: Option<&Path>) -> Result<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("switchboard-watchdog");
        if let Some(folder) = remove {
            command.arg(folder);
        }
        let mut child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("sh cannot be started")?;
        let pipe = child.stdin.take().context("the watchdog has no pipe")?;
        Ok(Self { child, _stack_is_alive: pipe })
    }

    /// The process group to start function processes in.
    pub(crate) fn group(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or(i32::MAX)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // The shell is in the group too, so it is gone after this and can be waited for.
        let killed = killpg(Pid::from_raw(self.group()), Signal::SIGKILL);
        if let Err(error) = killed {
            tracing::warn!(%error, "function processes could not be killed");
        }
        if let Err(error) = self.child.wait() {
            tracing::warn!(%error, "the watchdog could not be waited for");
        }
    }
}
