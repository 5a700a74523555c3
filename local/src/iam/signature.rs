//! Whether a request to DynamoDB's or the other services' port was signed with the stack's secret.
//! S3's port has a server of its own that looks.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use std::time::SystemTime;

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use time::{
    Duration, OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

/// A request as it came.
pub(crate) struct Received<'a> {
    pub(crate) method: &'a str,
    /// Its path and query.
    pub(crate) target: &'a str,
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) body: &'a [u8],
}

/// How far the clocks of sender and receiver may be apart.
const CLOCKS: Duration = Duration::minutes(15);
const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

impl Received<'_> {
    /// Whether the request's `Authorization` is what a holder of `secret` writes.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        self.signature().is_some_and(|(given, claim)| {
            let expected = claim.expected(self, secret);
            expected.is_some_and(|expected| {
                aws_lc_rs::constant_time::verify_slices_are_equal(
                    expected.as_bytes(),
                    given.as_bytes(),
                )
                .is_ok()
            })
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The signature, and what it says of itself.
    fn signature(&self) -> Option<(&str, Claim<'_>)> {
        let parts = self.header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name));
        let [key, _, region, service, _] =
            part("Credential=")?.split('/').collect::<Vec<_>>().try_into().ok()?;
        let date = PrimitiveDateTime::parse(self.header("x-amz-date")?, DATE).ok()?.assume_utc();
        if (OffsetDateTime::now_utc() - date).abs() > CLOCKS {
            return None;
        }
        let signed = part("SignedHeaders=")?;
        Some((part("Signature=")?, Claim { key, region, service, signed, date }))
    }
}

/// Who signed what, when and for which service.
struct Claim<'a> {
    key: &'a str,
    region: &'a str,
    service: &'a str,
    /// The names of the headers that were signed, with semicolons between.
    signed: &'a str,
    date: OffsetDateTime,
}

impl Claim<'_> {
    fn expected(&self, request: &Received<'_>, secret: &str) -> Option<String> {
        let identity = Credentials::new(self.key, secret, None, None, "local").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::from(self.date))
            .settings(SigningSettings::default())
            .build()
            .ok()?
            .into();
        let named = |name: &str| self.signed.split(';').any(|own| own.eq_ignore_ascii_case(name));
        let headers = request.headers.iter().copied().filter(|(name, _)| named(name));
        // What is absent cannot have been signed.
        let present = self.signed.split(';').all(|name| request.header(name).is_some());
        let url = format!("http://{}{}", request.header("host")?, request.target);
        let body = SignableBody::Bytes(request.body);
        let signable = SignableRequest::new(request.method, url, headers, body).ok()?;
        let signed = sign(signable, &params).ok()?;
        present.then(|| signed.signature().to_owned())
    }
}
