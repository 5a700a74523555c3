//! Reads and writes contacts.

use std::collections::BTreeSet;

use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Change, Contact, ConversationStatus, Entry, erasure,
    inbox::{self, CONTACTS},
    search::{self, SEARCH},
};
use crate::{
    Error,
    aws::table::{
        Check, Index, Item, Key, Operation, Page, Table, Transacted, Update, instant, integer,
        order_key, text, text_of, value,
    },
    error::{bad_request, conflict, invalid, not_found},
    values::{Address, ContactId},
};

/// The longest search term, in bytes: more than names have.
const MAX_SEARCH: usize = 400;

/// How often a change is tried again when another change was quicker.
const MAX_ATTEMPTS: usize = 10;

/// The store of contacts and of what finds them.
#[derive(Clone, Debug)]
pub struct Contacts {
    pub(super) table: Table,
}

/// The contact that a number belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberOwner {
    /// The id of the contact.
    pub contact_id: ContactId,
    /// Whether the contact is blocked, so that its calls and texts are refused.
    pub blocked: bool,
}

/// The key of the item that tells whose number it is.
pub fn number_key(number: &Address) -> Key {
    Key::new(format!("NUMBER#{number}"), "NUMBER")
}

fn contact_key(id: &ContactId) -> Key {
    Key::new(format!("CONTACT#{id}"), "CONTACT")
}

impl Contacts {
    /// The contacts that are kept in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The contact that a number belongs to. The first call or text from a number creates its
    /// contact.
    pub async fn ensure(&self, number: &Address) -> Result<NumberOwner, Error> {
        if let Some(known) = self.known(number).await? {
            return Ok(known);
        }
        let contact = new_contact(number);
        let created = self.table.transact(creation(&contact)?).await?;
        match created {
            Transacted::Done => Ok(NumberOwner { contact_id: contact.id, blocked: false }),
            // Another was quicker.
            Transacted::Refused { .. } => {
                self.known(number).await?.ok_or_else(|| Error::internal("a contact vanished"))
            }
        }
    }

    async fn known(&self, number: &Address) -> Result<Option<NumberOwner>, Error> {
        let Some(item) = self.table.get(number_key(number)).await? else { return Ok(None) };
        let Some(contact_id) = contact_id_of(&item) else { return Ok(None) };
        Ok(Some(NumberOwner { contact_id, blocked: item.contains_key("blocked_at") }))
    }

    /// The contact with a number, found in two reads; `None` if there is none.
    pub async fn find(&self, number: &Address) -> Result<Option<Contact>, Error> {
        match self.known(number).await? {
            Some(known) => self.get(&known.contact_id).await,
            None => Ok(None),
        }
    }

    /// The contact with a number, which must exist.
    ///
    /// # Errors
    /// 404 when no contact has this number.
    pub async fn expect(&self, number: &Address) -> Result<Contact, Error> {
        let found = self.find(number).await?;
        found.ok_or_else(|| not_found("there is no contact with this number"))
    }

    async fn get(&self, id: &ContactId) -> Result<Option<Contact>, Error> {
        let item = self.table.get(contact_key(id)).await?;
        item.map(Contact::from_item).transpose()
    }

    /// The write that counts one more unread entry of a contact and opens the conversation. It
    /// belongs into a transaction that makes sure that the entry is counted once.
    pub fn unread(contact_id: &ContactId) -> Operation {
        let mut update = Update::of(contact_key(contact_id));
        Self::count_unread(&mut update);
        Operation::UpdateIf(update, Check::new().exists())
    }

    /// Adds to a write of a contact that one more entry is unread.
    pub(crate) fn count_unread(update: &mut Update) {
        update.add("unread", 1);
        inbox::open(update);
    }

    /// Moves a conversation to the time of its latest entry, or renews what the contact shows of
    /// that entry. Nothing changes for an older entry and a blocked contact.
    pub async fn touch(&self, entry: &Entry) -> Result<(), Error> {
        let Some(known) = self.known(&entry.contact_number).await? else { return Ok(()) };
        if known.blocked {
            return Ok(());
        }
        let (moved, not_later) = Self::moved(&known.contact_id, entry)?;
        self.table.update_if(moved, not_later).await?;
        Ok(())
    }

    /// The write that moves a conversation to an entry, and the check that nothing later has
    /// happened.
    pub(crate) fn moved(contact_id: &ContactId, entry: &Entry) -> Result<(Update, Check), Error> {
        let mut update = Update::of(contact_key(contact_id));
        let place = order_key(entry.at, &entry.id)?;
        update.list(Index::Listing, CONTACTS, &place);
        update.set("last_entry", value(entry)?);
        // A first call's contact is made when the call has ended, and so after its entry.
        let later = Check::new().exists();
        Ok((update, later.listed_up_to_or_unset(Index::Listing, &place, "last_entry")))
    }

    /// Marks a contact's conversation as read.
    ///
    /// # Errors
    /// 404 when no contact has this number.
    pub async fn mark_read(&self, number: &Address) -> Result<Contact, Error> {
        let contact = self.expect(number).await?;
        let mut update = Update::of(contact_key(&contact.id));
        update.set("unread", integer(0));
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(Contact { unread: 0, ..contact })
    }

    /// Notes whether a contact takes texts, to show it to agents. What counts when a text is sent
    /// are the consent records.
    pub async fn mark_opted_out(&self, number: &Address, opted_out: bool) -> Result<(), Error> {
        let Some(known) = self.known(number).await? else { return Ok(()) };
        let mut update = Update::of(contact_key(&known.contact_id));
        update.set("opted_out", value(&opted_out)?);
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// A page of contacts whose number begins or ends with what was typed, or a word of whose name
    /// begins with it, in alphabetical order.
    ///
    /// # Errors
    /// 422 when nothing can be searched for, or too much; 400 for a cursor that no page gave.
    pub async fn search(
        &self,
        typed: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<Contact>, Error> {
        let prefixes = search::prefixes(typed);
        if prefixes.is_empty() || prefixes.iter().any(|prefix| prefix.len() > MAX_SEARCH) {
            return Err(invalid("search", "search has 1 to 100 letters or digits"));
        }
        let mut page = Err(bad_request("the cursor is not one that a page of this list gave"));
        for prefix in &prefixes {
            page = self.table.with_prefix(SEARCH, prefix, limit, cursor).await;
            // A cursor leads on in the list that gave it.
            if page.as_ref().is_ok_and(|page| !page.items.is_empty() || cursor.is_some()) {
                break;
            }
        }
        let page = page?;
        let found: Vec<ContactId> = page.items.iter().filter_map(contact_id_of).collect();
        let ids: BTreeSet<&ContactId> = found.iter().collect();
        let mut contacts = self.get_all(&ids).await?;
        // Two words of a name may begin alike: a contact is on a page once.
        let mut items = Vec::new();
        for id in &found {
            if let Some(place) = contacts.iter().position(|contact: &Contact| contact.id == *id) {
                items.push(contacts.swap_remove(place));
            }
        }
        Ok(Page { items, next: page.next })
    }

    pub(super) async fn get_all(&self, ids: &BTreeSet<&ContactId>) -> Result<Vec<Contact>, Error> {
        let items = self.table.get_all(ids.iter().map(|id| contact_key(id)).collect()).await?;
        items.into_iter().map(Contact::from_item).collect()
    }

    /// Creates the contact with a number, or changes it. Tells whether it was created.
    ///
    /// # Errors
    /// 404 for an address that is no number and nobody's: only a call or a text makes its contact;
    /// 409 when a number belongs to another contact that has a name or further numbers, or others
    /// keep changing the contact; 422 that names the field.
    pub async fn put(&self, number: &Address, change: Change) -> Result<(Contact, bool), Error> {
        let change = change.checked()?;
        if change.numbers.as_ref().is_some_and(|numbers| !numbers.iter().any(|n| n == number)) {
            return Err(invalid("numbers", "numbers must hold the number in the path"));
        }
        for _ in 0..MAX_ATTEMPTS {
            let before = self.find(number).await?;
            let made = before.is_none();
            if made && !number.is_number() {
                return Err(not_found("there is no contact with this number"));
            }
            let before = before.unwrap_or_else(|| new_contact(number));
            let mut after = before.clone();
            apply(&mut after, &change);
            if !after.numbers.iter().all(|it| it.is_number() || before.numbers.contains(it)) {
                return Err(invalid("numbers", "numbers must be in E.164 or short codes"));
            }
            let taken_over = self.owners(&before, &after).await?;
            after.unread += taken_over.iter().map(|other| other.unread).sum::<u32>();
            let writes = writes(&before, &after, &change, made, &taken_over)?;
            match self.table.transact(writes).await? {
                Transacted::Done => {
                    // A number that the contact has no more keeps its entries, as its own contact.
                    for number in before.numbers.iter().filter(|n| !after.numbers.contains(n)) {
                        self.ensure(number).await?;
                    }
                    return Ok((after, made));
                }
                Transacted::Refused { .. } => continue,
            }
        }
        Err(conflict("the contact is being changed by others; try again"))
    }

    /// The contacts that the added numbers belong to, and which the change takes over.
    async fn owners(&self, before: &Contact, after: &Contact) -> Result<Vec<Contact>, Error> {
        let mut owners: Vec<Contact> = Vec::new();
        for number in after.numbers.iter().filter(|number| !before.numbers.contains(number)) {
            let Some(owner) = self.find(number).await? else { continue };
            if owner.id == before.id || owners.iter().any(|other| other.id == owner.id) {
                continue;
            }
            if owner.name.is_some() || owner.numbers.iter().any(|n| !after.numbers.contains(n)) {
                return Err(conflict("a number belongs to another contact"));
            }
            owners.push(owner);
        }
        Ok(owners)
    }

    /// Removes a contact and what it is found by, and notes that its entries are to be erased.
    pub async fn remove(&self, contact: &Contact) -> Result<(), Error> {
        let mut writes: Vec<_> = search::keys(contact).into_iter().map(Operation::Delete).collect();
        for number in &contact.numbers {
            writes.push(Operation::Delete(number_key(number)));
            writes.push(Operation::Update(erasure::note(number)?));
        }
        writes.push(Operation::Delete(contact_key(&contact.id)));
        self.table.transact(writes).await?;
        Ok(())
    }
}

fn contact_id_of(item: &Item) -> Option<ContactId> {
    text_of(item, "contact_id")?.parse().ok()
}

fn new_contact(number: &Address) -> Contact {
    Contact {
        id: Uuid::new_v4().into(),
        name: None,
        numbers: vec![number.clone()],
        status: ConversationStatus::Open,
        assignee: None,
        unread: 0,
        blocked: false,
        opted_out: false,
        last_activity_at: OffsetDateTime::now_utc(),
        last_entry: None,
        revision: None,
    }
}

fn apply(contact: &mut Contact, change: &Change) {
    if let Some(name) = &change.name {
        contact.name.clone_from(name);
    }
    if let Some(numbers) = &change.numbers {
        contact.numbers.clone_from(numbers);
    }
    if let Some(status) = change.status {
        contact.status = status;
    }
    if let Some(assignee) = &change.assignee {
        contact.assignee.clone_from(assignee);
    }
    if let Some(blocked) = change.blocked {
        contact.blocked = blocked;
        if blocked {
            contact.unread = 0;
        }
    }
}

fn creation(contact: &Contact) -> Result<Vec<Operation>, Error> {
    let mut writes = vec![Operation::Create(
        number_key(&contact.numbers[0]),
        Item::from([("contact_id".into(), text(contact.id.as_str()))]),
    )];
    let mut update = contact_update(contact, 0)?;
    inbox::put_in_place(&mut update, contact);
    writes.push(Operation::UpdateIf(update, Check::new().absent()));
    writes.extend(search::keys(contact).into_iter().map(|key| search_write(key, contact)));
    Ok(writes)
}

/// The writes that turn contact `before` into `after`. Entries need no write, because they are
/// listed under the numbers.
fn writes(
    before: &Contact,
    after: &Contact,
    change: &Change,
    made: bool,
    taken_over: &[Contact],
) -> Result<Vec<Operation>, Error> {
    let mut unchanged = match made {
        true => Check::new().absent(),
        false => Check::new().is_still("revision", before.revision.map(integer)),
    };
    let mut update = contact_update(after, before.unread)?;
    // A text may open the conversation meanwhile, which counts unless this change says otherwise.
    if made || change.status.is_some() || change.assignee.is_some() {
        inbox::put_in_place(&mut update, after);
        if !made && change.status.is_none() {
            unchanged = inbox::has_status(unchanged, before);
        }
    }
    let mut writes = vec![Operation::UpdateIf(update, unchanged)];
    for number in &after.numbers {
        let mut update = Update::of(number_key(number));
        update.set("contact_id", text(after.id.as_str()));
        if after.blocked {
            update.set_if_unset("blocked_at", instant(OffsetDateTime::now_utc())?);
        } else {
            update.remove("blocked_at");
        }
        writes.push(Operation::Update(update));
    }
    let gone = before.numbers.iter().filter(|number| !after.numbers.contains(number));
    writes.extend(gone.map(|number| Operation::Delete(number_key(number))));
    let (old, new) = (search::keys(before), search::keys(after));
    let unfound = old.iter().filter(|key| !made && !new.contains(key)).cloned();
    writes.extend(unfound.map(Operation::Delete));
    writes.extend(new.into_iter().map(|key| search_write(key, after)));
    for other in taken_over {
        writes.extend(search::keys(other).into_iter().map(Operation::Delete));
        writes.push(Operation::Delete(contact_key(&other.id)));
    }
    Ok(writes)
}

fn search_write(key: Key, contact: &Contact) -> Operation {
    let mut update = Update::of(key);
    update.set("contact_id", text(contact.id.as_str()));
    Operation::Update(update)
}

/// The write of the contact's own item, of whose entries `unread` were unread before; without its
/// status and its assignee.
fn contact_update(contact: &Contact, unread: u32) -> Result<Update, Error> {
    let mut update = Update::of(contact_key(&contact.id));
    update.set("id", text(contact.id.as_str()));
    update.set("numbers", value(&contact.numbers)?);
    update.set("blocked", value(&contact.blocked)?);
    match &contact.name {
        Some(name) => update.set("name", text(name)),
        None => update.remove("name"),
    }
    // Counted up by others at the same time: only what this change adds or clears.
    if contact.unread != unread {
        update.set("unread", integer(contact.unread));
    }
    update.list_if_unlisted(
        Index::Listing,
        CONTACTS,
        &order_key(contact.last_activity_at, contact.id.as_str())?,
    );
    update.set("revision", integer(contact.revision.unwrap_or(0) + 1));
    Ok(update)
}
