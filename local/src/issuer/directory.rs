//! The people who can sign in: what a Cognito user pool stores.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::now;

/// The two users that a new directory begins with: an agent, and an agent who is an administrator.
const SEEDED: &[(&str, &str, &[&str])] = &[
    ("agent@example.com", "a9e00000-0000-4000-8000-000000000001", &[]),
    ("admin@example.com", "ad000000-0000-4000-8000-000000000002", &["admins"]),
];

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The claim `username`, and `Username` in answers.
    pub username: String,
    /// The claim `sub`: a UUID.
    pub sub: String,
    /// The groups that the person is in.
    pub groups: BTreeSet<String>,
    /// `email` and whatever else was given, without `sub`.
    pub attributes: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub modified_at: u64,
}

impl User {
    /// The e-mail address.
    pub fn email(&self) -> &str {
        self.attributes.get("email").map_or(&self.username, String::as_str)
    }

    /// Whether this is who a request calls `name`. Cognito takes the username, the `sub`, and the
    /// address where that is an alias; letters in either case.
    fn is(&self, name: &str) -> bool {
        self.username.eq_ignore_ascii_case(name)
            || self.sub == name
            || self.email().eq_ignore_ascii_case(name)
    }
}

/// All users of the pool.
pub(crate) struct UserDirectory {
    /// Where they survive the stack; none for an ephemeral one.
    file: Option<PathBuf>,
    /// A new user's username is their `sub`.
    email_is_alias: bool,
    users: Mutex<Vec<User>>,
}

impl UserDirectory {
    /// Opens the directory with the users that its file holds, or those that a new one has.
    ///
    /// # Errors
    /// The file is not readable as users.
    pub(crate) fn open(
        file: Option<PathBuf>,
        email_is_alias: bool,
        groups: &BTreeSet<String>,
    ) -> Result<Self> {
        let stored: Vec<User> = match &file {
            Some(file) if file.exists() => serde_json::from_slice(&std::fs::read(file)?)
                .with_context(|| format!("{} does not hold users", file.display()))?,
            _ => Vec::new(),
        };
        let is_empty = stored.is_empty();
        let directory = Self { file, email_is_alias, users: Mutex::new(stored) };
        if is_empty {
            let mut users = directory.lock();
            for (email, sub, groups_of) in SEEDED {
                let mut user = directory.user(email, (*sub).to_owned(), BTreeMap::new());
                let groups_of = groups_of.iter().map(|group| (*group).to_owned());
                user.groups = groups_of.filter(|group| groups.contains(group)).collect();
                users.push(user);
            }
            directory.save(&users);
        }
        Ok(directory)
    }

    fn user(&self, name: &str, sub: String, mut attributes: BTreeMap<String, String>) -> User {
        if name.contains('@') {
            attributes.entry("email".to_owned()).or_insert_with(|| name.to_owned());
        }
        attributes.remove("sub");
        let username = if self.email_is_alias { sub.clone() } else { name.to_owned() };
        let now = now();
        let groups = BTreeSet::new();
        User { username, sub, groups, attributes, created_at: now, modified_at: now }
    }

    /// Adds a person; none if there is one of that name or address.
    pub(crate) fn create(&self, name: &str, attributes: BTreeMap<String, String>) -> Option<User> {
        let user = self.user(name, Uuid::new_v4().to_string(), attributes);
        let mut users = self.lock();
        if users.iter().any(|other| other.is(name) || other.is(user.email())) {
            return None;
        }
        users.push(user.clone());
        self.save(&users);
        Some(user)
    }

    pub(crate) fn find(&self, name: &str) -> Option<User> {
        self.lock().iter().find(|user| user.is(name)).cloned()
    }

    /// Changes a person; none if there is no such.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut User)) -> Option<User> {
        let mut users = self.lock();
        let user = users.iter_mut().find(|user| user.is(name))?;
        change(user);
        user.modified_at = now();
        let user = user.clone();
        self.save(&users);
        Some(user)
    }

    /// Removes a person; none if there is no such.
    pub(crate) fn remove(&self, name: &str) -> Option<User> {
        let mut users = self.lock();
        let index = users.iter().position(|user| user.is(name))?;
        let user = users.remove(index);
        self.save(&users);
        Some(user)
    }

    pub(crate) fn all(&self) -> Vec<User> {
        self.lock().clone()
    }

    fn save(&self, users: &[User]) {
        let Some(file) = &self.file else { return };
        let written = serde_json::to_vec_pretty(users).map_err(Into::into).and_then(|text| {
            let new = file.with_extension("new");
            std::fs::write(&new, text)?;
            std::fs::rename(new, file)
        });
        if let Err(error) = written {
            tracing::error!(%error, "the users are not stored");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<User>> {
        self.users.lock().expect("no holder panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_survive_a_restart_and_an_empty_directory_has_two() {
        let file = std::env::temp_dir().join(format!("switchboard-users-{}.json", Uuid::new_v4()));
        let groups = BTreeSet::from(["admins".to_owned()]);
        let open = || UserDirectory::open(Some(file.clone()), false, &groups).unwrap();
        let directory = open();
        assert!(directory.create("Agent@example.com", BTreeMap::new()).is_none());
        directory.create("new@example.com", BTreeMap::new()).unwrap();
        directory.remove("agent@example.com").unwrap();
        assert_eq!(open().all(), directory.all());
        assert!(directory.find("admin@example.com").unwrap().groups.contains("admins"));
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn where_the_address_is_an_alias_the_username_is_the_sub() {
        let directory = UserDirectory::open(None, true, &BTreeSet::new()).unwrap();
        let user = directory.create("new@example.com", BTreeMap::new()).unwrap();
        assert_eq!((&user.username, user.email()), (&user.sub, "new@example.com"));
        assert_eq!(directory.find(&user.sub), directory.find("NEW@example.com"));
    }
}
