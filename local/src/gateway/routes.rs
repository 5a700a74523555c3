//! Which route takes a request.
//!
//! API Gateway takes the most specific route: one whose path matches entirely, then one with a
//! greedy variable, then `$default`; a fixed segment before a variable, a method before `ANY`.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::{
    lambda::pool::Pool,
    template::{AnyMethod, Authorization},
};

/// All routes, the most specific first.
pub(super) struct Routes(Vec<Route>);

/// A route and the function that answers it.
pub(super) struct Route {
    /// `POST /voice`, or `$default`.
    pub(super) key: String,
    pub(super) timeout: Duration,
    pub(super) pool: Arc<Pool>,
    /// What a request has to bring.
    pub(super) authorization: Option<Authorization>,
    method: AnyMethod,
    segments: Vec<Segment>,
}

/// A part of a route's path; the order is from specific to general.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Fixed(String),
    Variable(String),
    /// `{name+}`: the rest of the path, at least one character.
    Greedy(String),
    /// What `$default` consists of.
    Anything,
}

/// The route of a request.
pub(super) struct Found<'a> {
    pub(super) route: &'a Route,
    /// Values of the path's variables.
    pub(super) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// # Errors
    /// Two functions have the same route.
    pub(super) fn new(pools: &[Arc<Pool>]) -> Result<Self> {
        let mut routes: Vec<Route> = Vec::new();
        for pool in pools {
            for route in &pool.function.routes {
                let method = match &route.method {
                    AnyMethod::Any => "ANY",
                    AnyMethod::One(method) => method.as_str(),
                };
                let key = match route.path.as_str() {
                    "$default" => "$default".to_owned(),
                    path => format!("{method} {path}"),
                };
                if let Some(other) = routes.iter().find(|other| other.key == key) {
                    bail!(
                        "{} and {} have the same route {key}",
                        other.pool.function.logical_id,
                        pool.function.logical_id
                    );
                }
                routes.push(Route {
                    key,
                    timeout: route.timeout,
                    pool: pool.clone(),
                    authorization: route.authorization.clone(),
                    method: route.method.clone(),
                    segments: segments(&route.path),
                });
            }
        }
        routes.sort_by_key(|route| {
            let is_greedy = !matches!(
                route.segments.last(),
                Some(Segment::Fixed(_) | Segment::Variable(_)) | None
            );
            (is_greedy, route.segments.clone(), route.method == AnyMethod::Any)
        });
        Ok(Self(routes))
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        self.0.iter().find_map(|route| {
            let has_method = match &route.method {
                AnyMethod::Any => true,
                AnyMethod::One(one) => one == method,
            };
            let parameters = has_method.then(|| parameters(&route.segments, path))??;
            Some(Found { route, parameters })
        })
    }
}

/// The path as API Gateway delivers and routes it: decoded, and cut at a decoded `?`.
///
/// That is `rawPath`, in spite of its name; seen in captures of live HTTP APIs
/// (<https://github.com/middleapi/standard-server/pull/93>).
pub(super) fn delivered_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

fn segments(path: &str) -> Vec<Segment> {
    if path == "$default" {
        return vec![Segment::Anything];
    }
    path.split('/')
        .skip(1)
        .map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None => Segment::Fixed(segment.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Segment::Greedy(name.to_owned()),
                None => Segment::Variable(name.to_owned()),
            },
        })
        .collect()
}

fn parameters(segments: &[Segment], path: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = Some(path.strip_prefix('/').unwrap_or(path));
    for segment in segments {
        let left = rest?;
        let (first, after) = match left.split_once('/') {
            Some((first, after)) => (first, Some(after)),
            None => (left, None),
        };
        match segment {
            Segment::Anything => return Some(parameters),
            Segment::Greedy(name) if !left.is_empty() => {
                parameters.insert(name.clone(), left.to_owned());
                return Some(parameters);
            }
            Segment::Fixed(text) if text == first => rest = after,
            Segment::Variable(name) if !first.is_empty() => {
                parameters.insert(name.clone(), first.to_owned());
                rest = after;
            }
            Segment::Greedy(_) | Segment::Fixed(_) | Segment::Variable(_) => return None,
        }
    }
    rest.is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(route: &str, path: &str) -> Option<Vec<(String, String)>> {
        parameters(&segments(route), path).map(|found| found.into_iter().collect())
    }

    #[test]
    fn paths_match_segment_by_segment() {
        assert_eq!(matched("/voice", "/voice"), Some(vec![]));
        assert_eq!(matched("/voice", "/voice/"), None);
        assert_eq!(matched("/voice", "/voice/digits"), None);
        assert_eq!(matched("/", "/"), Some(vec![]));
        let sid = vec![("sid".to_owned(), "CA1".to_owned())];
        assert_eq!(matched("/api/calls/{sid}", "/api/calls/CA1"), Some(sid));
        assert_eq!(matched("/api/calls/{sid}", "/api/calls/"), None);
        let rest = vec![("asset".to_owned(), "a/b.js".to_owned())];
        assert_eq!(matched("/{asset+}", "/a/b.js"), Some(rest));
        assert_eq!(matched("/{asset+}", "/"), None);
        assert_eq!(matched("$default", "/anything/at/all"), Some(vec![]));
    }

    #[test]
    fn fixed_segments_are_before_variables_and_greedy_ones_last() {
        let mut paths = ["$default", "/{all+}", "/a/{b}", "/a/{b+}", "/a/b"].map(segments);
        paths.sort();
        let order = ["/a/b", "/a/{b}", "/a/{b+}", "/{all+}", "$default"].map(segments);
        assert_eq!(paths, order);
    }

    #[test]
    fn a_path_is_delivered_decoded() {
        assert_eq!(delivered_path("/api/contacts/%2B15005550111"), "/api/contacts/+15005550111");
        assert_eq!(delivered_path("/a%3Fb=c"), "/a");
    }
}
