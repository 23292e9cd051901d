//! `grpc.health.v1.Health`: `HealthCheckRequest { string service = 1; }` and
//! `HealthCheckResponse { ServingStatus status = 1; }`
//! (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>).

use futures_util::{Stream, StreamExt, stream};

use super::protobuf;
use crate::error::{Code, Error, Result};
use crate::serve::Stopping;

pub const SERVICE: &str = "grpc.health.v1.Health";

/// A server that answers serves all of its services.
#[derive(Clone, Copy)]
enum Status {
    Serving = 1,
    NotServing = 2,
    ServiceUnknown = 3,
}

impl Status {
    fn response(self) -> Vec<u8> {
        vec![1 << 3, self as u8]
    }
}

/// The service that a request asks about; the empty name is the whole server.
///
/// # Errors
/// Code 13 if the message cannot be decoded.
pub fn asked(message: &[u8]) -> Result<String> {
    protobuf::text(&protobuf::fields(message)?, 1)
}

/// The state of a service now.
pub fn check(services: &[&str], asked: &str) -> Result<Vec<u8>> {
    if knows(services, asked) {
        return Ok(Status::Serving.response());
    }
    Err(Error::plain(Code::NotFound, "unknown service"))
}

/// The state of a service now and when it changes: once, when the server stops.
pub fn watch(
    services: &[&str],
    asked: &str,
    stopping: Stopping,
) -> impl Stream<Item = Result<Vec<u8>>> + use<> {
    let known = knows(services, asked);
    let (now, then) = match known {
        true => (Status::Serving, Status::NotServing),
        false => (Status::ServiceUnknown, Status::ServiceUnknown),
    };
    let change = async move {
        stopping.wait().await;
        then.response()
    };
    stream::iter([now.response()]).chain(stream::once(change)).map(Ok)
}

fn knows(services: &[&str], asked: &str) -> bool {
    asked.is_empty() || services.contains(&asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_and_its_services_are_known() {
        for name in ["", "a.B"] {
            assert_eq!(check(&["a.B"], name), Ok(vec![8, 1]), "{name}");
        }
        let unknown = check(&["a.B"], "a.C").unwrap_err();
        assert_eq!((unknown.code, &*unknown.text), (Code::NotFound, "unknown service"));
    }

    #[test]
    fn requests_are_decoded() {
        assert_eq!(asked(b"").as_deref(), Ok(""));
        assert_eq!(asked(b"\x0a\x03a.B").as_deref(), Ok("a.B"));
        assert_eq!(asked(b"\x0a\x05a.B").unwrap_err().code, Code::Internal);
    }
}
