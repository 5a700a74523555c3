//! Metrics, written as lines of the log that CloudWatch reads as metrics.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// Writes counts to the log, each under its name as a metric of namespace `Switchboard`.
pub fn count(counts: &[(&str, u64)]) -> io::Result<()> {
    let names: Vec<_> =
        counts.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
    let mut line: Map<String, Value> =
        counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    let milliseconds = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    line.insert(
        "_aws".into(),
        json!({
            "Timestamp": milliseconds as i64,
            "CloudWatchMetrics": [
                {"Namespace": "Switchboard", "Dimensions": [[]], "Metrics": names}
            ],
        }),
    );
    writeln!(io::stdout(), "{}", Value::Object(line))
}
