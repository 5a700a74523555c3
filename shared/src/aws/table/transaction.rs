//! Writes that happen all or not at all.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        Update as TransactUpdate,
    },
};

use uuid::Uuid;

use super::{Backoff, Check, Item, Key, Table, Update, some};
use crate::Error;

/// Why DynamoDB cancels a transaction that may succeed when it is tried again.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const PASSING: [&str; 3] =
    ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// The outcome of a transaction that DynamoDB has decided.
#[derive(Debug)]
pub enum Transacted {
    /// All writes of the transaction are done.
    Done,
    /// A check did not hold, and nothing was written.
    Refused {
        /// The key of the item whose check did not hold: no two operations of a transaction are
        /// on the same item.
        key: Key,
        /// That item as it is, if there is one.
        item: Option<Item>,
    },
}

/// One write of a transaction, or a check.
#[derive(Debug)]
pub enum Operation {
    /// Writes attributes of an item.
    Update(Update),
    /// Writes attributes of an item if the check holds.
    UpdateIf(Update, Check),
    /// Creates an item; refused when there is one with its key.
    Create(Key, Item),
    /// Writes nothing; the check of the item with this key has to hold.
    Check(Key, Check),
    /// Deletes an item, if it is there.
    Delete(Key),
}

impl Operation {
    fn item(&self, table: &str) -> TransactWriteItem {
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        // The builders fail only where a required part was not given.
        match self {
            Self::Update(update) => item.set_update(update_of(table, update, &Check::new())),
            Self::UpdateIf(update, check) => item.set_update(update_of(table, update, check)),
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
            Self::Check(key, check) => {
                let (mut names, mut values) = (HashMap::new(), Item::new());
                let condition = check.expression(&mut names, &mut values);
                item.set_condition_check(
                    ConditionCheck::builder()
                        .table_name(table)
                        .set_key(Some(key.clone().attributes()))
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(some(names))
                        .set_expression_attribute_values(some(values))
                        .return_values_on_condition_check_failure(all_old)
                        .build()
                        .ok(),
                )
            }
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

    fn key(&self) -> &Key {
        match self {
            Self::Update(update) | Self::UpdateIf(update, _) => &update.key,
            Self::Create(key, _) | Self::Check(key, _) | Self::Delete(key) => key,
        }
    }
}

fn update_of(table: &str, update: &Update, check: &Check) -> Option<TransactUpdate> {
    let (mut names, mut values) = (update.names.clone(), update.values.clone());
    let condition = check.expression(&mut names, &mut values);
    TransactUpdate::builder()
        .table_name(table)
        .set_key(Some(update.key.clone().attributes()))
        .update_expression(update.expression())
        .set_condition_expression(condition)
        .set_expression_attribute_names(some(names))
        .set_expression_attribute_values(some(values))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .ok()
}

impl Table {
    /// Does all of these writes or none. [`Transacted::Refused`] tells the first item whose check
    /// did not hold.
    ///
    /// # Errors
    /// DynamoDB's, also when the transaction met others, or too many requests, on each of its
    /// attempts.
    pub async fn transact(&self, writes: Vec<Operation>) -> Result<Transacted, Error> {
        let mut backoff = Backoff::new();
        // With the same token, DynamoDB does it once only, however often it is asked.
        let mut token = Uuid::new_v4().to_string();
        loop {
            let items = writes.iter().map(|write| write.item(&self.name)).collect();
            let request = self.client.transact_write_items().set_transact_items(Some(items));
            let canceled = match request.client_request_token(&token).send().await {
                Ok(_) => return Ok(Transacted::Done),
                Err(SdkError::ServiceError(error)) => match error.into_err() {
                    TransactWriteItemsError::TransactionCanceledException(canceled) => canceled,
                    // An attempt whose answer was lost is still at work.
                    busy @ TransactWriteItemsError::TransactionInProgressException(_) => {
                        if !backoff.wait().await {
                            return Err(busy.into());
                        }
                        continue;
                    }
                    other => return Err(other.into()),
                },
                Err(error) => return Err(error.into()),
            };
            let reasons = canceled.cancellation_reasons();
            let failed =
                |code: &str| reasons.iter().position(|reason| reason.code.as_deref() == Some(code));
            if let Some(place) = failed("ConditionalCheckFailed") {
                let (key, item) = (writes[place].key().clone(), reasons[place].item.clone());
                return Ok(Transacted::Refused { key, item });
            }
            let passes = PASSING.iter().any(|code| failed(code).is_some());
            if !passes || !backoff.wait().await {
                return Err(canceled.into());
            }
            token = Uuid::new_v4().to_string();
        }
    }
}
