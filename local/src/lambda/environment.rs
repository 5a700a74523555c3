//! The environment of a function process: what Lambda sets, then what the template declares, and
//! nothing of the developer's own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use std::{net::SocketAddr, path::Path};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use crate::template::{Function, REGION};

/// The secret that goes with every access key of a stack on the simulator.
///
/// A function's access key id is its name, so that the local endpoints know who asks; S3 checks
/// presigned links against this secret.
pub const SECRET_ACCESS_KEY: &str = "local-secret-access-key";

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]/[month]/[day]");

/// All variables of a process of `function` whose Runtime API listens at `runtime_api`.
pub(crate) fn variables(
    function: &Function,
    runtime_api: SocketAddr,
    task_root: &Path,
    secret_access_key: &str,
) -> Vec<(String, String)> {
    let day = OffsetDateTime::now_utc().format(DAY).unwrap_or_default();
    let instance = Uuid::new_v4().simple();
    let lambda = [
        ("AWS_ACCESS_KEY_ID", function.binary.clone()),
        ("AWS_SECRET_ACCESS_KEY", secret_access_key.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("{day}/[$LATEST]{instance}")),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("LAMBDA_TASK_ROOT", task_root.display().to_string()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ];
    let declared = function.environment.clone();
    lambda.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(declared).collect()
}
