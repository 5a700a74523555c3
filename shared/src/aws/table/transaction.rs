//! Writes that happen all or not at all.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        Update as TransactUpdate,
    },
};

use super::{Item, Key, Table, Update, some};
use crate::Error;

/// How often a transaction is tried again when it meets another on the same item.
pub(super) const MAX_CONFLICTS: u32 = 6;

/// How long to wait before that: each time twice as long, with a random part, so that the two do
/// not meet again.
pub(super) fn after_conflict(attempt: u32) -> Duration {
    Duration::from_millis(10 * (1 << attempt) + u64::from(crate::process::random_byte()))
}

/// The outcome of a transaction that DynamoDB has decided.
#[derive(Debug)]
pub enum Transacted {
    /// All writes of the transaction are done.
    Done,
    /// A condition did not hold, and nothing was written.
    Refused {
        /// The index of the write whose condition did not hold, counted from 0.
        which: usize,
        /// The item of that write as it is, if there is one.
        item: Option<Item>,
    },
}

/// One write of a transaction, or a check.
#[derive(Debug)]
pub enum Operation {
    /// Writes attributes of an item, if its conditions hold.
    Update(Update),
    /// Creates an item; refused when there is one with its key.
    Create(Key, Item),
    /// Writes nothing; the conditions of this update must hold.
    Check(Update),
    /// Deletes an item, if it is there.
    Delete(Key),
}

impl Operation {
    fn item(&self, table: &str) -> TransactWriteItem {
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        // The builders fail only where a required part was not given.
        match self {
            Self::Update(update) => item.set_update(
                TransactUpdate::builder()
                    .table_name(table)
                    .set_key(Some(update.key.clone().attributes()))
                    .update_expression(update.expression())
                    .set_condition_expression(update.condition())
                    .set_expression_attribute_names(some(update.names.clone()))
                    .set_expression_attribute_values(some(update.values.clone()))
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .ok(),
            ),
            Self::Create(key, attributes) => {
                let mut all = key.clone().attributes();
                all.extend(attributes.clone());
                item.set_put(
                    Put::builder()
                        .table_name(table)
                        .set_item(Some(all))
                        .condition_expression("attribute_not_exists(pk)")
                        .return_values_on_condition_check_failure(all_old)
                        .build()
                        .ok(),
                )
            }
            Self::Check(check) => item.set_condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(check.key.clone().attributes()))
                    .set_condition_expression(check.condition())
                    .set_expression_attribute_names(some(check.names.clone()))
                    .set_expression_attribute_values(some(check.values.clone()))
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .ok(),
            ),
            Self::Delete(key) => item.set_delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.clone().attributes()))
                    .build()
                    .ok(),
            ),
        }
        .build()
    }
}

impl Table {
    /// Does all of these writes or none. [`Transacted::Refused`] tells the first one whose
    /// condition did not hold.
    ///
    /// # Errors
    /// DynamoDB's, also when the transaction met others on each of its attempts.
    pub async fn transact(&self, writes: Vec<Operation>) -> Result<Transacted, Error> {
        // Two transactions on one item at one instant: DynamoDB refuses one, which tries again.
        for attempt in 0.. {
            let items = writes.iter().map(|write| write.item(&self.name)).collect();
            let sent =
                self.client.transact_write_items().set_transact_items(Some(items)).send().await;
            let canceled = match sent {
                Ok(_) => return Ok(Transacted::Done),
                Err(SdkError::ServiceError(error)) => match error.into_err() {
                    TransactWriteItemsError::TransactionCanceledException(canceled) => canceled,
                    other => return Err(other.into()),
                },
                Err(error) => return Err(error.into()),
            };
            let reasons = canceled.cancellation_reasons();
            let failed =
                |code: &str| reasons.iter().position(|reason| reason.code.as_deref() == Some(code));
            if let Some(which) = failed("ConditionalCheckFailed") {
                return Ok(Transacted::Refused { which, item: reasons[which].item.clone() });
            }
            if attempt == MAX_CONFLICTS || failed("TransactionConflict").is_none() {
                return Err(canceled.into());
            }
            tokio::time::sleep(after_conflict(attempt)).await;
        }
        unreachable!("the loop returns")
    }
}
