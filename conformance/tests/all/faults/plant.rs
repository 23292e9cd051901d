//! What a proxy can do to an answer.

use std::future::pending;

use conformance::operation::Operation;
use serde_json::Value;

use super::answer::Answer;
use super::proxy::Proxy;

#[derive(Clone, Copy)]
pub enum Plant {
    Nothing,
    /// Changes the message of a success on every transport.
    Message(fn(&mut Value)),
    /// Puts a text in the place of another in a refusal.
    Text(&'static str, &'static str),
    /// Changes whatever it wants.
    Any(fn(&mut Answer)),
    /// Repeats the first answer to a request, so often at most.
    Stale(usize),
    /// Answers every request as the first one.
    Other,
    Close,
    Hang,
    /// Writes the names of headers as `Content-Type`.
    TitleCase,
}

impl Plant {
    /// Changes the answer to the request of the operation; an error closes the connection.
    pub async fn change(
        &self,
        answer: &mut Answer,
        proxy: &Proxy,
        (operation, request): (&Operation, Vec<u8>),
    ) -> Result<(), String> {
        match self {
            Self::Nothing | Self::TitleCase => {}
            Self::Message(change) => answer.change_message(operation, change),
            Self::Text(from, to) => answer.replace(from, to),
            Self::Any(change) => change(answer),
            Self::Stale(times) => Self::repeat(answer, proxy, request, *times),
            Self::Other if answer.status == 200 => {
                Self::repeat(answer, proxy, Vec::new(), usize::MAX);
            }
            Self::Other => {}
            Self::Close => return Err("closed".into()),
            Self::Hang => pending().await,
        }
        Ok(())
    }

    fn repeat(answer: &mut Answer, proxy: &Proxy, key: Vec<u8>, times: usize) {
        let mut first = proxy.first.lock().unwrap();
        match first.get_mut(&key) {
            Some((known, given)) if *given < times => {
                *given += 1;
                *answer = known.clone();
            }
            Some(_) => {}
            None => {
                first.insert(key, (answer.clone(), 0));
            }
        }
    }
}
