//! Where a webhook goes: the URL as the app wrote it, which is signed, and as it is understood,
//! which is requested. The two differ where a URL can be written in several ways: `O'Neil` and
//! `O%27Neil`, `/a/../b` and `/b`, a host in capitals.

use reqwest::Url;
use reqwest::header::{HeaderMap, LOCATION};

use crate::signature;
use crate::state::params::Params;

/// The URL of one request, without a fragment.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// As the app wrote it.
    pub(super) written: String,
    /// As it is requested.
    pub(super) url: Url,
}

impl Target {
    pub(super) fn new(written: &str, url: Url) -> Self {
        // What only browsers take for a URL, such as `https:a.example`.
        let usual = written.contains("://");
        let written = if usual { written.to_owned() } else { url.as_str().to_owned() };
        Self { written, url }
    }

    /// Adds the parameters of a GET.
    pub(super) fn add_query(&mut self, params: &Params) {
        let query = serde_urlencoded::to_string(&params.0).unwrap_or_default();
        let sign = match self.written.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        self.written.push_str(&format!("{sign}{query}"));
        self.url.query_pairs_mut().extend_pairs(params.iter());
    }

    /// What Twilio signs of it.
    pub(super) fn signed(&self, keeps_port: bool) -> String {
        signature::signed_url(&self.written, keeps_port)
    }

    /// Where an answer sends it on.
    pub(super) fn redirected(&self, headers: &HeaderMap) -> Option<Self> {
        let location = headers.get(LOCATION)?.to_str().ok()?.trim();
        let mut url = self.url.join(location).ok()?;
        url.set_fragment(None);
        let is_whole = Url::parse(location).is_ok();
        let written = if is_whole { location } else { url.as_str() };
        Some(Self::new(written.split('#').next().unwrap_or_default(), url.clone()))
    }
}
