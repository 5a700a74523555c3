//! S3, embedded: crates `s3s` and `s3s-fs`, a folder for each bucket.
//!
//! Who signs a request is checked as far as it protects something on a laptop. Presigned links are
//! verified in full, expiry included, against the secret that all function processes have: a link
//! that AWS would refuse is refused here. So are the requests of the functions themselves. A
//! request signed with any other key, a developer's own in the AWS CLI, is let in as it is:
//! nobody here knows that key's secret.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use anyhow::{Context, Result, anyhow};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    service::{S3Service, S3ServiceBuilder},
};
use tokio::net::TcpListener;

use crate::{SECRET_ACCESS_KEY, template::Bucket};

/// S3 with the buckets of the template.
pub(crate) struct Storage {
    service: S3Service,
    /// Access keys whose secret is known: the functions' names.
    known: BTreeSet<String>,
}

/// Opens the storage in a folder and creates the buckets that it does not have.
///
/// # Errors
/// The folder cannot be used.
pub(crate) fn open(
    folder: &Path,
    buckets: &[Bucket],
    functions: BTreeSet<String>,
) -> Result<Storage> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for bucket in buckets {
        fs::create_dir_all(folder.join(&bucket.name)).with_context(|| bucket.name.clone())?;
    }
    let files = s3s_fs::FileSystem::new(folder).map_err(|error| anyhow!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(LocalKeys(functions.clone()));
    service.set_access(Everybody);
    Ok(Storage { service: service.build(), known: functions })
}

/// Serves S3 until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, storage: Storage) {
    let router = Router::new().fallback(handle).with_state(Arc::new(storage));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "S3 ended");
    }
}

async fn handle(State(storage): State<Arc<Storage>>, mut request: Request) -> Response {
    let headers = request.headers_mut();
    if access_key(headers).is_some_and(|key| !storage.known.contains(key)) {
        let is_chunked = headers
            .get("x-amz-content-sha256")
            .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
        if is_chunked {
            let text = format!(
                "the local S3 takes uploads in signed chunks only with a key that it knows: \
                 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY}"
            );
            return (StatusCode::FORBIDDEN, text).into_response();
        }
        headers.remove(AUTHORIZATION);
    }
    match storage.service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "S3 did not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The key that signs the request in its header.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').next()
}

struct LocalKeys(BTreeSet<String>);

#[async_trait::async_trait]
impl S3Auth for LocalKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if self.0.contains(access_key) {
            Ok(SecretKey::from(SECRET_ACCESS_KEY))
        } else {
            Err(S3Error::new(S3ErrorCode::InvalidAccessKeyId))
        }
    }
}

/// Lets requests without a signature in, which is what a developer's own are here.
struct Everybody;

#[async_trait::async_trait]
impl S3Access for Everybody {
    async fn check(&self, _: &mut S3AccessContext<'_>) -> S3Result<()> {
        Ok(())
    }
}
