//! Streams of tables and the functions that they invoke, with AWS's own SDK as the writer.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use local::Stack;
use serde_json::Value;

use crate::test_function::{self, FUNCTION, logged, start};

const WITH_STREAM: &str = r#"
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            MaximumRetryAttempts: 2
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: 'PATTERN'}]}
            DestinationConfig:
              OnFailure: {Type: SQS, Destination: !GetAtt DeadLetters.Arn}
  DeadLetters: {Type: AWS::SQS::Queue}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
"#;

const EXPIRED: &str = r#"{"eventName": ["REMOVE"], "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}, "dynamodb": {"Keys": {"sk": {"S": ["LIVE"]}}}}"#;
const NEW: &str = r#"{"eventName": ["INSERT"]}"#;

struct Scenario {
    stack: Stack,
    client: Client,
    table: String,
}

impl Scenario {
    async fn start(pattern: &str) -> Self {
        let stream = WITH_STREAM.replace("PATTERN", pattern);
        let stack = start(&format!("{}{stream}", FUNCTION.trim_end())).await;
        let client = Client::from_conf(test_function::dynamodb(&stack));
        let table = stack.physical_name("Table").unwrap();
        Self { stack, client, table }
    }

    fn item(&self, pk: &str, sk: &str) -> Put {
        let put = Put::builder().table_name(&self.table).item("pk", text(pk));
        put.item("sk", text(sk)).build().unwrap()
    }

    /// Writes new items at once, so that they are one batch.
    async fn write(&self, keys: &[&str]) {
        let items = keys.iter().map(|key| self.item(key, "LIVE"));
        let items = items.map(|put| TransactWriteItem::builder().put(put).build()).collect();
        self.client.transact_write_items().set_transact_items(Some(items)).send().await.unwrap();
    }

    /// Writes an item whose time has passed.
    async fn write_expired(&self, pk: &str, sk: &str) {
        let put = self.client.put_item().table_name(&self.table).item("pk", text(pk));
        let expired = AttributeValue::N("1700000000".to_owned());
        put.item("sk", text(sk)).item("expires_at", expired).send().await.unwrap();
    }

    /// What the function has received so far, in order.
    fn received(&self) -> Vec<String> {
        let logs = self.stack.logs();
        let lines = logs.lines().filter_map(|line| line.split_once("| received "));
        lines.map(|(_, received)| received.to_owned()).collect()
    }

    /// The message that an on-failure queue gets.
    async fn dead_letter(&self) -> Value {
        let begun = Instant::now();
        loop {
            if let [message] = self.stack.queue("DeadLetters").unwrap().as_slice() {
                return serde_json::from_str(&message.body).unwrap();
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", self.stack.logs());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_past_its_time_to_live_reaches_the_function_once() {
    let scenario = Scenario::start(EXPIRED).await;
    scenario.write_expired("print event", "LIVE").await;
    logged(&scenario.stack, "\"awsRegion\"").await;
    scenario.write_expired("ok another", "LIVE").await;
    logged(&scenario.stack, "ok another").await;
    assert_eq!(
        scenario.received(),
        [r#""REMOVE" print event (of batch 1)"#, r#""REMOVE" ok another (of batch 1)"#]
    );
    let logs = scenario.stack.logs();
    let line = logs.lines().find(|line| line.contains("awsRegion")).unwrap();
    let record: Value = serde_json::from_str(line.split_once("| ").unwrap().1).unwrap();
    insta::assert_json_snapshot!(record, {
        ".eventID" => "[id]",
        ".dynamodb.SequenceNumber" => "[number]",
        ".dynamodb.ApproximateCreationDateTime" => "[time]",
    }, @r#"
    {
      "awsRegion": "us-east-1",
      "dynamodb": {
        "ApproximateCreationDateTime": "[time]",
        "Keys": {
          "pk": {
            "S": "print event"
          },
          "sk": {
            "S": "LIVE"
          }
        },
        "OldImage": {
          "expires_at": {
            "N": "1700000000"
          },
          "pk": {
            "S": "print event"
          },
          "sk": {
            "S": "LIVE"
          }
        },
        "SequenceNumber": "[number]",
        "SizeBytes": 120,
        "StreamViewType": "NEW_AND_OLD_IMAGES"
      },
      "eventID": "[id]",
      "eventName": "REMOVE",
      "eventSource": "aws:dynamodb",
      "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/switchboard-table/stream/local",
      "eventVersion": "1.1",
      "userIdentity": {
        "principalId": "dynamodb.amazonaws.com",
        "type": "Service"
      }
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_somebody_asked_for_does_not_reach_the_function() {
    let scenario = Scenario::start(EXPIRED).await;
    scenario.write(&["ok asked for"]).await;
    let delete = Delete::builder().table_name(&scenario.table);
    let delete = delete.key("pk", text("ok asked for")).key("sk", text("LIVE")).build().unwrap();
    let delete = TransactWriteItem::builder().delete(delete).build();
    scenario.client.transact_write_items().transact_items(delete).send().await.unwrap();
    scenario.write_expired("ok of another kind", "OVER").await;
    scenario.write_expired("ok expired", "LIVE").await;
    logged(&scenario.stack, "ok expired").await;
    assert_eq!(scenario.received(), [r#""REMOVE" ok expired (of batch 1)"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_record_is_isolated_and_discarded_and_the_others_finish() {
    let scenario = Scenario::start(NEW).await;
    scenario.write(&["ok a", "error b", "ok c", "ok d"]).await;
    let message = scenario.dead_letter().await;
    logged(&scenario.stack, "ok d").await;
    scenario.write(&["ok e"]).await;
    logged(&scenario.stack, "ok e").await;
    insta::assert_snapshot!(scenario.received().join("\n"), @r#"
    "INSERT" ok a (of batch 4)
    "INSERT" error b (of batch 4)
    "INSERT" ok a (of batch 2)
    "INSERT" error b (of batch 2)
    "INSERT" ok a (of batch 1)
    "INSERT" error b (of batch 1)
    "INSERT" error b (of batch 1)
    "INSERT" error b (of batch 1)
    "INSERT" ok c (of batch 2)
    "INSERT" ok d (of batch 2)
    "INSERT" ok e (of batch 1)
    "#);
    insta::assert_json_snapshot!(message, {
        ".requestContext.requestId" => "[id]",
        ".timestamp" => "[time]",
        ".DDBStreamBatchInfo.startSequenceNumber" => "[number]",
        ".DDBStreamBatchInfo.endSequenceNumber" => "[number]",
        ".DDBStreamBatchInfo.approximateArrivalOfFirstRecord" => "[time]",
        ".DDBStreamBatchInfo.approximateArrivalOfLastRecord" => "[time]",
    }, @r#"
    {
      "DDBStreamBatchInfo": {
        "approximateArrivalOfFirstRecord": "[time]",
        "approximateArrivalOfLastRecord": "[time]",
        "batchSize": 1,
        "endSequenceNumber": "[number]",
        "shardId": "shardId-00000001-switchboard-table",
        "startSequenceNumber": "[number]",
        "streamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/switchboard-table/stream/local"
      },
      "requestContext": {
        "approximateInvokeCount": 3,
        "condition": "RetryAttemptsExhausted",
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:switchboard-test-function",
        "requestId": "[id]"
      },
      "responseContext": {
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
        "statusCode": 200
      },
      "timestamp": "[time]",
      "version": "1.0"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_failed_in_part_resumes_at_the_record_that_failed() {
    let scenario = Scenario::start(NEW).await;
    scenario.write(&["ok a", "once b", "ok c"]).await;
    logged(&scenario.stack, "ok c (of batch 2)").await;
    insta::assert_snapshot!(scenario.received().join("\n"), @r#"
    "INSERT" ok a (of batch 3)
    "INSERT" once b (of batch 3)
    "INSERT" ok c (of batch 3)
    "INSERT" once b (of batch 2)
    "INSERT" ok c (of batch 2)
    "#);
    assert!(scenario.stack.queue("DeadLetters").unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_named_as_failed_each_time_is_discarded() {
    let scenario = Scenario::start(NEW).await;
    scenario.write(&["ok a", "fail b", "ok c"]).await;
    let message = scenario.dead_letter().await;
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(message["responseContext"]["functionError"], Value::Null);
    logged(&scenario.stack, "ok c (of batch 1)").await;
}
