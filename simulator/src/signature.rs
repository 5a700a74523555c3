//! The header `X-Twilio-Signature`, with which apps know that Twilio asks.
//!
//! <https://www.twilio.com/docs/usage/security#validating-requests>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// The signature of a request: base64 of HMAC-SHA1 over the URL and each
/// parameter's name and value, sorted; a repeated pair counts once.
pub fn sign<'a>(
    auth_token: &str,
    url: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut params: Vec<_> = params.into_iter().collect();
    params.sort_unstable();
    params.dedup();
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()) else {
        return String::new();
    };
    mac.update(url.as_bytes());
    for (name, value) in params {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The URL that Twilio signs: as the app wrote it, letter for letter, but without credentials and
/// fragment, and for a voice webhook over https without a port. Without a path it has `/`, which
/// is what is requested.
pub(crate) fn signed_url(url: &str, keeps_port: bool) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((name, port))
            if scheme.eq_ignore_ascii_case("https") && !keeps_port && is_port(port) =>
        {
            name
        }
        _ => host,
    };
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{slash}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: [(&str, &str); 5] = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ];

    // The vector with an apostrophe is that of a URL which is signed with `%27`
    // and received raw: verifiers re-encode it before they give up, see
    // `withLegacyQuerystring` in twilio-node's `lib/webhooks/webhooks.js`.
    #[test]
    fn vectors_of_both_official_sdks() {
        let query = "mycompany.com/myapp.php?foo=1&bar=2";
        let rest = "/myapp.php?foo=1&bar=2";
        for (url, signature) in [
            (format!("https://{query}"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            (format!("https://mycompany.com:443{rest}"), "kvajT1Ptam85bY51eRf/AJRuM3w="),
            (format!("http://mycompany.com:80{rest}"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            (format!("http://mycompany.com:1234{rest}"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
            (format!("https://user:pass@{query}"), "CukzLTc1tT5dXEDIHm/tKBanW10="),
            (format!("https://{query}&Body=It%27s+amazing"), "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        ] {
            assert_eq!(sign("12345", &url, CALL), signature, "{url}");
        }
    }

    #[test]
    fn repeated_pairs_count_once() {
        let params = [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ];
        assert_eq!(
            sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", params),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU="
        );
    }

    #[test]
    fn json_bodies_are_signed_through_their_hash_in_the_url() {
        for (url, signature) in [
            (
                "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
                "a9nBmqA0ju/hNViExpshrM61xv4=",
            ),
            (
                "https://mycompany.com:443/myapp.php?foo=1&bar=2&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                "Ldidvp12m26NI7eqEvxnEpkd9Hc=",
            ),
        ] {
            assert_eq!(sign("12345", url, []), signature);
        }
    }

    #[test]
    fn credentials_and_fragment_are_dropped_and_for_voice_the_port_over_https() {
        for (url, signed) in [
            ("https://me:secret@app.example:8443/voice?a=b#rc=2", "https://app.example/voice?a=b"),
            ("http://127.0.0.1:3000/voice#ct=200", "http://127.0.0.1:3000/voice"),
        ] {
            assert_eq!(signed_url(url, false), signed);
        }
        let text = "https://me:secret@app.example:8443/sms#rc=2";
        assert_eq!(signed_url(text, true), "https://app.example:8443/sms");
    }

    #[test]
    fn url_is_signed_as_it_was_given() {
        for (url, signed) in [
            ("https://App.Example/a/../b?c=O'Neil|d e", "https://App.Example/a/../b?c=O'Neil|d e"),
            ("https://[::1]:8443/voice", "https://[::1]/voice"),
            ("https://[::1]/voice", "https://[::1]/voice"),
            ("http://app.example:80/voice?", "http://app.example:80/voice?"),
            ("http://app.example?a=@b", "http://app.example/?a=@b"),
            ("https://app.example", "https://app.example/"),
        ] {
            assert_eq!(signed_url(url, false), signed);
        }
    }
}
