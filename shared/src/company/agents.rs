//! Agents: the people who answer customers, and the phone on which each takes calls.
//!
//! An agent is the item with keys `AGENTS` and `AGENT#` + the `sub` of their sign-in. The sign-in
//! itself is kept by Amazon Cognito.

use std::{collections::HashSet, sync::Arc};

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Page, Table, Update, Written, instant, integer, text, text_of,
        unix_milliseconds, value,
    },
    company::task_router::Declaration,
    error::forbidden,
    numbering::Rules,
    process::cache::Cached,
    values::{Line, PhoneNumber},
};

const AGENTS: &str = "AGENTS";
const PREFIX: &str = "AGENT#";
const MAX_NAME: usize = 100;

/// How long it is remembered that an agent was removed: longer than any token is valid.
const REMEMBERED_FOR: Duration = Duration::days(1);

/// An agent: a person who answers customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// The id of the agent: the `sub` of their sign-in.
    pub id: String,
    /// The agent's name, as colleagues see it.
    pub name: String,
    /// The agent's phone, in E.164, which rings when they call from the console; null when there is
    /// none.
    #[schema(required)]
    pub phone_number: Option<PhoneNumber>,
    /// The e-mail address that the agent signs in with; null if no administrator added them.
    #[serde(default)]
    #[schema(required)]
    pub email: Option<String>,
    /// Whether the agent is an administrator, who may change settings and agents.
    #[serde(default)]
    #[schema(required)]
    pub admin: bool,
    /// The queues of the contact centre that the agent serves, by name.
    #[serde(default = "all_queues")]
    #[schema(required)]
    pub queues: Vec<String>,
    /// Whether the agent gets a caller from a queue as soon as the phone is answered, without being
    /// asked for a key. A carrier's voicemail that answers could take the caller.
    #[serde(default)]
    #[schema(required)]
    pub auto_accept: bool,
    /// What the agent is doing, in TaskRouter's words, e.g. `Available`; null while there is no
    /// contact centre.
    #[serde(default)]
    #[schema(required)]
    pub activity: Option<String>,
}

/// An agent as every agent sees them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Colleague {
    /// The id of the agent: the `sub` of their sign-in, which entries name.
    pub id: String,
    /// The agent's name.
    pub name: String,
    /// The e-mail address that the agent signs in with, by which conversations are assigned; null
    /// if no administrator added them.
    #[schema(required)]
    pub email: Option<String>,
    /// What the agent is doing, in TaskRouter's words, e.g. `Available`; null while there is no
    /// contact centre.
    #[schema(required)]
    pub activity: Option<String>,
}

impl From<Agent> for Colleague {
    fn from(Agent { id, name, email, activity, .. }: Agent) -> Self {
        Self { id, name, email, activity }
    }
}

/// What an agent may change about themselves.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnAgent {
    /// The agent's name, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: String,
    /// The agent's phone, in E.164 or as it is dialled in the country of the main number.
    #[schema(max_length = 64, example = "+15005550155")]
    pub phone_number: String,
    /// Whether the agent takes calls from the queues. When left out, it stays as it is; a new agent
    /// takes none.
    pub available: Option<bool>,
    /// Whether the agent gets a caller from a queue as soon as the phone is answered, without being
    /// asked for a key. A carrier's voicemail that answers could take the caller. When left out, it
    /// stays as it is; a new agent is asked.
    pub auto_accept: Option<bool>,
}

/// What an administrator may change about an agent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentChange {
    /// The agent's name, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: String,
    /// The agent's phone, in E.164 or as it is dialled in the country of the main number.
    #[schema(max_length = 64, example = "+15005550155")]
    pub phone_number: String,
    /// Whether the agent may change settings and agents. When left out, it stays as it is; a new
    /// agent may not.
    pub admin: Option<bool>,
    /// The queues of the contact centre that the agent serves: `troubleshooting`, `support` or
    /// both. When left out, they stay as they are; a new agent serves all.
    #[schema(max_items = 20)]
    pub queues: Option<Vec<String>>,
}

/// An agent's name and phone, both checked.
#[derive(Clone, Debug)]
pub struct Profile {
    name: Line<MAX_NAME>,
    phone_number: PhoneNumber,
}

impl Profile {
    /// Checks a name and a phone number that an administrator gives an agent. The phone may be in
    /// any country, but at no special rate.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn new(name: &str, phone_number: &str, rules: &Rules) -> Result<Self, Error> {
        let name = Line::parse("name", name)?;
        let phone_number = rules.parse("phone_number", phone_number)?;
        rules.check_personal("phone_number", &phone_number)?;
        Ok(Self { name, phone_number })
    }

    /// Checks a name and a phone number that an agent gives themselves. The phone is where we may
    /// call and text anybody, or is the one that they have already.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn own(
        name: &str,
        phone_number: &str,
        before: Option<&Agent>,
        rules: &Rules,
    ) -> Result<Self, Error> {
        let own = Self::new(name, phone_number, rules)?;
        let has_it = before.and_then(|agent| agent.phone_number.as_ref());
        if has_it != Some(&own.phone_number) {
            rules.check("phone_number", &own.phone_number)?;
        }
        Ok(own)
    }
}

/// The store of all agents, with a cache of their phones.
#[derive(Debug)]
pub struct Agents {
    table: Table,
    phone_numbers: Cached<HashSet<PhoneNumber>>,
}

impl Agents {
    /// The agents that are kept in this table.
    pub fn new(table: Table) -> Self {
        Self { table, phone_numbers: Cached::default() }
    }

    /// The agent whose sign-in has this `sub`; `None` if there is none or they were removed.
    pub async fn get(&self, sub: &str) -> Result<Option<Agent>, Error> {
        self.table.get(key(sub)).await?.filter(is_there).map(agent).transpose()
    }

    /// A page of agents, in no meaningful order.
    pub async fn page(&self, limit: u32, cursor: Option<&str>) -> Result<Page<Agent>, Error> {
        let mut page = self.table.with_prefix(AGENTS, PREFIX, limit, cursor).await?;
        page.items.retain(is_there);
        page.try_map(agent)
    }

    /// The phones of all agents, as they were at most half a minute ago.
    pub async fn phone_numbers(&self) -> Result<Arc<HashSet<PhoneNumber>>, Error> {
        let read = async {
            let agents = self.all().await?;
            Ok(agents.into_iter().filter_map(|agent| agent.phone_number).collect())
        };
        self.phone_numbers.get("agents' phones", read).await
    }

    /// The agents with this e-mail address: one, unless a sign-in was deleted in Cognito alone.
    pub async fn with_email(&self, email: &str) -> Result<Vec<Agent>, Error> {
        let mut agents = self.all().await?;
        agents.retain(|agent| agent.email.as_deref() == Some(email));
        Ok(agents)
    }

    /// All agents, in no meaningful order.
    pub async fn all(&self) -> Result<Vec<Agent>, Error> {
        let items = self.table.partition(AGENTS).await?;
        items.into_iter().filter(is_there).map(agent).collect()
    }

    /// Stores what a person who is signed in says of themselves, and makes them an agent if they
    /// are none yet. Such a new agent serves `queues`.
    ///
    /// # Errors
    /// 403 for an agent who was removed and whose token is still valid for some minutes.
    pub async fn put_own(
        &self,
        sub: &str,
        profile: &Profile,
        auto_accept: Option<bool>,
        queues: &[String],
    ) -> Result<Agent, Error> {
        let still_one = Check::new().unset("removed_at");
        let mut update = update(sub, profile);
        if let Some(auto_accept) = auto_accept {
            update.set("auto_accept", value(&auto_accept)?);
        }
        update.set_if_unset("queues", value(&queues)?);
        match self.table.update_if(update, still_one).await? {
            Written::Done(item) => agent(item),
            Written::Refused(_) => Err(forbidden("you are no agent any more")),
        }
    }

    /// Stores what an administrator says of a person who can sign in, and makes them an agent. The
    /// queues are those that the agent serves; without, they stay, and a new agent serves `all`.
    pub async fn put(
        &self,
        sub: &str,
        email: &str,
        admin: bool,
        profile: &Profile,
        queues: Option<&[String]>,
        all: &[String],
    ) -> Result<Agent, Error> {
        let mut update = update(sub, profile);
        match queues {
            Some(queues) => update.set("queues", value(&queues)?),
            None => update.set_if_unset("queues", value(&all)?),
        }
        update.set("email", text(email));
        update.set("admin", value(&admin)?);
        update.remove("removed_at");
        update.remove("expires_at");
        agent(self.table.update(update).await?)
    }

    /// Records what an agent's worker is doing, in TaskRouter's words, unless something later is
    /// recorded; without a time, now.
    pub async fn record_activity(
        &self,
        sub: &str,
        activity: &str,
        at: Option<OffsetDateTime>,
    ) -> Result<(), Error> {
        let at = unix_milliseconds(at.unwrap_or_else(OffsetDateTime::now_utc));
        let mut update = Update::of(key(sub));
        update.set("activity", text(activity));
        update.set("activity_at", integer(at));
        let latest = Check::new().exists().unset("removed_at");
        let latest = latest.below_or_unset("activity_at", integer(at));
        self.table.update_if(update, latest).await?;
        Ok(())
    }

    /// Removes an agent and their personal data. That they were removed is remembered for a day,
    /// because their tokens stay valid for a while.
    pub async fn remove(&self, sub: &str) -> Result<(), Error> {
        let now = OffsetDateTime::now_utc();
        let mut update = Update::of(key(sub));
        for personal in
            ["name", "phone_number", "email", "admin", "queues", "auto_accept", "activity"]
        {
            update.remove(personal);
        }
        update.set("removed_at", instant(now)?);
        update.set("expires_at", integer((now + REMEMBERED_FOR).unix_timestamp()));
        self.table.update(update).await?;
        Ok(())
    }
}

/// The queues of an agent who was added before there were any.
fn all_queues() -> Vec<String> {
    let declared = Declaration::load().ok();
    declared.map(|it| it.queue_names().map(str::to_owned).collect()).unwrap_or_default()
}

fn key(sub: &str) -> Key {
    Key::new(AGENTS, format!("{PREFIX}{sub}"))
}

fn update(sub: &str, profile: &Profile) -> Update {
    let mut update = Update::of(key(sub));
    update.set("id", text(sub));
    update.set("name", text(profile.name.as_str()));
    update.set("phone_number", text(profile.phone_number.as_str()));
    update.return_all();
    update
}

fn is_there(item: &Item) -> bool {
    text_of(item, "removed_at").is_none()
}

fn agent(item: Item) -> Result<Agent, Error> {
    Ok(serde_dynamo::from_item(item)?)
}
