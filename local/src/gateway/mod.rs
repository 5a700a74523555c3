//! The HTTP API: routes of the template to functions, as API Gateway does it.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html>

mod authorizer;
mod event;
mod response;
mod routes;

use std::{net::SocketAddr, sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use simulator::door::Door;
use tokio::{net::TcpListener, time::timeout};
use uuid::Uuid;

use crate::{
    issuer::{Issuer, keys::Keys},
    lambda::{failure::Failure, pool::Pool},
    template::Template,
};
use routes::Routes;

/// Largest request body, in bytes.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const REQUEST_LIMIT: usize = 10 * 1024 * 1024;

/// The HTTP API of the template.
pub(crate) struct Gateway {
    api_id: String,
    port: u16,
    routes: Routes,
    keys: Arc<Keys>,
    /// None without a user pool.
    issuer: Option<Arc<Issuer>>,
}

impl Gateway {
    /// # Errors
    /// Two functions have the same route.
    pub(crate) fn new(
        template: &Template,
        pools: &[Arc<Pool>],
        port: u16,
        keys: Arc<Keys>,
        issuer: Option<Arc<Issuer>>,
    ) -> anyhow::Result<Self> {
        let api_id = template.api.as_ref().map_or("local", |api| &api.id).to_owned();
        Ok(Self { api_id, port, routes: Routes::new(pools)?, keys, issuer })
    }

    /// Serves the HTTP API until the task is dropped.
    pub(crate) async fn serve(self, listener: TcpListener, door: Door) {
        let router = Router::new().fallback(handle).with_state(Arc::new(self));
        let service = door.before(router).into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the HTTP API ended");
        }
    }
}

async fn handle(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let request_id = Uuid::new_v4().simple().to_string();
    let mut response = gateway.answer(&request_id, client, request).await;
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

impl Gateway {
    async fn answer(
        &self,
        request_id: &str,
        client: SocketAddr,
        request: Request<Body>,
    ) -> Response {
        let (head, body) = request.into_parts();
        let path = routes::delivered_path(head.uri.path());
        let Ok(body) = to_bytes(body, REQUEST_LIMIT).await else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        if let Some(issuer) = &self.issuer {
            let query = head.uri.query().unwrap_or_default();
            if let Some(answer) = issuer.answer(&head.method, &path, query, &head.headers, &body) {
                return answer;
            }
        }
        let Some(found) = self.routes.find(&head.method, &path) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let authorizer = match &found.route.authorization {
            None => Value::Null,
            Some(authorization) => {
                match authorizer::check(authorization, &head.headers, &self.keys) {
                    Ok(authorizer) => authorizer,
                    Err(refusal) => return refused(refusal),
                }
            }
        };
        let event = event::Http {
            api_id: &self.api_id,
            port: self.port,
            request_id,
            client,
            now: SystemTime::now().into(),
            route_key: &found.route.key,
            path: &path,
            path_parameters: found.parameters,
            head: &head,
            body: &body,
            authorizer,
        };
        let invocation = found.route.pool.invoke(event.payload());
        match timeout(found.route.timeout, invocation).await {
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Ok(Ok(answer))) => response::from_answer(&answer).unwrap_or_else(|error| {
                tracing::warn!(function = found.route.pool.function.binary, %error, "its answer is not a response");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }),
            Ok(Ok(Err(Failure::Throttled))) => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            Ok(Ok(Err(Failure::TooLarge))) => {
                message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            Ok(Ok(Err(_)) | Err(_)) => {
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}

fn refused(refusal: authorizer::Refusal) -> Response {
    let (status, text, challenge) = match refusal {
        authorizer::Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized", "Bearer"),
        authorizer::Refusal::Forbidden => {
            (StatusCode::FORBIDDEN, "Forbidden", "Bearer error=\"insufficient_scope\"")
        }
    };
    let mut response = message(status, text);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// API Gateway's own answers: `{"message": …}`.
fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": text }))).into_response()
}
