//! SQS and the functions that it invokes, with AWS's own SDK as the sender.

use std::time::{Duration, Instant};

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use local::Stack;
use serde_json::Value;

use crate::test_function::{self, FUNCTION, logged, start};

const WITH_QUEUE: &str = r#"
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt WorkQueue.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
  WorkQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1800
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 3}
  DeadLetters: {Type: AWS::SQS::Queue}
"#;

async fn stack() -> (Stack, Client, String) {
    let stack = start(&format!("{}{}", FUNCTION.trim_end(), WITH_QUEUE)).await;
    let client = Client::from_conf(test_function::sqs(&stack));
    let name = stack.physical_name("WorkQueue").unwrap();
    let url = client.get_queue_url().queue_name(name).send().await.unwrap();
    let url = url.queue_url().unwrap().to_owned();
    (stack, client, url)
}

async fn send(client: &Client, url: &str, body: &str) {
    client.send_message().queue_url(url).message_body(body).send().await.unwrap();
}

async fn until_empty(stack: &Stack, queue: &str) {
    let begun = Instant::now();
    while !stack.queue(queue).unwrap().is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{queue} keeps its messages:\n{}",
            stack.logs()
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_invokes_the_function_with_lambdas_event() {
    let (stack, client, url) = stack().await;
    send(&client, &url, "print event").await;
    until_empty(&stack, "WorkQueue").await;
    logged(&stack, "\"awsRegion\"").await;
    let logs = stack.logs();
    let line = logs.lines().find(|line| line.contains("awsRegion")).unwrap();
    let record: Value = serde_json::from_str(line.split_once("| ").unwrap().1).unwrap();
    insta::assert_json_snapshot!(record, {
        ".attributes.ApproximateFirstReceiveTimestamp" => "[time]",
        ".attributes.SentTimestamp" => "[time]",
        ".messageId" => "[id]",
        ".receiptHandle" => "[receipt]",
    }, @r#"
    {
      "attributes": {
        "ApproximateFirstReceiveTimestamp": "[time]",
        "ApproximateReceiveCount": "1",
        "SenderId": "a-function",
        "SentTimestamp": "[time]"
      },
      "awsRegion": "us-east-1",
      "body": "print event",
      "eventSource": "aws:sqs",
      "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:switchboard-work-queue",
      "md5OfBody": "fd4d208f5e7051f96ed66dc744ad4701",
      "messageAttributes": {},
      "messageId": "[id]",
      "receiptHandle": "[receipt]"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_message_comes_when_its_delay_has_passed() {
    let (stack, client, url) = stack().await;
    let begun = Instant::now();
    let send = client.send_message().queue_url(&url).message_body("ok later").delay_seconds(1);
    send.send().await.unwrap();
    logged(&stack, "received ok later (1 of batch 1)").await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let refused = client.send_message().queue_url(&url).message_body("x").delay_seconds(901);
    let error = refused.send().await.unwrap_err().into_service_error();
    assert!(error.to_string().contains("InvalidParameterValue"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_messages_of_a_batch_that_failed_are_delivered_again() {
    let (stack, client, url) = stack().await;
    let entries = ["ok a", "once b", "ok c"].into_iter().enumerate().map(|(index, body)| {
        let entry =
            SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body);
        entry.build().unwrap()
    });
    let batch = client.send_message_batch().queue_url(&url).set_entries(Some(entries.collect()));
    assert_eq!(batch.send().await.unwrap().successful().len(), 3);
    until_empty(&stack, "WorkQueue").await;
    logged(&stack, "received once b (2 of batch 1)").await;
    let logs = stack.logs();
    assert!(!logs.contains("received ok a (2") && !logs.contains("received ok c (2"), "{logs}");
    assert!(stack.queue("DeadLetters").unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_dies_gets_the_message_again() {
    let (stack, client, url) = stack().await;
    send(&client, &url, "exit").await;
    logged(&stack, "received exit (2 of batch 1)").await;
    until_empty(&stack, "WorkQueue").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_message_ends_in_the_dead_letters_and_the_others_finish() {
    let (stack, client, url) = stack().await;
    send(&client, &url, "fail").await;
    send(&client, &url, "ok").await;
    until_empty(&stack, "WorkQueue").await;
    let dead = stack.queue("DeadLetters").unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].body.as_str(), dead[0].receive_count), ("fail", 3));
    let url = url.replace("work-queue", "dead-letters");
    let received = client.receive_message().queue_url(url).send().await.unwrap();
    assert_eq!(received.messages()[0].body(), Some("fail"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_or_a_field_that_is_not_there_is_named() {
    let (_stack, client, url) = stack().await;
    let error = client.purge_queue().queue_url(&url).send().await.unwrap_err().into_service_error();
    let text = format!("{error:?}");
    assert!(text.contains("the local stack has no SQS PurgeQueue"), "{text}");
    let fifo = client.send_message().queue_url(&url).message_body("x").message_group_id("g");
    let text = format!("{:?}", fifo.send().await.unwrap_err().into_service_error());
    assert!(text.contains("does not know MessageGroupId"), "{text}");
    let missing = client.send_message().queue_url(format!("{url}-x")).message_body("x");
    let error = missing.send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
}
