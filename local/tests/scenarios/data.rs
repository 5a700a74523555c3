//! DynamoDB, S3 and Secrets Manager, with AWS's own SDKs.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::{presigning::PresigningConfig, primitives::ByteStream};
use local::Stack;

use crate::test_function::{self, FUNCTION, http, start};

const WITH_DATA: &str = r#"
      Policies:
        Statement:
          - Effect: Allow
            Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
            Resource: !Sub "${Recordings.Arn}/*"
          - {Effect: Allow, Action: "s3:ListBucket", Resource: !GetAtt Recordings.Arn}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: turned
          KeySchema: [{AttributeName: sk, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Recordings: {Type: AWS::S3::Bucket}
  ApiSecret: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !Sub '{"region": "${AWS::Region}"}'}}
"#;

async fn stack() -> Stack {
    start(&format!("{}{}", FUNCTION.trim_end(), WITH_DATA)).await
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_the_template_is_there_with_index_and_stream() {
    let stack = stack().await;
    let client = aws_sdk_dynamodb::Client::from_conf(test_function::dynamodb(&stack));
    let table = stack.physical_name("Table").unwrap();
    let put = client.put_item().table_name(&table).item("pk", text("a")).item("sk", text("b"));
    put.send().await.unwrap();
    let query = client.query().table_name(&table).index_name("turned");
    let query =
        query.key_condition_expression("sk = :b").expression_attribute_values(":b", text("b"));
    assert_eq!(query.send().await.unwrap().count(), 1);
    let description = client.describe_table().table_name(&table).send().await.unwrap();
    assert!(description.table().unwrap().latest_stream_arn().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn items_past_their_time_to_live_are_deleted() {
    let stack = stack().await;
    let client = aws_sdk_dynamodb::Client::from_conf(test_function::dynamodb(&stack));
    let table = stack.physical_name("Table").unwrap();
    let expired = AttributeValue::N("1700000000".to_owned());
    let put = client.put_item().table_name(&table).item("pk", text("a")).item("sk", text("b"));
    put.item("expires_at", expired).send().await.unwrap();
    let begun = std::time::Instant::now();
    while client.scan().table_name(&table).send().await.unwrap().count() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_stored_read_and_deleted() {
    let stack = stack().await;
    let client = aws_sdk_s3::Client::from_conf(test_function::s3(
        &stack,
        "test-function",
        local::SECRET_ACCESS_KEY,
    ));
    let bucket = stack.physical_name("Recordings").unwrap();
    let key = "voicemail/RE1.wav";
    // From memory the SDK sends one body; from a stream, signed chunks with a checksum at the end.
    let file = std::env::temp_dir().join(format!("switchboard-{}.wav", uuid::Uuid::new_v4()));
    std::fs::write(&file, vec![7; 3 * 1024 * 1024]).unwrap();
    for body in [ByteStream::from_static(b"RIFF"), ByteStream::from_path(&file).await.unwrap()] {
        let size = body.size_hint().0;
        let put = client.put_object().bucket(&bucket).key(key).content_type("audio/wav");
        put.metadata("call", "CA1").body(body).send().await.unwrap();
        let head = client.head_object().bucket(&bucket).key(key).send().await.unwrap();
        assert_eq!(u64::try_from(head.content_length().unwrap()).unwrap(), size);
        assert_eq!(head.content_type(), Some("audio/wav"));
        let got = client.get_object().bucket(&bucket).key(key).send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().into_bytes().len() as u64, size);
    }
    std::fs::remove_file(file).unwrap();
    client.delete_object().bucket(&bucket).key(key).send().await.unwrap();
    let gone = client.head_object().bucket(&bucket).key(key).send().await.unwrap_err();
    assert!(gone.into_service_error().is_not_found());
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_uploaded_in_parts() {
    use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
    let stack = stack().await;
    let client = aws_sdk_s3::Client::from_conf(test_function::s3(
        &stack,
        "test-function",
        local::SECRET_ACCESS_KEY,
    ));
    let bucket = stack.physical_name("Recordings").unwrap();
    let create =
        client.create_multipart_upload().bucket(&bucket).key("long.wav").content_type("audio/wav");
    let upload = create.send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    for number in 1..=2 {
        let body = ByteStream::from(vec![u8::try_from(number).unwrap(); 5 * 1024 * 1024]);
        let part = client.upload_part().bucket(&bucket).key("long.wav").upload_id(id);
        let part = part.part_number(number).body(body).send().await.unwrap();
        let tag = part.e_tag().unwrap();
        parts = parts.parts(CompletedPart::builder().part_number(number).e_tag(tag).build());
    }
    let complete = client.complete_multipart_upload().bucket(&bucket).key("long.wav");
    complete.upload_id(id).multipart_upload(parts.build()).send().await.unwrap();
    let head = client.head_object().bucket(&bucket).key("long.wav").send().await.unwrap();
    assert_eq!(head.content_length(), Some(10 * 1024 * 1024));
    let create = client.create_multipart_upload().bucket(&bucket).key("abandoned.wav");
    let upload = create.send().await.unwrap();
    let abort = client.abort_multipart_upload().bucket(&bucket).key("abandoned.wav");
    abort.upload_id(upload.upload_id().unwrap()).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_link_works_until_it_expires_and_only_as_it_was_signed() {
    let stack = stack().await;
    let bucket = stack.physical_name("Recordings").unwrap();
    let sign = async |key: &str, secret: &str, begin: std::time::SystemTime| {
        let client = aws_sdk_s3::Client::from_conf(test_function::s3(&stack, key, secret));
        let for_a_minute = PresigningConfig::builder()
            .start_time(begin)
            .expires_in(Duration::from_secs(60))
            .build()
            .unwrap();
        let get = client.get_object().bucket(&bucket).key("a.wav").presigned(for_a_minute);
        get.await.unwrap().uri().to_owned()
    };
    let now = std::time::SystemTime::now();
    let earlier = now - Duration::from_secs(120);
    let secret = local::SECRET_ACCESS_KEY;
    let good = sign("test-function", secret, now).await;
    let client = aws_sdk_s3::Client::from_conf(test_function::s3(&stack, "test-function", secret));
    let put =
        client.put_object().bucket(&bucket).key("a.wav").body(ByteStream::from_static(b"RIFF"));
    put.send().await.unwrap();
    let cases = [
        (good.clone(), 200),
        (sign("test-function", secret, earlier).await, 403),
        (sign("test-function", "another secret", now).await, 403),
        (sign("nobody", secret, now).await, 403),
        (good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"), 403),
        (good.replace("a.wav", "b.wav"), 403),
    ];
    for (url, expected) in cases {
        let status = http().get(&url).send().await.unwrap().status().as_u16();
        assert_eq!(status, expected, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developers_own_key_reads_and_writes() {
    let stack = stack().await;
    let bucket = stack.physical_name("Recordings").unwrap();
    let client =
        aws_sdk_s3::Client::from_conf(test_function::s3(&stack, "AKIAIOSFODNN7EXAMPLE", "mine"));
    let put = client.put_object().bucket(&bucket).key("a.txt").body(ByteStream::from_static(b"a"));
    put.send().await.unwrap();
    let list = client.list_objects_v2().bucket(&bucket).send().await.unwrap();
    assert_eq!(list.contents()[0].key(), Some("a.txt"));
    // The functions' keys are verified.
    let client =
        aws_sdk_s3::Client::from_conf(test_function::s3(&stack, "test-function", "not its secret"));
    assert!(client.list_objects_v2().bucket(&bucket).send().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_read_by_name_and_by_arn() {
    let stack = stack().await;
    let client = aws_sdk_secretsmanager::Client::from_conf(test_function::secrets_manager(&stack));
    let name = stack.physical_name("ApiSecret").unwrap();
    let by_name = client.get_secret_value().secret_id(&name).send().await.unwrap();
    assert_eq!(by_name.secret_string(), Some(r#"{"region": "us-east-1"}"#));
    let by_arn = client.get_secret_value().secret_id(by_name.arn().unwrap()).send().await.unwrap();
    assert_eq!(by_arn.name(), Some(name.as_str()));
    let missing = client.get_secret_value().secret_id("nothing").send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    let other = client.list_secrets().send().await.unwrap_err().into_service_error();
    assert!(
        format!("{other:?}").contains("the local stack has no Secrets Manager ListSecrets"),
        "{other:?}"
    );
}
