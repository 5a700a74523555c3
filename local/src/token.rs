//! `local token`: an access token for the API of a stack that runs.

use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use serde_json::Value;

/// What `local token --help` prints.
pub const HELP: &str = "\
Prints an access token for the API of a running stack, for instance for curl.

Usage: local token [options]

Options:
  --api URL        the API (http://127.0.0.1:3000)
  --client NAME    a client with client credentials (local)
  --secret TEXT    its secret (its name, which it is unless the stack has a public URL)
  --scope SCOPES   with spaces between (all that the client may have)
";

/// Which token is wanted.
#[derive(Debug)]
pub struct Token {
    api: String,
    client: String,
    secret: Option<String>,
    scope: Option<String>,
}

impl Token {
    /// Reads the arguments behind `token`; `None` when help is wanted.
    ///
    /// # Errors
    /// An option is not known.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let mut token = Self {
            api: "http://127.0.0.1:3000".to_owned(),
            client: "local".to_owned(),
            secret: None,
            scope: None,
        };
        let mut parser = lexopt::Parser::from_iter(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("api") => token.api = parser.value()?.parse()?,
                Long("client") => token.client = parser.value()?.parse()?,
                Long("secret") => token.secret = Some(parser.value()?.parse()?),
                Long("scope") => token.scope = Some(parser.value()?.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(token))
    }

    /// Prints the token, and nothing else.
    ///
    /// # Errors
    /// No stack runs there, or it refuses.
    pub async fn run(self) -> Result<()> {
        println!("{}", self.ask().await?);
        Ok(())
    }

    async fn ask(&self) -> Result<String> {
        crate::twilio::install_tls_provider();
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let answer = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .post(format!("{}/oauth2/token", self.api))
            .basic_auth(&self.client, Some(self.secret.as_ref().unwrap_or(&self.client)))
            .form(&form)
            .send()
            .await
            .with_context(|| {
                format!("nothing answers at {}: start it with `make run`", self.api)
            })?;
        let status = answer.status();
        let body: Value = answer.json().await.context("the answer is not an issuer's")?;
        match body["access_token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => bail!("{}: {status} {}", self.api, body["error"]),
        }
    }
}
