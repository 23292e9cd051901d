//! Descriptors of `.proto` files by the field numbers of `google/protobuf/descriptor.proto`: what
//! is in a file, and the file without what is ours alone.

use buffa::{UnknownField, UnknownFields};

use super::protobuf::{bytes, fields, put, text};

/// The file of our own options, and their numbers.
const OURS: &str = "bailey/contract.proto";
const OUR_OPTIONS: std::ops::RangeInclusive<u32> = 50_001..=50_004;

/// A file as it is shown to clients.
pub struct File {
    pub name: String,
    /// The full names of what it declares.
    pub symbols: Vec<String>,
    /// `FileDescriptorProto`, without our options and source locations.
    pub descriptor: Vec<u8>,
}

/// The files of a `FileDescriptorSet`. Those that import our options do not import them publicly,
/// so that the indices of public imports stay right when that import is gone.
pub fn files(set: &UnknownFields) -> impl Iterator<Item = File> {
    set.iter().filter_map(|file| {
        let file = bytes(file);
        let parts = fields(file).ok()?;
        let (name, package) = (text(&parts, 1).ok()?, text(&parts, 2).ok()?);
        let mut symbols = Vec::new();
        declared(Part::File, &parts, &package, &mut symbols);
        (name != OURS).then(|| File { name, symbols, descriptor: shown(Part::File, file) })
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    Service,
    Method,
    Options,
}

impl Part {
    /// What the field of this number holds, as far as it matters here.
    fn child(self, number: u32) -> Option<Self> {
        Some(match (self, number) {
            (Self::File, 4) | (Self::Message, 3) => Self::Message,
            (Self::File, 5) | (Self::Message, 4) => Self::Enum,
            (Self::File, 6) => Self::Service,
            (Self::File, 7) | (Self::Message, 2) => Self::Field,
            (Self::Message, 8) => Self::Oneof,
            (Self::Service, 2) => Self::Method,
            (Self::Field, 8) | (Self::Oneof, 2) | (Self::Method, 4) => Self::Options,
            _ => return None,
        })
    }

    fn hides(self, field: &UnknownField) -> bool {
        match self {
            Self::File => field.number == 9 || field.number == 3 && bytes(field) == OURS.as_bytes(),
            Self::Options => OUR_OPTIONS.contains(&field.number),
            _ => false,
        }
    }
}

fn declared(part: Part, of: &UnknownFields, scope: &str, out: &mut Vec<String>) {
    for field in of {
        let child = part.child(field.number).filter(|child| *child != Part::Options);
        if let Some(child) = child
            && let Ok(fields) = fields(bytes(field))
            && let Ok(name) = text(&fields, 1)
        {
            let name = format!("{scope}.{name}");
            declared(child, &fields, &name, out);
            out.push(name);
        }
    }
}

fn shown(part: Part, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    for field in fields(message).unwrap_or_default() {
        match part.child(field.number) {
            _ if part.hides(&field) => {}
            Some(child) => put(&mut out, field.number, &shown(child, bytes(&field))),
            None => field.write_to(&mut out),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_options_are_not_shown() {
        let of = |number, bytes: &[u8]| {
            let mut out = Vec::new();
            put(&mut out, number, bytes);
            out
        };
        let method = |options: &[u8]| [of(1, b"M"), of(4, options)].concat();
        let file = |imports: &[u8], options: &[u8], end: &[u8]| {
            let service = [of(1, b"S"), of(2, &method(options))].concat();
            [&of(1, b"f.proto"), &of(2, b"p"), imports, &of(6, &service), end].concat()
        };
        let theirs = of(72_295_728, b"x");
        let ours = [theirs.as_slice(), &of(50_001, b"y")].concat();
        let imports = [of(3, b"a.proto"), of(3, OURS.as_bytes())].concat();
        let set = fields(&of(1, &file(&imports, &ours, &of(9, b"source")))).unwrap();
        let found: Vec<File> = files(&set).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "f.proto");
        assert_eq!(found[0].symbols, ["p.S.M", "p.S"]);
        assert_eq!(found[0].descriptor, file(&of(3, b"a.proto"), &theirs, b""));
    }
}
