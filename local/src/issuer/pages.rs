//! The page on which one chooses who to be, and the redirects around it.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html>,
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html>

use std::{collections::HashMap, fmt::Write, net::IpAddr};

use axum::{
    body::Bytes,
    http::{
        HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
};

use super::{
    Issuer,
    grants::{Code, Grant},
    token,
};
use crate::template::Client;

type Parameters = HashMap<String, String>;

/// What a browser brings from one page to the next.
const CARRIED: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

impl Issuer {
    pub(super) fn sign_in_page(&self, query: &str) -> Response {
        let asked: Parameters = serde_urlencoded::from_str(query).unwrap_or_default();
        let client = match self.asking(&asked) {
            Ok(client) => client,
            Err(problem) => return page(StatusCode::BAD_REQUEST, problem, ""),
        };
        if let Err(code) = check(client, &asked) {
            return back(&asked, &[("error", code)]);
        }
        let mut form = String::from("<form method=\"post\" action=\"/oauth2/authorize\">");
        for name in CARRIED {
            if let Some(value) = asked.get(name) {
                // Writing to a String cannot fail, here and below.
                let _ = write!(
                    form,
                    "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                    escaped(value)
                );
            }
        }
        for user in self.directory.all() {
            let groups: Vec<_> = user.groups.iter().map(String::as_str).collect();
            let groups = match groups.is_empty() {
                true => String::new(),
                false => format!(" ({})", escaped(&groups.join(", "))),
            };
            let _ = write!(
                form,
                "<p><button name=\"user\" value=\"{}\">{}{groups}</button></p>",
                escaped(&user.sub),
                escaped(user.email()),
            );
        }
        form.push_str("</form>");
        page(StatusCode::OK, "Sign in as", &form)
    }

    /// Somebody has chosen who to be.
    pub(super) fn sign_in(&self, body: &Bytes) -> Response {
        let asked: Parameters = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let client = match self.asking(&asked) {
            Ok(client) => client,
            Err(problem) => return page(StatusCode::BAD_REQUEST, problem, ""),
        };
        let scopes = match check(client, &asked) {
            Ok(scopes) => scopes,
            Err(code) => return back(&asked, &[("error", code)]),
        };
        let Some(user) = asked.get("user").and_then(|sub| self.directory.find(sub)) else {
            return back(&asked, &[("error", "access_denied")]);
        };
        let nonce = asked.get("nonce").cloned();
        let code = self.grants.add_code(Code {
            grant: Grant::new(client, &user, scopes, nonce),
            redirect_uri: asked.get("redirect_uri").cloned().unwrap_or_default(),
            challenge: asked.get("code_challenge").cloned(),
        });
        back(&asked, &[("code", &code)])
    }

    pub(super) fn sign_out(&self, query: &str) -> Response {
        let asked: Parameters = serde_urlencoded::from_str(query).unwrap_or_default();
        let client = asked.get("client_id").and_then(|id| self.client(id));
        match (client, asked.get("logout_uri")) {
            (Some(client), Some(to)) if is_one_of(to, &client.logouts) => redirect(to.clone()),
            _ => page(StatusCode::BAD_REQUEST, "No such client, or not its address", ""),
        }
    }

    /// The client, if the address that people are sent back to is one of its own: before that is
    /// known, nobody is sent anywhere.
    fn asking(&self, asked: &Parameters) -> Result<&Client, &'static str> {
        let client = asked.get("client_id").and_then(|id| self.client(id));
        let client = client.filter(|client| client.signs_in_people).ok_or("No such client")?;
        let address = asked.get("redirect_uri");
        match address.is_some_and(|address| is_one_of(address, &client.callbacks)) {
            true => Ok(client),
            false => Err("The address to go back to is not the client's"),
        }
    }
}

/// Whether an address is a client's. An address of this machine stands for all names and ports of it,
/// at which a development server may have the same page.
/// <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>
fn is_one_of(address: &str, known: &[String]) -> bool {
    let here = path_on_this_machine(address);
    known
        .iter()
        .any(|known| known == address || here.is_some() && path_on_this_machine(known) == here)
}

/// The path of an address on this machine; `None` for another's.
fn path_on_this_machine(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_here =
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (is_here && uri.scheme_str() == Some("http")).then(|| uri.path().to_owned())
}

/// The scopes that are asked for.
fn check(client: &Client, asked: &Parameters) -> Result<Vec<String>, &'static str> {
    if asked.get("response_type").map(String::as_str) != Some("code") {
        return Err("unsupported_response_type");
    }
    let method = asked.get("code_challenge_method").map(String::as_str);
    // A client without a secret proves that it is the same by PKCE alone.
    let challenged = asked.contains_key("code_challenge") && method == Some("S256");
    if !challenged && (client.secret.is_none() || method.is_some()) {
        return Err("invalid_request");
    }
    token::scopes(client, asked.get("scope").map(String::as_str)).ok_or("invalid_scope")
}

fn back(asked: &Parameters, answer: &[(&str, &str)]) -> Response {
    let address = asked.get("redirect_uri").map(String::as_str).unwrap_or_default();
    let mut parameters: Vec<_> = answer.to_vec();
    parameters.extend(asked.get("state").map(|state| ("state", state.as_str())));
    let query = serde_urlencoded::to_string(&parameters).unwrap_or_default();
    let separator = if address.contains('?') { '&' } else { '?' };
    redirect(format!("{address}{separator}{query}"))
}

fn redirect(address: String) -> Response {
    match HeaderValue::try_from(address) {
        Ok(address) => (StatusCode::FOUND, [(LOCATION, address)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>Switchboard, local sign-in</title><h1>{}</h1>{body}\
         <p>This stands in for Cognito on this machine: there are no passwords.</p></html>",
        escaped(title)
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        // No form-action: browsers apply it to the redirect behind the form as well.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ];
    (status, headers, html).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
