//! Every five minutes: finds what callbacks should have told us and did not, and repairs it.

use shared::{lambda, reconciler::Reconciler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let reconciler = &Reconciler::from_env()?;
    lambda::schedule(|| async move { reconciler.run().await }).await
}
