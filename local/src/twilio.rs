//! Twilio: the simulator, or the real one.

use anyhow::{Context, Result, anyhow, bail};
use provision::task_router;
use shared::{
    aws::table::Table,
    company::{agents::Agents, settings::put_task_router, task_router::Declaration},
};
use simulator::door::Door;
use tokio::{net::TcpListener, sync::oneshot};

use crate::RealTwilio;

/// The real Twilio's REST API.
pub(crate) const API_URL: &str = "https://api.twilio.com";
/// The real Twilio's TaskRouter.
pub(crate) const TASK_ROUTER_URL: &str = "https://taskrouter.twilio.com";
/// The company's main number at the simulator.
pub(crate) const MAIN_NUMBER: &str = "+15005550100";
/// The owner's phone at the simulator.
pub(crate) const OWNER_NUMBER: &str = "+15005550199";

/// The account that the simulator has.
pub(crate) fn simulated(api_url: String) -> RealTwilio {
    RealTwilio {
        api_url,
        account_sid: "AC00000000000000000000000000000001".to_owned(),
        auth_token: "local-auth-token".to_owned(),
    }
}

/// Serves the simulator until `stopped` is told or dropped.
pub(crate) async fn simulate(
    listener: TcpListener,
    account: RealTwilio,
    speed: f64,
    door: Door,
    stopped: oneshot::Receiver<()>,
) {
    let config = simulator::Config {
        account_sid: account.account_sid,
        auth_token: account.auth_token,
        speed,
        door,
    };
    let shutdown = async {
        // A sender that is gone has stopped too.
        let _ = stopped.await;
    };
    if let Err(error) = simulator::serve(listener, config, shutdown).await {
        tracing::error!(%error, "the simulator ended");
    }
}

/// Gives the account its main number, the way one does it at Twilio.
///
/// <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>
///
/// # Errors
/// The request is refused.
pub(crate) async fn provision(
    account: &RealTwilio,
    main_number: &str,
    public_url: &str,
) -> Result<()> {
    install_tls_provider();
    let url = format!(
        "{}/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json",
        account.api_url, account.account_sid
    );
    let form = [
        ("PhoneNumber", main_number.to_owned()),
        ("FriendlyName", "Main number".to_owned()),
        ("VoiceUrl", format!("{public_url}/voice")),
        ("VoiceMethod", "POST".to_owned()),
        ("StatusCallback", format!("{public_url}/voice/status")),
        ("StatusCallbackMethod", "POST".to_owned()),
        ("SmsUrl", format!("{public_url}/sms")),
        ("SmsMethod", "POST".to_owned()),
    ];
    let response = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(url)
        .basic_auth(&account.account_sid, Some(&account.auth_token))
        .form(&form)
        .send()
        .await
        .context("the simulator does not answer")?;
    let status = response.status();
    if !status.is_success() {
        let text = response.text().await.unwrap_or_default();
        bail!("the simulator refuses number {main_number}: {status} {text}");
    }
    Ok(())
}

/// Sets up the contact centre, with a worker for each agent that the table has.
///
/// # Errors
/// A request is refused.
pub(crate) async fn provision_contact_centre(
    account: &RealTwilio,
    table: Table,
    public_url: &str,
) -> Result<()> {
    let RealTwilio { api_url, account_sid, auth_token } = account;
    let twilio = provision::Twilio::new(api_url, account_sid, auth_token)?;
    let declared = Declaration::load().map_err(told)?;
    let sids = task_router::apply(&twilio, &declared, public_url, auth_token).await?;
    put_task_router(&table, &sids).await.map_err(told)?;
    let agents = Agents::new(table).all().await.map_err(told)?;
    task_router::apply_workers(&twilio, &declared, &sids, &agents).await
}

fn told(error: shared::Error) -> anyhow::Error {
    anyhow!("{}", error.chain())
}

/// TLS for HTTP clients, which do not build without a provider.
pub(crate) fn install_tls_provider() {
    // An error means that there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
