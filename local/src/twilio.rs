//! Twilio: the simulator, or the real one.

use anyhow::{Context, Result, bail};
use simulator::door::Door;
use tokio::{net::TcpListener, sync::oneshot};

use crate::RealTwilio;

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

/// TLS for HTTP clients, which do not build without a provider.
pub(crate) fn install_tls_provider() {
    // An error means that there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
