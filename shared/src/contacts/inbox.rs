//! The inbox: contacts by their latest activity, all of them or those of a status and an assignee.
//!
//! A contact is in a partition of three indexes:
//!
//! | index | partition |
//! |---|---|
//! | `listing` | `CONTACTS` |
//! | `group` | `CONTACTS#` + status |
//! | `assignee` | `CONTACTS#` + status + `#` + assignee, or nothing when it is nobody's |
//!
//! All are sorted by `listing_sk`, so the one write that moves a conversation moves it in all of them.
//! The last two hold keys alone, and what a page shows is read from the contacts themselves: nothing
//! that is shown lags, and no write but one of these keys costs more for their sake.

use std::collections::BTreeSet;

use super::{
    Contact, Contacts, ConversationStatus,
    timeline::{decode_position, encode_position},
};
use crate::{
    Error,
    aws::table::{Check, Index, Item, Listing, Page, Update, text, text_of},
    values::ContactId,
};

/// The partition of index `listing` with all contacts. One partition takes about a thousand writes
/// a second.
pub(super) const CONTACTS: &str = "CONTACTS";

/// The attribute that holds the partition of index `assignee` that an open conversation is in: what
/// opens one does not know whose it is.
const WHEN_OPEN: &str = "assignee_when_open";

/// The agent who looks after the contacts that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// Nobody does.
    ToNobody,
    /// The agent with this name does.
    To(String),
}

/// What all contacts of a list have in common. `None` stands for any.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Whether they need an answer.
    pub status: Option<ConversationStatus>,
    /// The agent who looks after them.
    pub assigned: Option<Assigned>,
}

impl Wanted {
    /// The partitions of an index in which these contacts are, and no others.
    fn partitions(&self) -> (Index, Vec<String>) {
        let Some(assigned) = &self.assigned else {
            return match self.status {
                None => (Index::Listing, vec![CONTACTS.to_owned()]),
                Some(status) => (Index::Group, vec![of_status(status)]),
            };
        };
        let assignee = match assigned {
            Assigned::ToNobody => None,
            Assigned::To(name) => Some(name.as_str()),
        };
        let either = [ConversationStatus::Open, ConversationStatus::Done];
        let statuses = either.iter().filter(|it| self.status.is_none_or(|status| status == **it));
        (Index::Assignee, statuses.map(|status| of_assignee(*status, assignee)).collect())
    }

    fn holds(&self, contact: &Contact) -> bool {
        let is_assigned = match &self.assigned {
            None => true,
            Some(Assigned::ToNobody) => contact.assignee.is_none(),
            Some(Assigned::To(name)) => contact.assignee.as_ref() == Some(name),
        };
        is_assigned && self.status.is_none_or(|status| status == contact.status)
    }
}

impl Contacts {
    /// A page of these contacts, the latest activity first.
    ///
    /// # Errors
    /// 400 for a cursor that no page gave.
    pub async fn inbox(
        &self,
        wanted: &Wanted,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<Contact>, Error> {
        // All partitions are in the same order, so the last place shown tells where each goes on.
        let before = cursor.map(decode_position).transpose()?;
        let (index, partitions) = wanted.partitions();
        let mut places = Vec::new();
        let mut more = false;
        for partition in &partitions {
            let listing = Listing {
                index,
                partition,
                from: None,
                // The one at this place has been shown, and takes one.
                limit: limit + u32::from(before.is_some()),
                to: before.clone(),
                newest_first: true,
                cursor: None,
                filter: None,
            };
            let page = self.table.list(listing).await?;
            more |= page.next.is_some();
            places.extend(page.items.iter().filter_map(|item| place(index, item)));
        }
        places.retain(|(place, _)| before.as_ref() != Some(place));
        places.sort_by(|(a, _), (b, _)| b.cmp(a));
        more |= places.len() > limit as usize;
        places.truncate(limit as usize);
        let next = places.last().filter(|_| more).map(|(place, _)| encode_position(place));
        let ids: Vec<_> = places.into_iter().map(|(_, id)| id).collect();
        let mut contacts = self.get_all(&ids.iter().collect::<BTreeSet<_>>()).await?;
        contacts.retain(|contact| wanted.holds(contact));
        // Each once: one that is being closed may have been in both partitions.
        let in_order = ids.iter().filter_map(|id| {
            let found = contacts.iter().position(|contact| contact.id == *id)?;
            Some(contacts.swap_remove(found))
        });
        Ok(Page { items: in_order.collect(), next })
    }
}

/// Where in an index a contact is, and its id.
fn place(index: Index, item: &Item) -> Option<(String, ContactId)> {
    let id = text_of(item, "pk")?.strip_prefix("CONTACT#")?.parse().ok()?;
    Some((index.sort_key_of(item)?.to_owned(), id))
}

fn of_status(status: ConversationStatus) -> String {
    format!("{CONTACTS}#{}", status.as_str())
}

fn of_assignee(status: ConversationStatus, assignee: Option<&str>) -> String {
    format!("{}#{}", of_status(status), assignee.unwrap_or_default())
}

/// Adds to a write of a contact its status, its assignee, and the partitions that follow from both.
pub(super) fn put_in_place(update: &mut Update, contact: &Contact) {
    let assignee = contact.assignee.as_deref();
    update.set("status", text(contact.status.as_str()));
    match assignee {
        Some(name) => update.set("assignee", text(name)),
        None => update.remove("assignee"),
    }
    update.place(Index::Group, text(of_status(contact.status)));
    update.place(Index::Assignee, text(of_assignee(contact.status, assignee)));
    update.set(WHEN_OPEN, text(of_assignee(ConversationStatus::Open, assignee)));
}

/// Adds to a write of a contact that its conversation is open, whoever looks after it.
pub(super) fn open(update: &mut Update) {
    update.set("status", text(ConversationStatus::Open.as_str()));
    update.place(Index::Group, text(of_status(ConversationStatus::Open)));
    let nobodys = of_assignee(ConversationStatus::Open, None);
    update.place_as(Index::Assignee, WHEN_OPEN, text(nobodys));
}

/// The condition that nobody has opened or closed the conversation of a contact that was read.
pub(super) fn has_status(check: Check, contact: &Contact) -> Check {
    let done = text(ConversationStatus::Done.as_str());
    match contact.status {
        // One without a status is open.
        ConversationStatus::Open => check.differs_or_unset("status", done),
        ConversationStatus::Done => check.equals("status", done),
    }
}
