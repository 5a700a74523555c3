//! A contact centre to play in: a workspace with a queue, a workflow and agents.

use serde_json::{Value, json};
use simulator::client::{Behavior, ReservationView, TaskStatus, TaskView};

use crate::stage::{OFFICE, Stage, xml};

/// The number of the agent who is there from the beginning.
pub const AGENT: &str = "+15005550021";

/// A workspace and what it is made of, by SID.
pub struct Centre {
    pub stage: Stage,
    pub workspace: String,
    pub queue: String,
    pub workflow: String,
    pub available: String,
    pub offline: String,
    pub agent: String,
}

impl Centre {
    /// A centre whose callers wait for one agent, Ada, who is available and picks up. Assignments are
    /// asked for at `/assignment`, then at `/fallback`, and events go to `/events`.
    pub async fn open() -> Self {
        Self::at_speed(50.0).await
    }

    pub async fn at_speed(speed: f64) -> Self {
        let stage = Stage::at_speed(speed).await;
        let events = stage.app.url("/events");
        let form = [("FriendlyName", "Centre"), ("EventCallbackUrl", &events)];
        let workspace = sid(stage.post_v1("Workspaces", &form).await);
        let (_, list) = stage.get_v1(&format!("Workspaces/{workspace}/Activities")).await;
        let activity = |name: &str| {
            let all = list["activities"].as_array().unwrap();
            let found = all.iter().find(|it| it["friendly_name"] == name).unwrap();
            found["sid"].as_str().unwrap().to_owned()
        };
        let (available, offline) = (activity("Available"), activity("Offline"));
        let form = [("FriendlyName", "Everybody"), ("TargetWorkers", "1==1")];
        let queue = sid(stage.post_v1(&format!("Workspaces/{workspace}/TaskQueues"), &form).await);
        let mut centre = Self {
            stage,
            workspace,
            queue,
            workflow: String::new(),
            available,
            offline,
            agent: String::new(),
        };
        let default = json!({"task_routing": {"default_filter": {"queue": centre.queue}}});
        centre.workflow = centre.workflow("Calls", &default, &[]).await;
        centre.agent = centre.hire("Ada", AGENT, &json!({})).await;
        centre.stage.control.set_behavior(AGENT, &Behavior::answer(Vec::new())).await.unwrap();
        centre.enqueue("", "{\"topic\":\"sales\"}", "").await;
        centre.instruct("dequeue", json!({})).await;
        centre
    }

    /// `/voice` lets callers wait.
    pub async fn enqueue(&self, attributes: &str, task: &str, after: &str) {
        let workflow = &self.workflow;
        self.stage.app.on(
            "/voice",
            &format!(
                "<Enqueue workflowSid='{workflow}' waitUrl='' {attributes}><Task>{task}</Task></Enqueue>{after}"
            ),
        );
    }

    /// `/assignment` answers with an instruction.
    pub async fn instruct(&self, instruction: &str, mut properties: Value) {
        properties["instruction"] = json!(instruction);
        self.answer("/assignment", &properties.to_string());
    }

    /// A path answers with JSON.
    pub fn answer(&self, path: &str, body: &str) {
        let body = body.to_owned();
        self.stage.app.answer(path, move |_| {
            let mut response = xml(&body);
            let json = "application/json".parse().unwrap();
            response.headers_mut().insert("content-type", json);
            response
        });
    }

    pub async fn workflow(
        &self,
        name: &str,
        configuration: &Value,
        more: &[(&str, &str)],
    ) -> String {
        let urls = [self.stage.app.url("/assignment"), self.stage.app.url("/fallback")];
        let configuration = configuration.to_string();
        let mut form = vec![
            ("FriendlyName", name),
            ("Configuration", configuration.as_str()),
            ("AssignmentCallbackUrl", &urls[0]),
            ("FallbackAssignmentCallbackUrl", &urls[1]),
        ];
        form.extend(more);
        sid(self.post("Workflows", &form).await)
    }

    /// Somebody new, who is available.
    pub async fn hire(&self, name: &str, number: &str, attributes: &Value) -> String {
        let mut attributes = attributes.clone();
        attributes["contact_uri"] = json!(number);
        let attributes = attributes.to_string();
        let form =
            [("FriendlyName", name), ("Attributes", &attributes), ("ActivitySid", &self.available)];
        sid(self.post("Workers", &form).await)
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        self.stage.post_v1(&format!("Workspaces/{}/{path}", self.workspace), form).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.stage.get_v1(&format!("Workspaces/{}/{path}", self.workspace)).await
    }

    pub async fn task_in(&self, status: TaskStatus) -> TaskView {
        self.stage.control.task_where(|task| task.status == status).await.unwrap()
    }

    /// The newest task, once its last reservation is as wanted.
    pub async fn reserved(&self, wanted: impl Fn(&ReservationView) -> bool) -> TaskView {
        let is = |task: &TaskView| task.reservations.last().is_some_and(&wanted);
        self.stage.control.task_where(is).await.unwrap()
    }

    /// Ann calls and waits.
    pub async fn ann_waits(&self) -> String {
        self.stage.ann_begins(&[]).await
    }

    /// The types of the events so far about a task, in order.
    pub fn told(&self, task: &str) -> Vec<String> {
        let hits = self.stage.app.hits("/events");
        let of_task = hits.iter().filter(|hit| hit.get("TaskSid") == task);
        of_task.map(|hit| hit.get("EventType").to_owned()).collect()
    }

    /// Waits for an event about a task.
    pub async fn event(&self, event: &str, task: &str) -> crate::stage::Hit {
        loop {
            let hits = self.stage.app.hits("/events");
            let wanted = |hit: &&crate::stage::Hit| {
                hit.get("EventType") == event && hit.get("TaskSid") == task
            };
            if let Some(hit) = hits.iter().find(wanted) {
                return hit.clone();
            }
            self.stage.app.wait_for("/events", hits.len() + 1).await;
        }
    }

    /// Waits for a warning with this code.
    pub async fn warned(&self, code: u32) {
        use futures::StreamExt;
        let mut events = Box::pin(self.stage.control.events(Some(0)).await.unwrap());
        while let Some(event) = events.next().await {
            match event.unwrap().what {
                simulator::client::Happening::Warning { code: is, .. } if is == code => return,
                _ => {}
            }
        }
        panic!("the simulator has ended");
    }
}

/// The SID in an answer that must be good.
pub fn sid((status, body): (u16, Value)) -> String {
    assert!(matches!(status, 200 | 201), "{status} {body}");
    body["sid"].as_str().unwrap().to_owned()
}

/// The office's number, as tasks have it.
pub const CALLED: &str = OFFICE;
