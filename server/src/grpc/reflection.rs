//! Server reflection, v1 and v1alpha, which differ in their names only: the messages
//! `ServerReflectionRequest` and `ServerReflectionResponse` of
//! <https://github.com/grpc/grpc/blob/master/src/proto/grpc/reflection/v1/reflection.proto>.

use std::collections::HashMap;
use std::sync::LazyLock;

use contract::{DESCRIPTORS, Refusal};
use futures_util::{Stream, stream};

use super::descriptor;
use super::message::Messages;
use super::protobuf::{self, put};
use crate::error::{Code, Result};

pub const SERVICES: [&str; 2] =
    ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

/// The members of the requests' and responses' oneofs.
mod number {
    pub const HOST: u32 = 1;
    pub const FILE_BY_FILENAME: u32 = 3;
    pub const FILE_CONTAINING_SYMBOL: u32 = 4;
    pub const LIST_SERVICES: u32 = 7;

    pub const ORIGINAL_REQUEST: u32 = 2;
    pub const FILE_DESCRIPTOR: u32 = 4;
    pub const SERVICE_LIST: u32 = 6;
    pub const ERROR: u32 = 7;
}

static FILES: LazyLock<Files> = LazyLock::new(Files::new);

/// The files of the contract without what is ours alone, by name and by the symbols in them.
struct Files {
    files: Vec<Vec<u8>>,
    by_name: HashMap<String, usize>,
    by_symbol: HashMap<String, usize>,
}

impl Files {
    fn new() -> Self {
        let mut all = Self { files: vec![], by_name: HashMap::new(), by_symbol: HashMap::new() };
        let set = protobuf::fields(DESCRIPTORS).unwrap_or_default();
        for file in descriptor::files(&set) {
            let place = all.files.len();
            all.by_symbol.extend(file.symbols.into_iter().map(|symbol| (symbol, place)));
            all.by_name.insert(file.name, place);
            all.files.push(file.descriptor);
        }
        all
    }

    fn get(&self, index: &HashMap<String, usize>, name: &str) -> Option<&[u8]> {
        self.files.get(*index.get(name)?).map(Vec::as_slice)
    }
}

/// One answer for each request.
pub fn answers(
    messages: Messages,
    services: Vec<&'static str>,
) -> impl Stream<Item = Result<Vec<u8>>> {
    stream::unfold((messages, services), |(mut messages, services)| async move {
        let answer = match messages.next().await {
            Ok(Some(request)) => answer(&request, &services),
            Ok(None) => return None,
            Err(error) => Err(error),
        };
        Some((answer, (messages, services)))
    })
}

/// # Errors
/// Code 13 if the request cannot be decoded; what is not found is an answer.
fn answer(request: &[u8], services: &[&str]) -> Result<Vec<u8>> {
    let fields = protobuf::fields(request)?;
    let mut out = Vec::new();
    let host = protobuf::text(&fields, number::HOST)?;
    if !host.is_empty() {
        put(&mut out, number::HOST, host.as_bytes());
    }
    put(&mut out, number::ORIGINAL_REQUEST, request);
    let questions = number::FILE_BY_FILENAME..=number::LIST_SERVICES;
    let question = fields.iter().rfind(|field| questions.contains(&field.number));
    let (asked, name) = match question {
        Some(question) => (question.number, protobuf::bytes(question)),
        None => (0, [].as_slice()),
    };
    let name = std::str::from_utf8(name).map_err(|_| Refusal::Utf8)?;
    match asked {
        number::FILE_BY_FILENAME => file(&mut out, FILES.get(&FILES.by_name, name)),
        number::FILE_CONTAINING_SYMBOL => file(&mut out, FILES.get(&FILES.by_symbol, name)),
        number::LIST_SERVICES => list(&mut out, services),
        _ => refuse(&mut out, Code::Unimplemented, "not implemented"),
    }
    Ok(out)
}

fn file(out: &mut Vec<u8>, file: Option<&[u8]>) {
    let Some(file) = file else { return refuse(out, Code::NotFound, "not found") };
    let mut response = Vec::with_capacity(file.len() + 8);
    put(&mut response, 1, file);
    put(out, number::FILE_DESCRIPTOR, &response);
}

fn list(out: &mut Vec<u8>, services: &[&str]) {
    let mut response = Vec::new();
    for name in services {
        let mut service = Vec::new();
        put(&mut service, 1, name.as_bytes());
        put(&mut response, 1, &service);
    }
    put(out, number::SERVICE_LIST, &response);
}

fn refuse(out: &mut Vec<u8>, code: Code, text: &str) {
    let mut response = vec![1 << 3, code as u8];
    put(&mut response, 2, text.as_bytes());
    put(out, number::ERROR, &response);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks one question; the number and the bytes of the answer's last field.
    fn ask(number: u32, name: &str) -> (u32, Vec<u8>) {
        let mut request = Vec::new();
        put(&mut request, number, name.as_bytes());
        let answer = answer(&request, &["a.B", "c.D"]).unwrap();
        let fields = protobuf::fields(&answer).unwrap();
        let last = fields.iter().last().unwrap();
        (last.number, protobuf::bytes(last).to_vec())
    }

    #[test]
    fn services_are_listed() {
        let (number, list) = ask(number::LIST_SERVICES, "");
        assert_eq!((number, list.as_slice()), (6, b"\n\x05\n\x03a.B\n\x05\n\x03c.D".as_slice()));
    }

    #[test]
    fn files_are_found_by_name_and_symbol() {
        let file = "zitadel/management/v1/management.proto";
        let by_name = ask(number::FILE_BY_FILENAME, file);
        assert_eq!(by_name.0, number::FILE_DESCRIPTOR);
        assert!(String::from_utf8_lossy(&by_name.1).contains(file));
        for symbol in [
            "zitadel.management.v1.ManagementService",
            "zitadel.management.v1.ManagementService.GetUserByID",
            "zitadel.management.v1.AddHumanUserRequest.Profile",
        ] {
            assert_eq!(ask(number::FILE_CONTAINING_SYMBOL, symbol), by_name, "{symbol}");
        }
        let imported = ask(number::FILE_BY_FILENAME, "google/protobuf/timestamp.proto");
        assert_eq!(imported.0, number::FILE_DESCRIPTOR);
    }

    #[test]
    fn what_is_not_found_is_an_answer() {
        let not_found = (number::ERROR, b"\x08\x05\x12\x09not found".to_vec());
        assert_eq!(ask(number::FILE_BY_FILENAME, "bailey/contract.proto"), not_found);
        assert_eq!(ask(number::FILE_CONTAINING_SYMBOL, "nope"), not_found);
        let unimplemented = (number::ERROR, b"\x08\x0c\x12\x0fnot implemented".to_vec());
        assert_eq!(ask(6, "x"), unimplemented);
        assert_eq!(answer(b"\x0a\xff", &[]).unwrap_err().code, Code::Internal);
    }
}
