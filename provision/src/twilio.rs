//! The newer APIs of Twilio, as far as they are needed to set something up.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// The most pages of a list that are read.
const MAX_PAGES: usize = 100;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one of Twilio's APIs.
pub struct Twilio {
    http: Client,
    /// The address of the API, without a slash at the end.
    api_url: String,
    user: String,
    password: String,
}

impl Twilio {
    /// A client of the API at this address, signed in as an account with its auth token, or with an
    /// API key and its secret.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new(api_url: &str, user: &str, password: &str) -> Result<Self> {
        Ok(Self {
            http: Client::builder().no_proxy().timeout(TIMEOUT).build()?,
            api_url: api_url.trim_end_matches('/').to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    /// All elements of a list, e.g. `/v1/Workspaces`.
    ///
    /// # Errors
    /// Twilio refuses, or does not answer.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut elements = Vec::new();
        let mut url = format!("{}{path}", self.api_url);
        for _ in 0..MAX_PAGES {
            let mut page = self.answer(path, self.http.get(&url)).await?;
            let key = page["meta"]["key"].as_str().context("a list without a key")?.to_owned();
            if let Value::Array(found) = page[&key].take() {
                elements.extend(found);
            }
            match page["meta"]["next_page_url"].as_str() {
                Some(next) => url = next.to_owned(),
                None => return Ok(elements),
            }
        }
        bail!("{path} has more than {MAX_PAGES} pages")
    }

    /// Makes or changes a resource.
    ///
    /// # Errors
    /// Twilio refuses, or does not answer.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Value> {
        let url = format!("{}{path}", self.api_url);
        self.answer(path, self.http.post(url).form(form)).await
    }

    async fn answer(&self, path: &str, request: RequestBuilder) -> Result<Value> {
        let request = request.basic_auth(&self.user, Some(&self.password));
        let answer = request.send().await.with_context(|| format!("{path}: no answer"))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        if !status.is_success() {
            let (code, message) = (&body["code"], body["message"].as_str().unwrap_or_default());
            bail!("{path}: Twilio refuses with {status}, code {code}: {message}");
        }
        Ok(body)
    }
}
