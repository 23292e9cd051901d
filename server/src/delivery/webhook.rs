//! Messages as JSON, by POST to an address of the operator's, signed as Standard Webhooks say
//! (<https://github.com/standard-webhooks/standard-webhooks>) where there is a secret.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::percent_decode_str;

use super::Failure;
use super::letter::Letter;

pub struct Webhook {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    /// What `user:password@` in the address means.
    authorization: Option<HeaderValue>,
    secret: Option<hmac::Key>,
}

impl Webhook {
    /// Without a secret (empty), nothing is signed.
    ///
    /// Errors: one line that says what is wrong.
    pub fn new(url: &str, secret: &str) -> Result<Self, String> {
        let wrong = || "--delivery: not a usable address of a webhook".to_string();
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let uri: Uri = format!("{scheme}://{host}{path}").parse().map_err(|_| wrong())?;
        let tls = HttpsConnectorBuilder::new().with_native_roots();
        let tls = tls.map_err(|error| format!("no certificates to check TLS with: {error}"))?;
        let connector = tls.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let authorization = (!user.is_empty()).then(|| basic(user)).transpose()?;
        let secret = (!secret.is_empty()).then(|| signing_key(secret)).transpose()?;
        Ok(Self { client, uri, authorization, secret })
    }

    /// Taken by an answer of 200 to 299. A redirect is none: the code goes nowhere else. `now`, in
    /// seconds, is part of what is signed.
    pub async fn send(&self, letter: &Letter, now: i64) -> Result<(), Failure> {
        let never = |error: &dyn std::fmt::Display| Failure::Never(error.to_string());
        let body = serde_json::to_vec(letter).map_err(|error| never(&error))?;
        let signature = self.secret.as_ref().map(|key| signature(key, &letter.id, now, &body));
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let id = HeaderValue::try_from(&letter.id).map_err(|error| never(&error))?;
        if let Some(signature) = signature {
            let signature = HeaderValue::try_from(signature).map_err(|error| never(&error))?;
            headers.insert("webhook-id", id.clone());
            headers.insert("webhook-timestamp", now.into());
            headers.insert("webhook-signature", signature);
        }
        headers.insert("idempotency-key", id);
        headers.extend(self.authorization.clone().map(|value| (AUTHORIZATION, value)));
        match self.client.request(request).await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Failure::Later(format!("HTTP {}", answer.status().as_u16()))),
            Err(_) => Err(Failure::Later("no connection to the webhook".into())),
        }
    }
}

/// The scheme Basic (RFC 7617) of `user:password`, percent-encoded as in an address.
fn basic(user: &str) -> Result<HeaderValue, String> {
    let plain: Vec<u8> = percent_decode_str(user).collect();
    let value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(plain)));
    let mut value = value.map_err(|_| "--delivery: not a usable user and password")?;
    value.set_sensitive(true);
    Ok(value)
}

/// The key in `whsec_…`, of 24 to 64 bytes.
fn signing_key(secret: &str) -> Result<hmac::Key, String> {
    let key = secret.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
    let key = key.filter(|key| (24..=64).contains(&key.len()));
    let key = key.ok_or("--delivery-secret takes whsec_ and the base64 of 24 to 64 bytes")?;
    Ok(hmac::Key::new(HMAC_SHA256, &key))
}

fn signature(key: &hmac::Key, id: &str, now: i64, body: &[u8]) -> String {
    let signed = [format!("{id}.{now}.").as_bytes(), body].concat();
    format!("v1,{}", STANDARD.encode(hmac::sign(key, &signed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks documents.
    #[test]
    fn what_is_signed_can_be_checked_by_others() {
        let key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signature(&key, id, 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_enough_bytes() {
        for wrong in
            ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_?", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        {
            assert!(signing_key(wrong).is_err(), "{wrong}");
        }
    }
}
