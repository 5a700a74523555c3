//! The floor that `make bench` compares with: a function that holds a DynamoDB client and puts one
//! item a request. It is not deployed.

use std::env;

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};
use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("bench-bare", "secret", None, None, "bench"))
        .endpoint_url(env::var("AWS_ENDPOINT_URL_DYNAMODB")?)
        .build();
    let client = &Client::from_conf(config);
    let table = &env::var("TABLE_NAME")?;
    run(service_fn(move |_: Request| async move {
        client
            .put_item()
            .table_name(table)
            .item("pk", AttributeValue::S("BENCH".into()))
            .item("sk", AttributeValue::S("BARE".into()))
            .send()
            .await?;
        Ok::<_, Error>("stored")
    }))
    .await
}
