//! How patient and persistent Twilio is with a webhook: what its URL's fragment
//! says, as in `https://app.example/voice#rc=3&rp=all`.
//!
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>

use std::time::Duration;

use reqwest::Url;

use super::target::Target;

/// Timeouts and retries of a webhook; timeouts are real time: an app's latency is not simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overrides {
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
    pub(super) total_timeout: Duration,
    pub(super) retries: u32,
    retried: Vec<RetryClass>,
}

/// The kinds of failures that can be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryClass {
    Connect,
    Read,
    Client,
    Server,
    Never,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(15),
            retries: 1,
            retried: vec![RetryClass::Connect],
        }
    }
}

impl Overrides {
    pub(super) fn retries_on(&self, class: RetryClass) -> bool {
        self.retried.contains(&class)
    }
}

/// The URL to request, as the app wrote it and as it is understood, without its fragment, and what
/// the fragment says. `None` for what is no http(s) URL. Values out of range are ignored, as are names
/// that mean nothing here.
pub(super) fn split(written: &str) -> Option<(Target, Overrides)> {
    let written = written.trim();
    let mut url = Url::parse(written).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    let mut overrides = Overrides::default();
    let fragment = url.fragment().unwrap_or_default().to_owned();
    url.set_fragment(None);
    for (name, value) in fragment.split('&').filter_map(|pair| pair.split_once('=')) {
        let millis = |range: std::ops::RangeInclusive<u64>| {
            let millis = value.parse().ok().filter(|value| range.contains(value));
            millis.map(Duration::from_millis)
        };
        match name {
            "ct" => set(&mut overrides.connect_timeout, millis(100..=10_000)),
            "rt" => set(&mut overrides.read_timeout, millis(100..=15_000)),
            "tt" => set(&mut overrides.total_timeout, millis(100..=15_000)),
            "rc" => set(&mut overrides.retries, value.parse().ok().filter(|count| *count <= 5)),
            "rp" => overrides.retried = value.split(',').flat_map(policy).copied().collect(),
            _ => {}
        }
    }
    let target = Target::new(written.split('#').next().unwrap_or_default(), url);
    Some((target, overrides))
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn policy(name: &str) -> &'static [RetryClass] {
    use RetryClass::{Client, Connect, Read, Server};
    match name {
        "4xx" => &[Client],
        "5xx" => &[Server],
        "ct" => &[Connect],
        "rt" => &[Read],
        "all" => &[Client, Server, Connect, Read],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragment_overrides_the_defaults() {
        let (url, overrides) =
            split("https://a.example/v?x=1#ct=200&rc=3&rp=5xx,rt&tt=99999").unwrap();
        assert_eq!(
            (url.url.as_str(), &*url.written),
            ("https://a.example/v?x=1", url.url.as_str())
        );
        assert_eq!(overrides.connect_timeout, Duration::from_millis(200));
        assert_eq!(overrides.total_timeout, Duration::from_secs(15));
        assert_eq!(overrides.retries, 3);
        assert!(overrides.retries_on(RetryClass::Server));
        assert!(overrides.retries_on(RetryClass::Read));
        assert!(!overrides.retries_on(RetryClass::Connect));
    }

    #[test]
    fn by_default_only_connecting_is_retried_once() {
        let (_, overrides) = split("http://a.example/").unwrap();
        assert_eq!(overrides.retries, 1);
        assert!(overrides.retries_on(RetryClass::Connect));
        assert!(!overrides.retries_on(RetryClass::Server));
        assert!(split("ftp://a.example/").is_none());
        assert!(split("/voice").is_none());
    }
}
