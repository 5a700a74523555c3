//! Routes of the JSON API, for people and programs that API Gateway has signed in.

use std::{future::Future, str::FromStr};

use lambda_http::{
    RequestExt,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, RETRY_AFTER},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use time::{
    Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description,
};

use super::{
    Request, Response, base_url, body, context, guard::raw_query, header, media_type, response,
    serve,
};
use crate::{
    Error,
    error::{Problem, bad_request, forbidden, invalid, not_found, unsupported_media_type},
    process::env,
    twilio::form,
};

/// A conference with 250 participants is under 32 KiB; a text of 1,600 characters under 8.
const MAX_BODY: usize = 64 * 1024;

/// How many items a page has when the request does not say, and at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 100;

/// Serves routes of the API. Refusals are problem details.
pub async fn api<F, A>(handler: F) -> Result<(), Error>
where
    F: Fn(ApiRequest) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    let public_url = &env::optional("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
    let handler = &handler;
    serve(
        move |request| async move { handler(ApiRequest::new(request, public_url.as_deref())?).await },
        refusal,
    )
    .await
}

pub(super) fn refusal(problem: &Problem) -> Response {
    // A struct of texts and numbers cannot fail to serialize.
    let body = serde_json::to_string(problem).unwrap_or_default();
    let mut response = response(problem.status, "application/problem+json", body);
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An answer as JSON. It is about people, so nobody between keeps it.
pub fn json(status: u16, body: &impl Serialize) -> Result<Response, Error> {
    let mut response = response(status, "application/json", serde_json::to_string(body)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The person or program that makes a request, as the access token tells. API Gateway has checked
/// the token and its scopes.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
#[derive(Clone, Debug)]
pub struct Principal {
    /// Of a person, the user's id; of a program, its client's.
    pub sub: String,
    admin: bool,
}

impl Principal {
    /// Refuses the request unless an administrator or a program makes it.
    ///
    /// # Errors
    /// 403 unless this is a program, or a person of group `admins`.
    pub fn require_admin(&self) -> Result<(), Error> {
        self.admin.then_some(()).ok_or_else(|| forbidden("this is for administrators"))
    }
}

/// A request of a signed-in person or program.
#[derive(Debug)]
pub struct ApiRequest {
    /// The person or the program that makes the request.
    pub principal: Principal,
    /// The address of the API, without a slash at the end.
    pub base_url: String,
    request: Request,
}

impl ApiRequest {
    fn new(request: Request, public_url: Option<&str>) -> Result<Self, Error> {
        let claims = context(&request)
            .and_then(|context| context.authorizer.as_ref())
            .and_then(|authorizer| authorizer.jwt.as_ref())
            .map(|jwt| &jwt.claims)
            .ok_or_else(|| Error::internal("the route has no JWT authorizer"))?;
        let sub = claims.get("sub").ok_or_else(|| forbidden("the token names nobody"))?.clone();
        // An array claim arrives as `[a b]`.
        let groups = claims.get("cognito:groups").map(String::as_str).unwrap_or_default();
        let in_admins =
            groups.trim_matches(['[', ']']).split([' ', ',']).any(|group| group == "admins");
        // Only client credentials make a token whose subject is the client.
        let program = claims.get("client_id") == Some(&sub);
        let base_url = base_url(&request, public_url)?;
        Ok(Self { principal: Principal { sub, admin: in_admins || program }, base_url, request })
    }

    /// The route as the template has it, e.g. `GET /api/contacts/{number}`.
    pub fn route(&self) -> &str {
        let route = context(&self.request).and_then(|context| context.route_key.as_deref());
        route.unwrap_or_default()
    }

    /// The path of the request as it was sent.
    pub fn raw_path(&self) -> &str {
        self.request.raw_http_path()
    }

    /// A parameter of the path, decoded.
    ///
    /// # Errors
    /// 404, as it names nothing that can exist.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        self.request
            .path_parameters_ref()
            .and_then(|parameters| parameters.first(name))
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| not_found("there is no such thing"))
    }

    /// A parameter of the query, which may be absent or empty.
    ///
    /// # Errors
    /// 422 that names it when it is not of its kind.
    pub fn query<T: FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        // Decoded here: the map that API Gateway gives joins repeats by commas.
        let text = raw_query(&self.request);
        let mut values = form_urlencoded::parse(text.as_bytes()).filter(|(n, _)| n == name);
        let value = values.next().map(|(_, value)| value).filter(|value| !value.is_empty());
        if values.next().is_some() {
            return Err(invalid(name, format!("{name} is given twice")));
        }
        value
            .map(|value| value.parse().map_err(|_| invalid(name, format!("{name} is not valid"))))
            .transpose()
    }

    /// `limit`: how many items a page has.
    ///
    /// # Errors
    /// 422 unless it is 1 to 100.
    pub fn limit(&self) -> Result<u32, Error> {
        match self.query("limit")?.unwrap_or(PAGE) {
            limit @ 1..=MAX_PAGE => Ok(limit),
            _ => Err(invalid("limit", "limit must be 1 to 100")),
        }
    }

    /// A parameter of the query that is a point in time: RFC 3339, or a date, whose first moment in
    /// UTC it is.
    ///
    /// # Errors
    /// 422 that names it.
    pub fn time(&self, name: &str) -> Result<Option<OffsetDateTime>, Error> {
        let Some(text) = self.query::<String>(name)? else { return Ok(None) };
        // A plus sign that was not escaped is a space.
        let time = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339);
        let date = Date::parse(&text, format_description!("[year]-[month]-[day]"));
        let found = time.or(date.map(|date| date.midnight().assume_utc()));
        found
            .ok()
            .filter(is_sensible)
            .map(Some)
            .ok_or_else(|| invalid(name, format!("{name} is not a date or a time")))
    }

    /// The address of the same list from a cursor on.
    pub(super) fn next_url(&self, cursor: &str) -> String {
        let query = raw_query(&self.request);
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(n, _)| n != "cursor"));
        pairs.append_pair("cursor", cursor);
        let path = self.request.raw_http_path();
        format!("{}{path}?{}", self.base_url, pairs.finish())
    }

    /// A header that must be text if it is there.
    ///
    /// # Errors
    /// 400 for what is no ASCII.
    pub fn text_header(&self, name: &str) -> Result<Option<&str>, Error> {
        let value = self.request.headers().get(name);
        value
            .map(|value| value.to_str().map_err(|_| bad_request("a header is not ASCII text")))
            .transpose()
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.request, name)
    }

    /// The body as it was sent.
    ///
    /// # Errors
    /// 413 over 64 KiB.
    pub fn body(&self) -> Result<&[u8], Error> {
        body(&self.request, MAX_BODY)
    }

    /// The names and values of a form; `None` for a body of another type.
    ///
    /// # Errors
    /// As [`ApiRequest::body`]; 400 for what is no form.
    pub fn form(&self) -> Result<Option<Vec<(String, String)>>, Error> {
        if !media_type(&self.request).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(None);
        }
        let text = std::str::from_utf8(self.body()?);
        form::decode(text.map_err(|_| bad_request("the form is not UTF-8"))?).map(Some)
    }

    /// The body, from JSON.
    ///
    /// # Errors
    /// As [`ApiRequest::body`]; 415 for another type, 400 for what is no JSON, 422 that
    /// names the field for what is missing or of another kind.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if !media_type(&self.request).eq_ignore_ascii_case("application/json") {
            return Err(unsupported_media_type("the body is not application/json"));
        }
        let body = self.body()?;
        // serde would take a list for an object whose fields are in order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(bad_request("the body is not a JSON object"));
        }
        let mut json = serde_json::Deserializer::from_slice(body);
        // serde's own message would quote the value.
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            if error.inner().is_data() {
                let field = field_of(&path, error.inner());
                invalid(field, "a field is missing, unknown or not of its kind")
            } else {
                bad_request("the body is not JSON")
            }
        })?;
        json.end().map_err(|_| bad_request("the body is not JSON"))?;
        Ok(value)
    }
}

/// Times of our days: what is near the ends of the calendar overflows in another time zone.
pub fn is_sensible(at: &OffsetDateTime) -> bool {
    (1900..=2200).contains(&at.year())
}

/// The path to what is wrong. Of a field that is missing or unknown, serde tells the name in its
/// message alone; an unknown one is the sender's text, and is not repeated.
fn field_of(path: &str, error: &serde_json::Error) -> String {
    let message = error.to_string();
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'))
        .map(|(name, _)| name);
    match (path, missing) {
        (".", Some(name)) => name.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (path, None) if message.starts_with("unknown field") => {
            path.rsplit_once('.').map_or(".", |(parent, _)| parent).to_owned()
        }
        (path, None) => path.to_owned(),
    }
}
