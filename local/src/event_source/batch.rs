//! A batch of a stream's records on its way through failures.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>

use axum::body::Bytes;
use serde_json::json;
use time::OffsetDateTime;

use super::{
    answer::{Failed, failures},
    records::Record,
};

/// Records that are delivered together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    /// How often these records have failed together. Splitting a batch is not counted.
    pub(super) failures: u32,
}

impl Batch {
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
    pub(super) fn event(&self) -> Bytes {
        let records: Vec<_> = self.records.iter().map(|record| &record.event).collect();
        json!({ "Records": records }).to_string().into()
    }

    /// The index of the first record that failed, by the answer of a function that reports
    /// failures. All records before it are done, and none from it on.
    pub(super) fn first_failed(&self, answer: &Bytes) -> Option<usize> {
        let numbers: Vec<_> =
            self.records.iter().map(|record| record.sequence_number.as_str()).collect();
        match failures(answer, &numbers) {
            Failed::None => None,
            Failed::All => Some(0),
            Failed::Some(failed) => {
                numbers.iter().position(|number| failed.iter().any(|failed| failed == number))
            }
        }
    }

    /// Takes the records that were created before a time.
    pub(super) fn take_older(&mut self, than: OffsetDateTime) -> Self {
        let records = self.records.extract_if(.., |record| record.created_at < than).collect();
        Self { records, failures: self.failures }
    }

    /// What is to be delivered, in this order, when the records from `first_failed` on have failed.
    pub(super) fn after_failure(mut self, first_failed: usize, bisects: bool) -> Vec<Self> {
        let mut failed =
            Self { records: self.records.split_off(first_failed), failures: self.failures };
        if bisects && first_failed > 0 {
            return vec![failed];
        }
        if bisects && failed.records.len() > 1 {
            let second = failed.records.split_off(failed.records.len() / 2);
            let second = Self { records: second, failures: failed.failures };
            return vec![failed, second];
        }
        failed.failures += 1;
        vec![failed]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(numbers: &[&str], failures: u32) -> Batch {
        let records = numbers.iter().map(|number| Record {
            sequence_number: (*number).to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            event: json!({}),
        });
        Batch { records: records.collect(), failures }
    }

    fn show(batches: &[Batch]) -> String {
        let shown = batches.iter().map(|batch| {
            let numbers = batch.records.iter().map(|record| record.sequence_number.as_str());
            format!("{}:{}", numbers.collect::<String>(), batch.failures)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_failure_counts_unless_the_batch_is_split() {
        let table = [
            (0, false, "abcde:3"),
            (2, false, "cde:3"),
            (0, true, "ab:2 cde:2"),
            (2, true, "cde:2"),
            (4, true, "e:2"),
        ];
        for (first_failed, bisects, expected) in table {
            let next = batch(&["a", "b", "c", "d", "e"], 2).after_failure(first_failed, bisects);
            assert_eq!(show(&next), expected, "{first_failed} {bisects}");
        }
        assert_eq!(show(&batch(&["a"], 2).after_failure(0, true)), "a:3");
    }

    #[test]
    fn the_first_record_that_is_named_is_where_a_batch_failed() {
        let batch = batch(&["a", "b", "c"], 0);
        let table = [
            (r#"{"batchItemFailures": []}"#, None),
            (
                r#"{"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}"#,
                Some(1),
            ),
            (r#"{"batchItemFailures": [{"itemIdentifier": "elsewhere"}]}"#, Some(0)),
        ];
        for (answer, expected) in table {
            let first = batch.first_failed(&Bytes::from_static(answer.as_bytes()));
            assert_eq!(first, expected, "{answer}");
        }
    }
}
