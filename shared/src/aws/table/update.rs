//! Writes of attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::{Index, Item, Key, integer, text};

/// A write of attributes in the making, which makes the item if there is none. Attributes get
/// their own name as placeholder.
#[derive(Clone, Debug)]
pub struct Update {
    pub(super) key: Key,
    assignments: Vec<String>,
    additions: Vec<String>,
    removals: Vec<String>,
    conditions: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
    pub(super) return_all: bool,
}

impl Update {
    /// Of this item.
    pub fn of(key: Key) -> Self {
        Self {
            key,
            assignments: Vec::new(),
            additions: Vec::new(),
            removals: Vec::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            return_all: false,
        }
    }

    /// Whatever it was.
    pub fn set(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = :{name}"));
        self.place(name, value);
    }

    /// An attribute of a place in a list of maps.
    pub fn set_within(&mut self, list: &str, place: usize, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{list}[{place}].#{name} = :{name}"));
        self.names.insert(format!("#{list}"), list.to_owned());
        self.place(name, value);
    }

    /// Unless it is set already.
    pub fn set_if_unset(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.place(name, value);
    }

    /// To a number, which is 0 when it is not set.
    pub fn add(&mut self, name: &str, number: i64) {
        self.additions.push(format!("#{name} :{name}"));
        self.place(name, AttributeValue::N(number.to_string()));
    }

    /// To a set of texts.
    pub fn insert(&mut self, name: &str, member: &str) {
        self.additions.push(format!("#{name} :{name}"));
        self.place(name, AttributeValue::Ss(vec![member.to_owned()]));
    }

    /// Unsets it.
    pub fn remove(&mut self, name: &str) {
        self.removals.push(format!("#{name}"));
        self.names.insert(format!("#{name}"), name.to_owned());
    }

    /// Lists the item in an index, unless it has been before.
    pub fn list_if_unlisted(&mut self, index: Index, partition: &str, order_key: &str) {
        self.set_if_unset(&index.partition_attribute(), text(partition));
        self.set_if_unset(&index.sort_attribute(), text(order_key));
    }

    /// Lists the item in an index, there and nowhere else.
    pub fn list(&mut self, index: Index, partition: &str, order_key: &str) {
        self.set(&index.partition_attribute(), text(partition));
        self.set(&index.sort_attribute(), text(order_key));
    }

    /// Takes the item out of an index.
    pub fn unlist(&mut self, index: Index) {
        self.remove(&index.partition_attribute());
        self.remove(&index.sort_attribute());
    }

    /// Only if this holds. Names and values that were set are there as `#name` and `:name`.
    pub fn only_if(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    /// Only if the item is there.
    pub fn only_existing(&mut self) {
        self.only_if("attribute_exists(pk)");
    }

    /// Only if the item is not there, or past its time to live.
    pub fn only_new_or_expired(&mut self, now: OffsetDateTime) {
        self.only_if("(attribute_not_exists(pk) OR expires_at <= :now)");
        self.values.insert(":now".into(), integer(now.unix_timestamp()));
    }

    /// Only if the attribute is less than this, or not set, or the item past its time to live.
    pub fn only_below_or_expired(
        &mut self,
        name: &str,
        value: AttributeValue,
        now: OffsetDateTime,
    ) {
        let condition = format!(
            "(attribute_not_exists(#{name}) OR #{name} < :below_{name} OR expires_at <= :now)"
        );
        self.only_if(condition);
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":below_{name}"), value);
        self.values.insert(":now".into(), integer(now.unix_timestamp()));
    }

    /// Only if an attribute that is set is not that already.
    pub fn only_not(&mut self, name: &str) {
        self.only_if(format!("#{name} <> :{name}"));
    }

    /// Only if the attribute is less than this, or not set.
    pub fn only_below(&mut self, name: &str, value: AttributeValue) {
        let placeholder = format!(":below_{name}");
        self.names.insert(format!("#{name}"), name.to_owned());
        self.only_if(format!("(attribute_not_exists(#{name}) OR #{name} < {placeholder})"));
        self.values.insert(placeholder, value);
    }

    /// Only if the attribute is this; `None`: only if it is not set.
    pub fn only_if_equals(&mut self, name: &str, value: Option<AttributeValue>) {
        self.names.insert(format!("#{name}"), name.to_owned());
        match value {
            None => self.only_if(format!("attribute_not_exists(#{name})")),
            Some(value) => {
                let placeholder = format!(":is_{name}");
                self.only_if(format!("#{name} = {placeholder}"));
                self.values.insert(placeholder, value);
            }
        }
    }

    /// All attributes are wanted as they are after it.
    pub fn return_all(&mut self) {
        self.return_all = true;
    }

    fn place(&mut self, name: &str, value: AttributeValue) {
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
    }

    pub(super) fn expression(&self) -> String {
        [("SET", &self.assignments), ("ADD", &self.additions), ("REMOVE", &self.removals)]
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(super) fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }
}
