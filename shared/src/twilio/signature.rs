//! Checks header `X-Twilio-Signature`, which proves that a request comes from Twilio.
//! <https://www.twilio.com/docs/usage/security#validating-requests>

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A webhook's body, in the form in which the signature covers it.
#[derive(Clone, Copy, Debug)]
pub enum SignedBody<'a> {
    /// A form, whose names and values are signed behind the URL.
    Form(&'a [(String, String)]),
    /// Any other body, whose hash is in the URL as `bodySHA256`.
    Hashed(&'a [u8]),
}

/// The signature that Twilio gives a request to `url` with these form parameters.
pub fn sign(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    sorted.sort_unstable();
    sorted.dedup();
    #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac =
        Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes any key length");
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The secret in the addresses that TaskRouter asks. Twilio's documents do not say whether its
/// requests are signed: whoever knows the address proves by it that it is the one we gave Twilio.
pub fn task_router_key(auth_token: &str) -> String {
    #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes any key length");
    mac.update(b"the addresses of Switchboard that TaskRouter asks");
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Whether `key` is the secret that was made of one of `auth_tokens`.
pub fn is_task_router_key<'t>(auth_tokens: impl Iterator<Item = &'t str>, key: &str) -> bool {
    let mut valid = false;
    for token in auth_tokens {
        valid |= bool::from(task_router_key(token).as_bytes().ct_eq(key.as_bytes()));
    }
    valid
}

/// Whether `signature` is Twilio's for this request, made with one of `auth_tokens`.
///
/// The URL is accepted with and without its scheme's default port and with apostrophes escaped or
/// not, as Twilio's own SDKs do, because Twilio signs all of these forms. The comparison takes the
/// same time wherever the signatures differ.
pub fn is_valid<'t>(
    auth_tokens: impl Iterator<Item = &'t str>,
    url: &str,
    body: SignedBody<'_>,
    signature: &str,
) -> bool {
    let params = match body {
        SignedBody::Form(params) => params,
        SignedBody::Hashed(bytes) if has_hash_of(url, bytes) => &[],
        SignedBody::Hashed(_) => return false,
    };
    // A program that normalises a URL as browsers do escapes its apostrophes, before or after
    // signing.
    let (escaped, raw) = (url.replace('\'', "%27"), url.replace("%27", "'"));
    let mut urls = Vec::new();
    for url in [url, &escaped, &raw] {
        urls.extend([url.to_owned(), with_port(url), without_port(url)]);
    }
    urls.sort_unstable();
    urls.dedup();
    let mut valid = false;
    for token in auth_tokens {
        for url in &urls {
            let expected = sign(token, url, params);
            valid |= bool::from(expected.as_bytes().ct_eq(signature.as_bytes()));
        }
    }
    valid
}

fn has_hash_of(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let claimed = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
    let actual: String = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
    claimed.is_some_and(|claimed| bool::from(claimed.as_bytes().ct_eq(actual.as_bytes())))
}

/// Splits a URL into `scheme://`, the authority, and the rest.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?']).map_or(url.len(), |length| start + length);
    Some((&url[..start], &url[start..end], &url[end..]))
}

/// Where a port begins in an authority, which may hold `user:pass@` or an IPv6 address.
fn port_at(authority: &str) -> Option<usize> {
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let host = authority[host..].rfind(']').map_or(host, |end| host + end);
    authority[host..].rfind(':').map(|colon| host + colon)
}

fn with_port(url: &str) -> String {
    match split(url) {
        Some((scheme, authority, rest)) if port_at(authority).is_none() => {
            let port = if scheme == "http://" { 80 } else { 443 };
            format!("{scheme}{authority}:{port}{rest}")
        }
        _ => url.to_owned(),
    }
}

fn without_port(url: &str) -> String {
    match split(url).and_then(|parts| Some((parts, port_at(parts.1)?))) {
        Some(((scheme, authority, rest), port)) => format!("{scheme}{}{rest}", &authority[..port]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn params(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()
    }

    fn form() -> Vec<(String, String)> {
        params(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ])
    }

    /// The vectors of Twilio's own SDKs.
    #[test]
    fn twilios_vectors() {
        for (url, signature) in [
            (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("http://mycompany.com:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
            (
                "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
                "CukzLTc1tT5dXEDIHm/tKBanW10=",
            ),
            (
                "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing",
                "TfZzewPq8wqrGlMfyAud8+/IvJ0=",
            ),
        ] {
            // The vector with the apostrophe was made by a back end that escapes it.
            let signed = url.replace('\'', "%27");
            assert_eq!(sign("12345", &signed, &form()), signature, "{url}");
            assert!(is_valid(["12345"].into_iter(), url, SignedBody::Form(&form()), signature));
        }
        let repeated = params(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        assert_eq!(sign("12345", URL, &repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }

    #[test]
    fn twilios_vectors_for_bodies_that_are_no_form() {
        let url = format!(
            "{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        );
        let body = br#"{"property": "value", "boolean": true}"#;
        let signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
        assert!(is_valid(["12345"].into_iter(), &url, SignedBody::Hashed(body), signature));
        assert!(!is_valid(["12345"].into_iter(), &url, SignedBody::Hashed(b"{}"), signature));
        assert!(!is_valid(["12345"].into_iter(), URL, SignedBody::Hashed(body), signature));

        let url = "https://mycompany.com:443/myapp.php?foo=1&bar=2&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert!(is_valid(
            ["12345"].into_iter(),
            url,
            SignedBody::Hashed(b"{}"),
            "Ldidvp12m26NI7eqEvxnEpkd9Hc="
        ));
    }

    #[test]
    fn the_default_port_may_be_there_or_not() {
        let without = sign("12345", URL, &form());
        let with = sign("12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", &form());
        for url in [URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2"] {
            for signature in [&without, &with] {
                assert!(is_valid(["12345"].into_iter(), url, SignedBody::Form(&form()), signature));
            }
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let signature = sign("12345", URL, &form());
        let accepts = |url: &str, form: &[(String, String)], signature: &str| {
            is_valid(["12345"].into_iter(), url, SignedBody::Form(form), signature)
        };
        assert!(accepts(URL, &form(), &signature));
        assert!(!accepts(&URL.replace("bar=2", "bar=3"), &form(), &signature));
        for index in 0..signature.len() {
            let mut bytes = signature.clone().into_bytes();
            bytes[index] ^= 1;
            assert!(!accepts(URL, &form(), &String::from_utf8_lossy(&bytes)));
        }
        for index in 0..form().len() {
            let mut changed = form();
            changed[index].1.push('1');
            assert!(!accepts(URL, &changed, &signature));
        }
        assert!(!is_valid(["54321"].into_iter(), URL, SignedBody::Form(&form()), &signature));
        assert!(!accepts(URL, &form(), ""));
    }

    #[test]
    fn ports_are_found_beside_credentials_and_ipv6_addresses() {
        assert_eq!(without_port("http://[::1]:3000/voice"), "http://[::1]/voice");
        assert_eq!(with_port("http://[::1]/voice"), "http://[::1]:80/voice");
        assert_eq!(with_port("https://user:pass@a.com/x"), "https://user:pass@a.com:443/x");
        assert_eq!(without_port("https://a.com?x=:1"), "https://a.com?x=:1");
    }
}
