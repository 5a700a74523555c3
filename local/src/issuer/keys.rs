//! The issuer's key, and the tokens that it signs: JWS with RS256.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html>

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::{
    digest,
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

/// The key pair that signs every token.
pub(crate) struct Keys {
    pair: KeyPair,
    /// The key's id: a digest of its public half.
    id: String,
}

/// Ephemeral stacks of one process share a key, because making one takes a while.
static EPHEMERAL: OnceLock<Arc<Keys>> = OnceLock::new();

impl Keys {
    /// The key in `file`, which is made if there is none, so that tokens survive a restart; without
    /// a file, a key for as long as this process lives.
    ///
    /// # Errors
    /// The file cannot be written, or does not hold a key.
    pub(crate) fn open(file: Option<&Path>) -> Result<Arc<Self>> {
        let Some(file) = file else {
            if let Some(keys) = EPHEMERAL.get() {
                return Ok(keys.clone());
            }
            let keys = Arc::new(Self::new(generate()?));
            return Ok(EPHEMERAL.get_or_init(|| keys).clone());
        };
        if file.exists() {
            let der = std::fs::read(file).with_context(|| file.display().to_string())?;
            let pair = KeyPair::from_pkcs8(&der)
                .map_err(|error| anyhow!("{} is not an RSA key: {error}", file.display()))?;
            return Ok(Arc::new(Self::new(pair)));
        }
        let pair = generate()?;
        let der = pair.as_der().map_err(|_| anyhow!("the new RSA key cannot be encoded"))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
            .and_then(|mut file| file.write_all(der.as_ref()))
            .with_context(|| file.display().to_string())?;
        Ok(Arc::new(Self::new(pair)))
    }

    fn new(pair: KeyPair) -> Self {
        let digest = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        Self { id: BASE64.encode(digest), pair }
    }

    /// The header of every token that the issuer signs.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": "RS256", "kid": self.id})
    }

    /// A token of these claims. The header is the caller's, for tests of odd ones; the signature
    /// is always RS256.
    ///
    /// # Errors
    /// The signing fails.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> Result<String> {
        let encode = |part: &Value| BASE64.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| anyhow!("the token cannot be signed"))?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }

    /// The claims of a token that this key has signed; nothing for any other text.
    pub(crate) fn verify(&self, token: &str) -> Result<Value, BadToken> {
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(BadToken::Malformed);
        };
        let header = json(header)?;
        if header["alg"] != "RS256" {
            return Err(BadToken::Algorithm);
        }
        if header["kid"] != self.id.as_str() {
            return Err(BadToken::Key);
        }
        let signed = &token[..token.len() - signature.len() - 1];
        let signature = BASE64.decode(signature).map_err(|_| BadToken::Malformed)?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key())
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| BadToken::Signature)?;
        json(claims)
    }

    /// The public key: a JSON Web Key Set, RFC 7517.
    pub(crate) fn jwks(&self) -> Value {
        let public = self.pair.public_key();
        json!({"keys": [{
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": BASE64.encode(public.modulus().big_endian_without_leading_zero()),
            "e": BASE64.encode(public.exponent().big_endian_without_leading_zero()),
        }]})
    }
}

/// Why a text is not a token of this issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadToken {
    /// It is not three parts of JSON, JSON and bytes.
    Malformed,
    /// It is signed in another way than RS256, or not at all.
    Algorithm,
    /// It names a key that the issuer does not have.
    Key,
    /// The signature is not the key's.
    Signature,
}

fn generate() -> Result<KeyPair> {
    KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key can be made"))
}

/// A part of a token, which has to be a JSON object.
fn json(part: &str) -> Result<Value, BadToken> {
    let bytes = BASE64.decode(part).map_err(|_| BadToken::Malformed)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| BadToken::Malformed)?;
    if value.is_object() { Ok(value) } else { Err(BadToken::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_key_has_signed_is_verified() {
        let keys = Keys::open(None).unwrap();
        let claims = json!({"sub": "a"});
        let token = keys.sign(&keys.header(), &claims).unwrap();
        assert_eq!(keys.verify(&token), Ok(claims.clone()));

        let (head, signature) = token.rsplit_once('.').unwrap();
        let forged = head.replace(
            head.split_once('.').unwrap().1,
            &BASE64.encode(json!({"sub": "b"}).to_string()),
        );
        let none = BASE64.encode(json!({"alg": "none"}).to_string());
        let claims_part = BASE64.encode(claims.to_string());
        let odd = |header: Value| keys.sign(&header, &claims).unwrap();
        let table = [
            (String::new(), BadToken::Malformed),
            ("a.b".to_owned(), BadToken::Malformed),
            (format!("{token}.x"), BadToken::Malformed),
            (format!("{none}.{claims_part}."), BadToken::Algorithm),
            (odd(json!({"alg": "HS256", "kid": keys.id})), BadToken::Algorithm),
            (odd(json!({"alg": "RS256", "kid": "another"})), BadToken::Key),
            (odd(json!({"alg": "RS256"})), BadToken::Key),
            (format!("{forged}.{signature}"), BadToken::Signature),
            (format!("{head}."), BadToken::Signature),
        ];
        for (token, expected) in table {
            assert_eq!(keys.verify(&token), Err(expected), "{token}");
        }
    }

    #[test]
    fn a_kept_key_is_the_same_after_a_restart() {
        let file = std::env::temp_dir().join(format!("switchboard-key-{}", uuid::Uuid::new_v4()));
        let first = Keys::open(Some(&file)).unwrap();
        let again = Keys::open(Some(&file)).unwrap();
        assert_eq!(first.jwks(), again.jwks());
        std::fs::remove_file(file).unwrap();
    }
}
