//! A caller of the REST wire: one request a connection.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

#[derive(Clone)]
pub struct Client {
    pub address: String,
    pub token: String,
    /// Empty: the organisation of the token's user.
    pub org: String,
}

impl Client {
    /// Status and JSON of the answer.
    pub fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             x-zitadel-orgid: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.token,
            self.org,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let body = text.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// The id of a new machine user.
    pub fn machine(&self, name: &str) -> String {
        let body = format!(r#"{{"userName":"{name}","name":"{name}"}}"#);
        let (status, made) = self.call("POST", "/management/v1/users/machine", &body);
        assert_eq!(status, 200, "{made}");
        made["userId"].as_str().unwrap().into()
    }

    /// The same caller with a new token of a machine user.
    pub fn with_token_of(&self, user_id: &str) -> Self {
        let path = format!("/management/v1/users/{user_id}/pats");
        let (status, made) = self.call("POST", &path, "{}");
        assert_eq!(status, 200, "{made}");
        Self { token: made["token"].as_str().unwrap().into(), ..self.clone() }
    }
}
