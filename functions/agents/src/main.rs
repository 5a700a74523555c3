//! `/api/agent`: one's own name and phone. `/api/agents`: who answers customers; an administrator
//! adds and removes them, sign-in and phone together.

use shared::{
    Context, Error,
    company::agents::{AgentChange, Agents, OwnAgent, Profile},
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
                let OwnAgent { name, phone_number } = request.json()?;
                let before = agents.get(sub).await?;
                let profile = Profile::own(&name, &phone_number, before.as_ref(), rules)?;
                json(200, &agents.put_own(sub, &profile).await?)
            }
            "GET /api/agents" => {
                request.principal.require_admin()?;
                let cursor = request.query::<String>("cursor")?;
                json(200, &agents.page(request.limit()?, cursor.as_deref()).await?)
            }
            "PUT /api/agents/{email}" => put(agents, sign_ins, rules, &request).await,
            "DELETE /api/agents/{email}" => delete(agents, sign_ins, &request).await,
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}

/// The sign-in first: what a process that dies here leaves undone, the same request does later.
async fn put(
    agents: &Agents,
    sign_ins: &SignIns,
    rules: &Rules,
    request: &ApiRequest,
) -> Result<Response, Error> {
    request.principal.require_admin()?;
    let email = email(request)?;
    let AgentChange { name, phone_number, admin } = request.json()?;
    let profile = Profile::new(&name, &phone_number, rules)?;
    let (sub, made) = sign_ins.ensure(&email).await?;
    if admin == Some(false) && sub == request.principal.sub {
        return Err(conflict("nobody takes their own administrator's rights away"));
    }
    let admin = match admin {
        Some(admin) => {
            sign_ins.set_admin(&sub, admin).await?;
            admin
        }
        None => sign_ins.is_admin(&sub).await?,
    };
    let agent = agents.put(&sub, email.as_str(), admin, &profile).await?;
    json(if made { 201 } else { 200 }, &agent)
}

/// The sign-in last: as long as it is there, the same request finds what is left to do.
async fn delete(
    agents: &Agents,
    sign_ins: &SignIns,
    request: &ApiRequest,
) -> Result<Response, Error> {
    request.principal.require_admin()?;
    let email = email(request)?;
    let sub = sign_ins.find(&email).await?;
    if sub.as_ref() == Some(&request.principal.sub) {
        return Err(conflict("nobody removes themselves"));
    }
    for agent in agents.with_email(email.as_str()).await? {
        agents.remove(&agent.id).await?;
    }
    if let Some(sub) = sub {
        sign_ins.sign_out(&sub).await?;
        // Who has named a phone themselves is not known by e-mail address.
        agents.remove(&sub).await?;
        sign_ins.delete(&sub).await?;
    }
    Ok(lambda::no_content())
}

fn email(request: &ApiRequest) -> Result<Email, Error> {
    let text: String = request.path("email")?;
    text.parse().map_err(|_| invalid("email", "this is no e-mail address"))
}
