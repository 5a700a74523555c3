//! What a request to S3 needs.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>

use s3s::path::S3Path;

use super::{Need, decoded};

/// The needs of an operation, by its name in S3's API, on a path; `copied` is what a copy is made
/// of, as the request's header has it.
pub(crate) fn needs(operation: &str, path: &S3Path, copied: Option<&str>) -> Vec<Need> {
    let resource = match path {
        S3Path::Root => "*".to_owned(),
        S3Path::Bucket { bucket } => arn(bucket),
        S3Path::Object { bucket, key } => arn(&format!("{bucket}/{key}")),
    };
    let action = match operation {
        "HeadObject" => "GetObject",
        "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "PutObject",
        "CopyObject" | "UploadPartCopy" => "PutObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListBuckets" => "ListAllMyBuckets",
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        // AWS asks for each key; whoever may delete all of them may delete these.
        "DeleteObjects" => return vec![Need::new("s3:DeleteObject", resource + "/*")],
        other => other,
    };
    let mut needs = vec![Need::new(format!("s3:{action}"), resource)];
    if let Some(copied) = copied {
        needs.push(Need::new("s3:GetObject", arn(decoded(copied).trim_start_matches('/'))));
    }
    needs
}

/// What it takes to be told that an object is not there, instead of nothing.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
pub(crate) fn need_to_know(path: &str) -> Option<Need> {
    let (bucket, key) = path.trim_start_matches('/').split_once('/')?;
    (!key.is_empty()).then(|| Need::new("s3:ListBucket", arn(bucket)))
}

fn arn(resource: &str) -> String {
    format!("arn:aws:s3:::{resource}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_needs_its_own_action() {
        let object = || S3Path::object("calls", "recordings/RE1.wav");
        let cases = [
            ("GetObject", object(), None, vec!["s3:GetObject calls/recordings/RE1.wav"]),
            ("HeadObject", object(), None, vec!["s3:GetObject calls/recordings/RE1.wav"]),
            ("UploadPart", object(), None, vec!["s3:PutObject calls/recordings/RE1.wav"]),
            (
                "CopyObject",
                object(),
                Some("/old/a%20b"),
                vec!["s3:PutObject calls/recordings/RE1.wav", "s3:GetObject old/a b"],
            ),
            ("DeleteObject", object(), None, vec!["s3:DeleteObject calls/recordings/RE1.wav"]),
            ("ListObjectsV2", S3Path::bucket("calls"), None, vec!["s3:ListBucket calls"]),
            ("DeleteObjects", S3Path::bucket("calls"), None, vec!["s3:DeleteObject calls/*"]),
        ];
        for (operation, path, copied, expected) in cases {
            let needs: Vec<_> = needs(operation, &path, copied)
                .into_iter()
                .map(|need| {
                    format!("{} {}", need.action, need.resource.replace("arn:aws:s3:::", ""))
                })
                .collect();
            assert_eq!(needs, expected, "{operation}");
        }
    }
}
