//! A web page and its assets, for anybody: what they may load, and how long they are kept.

use std::future::Future;

use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
        },
    },
};
use serde_json::Value;

use super::{Request, Response, api, header, response, serve};
use crate::{Error, error::not_found};

/// Headers of every answer. The page needs nothing of the device, tells nobody where it is, and is
/// shown in no other page.
const HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000"),
];

/// A file of the page, built into the function.
#[derive(Debug)]
pub struct Asset {
    /// Where it is: `/` for the page, otherwise a name that is another when its content is.
    pub path: &'static str,
    /// Its media type, as header `Content-Type` has it.
    pub content_type: &'static str,
    /// What tells its content, as header `ETag` has it.
    pub tag: &'static str,
    /// Its content.
    pub plain: &'static [u8],
    /// Its content, compressed by Brotli; `None` where that saves nothing.
    pub brotli: Option<&'static [u8]>,
}

/// The other addresses that the page uses, without a slash at the end.
#[derive(Debug)]
pub struct Origins {
    /// Where people sign in; empty when that is the page's own address.
    pub sign_in: String,
    /// Where voicemails and pictures are.
    pub files: String,
}

impl Origins {
    /// What the page may load, and from where. Nothing is inline.
    /// <https://www.w3.org/TR/CSP3/>
    fn policy(&self) -> String {
        let Self { sign_in, files } = self;
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
             img-src 'self' {files}; media-src 'self' {files}; connect-src 'self' {sign_in}; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        policy.replace(" ;", ";")
    }
}

/// Serves a page until Lambda ends the process.
pub async fn site<F, A>(origins: &Origins, handler: F) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    let policy = HeaderValue::try_from(origins.policy());
    let policy = &policy.map_err(|_| Error::internal("an address of the page is no header"))?;
    let handler = &handler;
    serve(
        move |request| async move {
            let mut response = handler(request).await?;
            let headers = response.headers_mut();
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
            headers.extend(HEADERS.map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            }));
            Ok(response)
        },
        api::refusal,
    )
    .await
}

/// The path that is asked for.
pub fn path(request: &Request) -> &str {
    request.raw_http_path()
}

/// An answer with what the page needs to know before anybody has signed in.
pub fn configuration(values: &Value) -> Result<Response, Error> {
    let mut response = response(200, "application/json", values.to_string());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// The file at a path. The page is asked for each time and given only when it has changed; what has
/// a name of its content is kept for a year.
///
/// # Errors
/// 404 when there is none.
pub fn asset(assets: &[Asset], path: &str, request: &Request) -> Result<Response, Error> {
    let found = assets.iter().find(|asset| asset.path == path);
    let asset = found.ok_or_else(|| not_found("there is no such file"))?;
    let kept = match path {
        "/" => "no-cache",
        _ => "public, max-age=31536000, immutable",
    };
    let mut response = Response::new(Body::Empty);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(ETAG, HeaderValue::from_static(asset.tag));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let known = header(request, "if-none-match").unwrap_or_default();
    if known.split(',').any(|tag| tag.trim() == asset.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    let content = match asset.brotli.filter(|_| takes_brotli(request)) {
        Some(brotli) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
            brotli
        }
        None => asset.plain,
    };
    *response.body_mut() = Body::Binary(content.to_vec());
    Ok(response)
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>
fn takes_brotli(request: &Request) -> bool {
    let accepted = header(request, "accept-encoding").unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim() == "br" && weight.unwrap_or(1.0) > 0.0
    })
}
