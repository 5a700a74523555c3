//! The phones page: static files, made part of the program.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::simulator::Simulator;

/// The page shows what callers, texts and apps say: nothing of it may run, and nothing
/// is loaded from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const INDEX: &str = include_str!("../page/index.html");

/// Name under `/page/`, content type, content.
const FILES: [(&str, &str, &str); 11] = [
    ("page.css", "text/css; charset=utf-8", include_str!("../page/page.css")),
    ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("page.js", JAVASCRIPT, include_str!("../page/page.js")),
    ("control.js", JAVASCRIPT, include_str!("../page/control.js")),
    ("story.js", JAVASCRIPT, include_str!("../page/story.js")),
    ("handset.js", JAVASCRIPT, include_str!("../page/handset.js")),
    ("screen.js", JAVASCRIPT, include_str!("../page/screen.js")),
    ("rooms.js", JAVASCRIPT, include_str!("../page/rooms.js")),
    ("texts.js", JAVASCRIPT, include_str!("../page/texts.js")),
    ("log.js", JAVASCRIPT, include_str!("../page/log.js")),
    ("dom.js", JAVASCRIPT, include_str!("../page/dom.js")),
];

/// The routes of the phones page: `/` and the files that it loads.
pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/", get(|| async { serve(HTML, INDEX) }))
        .route("/page/{name}", get(|Path(name): Path<String>| async move { file(&name) }))
}

fn file(name: &str) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, content_type, content)) => serve(content_type, content),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(content_type: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // A newer simulator has a newer page.
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}
