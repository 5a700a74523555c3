//! Every five minutes: finds what callbacks should have told us and did not, and repairs it.

use shared::{Context, background::Reconciler, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let reconciler = &Reconciler::new(&context)?;
    lambda::schedule(|| async move { reconciler.run().await }).await
}
