//! `/api/agent`: one's own name and phone, and whether one takes calls. `/api/agents`: who answers
//! customers; an administrator adds and removes them: sign-in, phone and worker together.
//! `/api/colleagues`: their names, for all agents.

use shared::{
    Context, Error,
    company::{
        agents::{AgentChange, Agents, Colleague, OwnAgent, Profile},
        task_router::Declaration,
    },
    contact_centre::Workers,
    error::{conflict, invalid, not_found},
    lambda::{
        self, Response,
        api::{ApiRequest, json},
    },
    numbering::Rules,
    values::Email,
};
use sign_ins::SignIns;

mod sign_ins;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let agents = &Agents::new(context.table()?);
    let rules = &Rules::from_env()?;
    let sign_ins = &SignIns::from_env()?;
    let workers = &Workers::new(&context)?;
    let queues: &Vec<String> = &Declaration::load()?.queue_names().map(str::to_owned).collect();
    let service = &Service { agents, workers, sign_ins, rules, queues };
    lambda::api(|request: ApiRequest| async move {
        let sub = &request.principal.sub;
        match request.route() {
            "GET /api/agent" => match agents.get(sub).await? {
                Some(agent) => json(200, &agent),
                None => Err(not_found(
                    "you are no agent yet: PUT /api/agent with your name and phone_number",
                )),
            },
            "PUT /api/agent" => {
                let OwnAgent { name, phone_number, available, auto_accept } = request.json()?;
                let before = agents.get(sub).await?;
                let profile = Profile::own(&name, &phone_number, before.as_ref(), rules)?;
                if available.is_some() {
                    workers.expect_contact_centre().await?;
                }
                let agent = agents.put_own(sub, &profile, auto_accept, queues).await?;
                json(200, &workers.sync(agent, available).await?)
            }
            "GET /api/agents" => {
                request.principal.require_admin()?;
                let cursor = request.query::<String>("cursor")?;
                json(200, &agents.page(request.limit()?, cursor.as_deref()).await?)
            }
            "GET /api/colleagues" => {
                let cursor = request.query::<String>("cursor")?;
                let page = agents.page(request.limit()?, cursor.as_deref()).await?;
                json(200, &page.map(Colleague::from))
            }
            "PUT /api/agents/{email}" => service.put(&request).await,
            "DELETE /api/agents/{email}" => service.delete(&request).await,
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}

struct Service<'a> {
    agents: &'a Agents,
    workers: &'a Workers,
    sign_ins: &'a SignIns,
    rules: &'a Rules,
    /// The names of all queues.
    queues: &'a [String],
}

impl Service<'_> {
    /// The sign-in first: what a process that dies here leaves undone, the same request does later.
    async fn put(&self, request: &ApiRequest) -> Result<Response, Error> {
        request.principal.require_admin()?;
        let email = email(request)?;
        let AgentChange { name, phone_number, admin, queues } = request.json()?;
        let profile = Profile::new(&name, &phone_number, self.rules)?;
        let queues = queues.map(|queues| self.known(queues)).transpose()?;
        let (sub, made) = self.sign_ins.ensure(&email).await?;
        if admin == Some(false) && sub == request.principal.sub {
            return Err(conflict("nobody takes their own administrator's rights away"));
        }
        let admin = match admin {
            Some(admin) => {
                self.sign_ins.set_admin(&sub, admin).await?;
                admin
            }
            None => self.sign_ins.is_admin(&sub).await?,
        };
        let (email, queues) = (email.as_str(), queues.as_deref());
        let agent = self.agents.put(&sub, email, admin, &profile, queues, self.queues).await?;
        json(if made { 201 } else { 200 }, &self.workers.sync(agent, None).await?)
    }

    /// The sign-in last: as long as it is there, the same request finds what is left to do.
    async fn delete(&self, request: &ApiRequest) -> Result<Response, Error> {
        request.principal.require_admin()?;
        let email = email(request)?;
        let sub = self.sign_ins.find(&email).await?;
        if sub.as_ref() == Some(&request.principal.sub) {
            return Err(conflict("nobody removes themselves"));
        }
        for agent in self.agents.with_email(email.as_str()).await? {
            self.workers.remove(&agent.id).await?;
            self.agents.remove(&agent.id).await?;
        }
        if let Some(sub) = sub {
            self.sign_ins.sign_out(&sub).await?;
            // Who has named a phone themselves is not known by e-mail address.
            self.workers.remove(&sub).await?;
            self.agents.remove(&sub).await?;
            self.sign_ins.delete(&sub).await?;
        }
        Ok(lambda::no_content())
    }

    /// The queues that a request names, each once.
    ///
    /// # Errors
    /// 422 for a queue that there is not.
    fn known(&self, mut queues: Vec<String>) -> Result<Vec<String>, Error> {
        if !queues.iter().all(|queue| self.queues.contains(queue)) {
            let known = self.queues.join(", ");
            return Err(invalid("queues", format!("there is no such queue, only {known}")));
        }
        queues.sort();
        queues.dedup();
        Ok(queues)
    }
}

fn email(request: &ApiRequest) -> Result<Email, Error> {
    let text: String = request.path("email")?;
    text.parse().map_err(|_| invalid("email", "this is no e-mail address"))
}
