//! Agents as workers of TaskRouter.
//! <https://www.twilio.com/docs/taskrouter/api/worker>

use serde::{Deserialize, Serialize};

use crate::{
    Context, Error,
    company::{
        agents::{Agent, Agents},
        settings::SettingsStore,
        task_router::TaskRouterSids,
    },
    error::conflict,
    twilio::{TwilioClient, client::TwilioError},
    values::WorkerSid,
};

/// The attributes of a worker, as we write them. TaskRouter sends them with each task that it
/// offers, so that nothing has to be read then.
#[derive(Debug, Serialize, Deserialize)]
pub struct WorkerAttributes {
    /// Where the worker is reached: a number in E.164, or `client:` and a name for a browser.
    pub contact_uri: Option<String>,
    /// The worker's name, in the word that Flex has for it.
    #[serde(default)]
    pub full_name: Option<String>,
    /// The agent's id.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The queues that the worker serves, by name.
    #[serde(default)]
    pub queues: Vec<String>,
    /// Whether calls are accepted for the worker without a key.
    #[serde(default)]
    pub auto_accept: bool,
}

impl From<&Agent> for WorkerAttributes {
    fn from(agent: &Agent) -> Self {
        Self {
            contact_uri: agent.phone_number.as_ref().map(ToString::to_string),
            full_name: Some(agent.name.clone()),
            agent_id: Some(agent.id.clone()),
            queues: agent.queues.clone(),
            auto_accept: agent.auto_accept,
        }
    }
}

#[derive(Deserialize)]
struct WorkerResource {
    sid: WorkerSid,
    activity_name: String,
}

#[derive(Deserialize)]
struct WorkerList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    workers: Vec<WorkerResource>,
}

/// The service that keeps TaskRouter's workers as our agents are. Without a contact centre there
/// are none, and nothing is done.
#[derive(Debug)]
pub struct Workers {
    agents: Agents,
    settings: SettingsStore,
    task_router: TwilioClient,
}

impl Workers {
    /// The workers of the contact centre that the settings know of.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            agents: Agents::new(context.table()?),
            settings: context.settings()?,
            task_router: context.task_router()?,
        })
    }

    /// Makes sure that agents can say whether they take calls.
    ///
    /// # Errors
    /// 409 when there is no contact centre.
    pub async fn expect_contact_centre(&self) -> Result<(), Error> {
        match self.sids().await? {
            Some(_) => Ok(()),
            None => Err(conflict("there is no contact centre: it has not been set up")),
        }
    }

    /// Makes the agent's worker what the agent is now, and has them take calls or none if
    /// `available` says so. Returns the agent with what their worker is doing.
    pub async fn sync(&self, mut agent: Agent, available: Option<bool>) -> Result<Agent, Error> {
        let Some(sids) = self.sids().await? else { return Ok(agent) };
        let attributes = serde_json::to_string(&WorkerAttributes::from(&agent))?;
        let activity = available.map(|available| match available {
            true => sids.available.as_str(),
            false => sids.unavailable.as_str(),
        });
        let mut form = vec![("Attributes", attributes.as_str())];
        form.extend(activity.map(|activity| ("ActivitySid", activity)));
        let worker = match self.find(&sids, &agent.id).await? {
            Some(worker) => self.change(&sids, &worker, &form).await?,
            None => self.create(&sids, &agent.id, form).await?,
        };
        self.agents.record_activity(&agent.id, &worker.activity_name, None).await?;
        agent.activity = Some(worker.activity_name);
        Ok(agent)
    }

    async fn create(
        &self,
        sids: &TaskRouterSids,
        agent: &str,
        mut form: Vec<(&str, &str)>,
    ) -> Result<WorkerResource, Error> {
        let workers = format!("Workspaces/{}/Workers", sids.workspace);
        form.push(("FriendlyName", agent));
        match self.task_router.change::<WorkerResource>(&workers, &form).await {
            Ok(made) => Ok(made),
            // The name is taken: an earlier attempt, whose answer was lost, has made it.
            Err(error @ TwilioError::Refused { .. }) => match self.find(sids, agent).await? {
                Some(worker) => self.change(sids, &worker, &form).await,
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    async fn change(
        &self,
        sids: &TaskRouterSids,
        worker: &WorkerResource,
        form: &[(&str, &str)],
    ) -> Result<WorkerResource, Error> {
        Ok(self.task_router.change(&worker_path(sids, &worker.sid), form).await?)
    }

    /// Takes an agent's worker away. One that TaskRouter does not delete now, because a task is
    /// reserved for it, gets no more tasks.
    pub async fn remove(&self, agent: &str) -> Result<(), Error> {
        let Some(sids) = self.sids().await? else { return Ok(()) };
        let Some(worker) = self.find(&sids, agent).await? else { return Ok(()) };
        let nothing = [
            ("ActivitySid", sids.unavailable.as_str()),
            ("Attributes", "{}"),
            ("RejectPendingReservations", "true"),
        ];
        self.change(&sids, &worker, &nothing).await?;
        match self.task_router.delete(&worker_path(&sids, &worker.sid)).await {
            Err(TwilioError::Refused { code, .. }) => {
                tracing::warn!(worker.sid = %worker.sid, code, "the worker stays, without tasks");
                Ok(())
            }
            deleted => Ok(deleted?),
        }
    }

    async fn find(
        &self,
        sids: &TaskRouterSids,
        agent: &str,
    ) -> Result<Option<WorkerResource>, Error> {
        let path = format!("Workspaces/{}/Workers", sids.workspace);
        let list: WorkerList = self.task_router.get(&path, &[("FriendlyName", agent)]).await?;
        Ok(list.workers.into_iter().next())
    }

    /// Read at this moment: who has just set up the contact centre adds agents next.
    async fn sids(&self) -> Result<Option<TaskRouterSids>, Error> {
        Ok(self.settings.read().await?.task_router)
    }
}

fn worker_path(sids: &TaskRouterSids, worker: &WorkerSid) -> String {
    format!("Workspaces/{}/Workers/{worker}", sids.workspace)
}
