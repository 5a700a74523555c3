//! Builds the conditions of writes.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html>

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::{Index, Item, integer, text};

/// What has to be true of an item, as it is before the write. All conditions have to hold.
#[derive(Clone, Debug, Default)]
pub struct Check {
    terms: Vec<String>,
    /// Whether the check may not hold any more once its own write is done.
    fails_after_its_write: bool,
    names: HashMap<String, String>,
    values: Item,
}

impl Check {
    /// A check without conditions, which always holds.
    pub fn new() -> Self {
        Self::default()
    }

    /// The condition that the item exists.
    pub fn exists(mut self) -> Self {
        self.terms.push("attribute_exists(pk)".to_owned());
        self
    }

    /// The condition that there is no such item.
    pub fn absent(self) -> Self {
        self.term("attribute_not_exists(pk)")
    }

    /// The condition that there is no such item, or it is past its time to live.
    pub fn absent_or_expired(mut self, now: OffsetDateTime) -> Self {
        let now = self.value(integer(now.unix_timestamp()));
        self.term(format!("(attribute_not_exists(pk) OR expires_at <= {now})"))
    }

    /// The condition that the attribute is not set.
    pub fn unset(mut self, name: &str) -> Self {
        let name = self.name(name);
        self.term(format!("attribute_not_exists({name})"))
    }

    /// The condition that the attribute is not set, and is not by the write either.
    pub fn left_unset(mut self, name: &str) -> Self {
        let name = self.name(name);
        self.terms.push(format!("attribute_not_exists({name})"));
        self
    }

    /// The condition that the attribute has this value.
    pub fn equals(mut self, name: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(name), self.value(value));
        self.term(format!("{name} = {value}"))
    }

    /// The condition that the attribute is as it was read: it has this value or, for `None`, it is
    /// not set.
    pub fn is_still(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.equals(name, value),
            None => self.unset(name),
        }
    }

    /// The condition that the attribute has another value than this, or is not set.
    pub fn differs_or_unset(mut self, name: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(name), self.value(value));
        self.term(format!("{name} <> {value}"))
    }

    /// The condition that the item does not exist, or its attribute has this value.
    pub fn absent_or_equals(mut self, name: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(name), self.value(value));
        self.term(format!("(attribute_not_exists(pk) OR {name} = {value})"))
    }

    /// The condition that the attribute is less than this value, or not set.
    pub fn below_or_unset(mut self, name: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(name), self.value(value));
        self.term(format!("(attribute_not_exists({name}) OR {name} < {value})"))
    }

    /// The condition that the attribute is less than this value or not set, or the item is past its
    /// time to live.
    pub fn below_unset_or_expired(
        mut self,
        name: &str,
        value: AttributeValue,
        now: OffsetDateTime,
    ) -> Self {
        let (name, value) = (self.name(name), self.value(value));
        let now = self.value(integer(now.unix_timestamp()));
        self.term(format!(
            "(attribute_not_exists({name}) OR {name} < {value} OR expires_at <= {now})"
        ))
    }

    /// The condition that the item is listed in the index.
    pub fn listed(self, index: Index) -> Self {
        self.term(format!("attribute_exists({})", index.partition_attribute()))
    }

    /// The condition that the item is listed in the index at this sort key or before it, or the
    /// attribute is not set.
    pub fn listed_up_to_or_unset(mut self, index: Index, order_key: &str, name: &str) -> Self {
        let (order_key, name) = (self.value(text(order_key)), self.name(name));
        let sort = index.sort_attribute();
        // It holds again after its own write.
        self.terms.push(format!("({sort} <= {order_key} OR attribute_not_exists({name}))"));
        self
    }

    /// The condition that the item was not last written by the write with this mark.
    pub(super) fn not_marked(mut self, attribute: &str, mark: &str) -> Self {
        let (name, mark) = (self.name(attribute), self.value(text(mark)));
        self.term(format!("(attribute_not_exists({name}) OR {name} <> {mark})"))
    }

    /// Whether the check may not hold any more once its own write is done.
    pub(super) fn fails_after_its_write(&self) -> bool {
        self.fails_after_its_write
    }

    fn term(mut self, term: impl Into<String>) -> Self {
        self.terms.push(term.into());
        self.fails_after_its_write = true;
        self
    }

    /// The placeholder of an attribute's name, the same as in the expressions of an update.
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// The placeholder of a value to compare with. Its prefix keeps it apart from the placeholders
    /// of an update.
    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":check_{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// The condition as DynamoDB reads it; `None` when there is none. Adds its placeholders to
    /// those of the write.
    pub(super) fn expression(
        &self,
        names: &mut HashMap<String, String>,
        values: &mut Item,
    ) -> Option<String> {
        names.extend(self.names.clone());
        values.extend(self.values.clone());
        (!self.terms.is_empty()).then(|| self.terms.join(" AND "))
    }
}
