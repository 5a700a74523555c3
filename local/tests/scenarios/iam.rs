//! What a function's policies do not allow is refused as AWS refuses it.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use local::{Options, SECRET_ACCESS_KEY, Stack};
use std::time::Duration;

use crate::{
    system::{System, form},
    test_function::{self, FUNCTION, TemplateFile, http, start},
};

/// `Main` may read the open calls, update items of the table, send to `Work`, read the secret
/// `Own`, and read and write `main/` of the bucket. Nobody may list that.
const RESOURCES: &str = r#"
      Policies:
        - Statement:
            - {Effect: Allow, Action: "dynamodb:UpdateItem", Resource: !GetAtt Table.Arn}
            - {Effect: Allow, Action: "dynamodb:Query", Resource: !Sub "${Table.Arn}/index/open"}
            - {Effect: Allow, Action: "sqs:Send*", Resource: !GetAtt Work.Arn}
            - {Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: !Ref Own}
            - Effect: Allow
              Action: ["s3:GetObject", "s3:PutObject"]
              Resource: !Sub "${Bucket.Arn}/main/*"
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: open, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: open
          KeySchema: [{AttributeName: open, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
  Bucket: {Type: AWS::S3::Bucket}
  Work: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue}
  Own: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: mine}}
  Foreign: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: theirs}}
"#;

const KEY: &str = "test-function";

async fn stack() -> Stack {
    start(&format!("{}{RESOURCES}", FUNCTION.trim_end())).await
}

/// The code and the message of a refusal; none where it went through.
fn refusal<T, E: ProvideErrorMetadata>(
    result: Result<T, SdkError<E, impl std::fmt::Debug>>,
) -> Option<String> {
    let error = result.err()?;
    let meta = error.meta();
    Some(format!("{}: {}", meta.code().unwrap(), meta.message().unwrap_or_default()))
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_asks_for_each_action_and_for_the_index() {
    let stack = stack().await;
    let table = stack.physical_name("Table").unwrap();
    let client = |key| {
        let config = test_function::dynamodb(&stack).to_builder();
        let credentials =
            aws_sdk_dynamodb::config::Credentials::new(key, SECRET_ACCESS_KEY, None, None, "test");
        aws_sdk_dynamodb::Client::from_conf(config.credentials_provider(credentials).build())
    };
    let (main, developer) = (client(KEY), client("AKIAIOSFODNN7EXAMPLE"));
    let text = |value: &str| AttributeValue::S(value.to_owned());

    let put = main.put_item().table_name(&table).item("pk", text("a")).send().await;
    insta::assert_snapshot!(refusal(put).unwrap(), @"AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/switchboard-TestFunctionRole/switchboard-test-function is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/switchboard-table because no identity-based policy allows the dynamodb:PutItem action");
    let put = developer.put_item().table_name(&table).item("pk", text("a")).send().await;
    assert_eq!(refusal(put), None);

    // More than comes in one read.
    let large = main.update_item().table_name(&table).key("pk", text("large"));
    let large = large.update_expression("SET seen = :large");
    let large = large.expression_attribute_values(":large", text(&"x".repeat(300_000)));
    assert_eq!(refusal(large.send().await), None);

    let query = |index: Option<&str>, name: &str| {
        let query = main.query().table_name(&table).set_index_name(index.map(ToOwned::to_owned));
        let query = query.key_condition_expression("#key = :value");
        let query = query.expression_attribute_names("#key", name);
        query.expression_attribute_values(":value", text("a")).send()
    };
    assert_eq!(refusal(query(Some("open"), "open").await), None);
    assert!(refusal(query(None, "pk").await).is_some());

    let update = Update::builder().table_name(&table).key("pk", text("a"));
    let update =
        update.update_expression("SET seen = :a").expression_attribute_values(":a", text("a"));
    let update = TransactWriteItem::builder().update(update.build().unwrap()).build();
    let delete = aws_sdk_dynamodb::types::Delete::builder().table_name(&table).key("pk", text("b"));
    let delete = TransactWriteItem::builder().delete(delete.build().unwrap()).build();
    let updates = main.transact_write_items().transact_items(update.clone());
    assert_eq!(refusal(updates.send().await), None);
    let both = main.transact_write_items().transact_items(update).transact_items(delete);
    let message = refusal(both.send().await).unwrap();
    assert!(message.contains("dynamodb:DeleteItem"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_asks_also_behind_a_link_and_tells_nobody_what_is_not_there() {
    let stack = stack().await;
    let bucket = stack.physical_name("Bucket").unwrap();
    let main = aws_sdk_s3::Client::from_conf(test_function::s3(&stack, KEY, SECRET_ACCESS_KEY));
    let developer =
        aws_sdk_s3::Client::from_conf(test_function::s3(&stack, "local", SECRET_ACCESS_KEY));
    let body = || ByteStream::from_static(b"RIFF");
    let put = |client: &aws_sdk_s3::Client, key: &str| {
        client.put_object().bucket(&bucket).key(key).body(body()).send()
    };
    assert_eq!(refusal(put(&main, "main/a").await), None);
    insta::assert_snapshot!(refusal(put(&main, "other/a").await).unwrap(), @"AccessDenied: User: arn:aws:sts::000000000000:assumed-role/switchboard-TestFunctionRole/switchboard-test-function is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::switchboard-bucket/other/a because no identity-based policy allows the s3:PutObject action");
    assert_eq!(refusal(put(&developer, "other/a").await), None);

    let get = |key: &str| main.get_object().bucket(&bucket).key(key);
    assert_eq!(refusal(get("main/a").send().await), None);
    for (key, status) in [("main/a", 200), ("other/a", 403)] {
        let soon = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
        let link = get(key).presigned(soon).await.unwrap();
        assert_eq!(http().get(link.uri()).send().await.unwrap().status(), status, "{key}");
    }
    // Whoever may not list cannot tell what is not there from what is not theirs.
    let refused = refusal(get("main/none").send().await).unwrap();
    assert!(refused.starts_with("AccessDenied:") && refused.contains("s3:ListBucket"), "{refused}");
    let head = main.head_object().bucket(&bucket).key("main/none").send().await.unwrap_err();
    assert_eq!(head.raw_response().unwrap().status().as_u16(), 403);
    assert!(refusal(main.list_objects_v2().bucket(&bucket).send().await).is_some());
    assert!(refusal(main.delete_object().bucket(&bucket).key("main/a").send().await).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn sqs_and_secrets_manager_ask_for_their_resources() {
    let stack = stack().await;
    let credentials = aws_sdk_sqs::config::Credentials::new(KEY, "secret", None, None, "test");
    let config = test_function::sqs(&stack).to_builder().credentials_provider(credentials);
    let sqs = aws_sdk_sqs::Client::from_conf(config.build());
    let send = |queue: &str| {
        let name = stack.physical_name(queue).unwrap();
        let url = format!("{}/000000000000/{name}", stack.aws_url());
        sqs.send_message().queue_url(url).message_body("ok").send()
    };
    assert_eq!(refusal(send("Work").await), None);
    insta::assert_snapshot!(refusal(send("Other").await).unwrap(), @"AccessDenied: User: arn:aws:sts::000000000000:assumed-role/switchboard-TestFunctionRole/switchboard-test-function is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:switchboard-other because no identity-based policy allows the sqs:sendmessage action");

    let credentials =
        aws_sdk_secretsmanager::config::Credentials::new(KEY, "secret", None, None, "test");
    let config =
        test_function::secrets_manager(&stack).to_builder().credentials_provider(credentials);
    let secrets = aws_sdk_secretsmanager::Client::from_conf(config.build());
    let read = |secret: &str| {
        secrets.get_secret_value().secret_id(stack.physical_name(secret).unwrap()).send()
    };
    assert_eq!(refusal(read("Own").await), None);
    insta::assert_snapshot!(refusal(read("Foreign").await).unwrap(), @"AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/switchboard-TestFunctionRole/switchboard-test-function is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:000000000000:secret:switchboard-foreign-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_whose_policies_lack_an_action_fails_and_the_log_says_which() {
    let template = std::fs::read_to_string(Options::default().template).unwrap();
    let call = form(&[("CallStatus", "ringing")]);
    for (change, status) in [(("", ""), 200), (("dynamodb:UpdateItem", "dynamodb:PutItem"), 500)] {
        let file = TemplateFile::new(&template.replacen(change.0, change.1, 1));
        let options = Options { template: file.0.clone(), ..Options::ephemeral_on_free_ports() };
        let stack = Stack::start(options).await.unwrap();
        let simulator = stack.simulator_url().unwrap();
        let system = System::of(stack, &simulator);
        let (answered, body) = system.webhook("/voice", &call).await;
        assert_eq!(answered, status, "{body}\n{}", system.stack.logs());
        let denied = "Policies of IvrEntry in the template do not allow dynamodb:UpdateItem";
        assert_eq!(system.stack.logs().contains(denied), status == 500);
    }
}
