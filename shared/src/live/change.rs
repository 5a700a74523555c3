//! What the keys of an item that was written are about.

use std::collections::HashMap;

use aws_lambda_events::event::dynamodb::EventRecord;
use serde::Serialize;
use serde_dynamo::AttributeValue;
use utoipa::ToSchema;

use crate::{aws::table::Key, values::words};

words!(
    /// A kind of what can change.
    ChangeKind {
        /// An agent: what they are doing, too.
        Agent = "agent",
        /// A call: its progress, also through queues, and its end.
        Call = "call",
        /// A conference, and who is in it.
        Conference = "conference",
        /// A contact: its conversation, too.
        Contact = "contact",
        /// An entry of a timeline: what became of it, too.
        Entry = "entry",
        /// The settings.
        Settings = "settings",
    }
);

/// Something has changed, or is new, or is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LiveChange)]
pub struct Change {
    /// What kind of thing it is.
    pub kind: ChangeKind,
    /// The id that the thing has in the lists of its kind. Of a call, that of its entry too;
    /// `settings` of the settings.
    pub id: String,
}

impl Change {
    /// The change of the thing of a kind with this id.
    pub fn new(kind: ChangeKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }

    /// What the item with this key is about. Nothing for items that no list shows.
    pub fn of(key: &Key) -> Vec<Self> {
        let Key { partition, sort } = key;
        let (of, id) = partition.split_once('#').unwrap_or((partition, ""));
        match of {
            "AGENTS" => match sort.strip_prefix("AGENT#") {
                Some(sub) => vec![Self::new(ChangeKind::Agent, sub)],
                None => Vec::new(),
            },
            // With its legs, its recordings and its times in queues.
            "CALL" => {
                vec![Self::new(ChangeKind::Call, id), Self::new(ChangeKind::Entry, id)]
            }
            "CONFERENCE" => {
                let mut changes = vec![Self::new(ChangeKind::Conference, id)];
                // A participant is an entry of their contact.
                let participant = sort.strip_prefix("PARTICIPANT#");
                changes.extend(participant.map(|id| Self::new(ChangeKind::Entry, id)));
                changes
            }
            "CONTACT" => vec![Self::new(ChangeKind::Contact, id)],
            "ENTRY" | "MESSAGE" => vec![Self::new(ChangeKind::Entry, id)],
            "SETTINGS" => vec![Self::new(ChangeKind::Settings, "settings")],
            _ => Vec::new(),
        }
    }

    /// What records of the table's stream are about, each thing once.
    pub fn all_of(records: &[EventRecord]) -> Vec<Self> {
        let mut changes = Vec::new();
        for change in records.iter().filter_map(key).flat_map(|key| Self::of(&key)) {
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        changes
    }
}

fn key(record: &EventRecord) -> Option<Key> {
    let keys: HashMap<_, _> = record.change.keys.clone().into();
    let text = |name: &str| match keys.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    Some(Key::new(text("pk")?, text("sk")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(partition: &str, sort: &str) -> String {
        let changes = Change::of(&Key::new(partition, sort));
        let shown = changes.iter().map(|change| format!("{} {}", change.kind.as_str(), change.id));
        shown.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn keys_tell_what_has_changed() {
        for (partition, sort, expected) in [
            ("AGENTS", "AGENT#s1", "agent s1"),
            ("CALL#CA1", "CALL", "call CA1, entry CA1"),
            ("CALL#CA1", "TASK#WT1", "call CA1, entry CA1"),
            ("CONFERENCE#c1", "LEG#CA1", "conference c1"),
            ("CONFERENCE#c1", "PARTICIPANT#CP1", "conference c1, entry CP1"),
            ("CONTACT#1", "CONTACT", "contact 1"),
            ("ENTRY#EN1", "ENTRY", "entry EN1"),
            ("MESSAGE#SM1", "MESSAGE", "entry SM1"),
            ("SETTINGS", "SETTINGS", "settings settings"),
            ("MESSAGE_SID#SM1", "MESSAGE", ""),
            ("NUMBER#+15005550111", "NUMBER", ""),
            ("SEARCH", "ann#1", ""),
            ("CHANGES#2026-11-28T16:59", "2026-11-28T16:59:58.001Z#call#CA1", ""),
        ] {
            assert_eq!(of(partition, sort), expected, "{partition} {sort}");
        }
    }
}
