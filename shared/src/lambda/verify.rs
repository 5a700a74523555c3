//! The only way to a webhook's form: a check of its signature.

use lambda_http::RequestExt;

use super::{Request, base_url, body, guard::raw_query, header, media_type, own_url};
use crate::{
    Error,
    aws::secrets::{Secrets, TwilioCredentials},
    error::{bad_request, forbidden, unsupported_media_type},
    process::env,
    twilio::{
        form::{self, Form, FromForm},
        signature::{self, SignedBody},
    },
    values::AccountSid,
    webhooks::WebhookUrl,
};

/// Twilio's forms are a few KiB; a text of 1,600 characters with ten media is under 16.
const MAX_BODY: usize = 64 * 1024;

/// A request that Twilio has signed. Cannot be made but by [`Webhooks::verify`].
#[derive(Debug)]
pub struct Webhook<T> {
    /// The parameters that the function knows.
    pub data: T,
    /// All parameters of the body.
    pub form: Form,
    /// Those of the URL. They are ours: Twilio signs the URL that we gave it.
    pub query: Form,
    /// The path of the URL.
    path: String,
    /// Our account, which it is for.
    pub account_sid: AccountSid,
    /// The address that Twilio reaches us at, without a slash at the end.
    pub base_url: String,
}

impl<T> Webhook<T> {
    /// The address that Twilio asked, as we wrote it.
    ///
    /// # Errors
    /// 400 for what is none of ours.
    pub fn url(&self) -> Result<WebhookUrl, Error> {
        WebhookUrl::read(&self.path, &self.query)
    }
}

/// The verifier of Twilio's signatures on webhooks.
#[derive(Debug)]
pub struct Webhooks {
    secrets: Secrets,
    public_url: Option<String>,
}

impl Webhooks {
    /// Over variable `PUBLIC_URL`, which is empty until the second deploy: see `template.yaml`.
    pub fn from_env(secrets: Secrets) -> Self {
        let public_url = env::optional("PUBLIC_URL");
        Self { secrets, public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()) }
    }

    /// Checks that Twilio signed the request for our account, then parses its form. A request that
    /// is not signed is no request of Twilio's.
    ///
    /// # Errors
    /// 403 for a signature that is missing or wrong, a repeated parameter or another
    /// account; 413 over 64 KiB; 415 for what is no form; 400 for what cannot be decoded.
    pub async fn verify<T: FromForm>(&self, request: &Request) -> Result<Webhook<T>, Error> {
        self.verify_by(request, |_, _| Err(forbidden("the signature is missing"))).await
    }

    /// Checks that a request comes from TaskRouter, then parses its form. One that is not signed
    /// proves it by the secret in its address.
    ///
    /// # Errors
    /// As of [`Webhooks::verify`]; 403 for a signature that is wrong even when the secret is right.
    pub async fn verify_task_router<T: FromForm>(
        &self,
        request: &Request,
    ) -> Result<Webhook<T>, Error> {
        self.verify_by(request, |credentials, query| {
            let key = query.get("key").unwrap_or_default();
            match signature::is_task_router_key(credentials.auth_tokens(), key) {
                true => Ok(()),
                false => Err(forbidden("neither a signature nor the secret of the address")),
            }
        })
        .await
    }

    async fn verify_by<T: FromForm>(
        &self,
        request: &Request,
        unsigned: impl FnOnce(&TwilioCredentials, &Form) -> Result<(), Error>,
    ) -> Result<Webhook<T>, Error> {
        let signature = header(request, "x-twilio-signature");
        let pairs = form::decode(&form_text(request)?)?;

        let base_url = base_url(request, self.public_url.as_deref())?;
        let credentials = self.secrets.twilio().await?;
        let query = || Form::from_pairs(form::decode(raw_query(request))?);
        let Some(signature) = signature else {
            unsigned(&credentials, &query()?)?;
            return self.webhook(request, &credentials, pairs, base_url);
        };
        // Calls under way while the public address changes go on at the API's own, which nobody
        // can forge.
        let is_valid =
            [Some(&base_url), own_url(request).as_ref()].into_iter().flatten().any(|at| {
                let (url, signed) = (signed_url(at, request), SignedBody::Form(&pairs));
                signature::is_valid(credentials.auth_tokens(), &url, signed, signature)
            });
        if !is_valid {
            return Err(forbidden("the signature is wrong"));
        }
        self.webhook(request, &credentials, pairs, base_url)
    }

    /// The webhook of a request that was found to be Twilio's.
    fn webhook<T: FromForm>(
        &self,
        request: &Request,
        credentials: &TwilioCredentials,
        pairs: Vec<(String, String)>,
        base_url: String,
    ) -> Result<Webhook<T>, Error> {
        let form = Form::from_pairs(pairs)?;
        // Not promised for what a conference plays: there the signature, by our token, is enough.
        let ours = credentials.account_sid.as_str();
        if form.get("AccountSid").is_some_and(|account| account != ours) {
            return Err(forbidden("the account is not ours"));
        }
        Ok(Webhook {
            data: T::from_form(&form)?,
            form,
            query: Form::from_pairs(form::decode(raw_query(request))?)?,
            path: request.raw_http_path().to_owned(),
            account_sid: credentials.account_sid.clone(),
            base_url,
        })
    }
}

/// The URL that Twilio signed, which is the one that we gave it.
pub(super) fn signed_url(base_url: &str, request: &Request) -> String {
    let path = request.raw_http_path();
    match raw_query(request) {
        "" => format!("{base_url}{path}"),
        query => format!("{base_url}{path}?{query}"),
    }
}

fn form_text(request: &Request) -> Result<String, Error> {
    if !media_type(request).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(unsupported_media_type("the body is not a form"));
    }
    let bytes = body(request, MAX_BODY)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| bad_request("the form is not UTF-8"))
}
