//! The HTTP API in front of a real function.

use serde_json::Value;

use crate::test_function::{FUNCTION, http, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_reaches_the_function_as_base64_with_the_raw_path_and_query() {
    let stack = start(FUNCTION).await;
    let url = format!("{}/event?a=1&a=2&b=%27", stack.api_url());
    let response = http().post(url).form(&[("CallSid", "CA1")]).send().await.unwrap();
    assert!(response.headers().contains_key("apigw-requestid"));
    let event: Value = response.json().await.unwrap();
    insta::assert_json_snapshot!(event, {
        ".headers.host" => "[host]",
        ".headers[\"x-amzn-trace-id\"]" => "[trace]",
        ".headers[\"x-forwarded-port\"]" => "[port]",
        ".requestContext.requestId" => "[id]",
        ".requestContext.time" => "[time]",
        ".requestContext.timeEpoch" => "[time]",
    }, @r#"
    {
      "body": "Q2FsbFNpZD1DQTE=",
      "headers": {
        "accept": "*/*",
        "content-length": "11",
        "content-type": "application/x-www-form-urlencoded",
        "host": "[host]",
        "x-amzn-trace-id": "[trace]",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "[port]",
        "x-forwarded-proto": "http"
      },
      "isBase64Encoded": true,
      "queryStringParameters": {
        "a": "1,2",
        "b": "'"
      },
      "rawPath": "/event",
      "rawQueryString": "a=1&a=2&b=%27",
      "requestContext": {
        "accountId": "000000000000",
        "apiId": "switchboard-api",
        "domainName": "switchboard-api.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "switchboard-api",
        "http": {
          "method": "POST",
          "path": "/event",
          "protocol": "HTTP/1.1",
          "sourceIp": "127.0.0.1",
          "userAgent": ""
        },
        "requestId": "[id]",
        "routeKey": "$default",
        "stage": "$default",
        "time": "[time]",
        "timeEpoch": "[time]"
      },
      "routeKey": "$default",
      "version": "2.0"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_route_takes_is_404_and_what_is_too_large_413() {
    let stack = start(&FUNCTION.replace("ApiId: !Ref Api", "Method: POST, Path: /event")).await;
    let (api, http) = (stack.api_url(), http());
    let get = http.get(format!("{api}/event")).send().await.unwrap();
    assert_eq!(
        (get.status().as_u16(), get.text().await.unwrap()),
        (404, r#"{"message":"Not Found"}"#.to_owned())
    );
    for size in [7, 11] {
        let body = vec![b'x'; size * 1024 * 1024];
        let post = http.post(format!("{api}/event")).body(body).send().await.unwrap();
        let expected = r#"{"message":"Request Entity Too Large"}"#.to_owned();
        assert_eq!((post.status().as_u16(), post.text().await.unwrap()), (413, expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_later_than_the_integration_timeout_is_503() {
    let stack = start(&FUNCTION.replace("ApiId: !Ref Api", "TimeoutInMillis: 100")).await;
    let late = http().get(format!("{}/sleep?60000", stack.api_url())).send().await.unwrap();
    assert_eq!(late.status().as_u16(), 503);
    assert_eq!(late.text().await.unwrap(), r#"{"message":"Service Unavailable"}"#);
}
