//! S3, embedded: crates `s3s` and `s3s-fs`, a folder for each bucket.
//!
//! Who signs a request is checked as far as it protects something on a laptop. Presigned links are
//! verified in full, expiry included, against the secret that all function processes have: a link
//! that AWS would refuse is refused here. So are the requests of the functions themselves. A
//! request signed with any other key, a developer's own in the AWS CLI, is let in as it is: nobody
//! here knows that key's secret. With the real Twilio there is no such other key.
//!
//! What a function's policies do not allow is refused, also behind a link that it has signed.

use std::{fmt::Display, fs, path::Path, sync::Arc};

use anyhow::{Context, Result, anyhow};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    service::{S3Service, S3ServiceBuilder},
};
use simulator::{connections::Listener, door::Door};
use tokio::net::TcpListener;

use crate::{
    faults::FaultDice,
    iam::{self, Access, ONE_KEY},
    template::Bucket,
};

/// S3 with the buckets of the template.
pub(crate) struct Storage {
    service: S3Service,
    access: Arc<Access>,
}

/// Opens the storage in a folder and creates the buckets that it does not have.
///
/// # Errors
/// The folder cannot be used.
pub(crate) fn open(folder: &Path, buckets: &[Bucket], access: Arc<Access>) -> Result<Storage> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for bucket in buckets {
        fs::create_dir_all(folder.join(&bucket.name)).with_context(|| bucket.name.clone())?;
    }
    let files = s3s_fs::FileSystem::new(folder).map_err(|error| anyhow!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(LocalKeys(access.clone()));
    service.set_access(Policies(access.clone()));
    Ok(Storage { service: service.build(), access })
}

/// Serves S3 until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, storage: Storage, door: Door, faults: FaultDice) {
    let listener = Listener::new(listener, move |_| faults.stale());
    let router = Router::new().fallback(handle).with_state(Arc::new(storage));
    if let Err(error) = axum::serve(listener, door.before(router)).await {
        tracing::error!(%error, "S3 ended");
    }
}

async fn handle(State(storage): State<Arc<Storage>>, mut request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let sender =
        iam::access_key(iam::authorization(request.headers()), query).map(ToOwned::to_owned);
    if sender.is_none() {
        return refuse("the request is not signed: any access key will do");
    }
    // Who reads an object that is not there is told so only with a right to list the bucket.
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let unseen = iam::s3::need_to_know(request.uri().path()).filter(|_| is_read);
    let signs_in_header = request.headers().contains_key(AUTHORIZATION);
    let is_known = sender.as_ref().is_some_and(|key| storage.access.knows(key));
    if !is_known && !storage.access.takes_any_key() {
        return refuse(ONE_KEY);
    }
    if signs_in_header && !is_known {
        let headers = request.headers_mut();
        let is_chunked = headers
            .get("x-amz-content-sha256")
            .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
        if is_chunked {
            let text = format!(
                "the local S3 takes uploads in signed chunks only with a key that it knows: \
                 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY={}",
                storage.access.secret()
            );
            return (StatusCode::FORBIDDEN, text).into_response();
        }
        headers.remove(AUTHORIZATION);
    }
    match storage.service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => {
            let need = sender.zip(unseen);
            let told = need.map_or(Ok(()), |(key, need)| storage.access.check(&key, || vec![need]));
            match told {
                Ok(()) => response.map(Body::new),
                Err(denied) => refuse(denied),
            }
        }
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "S3 did not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn refuse(why: impl Display) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>AccessDenied</Code><Message>{why}</Message></Error>"
    );
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/xml")], body).into_response()
}

struct LocalKeys(Arc<Access>);

#[async_trait::async_trait]
impl S3Auth for LocalKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if self.0.knows(access_key) {
            Ok(SecretKey::from(self.0.secret()))
        } else {
            Err(S3Error::new(S3ErrorCode::InvalidAccessKeyId))
        }
    }
}

/// Holds functions to their policies. What comes here without a signature was signed with a key
/// that is no function's, a developer's own: it is let in.
struct Policies(Arc<Access>);

#[async_trait::async_trait]
impl S3Access for Policies {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(sender) = request.credentials() else { return Ok(()) };
        let copied = request.headers().get("x-amz-copy-source");
        let copied = copied.and_then(|source| source.to_str().ok());
        let needs = || iam::s3::needs(request.s3_op().name(), request.s3_path(), copied);
        self.0
            .check(&sender.access_key, needs)
            .map_err(|denied| S3Error::with_message(S3ErrorCode::AccessDenied, denied.to_string()))
    }
}
