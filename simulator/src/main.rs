//! The simulator as a program: `simulator --listen 127.0.0.1:3001 --account-sid AC… --auth-token
//! …`.

use anyhow::{Context, bail};
use simulator::client::ApiKey;
use simulator::door::Door;
use simulator::{Config, Extras};
use tokio::net::TcpListener;

const USAGE: &str = "simulator --listen 127.0.0.1:3001 --account-sid AC… --auth-token … [--api-key SK… --api-secret …] [--speed 20] [--plain-http HOST:PORT] [--allow-host NAME] [--allow-origin URL]";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let Some((address, config, extras)) = arguments(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(());
    };
    let listener = TcpListener::bind(&address)
        .await
        .with_context(|| format!("cannot listen on {address}: another --listen may be free"))?;
    println!("http://{}", listener.local_addr()?);
    let interrupted = async {
        // Without signals it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    simulator::serve_with(listener, config, extras, interrupted).await?;
    Ok(())
}

/// The address to listen on, the account, and what there is besides; `None` for a question for help.
fn arguments(
    mut words: impl Iterator<Item = String>,
) -> anyhow::Result<Option<(String, Config, Extras)>> {
    let mut address = "127.0.0.1:3001".to_owned();
    let mut config = Config {
        account_sid: String::new(),
        auth_token: String::new(),
        speed: 1.0,
        door: Door::default(),
    };
    let mut extras = Extras::default();
    while let Some(option) = words.next() {
        let mut value = || words.next().with_context(|| format!("{option} needs a value: {USAGE}"));
        match option.as_str() {
            "--listen" => address = value()?,
            "--account-sid" => config.account_sid = value()?,
            "--auth-token" => config.auth_token = value()?,
            "--api-key" => {
                extras.api_keys.push(ApiKey { sid: value()?, secret: String::new() });
            }
            "--api-secret" => match extras.api_keys.last_mut() {
                Some(key) => key.secret = value()?,
                None => bail!("--api-secret belongs to the --api-key before it: {USAGE}"),
            },
            "--plain-http" => extras.plain_http.push(value()?),
            "--allow-host" => config.door = config.door.allow_host(&value()?),
            "--allow-origin" => config.door = config.door.allow_origin(&value()?),
            "--speed" => config.speed = value()?.parse().context("--speed is a number")?,
            "--help" | "-h" => return Ok(None),
            _ => bail!("unknown option {option}: {USAGE}"),
        }
    }
    if config.account_sid.is_empty() || config.auth_token.is_empty() {
        bail!("--account-sid and --auth-token are required: {USAGE}");
    }
    if !(config.speed.is_finite() && config.speed > 0.0) {
        bail!("--speed must be greater than 0");
    }
    if extras.api_keys.iter().any(|key| !key.sid.starts_with("SK") || key.secret.is_empty()) {
        bail!("an --api-key is SK… and has an --api-secret: {USAGE}");
    }
    let has_port =
        |host: &String| host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if !extras.plain_http.iter().all(has_port) {
        bail!("--plain-http is HOST:PORT: {USAGE}");
    }
    Ok(Some((address, config, extras)))
}
