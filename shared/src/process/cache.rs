//! A cache for values that a process reads now and then and not for each request.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::timeout};

use crate::Error;

/// How long a value is used after it was read.
const USED_FOR: Duration = Duration::from_secs(30);

/// How long to wait after a failed read before reading again.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// How long a read may take: a caller waits for it, and Lambda for a function that starts.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// A value that each process keeps for 30 seconds. While it cannot be read again, the value read
/// before goes on being used.
#[derive(Debug)]
pub struct Cached<T> {
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    value: Option<Arc<T>>,
    due_at: Instant,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { value: None, due_at: Instant::now() }) }
    }
}

impl<T> Cached<T> {
    /// The value, read anew when the one that is kept is too old. The log calls it `name`.
    ///
    /// # Errors
    /// The error of the read, when no read has succeeded yet and there was no initial value.
    pub async fn get(
        &self,
        name: &'static str,
        read: impl Future<Output = Result<T, Error>>,
    ) -> Result<Arc<T>, Error> {
        let mut kept = self.kept.lock().await;
        if let Some(value) = &kept.value
            && Instant::now() < kept.due_at
        {
            return Ok(value.clone());
        }
        let read = timeout(READ_WITHIN, read).await.map_err(Error::from).flatten();
        match (read, &kept.value) {
            (Ok(value), _) => {
                let value = Arc::new(value);
                let due_at = Instant::now() + USED_FOR;
                *kept = Kept { value: Some(value.clone()), due_at };
                Ok(value)
            }
            (Err(error), Some(before)) => {
                tracing::error!(name, error = error.chain(), "not read, what was known is used");
                let before = before.clone();
                kept.due_at = Instant::now() + TRIED_AGAIN_AFTER;
                Ok(before)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// A cache that gives `value` until a read succeeds. The first [`Cached::get`] reads.
    pub fn with_initial(value: T) -> Self {
        let value = Some(Arc::new(value));
        Self { kept: Mutex::new(Kept { value, due_at: Instant::now() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn failing() -> Result<u8, Error> {
        Err(Error::internal("down"))
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(future)
    }

    #[test]
    fn what_was_read_is_used_and_not_read_again() {
        run(async {
            let cached = Cached::default();
            assert!(cached.get("test", failing()).await.is_err());
            assert_eq!(*cached.get("test", async { Ok(1) }).await.unwrap(), 1);
            assert_eq!(*cached.get("test", async { Ok(2) }).await.unwrap(), 1);
        });
    }

    #[test]
    fn while_it_cannot_be_read_the_initial_value_is_used() {
        run(async {
            let cached = Cached::with_initial(0);
            assert_eq!(*cached.get("test", failing()).await.unwrap(), 0);
            // Tried again in some seconds, and not with the next request.
            assert_eq!(*cached.get("test", async { Ok(1) }).await.unwrap(), 0);
        });
    }

    #[test]
    fn an_initial_value_is_due_at_once() {
        run(async {
            let cached = Cached::with_initial(0);
            assert_eq!(*cached.get("test", async { Ok(1) }).await.unwrap(), 1);
        });
    }
}
