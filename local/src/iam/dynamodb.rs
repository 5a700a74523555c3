//! What a request to DynamoDB needs.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::{Need, arn};

/// The parts of a request that say what it is about.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Request {
    table_name: Option<String>,
    index_name: Option<String>,
    stream_arn: Option<String>,
    /// Of batches, by table.
    request_items: BTreeMap<String, IgnoredAny>,
    /// Of transactions: `Get`, `Put`, `Update`, `Delete` or `ConditionCheck` each.
    transact_items: Vec<BTreeMap<String, Target>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    table_name: String,
}

/// The needs of a request of this `X-Amz-Target`.
pub(crate) fn needs(target: &str, body: &[u8]) -> Vec<Need> {
    // A body that makes no sense is about no resource, and DynamoDB says what is wrong with it to
    // whoever may do everything.
    let request: Request = serde_json::from_slice(body).unwrap_or_default();
    let operation = target.split_once('.').map_or(target, |(_, operation)| operation);
    let need = |action: &str, resource: String| Need::new(format!("dynamodb:{action}"), resource);
    let tables = request.request_items.keys().map(|name| need(operation, table(name)));
    let items = request.transact_items.iter().flatten().map(|(kind, target)| {
        let action = match kind.as_str() {
            "ConditionCheck" => "ConditionCheckItem".to_owned(),
            kind => format!("{kind}Item"),
        };
        need(&action, table(&target.table_name))
    });
    let needs: Vec<_> = tables.chain(items).collect();
    if !needs.is_empty() {
        return needs;
    }
    let resource = match (request.table_name, request.index_name, request.stream_arn) {
        (Some(name), Some(index), _) => format!("{}/index/{index}", table(&name)),
        (Some(name), None, _) => table(&name),
        (None, _, Some(stream)) => stream,
        (None, _, None) => "*".to_owned(),
    };
    vec![need(operation, resource)]
}

/// The ARN of a table, which requests may use as its name.
fn table(name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        arn("dynamodb", &format!("table/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_operation_needs_its_own_actions() {
        let calls = || arn("dynamodb", "table/calls");
        let item = json!({"TableName": "calls", "Key": {"pk": {"S": "a"}}});
        let cases = [
            ("GetItem", item.clone(), vec![("GetItem", calls())]),
            ("GetItem", json!({"TableName": calls()}), vec![("GetItem", calls())]),
            (
                "Query",
                json!({"TableName": "calls", "IndexName": "open"}),
                vec![("Query", calls() + "/index/open")],
            ),
            (
                "BatchGetItem",
                json!({"RequestItems": {"calls": {"Keys": []}, "texts": {"Keys": []}}}),
                vec![("BatchGetItem", calls()), ("BatchGetItem", arn("dynamodb", "table/texts"))],
            ),
            (
                "TransactWriteItems",
                json!({"TransactItems": [
                    {"Put": item}, {"Update": item}, {"Delete": item}, {"ConditionCheck": item},
                ]}),
                vec![
                    ("PutItem", calls()),
                    ("UpdateItem", calls()),
                    ("DeleteItem", calls()),
                    ("ConditionCheckItem", calls()),
                ],
            ),
            (
                "TransactGetItems",
                json!({"TransactItems": [{"Get": item}]}),
                vec![("GetItem", calls())],
            ),
            ("ListTables", json!({}), vec![("ListTables", "*".to_owned())]),
            ("GetItem", json!("not a request"), vec![("GetItem", "*".to_owned())]),
        ];
        for (operation, body, expected) in cases {
            let target = format!("DynamoDB_20120810.{operation}");
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(action, resource)| Need::new(format!("dynamodb:{action}"), resource))
                .collect();
            assert_eq!(needs(&target, body.to_string().as_bytes()), expected, "{operation}");
        }
    }
}
