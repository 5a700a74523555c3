//! Builds writes of an item's attributes.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Index, Item, Key, text};

/// A write of an item's attributes. It creates the item if there is none. In expressions, attribute
/// `x` has the placeholders `#x` for its name and `:x` for its new value.
#[derive(Clone, Debug)]
pub struct Update {
    pub(super) key: Key,
    assignments: Vec<String>,
    additions: Vec<String>,
    removals: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
    pub(super) return_all: bool,
    /// Whether doing it twice is another result than doing it once.
    pub(super) counts: bool,
}

impl Update {
    /// An update of the item with this key that writes nothing yet.
    pub fn of(key: Key) -> Self {
        Self {
            key,
            assignments: Vec::new(),
            additions: Vec::new(),
            removals: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            return_all: false,
            counts: false,
        }
    }

    /// Sets an attribute, whatever it was before.
    pub fn set(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = :{name}"));
        self.add_placeholders(name, value);
    }

    /// Sets an attribute of the map at a place in a list, counted from 0.
    pub fn set_within(&mut self, list: &str, place: usize, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{list}[{place}].#{name} = :{name}"));
        self.names.insert(format!("#{list}"), list.to_owned());
        self.add_placeholders(name, value);
    }

    /// Sets an attribute unless it is set already.
    pub fn set_if_unset(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.add_placeholders(name, value);
    }

    /// Adds to a number; one that is not set counts as 0.
    pub fn add(&mut self, name: &str, number: i64) {
        self.counts = true;
        self.additions.push(format!("#{name} :{name}"));
        self.add_placeholders(name, AttributeValue::N(number.to_string()));
    }

    /// Adds a member to a set of texts.
    pub fn insert(&mut self, name: &str, member: &str) {
        self.additions.push(format!("#{name} :{name}"));
        self.add_placeholders(name, AttributeValue::Ss(vec![member.to_owned()]));
    }

    /// Removes an attribute, if it is there.
    pub fn remove(&mut self, name: &str) {
        self.removals.push(format!("#{name}"));
        self.names.insert(format!("#{name}"), name.to_owned());
    }

    /// Lists the item in an index, unless it is listed there already.
    pub fn list_if_unlisted(&mut self, index: Index, partition: &str, order_key: &str) {
        self.set_if_unset(&index.partition_attribute(), text(partition));
        self.set_if_unset(&index.sort_attribute(), text(order_key));
    }

    /// Lists the item in an index under these keys and no longer under others.
    pub fn list(&mut self, index: Index, partition: &str, order_key: &str) {
        self.set(&index.partition_attribute(), text(partition));
        self.set(&index.sort_attribute(), text(order_key));
    }

    /// Puts the item into a partition of an index whose order it has from another index.
    pub fn place(&mut self, index: Index, partition: AttributeValue) {
        self.set(&index.partition_attribute(), partition);
    }

    /// As [`Update::place`], into the partition that an attribute of the item names, or this one while
    /// the attribute is not set.
    pub fn place_as(&mut self, index: Index, source: &str, otherwise: AttributeValue) {
        let name = index.partition_attribute();
        self.assignments.push(format!("#{name} = if_not_exists(#{source}, :{name})"));
        self.names.insert(format!("#{source}"), source.to_owned());
        self.add_placeholders(&name, otherwise);
    }

    /// Takes the item out of an index, if it is listed there.
    pub fn unlist(&mut self, index: Index) {
        self.remove(&index.partition_attribute());
        self.remove(&index.sort_attribute());
    }

    /// Asks for all attributes of the item as they are after the write.
    pub fn return_all(&mut self) {
        self.return_all = true;
    }

    fn add_placeholders(&mut self, name: &str, value: AttributeValue) {
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
}
