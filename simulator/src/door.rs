//! Which requests a port on a developer's machine answers: none that a stranger's web page makes
//! the browser send.
//!
//! A page may have the browser send requests to any address of this machine, and by DNS rebinding
//! read the answers under a name of its own. So a port answers only under addresses and names of
//! this machine, and a page only if it was served by the port itself or is allowed by name.
//! <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin>

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

/// The name that Docker gives to the machine that a container runs on.
/// <https://docs.docker.com/desktop/features/networking/#i-want-to-connect-from-a-container-to-a-service-on-the-host>
const FROM_CONTAINERS: &str = "host.docker.internal";

/// The names and the pages that a port answers to, beside this machine's own.
#[derive(Clone, Debug, Default)]
pub struct Door {
    hosts: Vec<String>,
    origins: Vec<String>,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// The request is for a name that is not this machine's.
    Host,
    /// The request was made by another page.
    Origin,
}

impl Stranger {
    /// The reason in a sentence, which names the option that lets the request in.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Host => "this port does not answer under this name; --allow-host lets it in",
            Self::Origin => "this port does not answer to other pages; --allow-origin lets one in",
        }
    }
}

impl Door {
    /// The same door, which also answers under this name.
    #[must_use]
    pub fn allow_host(mut self, name: &str) -> Self {
        self.hosts.push(name.to_ascii_lowercase());
        self
    }

    /// The same door, which also answers pages of this origin, such as `https://shop.example`.
    #[must_use]
    pub fn allow_origin(mut self, origin: &str) -> Self {
        self.origins.push(origin.trim_end_matches('/').to_ascii_lowercase());
        self
    }

    /// Checks the headers `Host` and `Origin` of a request.
    ///
    /// # Errors
    /// The header that is a stranger's.
    pub fn check(&self, host: Option<&str>, origin: Option<&str>) -> Result<(), Stranger> {
        let host = host.map(str::to_ascii_lowercase);
        if !host.as_deref().is_none_or(|host| self.is_ours(without_port(host))) {
            return Err(Stranger::Host);
        }
        let Some(origin) = origin.map(str::to_ascii_lowercase) else { return Ok(()) };
        let page = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        let is_own = page.is_some() && page == host.as_deref();
        match is_own || self.origins.contains(&origin) {
            true => Ok(()),
            false => Err(Stranger::Origin),
        }
    }

    /// Whether a name is this machine's. Rebinding needs a name, so any address is.
    fn is_ours(&self, name: &str) -> bool {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || name == FROM_CONTAINERS
            || self.hosts.iter().any(|host| host == name)
    }

    /// The same routes behind this door.
    pub fn before<S: Clone + Send + Sync + 'static>(self, routes: Router<S>) -> Router<S> {
        routes.layer(from_fn_with_state(Arc::new(self), answer))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // In an address of IPv6, the colon is a port's only behind the bracket.
        Some((name, _)) if !name.contains(':') || name.ends_with(']') => name,
        _ => host,
    }
}

async fn answer(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let checked = {
        // What is no text is nobody's name.
        let text = |value: &HeaderValue| value.to_str().unwrap_or("?").to_owned();
        let header = |name| request.headers().get(name).map(text);
        let in_uri = request.uri().authority().map(ToString::to_string);
        door.check(header(HOST).or(in_uri).as_deref(), header(ORIGIN).as_deref())
    };
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(stranger) => (StatusCode::FORBIDDEN, stranger.reason()).into_response(),
    };
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().entry(X_CONTENT_TYPE_OPTIONS).or_insert(nosniff);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_answers_this_machine_and_whoever_is_let_in() {
        let door = Door::default()
            .allow_host("Tunnel.example")
            .allow_origin("https://tunnel.example/")
            .allow_origin("http://localhost:5173");
        for (host, origin) in [
            ("127.0.0.1:3000", None),
            ("192.168.1.7", None),
            ("[::1]:3000", None),
            ("localhost:3000", Some("http://localhost:3000")),
            ("a.localhost", Some("https://a.localhost")),
            ("HOST.docker.internal:3000", None),
            ("tunnel.example", Some("https://tunnel.example")),
            ("127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            ("127.0.0.1:3000", Some("https://tunnel.example")),
            ("127.0.0.1:3000", Some("http://localhost:5173")),
        ] {
            assert_eq!(door.check(Some(host), origin), Ok(()), "{host} {origin:?}");
        }
        for (host, origin, why) in [
            ("evil.example:3000", None, Stranger::Host),
            ("127.0.0.1.evil.example", None, Stranger::Host),
            ("localhost.evil.example", None, Stranger::Host),
            ("evillocalhost", None, Stranger::Host),
            ("", None, Stranger::Host),
            ("127.0.0.1:3000", Some("http://evil.example"), Stranger::Origin),
            ("127.0.0.1:3000", Some("null"), Stranger::Origin),
            ("127.0.0.1:3000", Some("http://127.0.0.1:8000"), Stranger::Origin),
            ("127.0.0.1:3000", Some("file://"), Stranger::Origin),
            ("evil.example", Some("http://evil.example"), Stranger::Host),
        ] {
            assert_eq!(door.check(Some(host), origin), Err(why), "{host} {origin:?}");
        }
        assert_eq!(door.check(None, None), Ok(()));
    }
}
