//! DynamoDB stream: items were written, so what they are about is noted for consoles that are open.

use shared::{
    Context, Error, lambda,
    live::{Change, Feed},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let feed = &Feed::new(Context::from_env().table()?);
    lambda::stream_in_batches(|records| async move { feed.note(&Change::all_of(&records)).await })
        .await
}
