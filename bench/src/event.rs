//! Events as API Gateway, SQS and DynamoDB's streams hand them over: those of `events/`, with other
//! forms, bodies and paths.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// The account's auth token in the local stack.
const AUTH_TOKEN: &str = "local-auth-token";

/// An event of `events/`, to be changed and handed to a function.
pub struct Event(Value);

impl Event {
    /// The event of this function.
    ///
    /// # Errors
    /// There is no such file, or it is not JSON.
    pub fn of(function: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{function}.json"));
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(Self(serde_json::from_str(&text)?))
    }

    /// Other values of a webhook's form.
    ///
    /// # Errors
    /// The event is no webhook.
    pub fn form<V: AsRef<str>>(mut self, changes: &[(&str, V)]) -> Result<Self> {
        let mut form = self.read_form()?;
        for (name, value) in changes {
            form.retain(|(there, _)| there != name);
            form.push(((*name).to_owned(), value.as_ref().to_owned()));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
        self.0["body"] = json!(STANDARD.encode(body));
        Ok(self)
    }

    /// Another query.
    pub fn query(mut self, query: &str) -> Self {
        self.0["rawQueryString"] = json!(query);
        // API Gateway gives it decoded, too.
        self.0["queryStringParameters"] =
            form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k, json!(v))).collect();
        self
    }

    /// Another route of the same function: `GET /api/conferences/{id}`, with its parameters.
    pub fn route(mut self, route: &str, parameters: &[(&str, &str)]) -> Self {
        let (method, resource) = route.split_once(' ').unwrap_or(("GET", route));
        let mut path = resource.to_owned();
        for (name, value) in parameters {
            path = path.replace(&format!("{{{name}}}"), &value.replace('+', "%2B"));
        }
        self.0["routeKey"] = json!(route);
        self.0["rawPath"] = json!(path);
        self.0["pathParameters"] = parameters.iter().map(|(k, v)| (*k, json!(v))).collect();
        self.0["requestContext"]["routeKey"] = json!(route);
        self.0["requestContext"]["http"]["method"] = json!(method);
        self.0["requestContext"]["http"]["path"] = json!(path);
        self
    }

    /// Another JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.0["body"] = json!(body.to_string());
        self.0["headers"]["content-type"] = json!("application/json");
        self
    }

    /// Another message of SQS.
    pub fn message(mut self, message: &Value) -> Self {
        self.0["Records"][0]["body"] = json!(message.to_string());
        self
    }

    /// Another key of the item that a stream tells of.
    pub fn removed(mut self, pk: &str) -> Self {
        for image in ["Keys", "OldImage"] {
            self.0["Records"][0]["dynamodb"][image]["pk"]["S"] = json!(pk);
        }
        self
    }

    /// The event as text; a webhook's is signed for the API at this address.
    ///
    /// # Errors
    /// A webhook has no form.
    pub fn signed_for(mut self, public_url: &str) -> Result<String> {
        if self.0["headers"]["x-twilio-signature"].is_string() {
            let form = self.read_form()?;
            let path = self.0["rawPath"].as_str().unwrap_or_default();
            let url = match self.0["rawQueryString"].as_str().unwrap_or_default() {
                "" => format!("{public_url}{path}"),
                query => format!("{public_url}{path}?{query}"),
            };
            let pairs = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let signature = simulator::signature::sign(AUTH_TOKEN, &url, pairs);
            self.0["headers"]["x-twilio-signature"] = json!(signature);
        }
        Ok(self.0.to_string())
    }

    fn read_form(&self) -> Result<Vec<(String, String)>> {
        let body = STANDARD.decode(self.0["body"].as_str().context("an event without a form")?)?;
        Ok(form_urlencoded::parse(&body).into_owned().collect())
    }
}
