//! Everything, started together and stopped together.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use shared::aws::table::Table;
use tokio::{sync::oneshot, task::JoinSet, time::timeout};

use crate::{
    Message, Options, ProcessState, RealTwilio,
    aws::{self, SecretValues, Services, queue::Queue, queues},
    dynamodb::{
        self,
        server::{Guards, Server},
    },
    event_source,
    faults::{FaultDice, Faults},
    folder::Folder,
    gateway::Gateway,
    iam::{Access, AccessKeys},
    issuer::{Issuer, directory::UserDirectory, keys::Keys},
    lambda::{
        environment::variables,
        pool::{Host, Pool},
        watchdog::Watchdog,
    },
    logs::Logs,
    ports::Ports,
    s3, schedules, seed,
    template::{Function, Given, Template, UserPool},
    twilio,
};

/// How long the simulator may take to end its calls.
const SIMULATOR_GRACE: Duration = Duration::from_millis(200);

/// A running stack. Dropping it stops everything.
pub struct Stack {
    // Fields are dropped in this order: what calls functions, the functions, their data.
    tasks: JoinSet<()>,
    simulator: Option<Simulator>,
    watchdog: Watchdog,
    pools: Vec<Arc<Pool>>,
    queues: BTreeMap<String, Arc<Queue>>,
    names: BTreeMap<String, String>,
    logs: Arc<Logs>,
    addresses: Addresses,
    issuer: Option<Arc<Issuer>>,
    keys: Arc<Keys>,
    client_secret: Option<String>,
    secret_access_key: String,
    faults: FaultDice,
    secret_values: SecretValues,
    _folder: Folder,
}

/// Where the parts of a stack answer.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) api: String,
    pub(crate) public: String,
    /// None with the real Twilio.
    pub(crate) simulator: Option<String>,
    pub(crate) dynamodb: String,
    pub(crate) s3: String,
    pub(crate) aws: String,
}

/// The simulator's task, and how to end it.
struct Simulator {
    stop: oneshot::Sender<()>,
    /// A set of one, because a set ends its tasks when it is dropped.
    task: JoinSet<()>,
}

/// A process of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionProcess {
    /// The function's binary: `ivr-entry`.
    pub function: String,
    /// Its process id.
    pub pid: i32,
    /// What it is doing.
    pub state: ProcessState,
}

impl Stack {
    /// Starts a stack.
    ///
    /// # Errors
    /// A port is busy, the template is wrong, a function is not built, or stored data does not fit
    /// the template; each with what to do about it.
    pub async fn start(options: Options) -> Result<Self> {
        let ports = Ports::bind(&options).await?;
        let simulator = ports.simulator.as_ref().map(|port| port.url());
        let addresses = Addresses {
            api: ports.api.url(),
            public: options.public_url.clone().unwrap_or_else(|| ports.api.url()),
            simulator: simulator.clone(),
            dynamodb: ports.dynamodb.url(),
            s3: ports.s3.url(),
            aws: ports.aws.url(),
        };
        let account = match (&options.twilio, simulator) {
            (Some(twilio), _) => twilio.clone(),
            (None, simulator) => twilio::simulated(simulator.unwrap_or_default()),
        };
        let known = known_parameters(&addresses, &account);
        let mut template = Template::read(
            &options.template,
            &Given { parameters: &options.parameters, known: &known, aws_url: &addresses.aws },
        )?;
        let function_dir = options.function_dir()?;
        check_built(&function_dir, &template.functions)?;

        let folder = Folder::open(&options)?;
        let logs = Arc::new(Logs::new(options.echo_logs));
        let keys = match &options.twilio {
            Some(_) => AccessKeys::drawn(),
            None => AccessKeys::any(),
        };
        let secret_access_key = keys.secret().to_owned();
        let access = Arc::new(Access::new(&template.functions, keys, logs.clone()));
        let opened = dynamodb::open(folder.file("dynamodb.sqlite").as_deref(), &template.tables)?;
        let storage = s3::open(&folder.path().join("s3"), &template.buckets, access.clone())?;
        let queues = queues::open(&template.queues, &folder)?;

        let watchdog = Watchdog::start(folder.removed_at_the_end())?;
        let host = Arc::new(Host {
            function_dir,
            group: watchdog.group(),
            logs: logs.clone(),
            secret_access_key: secret_access_key.clone(),
        });
        let pools: Vec<_> = template
            .functions
            .iter()
            .map(|function| Pool::new(function.clone(), host.clone()))
            .collect();
        let keys = Keys::open(folder.file("signing-key.der").as_deref())?;
        let directory = match &template.user_pool {
            Some(pool) => {
                let file = folder.file("users.json");
                let directory = UserDirectory::open(file, pool.email_is_alias, &pool.groups)?;
                Some(Arc::new(directory))
            }
            None => None,
        };
        if options.public_url.is_some()
            && let Some(pool) = &mut template.user_pool
        {
            pool.close_to_strangers();
        }
        let client_secret = template.user_pool.as_ref().and_then(UserPool::program_secret);
        let issuer = template.user_pool.clone().zip(directory.clone()).map(|(pool, directory)| {
            Arc::new(Issuer::new(addresses.api.clone(), keys.clone(), directory, pool))
        });
        let gateway =
            Gateway::new(&template, &pools, ports.api.number, keys.clone(), issuer.clone())?;
        let plugged_in =
            || pools.iter().filter(|pool| !options.unplugged.contains(&pool.function.logical_id));
        let streams =
            event_source::of_streams(plugged_in(), &queues, &opened.database, options.speed)?;

        let mut tasks = JoinSet::new();
        let faults = FaultDice::default();
        let guards =
            Guards { access: access.clone(), door: options.door(), faults: faults.clone() };
        let server = Server::new(opened.database.clone(), guards).await?;
        tasks.spawn(server.serve(ports.dynamodb.listener));
        tasks.spawn(dynamodb::upkeep::run(opened));
        tasks.spawn(s3::serve(ports.s3.listener, storage, options.door(), faults.clone()));
        // What a deployment's secret gets by hand.
        let credentials = json!({
            "account_sid": account.account_sid,
            "auth_token": account.auth_token,
        });
        let values = template.secrets.iter().map(|secret| {
            let value = secret.value.clone().unwrap_or_else(|| credentials.to_string());
            (secret.logical_id.clone(), value)
        });
        let secret_values: SecretValues = Arc::new(RwLock::new(values.collect()));
        let services = Services {
            queues: queues.clone(),
            secrets: template.secrets,
            secret_values: secret_values.clone(),
            directory,
            issuer: issuer.clone(),
            access,
            logs: logs.clone(),
        };
        tasks.spawn(aws::serve(ports.aws.listener, services, options.door(), faults.clone()));
        tasks.spawn(gateway.serve(ports.api.listener, options.api_door()));
        for mapping in event_source::of_queues(plugged_in(), &queues, options.speed) {
            tasks.spawn(mapping.run());
        }
        for mapping in streams {
            tasks.spawn(mapping.run());
        }
        for pool in plugged_in().filter(|_| options.schedules) {
            for schedule in &pool.function.schedules {
                tasks.spawn(schedules::run(schedule.clone(), pool.clone()));
            }
        }
        let simulator = match ports.simulator {
            Some(port) => {
                let (stop, stopped) = oneshot::channel();
                let serve = twilio::simulate(
                    port.listener,
                    account.clone(),
                    options.speed,
                    options.door(),
                    stopped,
                );
                let mut task = JoinSet::new();
                task.spawn(serve);
                let main_number = options.parameters.get("MainNumber");
                let main_number = main_number.map_or(twilio::MAIN_NUMBER, String::as_str);
                twilio::provision(&account, main_number, &addresses.public).await?;
                let table = template.tables.first().filter(|_| options.contact_centre);
                if let Some(table) = table {
                    let client = dynamodb::client(&addresses.dynamodb, &secret_access_key);
                    let table = Table::new(client, table.name.clone());
                    twilio::provision_contact_centre(&account, table, &addresses.public).await?;
                }
                Some(Simulator { stop, task })
            }
            None => None,
        };
        Ok(Self {
            tasks,
            simulator,
            watchdog,
            pools,
            queues,
            names: template.names,
            logs,
            addresses,
            issuer,
            keys,
            client_secret,
            secret_access_key,
            faults,
            secret_values,
            _folder: folder,
        })
    }

    /// Address of the HTTP API, without a slash at the end, as all of these.
    pub fn api_url(&self) -> String {
        self.addresses.api.clone()
    }

    /// Address of the simulator; none with the real Twilio.
    pub fn simulator_url(&self) -> Option<String> {
        self.addresses.simulator.clone()
    }

    /// Address of DynamoDB.
    pub fn dynamodb_url(&self) -> String {
        self.addresses.dynamodb.clone()
    }

    /// Address of S3.
    pub fn s3_url(&self) -> String {
        self.addresses.s3.clone()
    }

    /// Address of SQS and Secrets Manager.
    pub fn aws_url(&self) -> String {
        self.addresses.aws.clone()
    }

    /// The secret that goes with access key `local`, and with each function's.
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The secret of the template's program.
    pub(crate) fn client_secret(&self) -> Option<&str> {
        self.client_secret.as_deref()
    }

    pub(crate) fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The name of a resource: `Table` is `switchboard-table`.
    pub fn physical_name(&self, logical_id: &str) -> Option<String> {
        self.names.get(logical_id).cloned()
    }

    /// Hands an event to a function, by its binary's name, as an event source does; its answer.
    ///
    /// # Errors
    /// There is no such function, or the invocation failed.
    pub async fn invoke(&self, function: &str, event: &[u8]) -> Result<Vec<u8>> {
        let pool = self.pool(function)?;
        let answer = pool.invoke(event.to_vec().into()).await?;
        Ok(answer.map_err(|failure| anyhow::anyhow!("{function}: {failure}"))?.to_vec())
    }

    /// The environment of a process of a function, by its binary's name, whose Runtime API listens
    /// at `runtime_api`.
    ///
    /// # Errors
    /// There is no such function.
    pub fn environment(
        &self,
        function: &str,
        runtime_api: SocketAddr,
    ) -> Result<BTreeMap<String, String>> {
        let pool = self.pool(function)?;
        let Host { function_dir, secret_access_key, .. } = pool.host.as_ref();
        let variables = variables(&pool.function, runtime_api, function_dir, secret_access_key);
        Ok(variables.into_iter().collect())
    }

    /// The functions of the template, by the names of their binaries.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.pools.iter().map(|pool| pool.function.binary.as_str())
    }

    fn pool(&self, function: &str) -> Result<&Arc<Pool>> {
        let pool = self.pools.iter().find(|pool| pool.function.binary == function);
        pool.with_context(|| format!("there is no function {function}"))
    }

    /// Everything that the function processes have printed so far, up to a few megabytes.
    pub fn logs(&self) -> String {
        self.logs.text()
    }

    /// Returns once a function process has printed a line that contains `text`.
    pub async fn wait_for_log(&self, text: &str) {
        self.logs.wait_for(text).await;
    }

    /// An access token of a program of the template's user pool; all its scopes when none is named.
    ///
    /// # Errors
    /// There is no such program, or it may not have a scope.
    pub fn program_token(&self, client: &str, scopes: &[&str]) -> Result<String> {
        self.issuer()?.program_token(client, scopes)
    }

    /// An access token of a person of the directory who has signed in with a client.
    ///
    /// # Errors
    /// There is no such client or person.
    pub fn person_token(&self, client: &str, email: &str, scopes: &[&str]) -> Result<String> {
        self.issuer()?.person_token(client, email, scopes)
    }

    /// A token of any claims, signed with the issuer's key, for tests of what must be refused. A
    /// field of `header` replaces the issuer's own.
    ///
    /// # Errors
    /// The signing fails.
    pub fn sign_token(&self, header: &Value, claims: &Value) -> Result<String> {
        let mut all = self.keys.header();
        for (name, value) in header.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        self.keys.sign(&all, claims)
    }

    fn issuer(&self) -> Result<&Issuer> {
        self.issuer.as_deref().context("the template has no user pool")
    }

    /// Writes the contacts that a new user of the simulator finds, unless there are some.
    ///
    /// # Errors
    /// A request is refused.
    pub async fn seed(&self) -> Result<()> {
        let Some(simulator) = &self.addresses.simulator else { return Ok(()) };
        let token = self.program_token("local", &[])?;
        let scopes = ["switchboard/call"];
        let person = |email| anyhow::Ok((email, self.person_token("console", email, &scopes)?));
        let people = [person("agent@example.com")?, person("admin@example.com")?];
        seed::seed(&self.addresses.api, &token, &people, simulator).await
    }

    /// The function processes that are alive.
    pub fn processes(&self) -> Vec<FunctionProcess> {
        let processes = self.pools.iter().flat_map(|pool| {
            let function = &pool.function.binary;
            pool.processes().into_iter().map(|(pid, state)| FunctionProcess {
                function: function.clone(),
                pid: pid.as_raw(),
                state,
            })
        });
        processes.collect()
    }

    /// Puts the value of a secret, by its logical id; `None`: it has none any more.
    pub fn put_secret(&self, logical_id: &str, value: Option<String>) {
        let mut values = self.secret_values.write().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(value) => values.insert(logical_id.to_owned(), value),
            None => values.remove(logical_id),
        };
    }

    /// Lets AWS fail from now on, or no more.
    ///
    /// # Errors
    /// A probability is not between 0 and 1.
    pub fn set_faults(&self, faults: Faults) -> Result<()> {
        self.faults.set(faults).map_err(|name| anyhow::anyhow!("{name} is no probability"))
    }

    /// The messages in a queue, by its logical id, whether visible or not.
    pub fn queue(&self, logical_id: &str) -> Option<Vec<Message>> {
        let queue = self.queues.get(self.names.get(logical_id)?)?;
        Some(queue.messages())
    }

    /// Stops everything and returns when all of it has ended.
    pub async fn stop(mut self) {
        if let Some(mut simulator) = self.simulator.take() {
            // Nobody listens any more if it has ended by itself.
            let _ = simulator.stop.send(());
            // An open event stream would keep it.
            let _ = timeout(SIMULATOR_GRACE, simulator.task.join_next()).await;
        }
        self.tasks.shutdown().await;
        drop(self.watchdog);
    }
}

/// Values of the template's parameters that the stack knows.
fn known_parameters(addresses: &Addresses, twilio: &RealTwilio) -> BTreeMap<String, String> {
    // At the real Twilio, nobody's phone but the one that is given.
    let owner = if addresses.simulator.is_some() { twilio::OWNER_NUMBER } else { "" };
    // The real one has an address of its own.
    let task_router = match &*twilio.api_url {
        twilio::API_URL => twilio::TASK_ROUTER_URL,
        same => same,
    };
    BTreeMap::from(
        [
            ("TwilioTaskRouterUrl", task_router),
            ("PublicUrl", addresses.public.as_str()),
            ("TwilioApiUrl", &twilio.api_url),
            ("LocalDynamoDbUrl", &addresses.dynamodb),
            ("LocalS3Url", &addresses.s3),
            ("LocalAwsUrl", &addresses.aws),
            ("LocalIssuerUrl", &addresses.api),
            ("ProgramAccess", "true"),
            ("MainNumber", twilio::MAIN_NUMBER),
            ("OwnerNumber", owner),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    )
}

fn check_built(folder: &Path, functions: &[Function]) -> Result<()> {
    let missing = functions.iter().find(|function| !folder.join(&function.binary).is_file());
    match missing {
        None => Ok(()),
        Some(function) => bail!(
            "function {} is not built: there is no {}. Build everything with `cargo build --workspace`",
            function.logical_id,
            folder.join(&function.binary).display()
        ),
    }
}
