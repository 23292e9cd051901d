//! Public keys that callers bring: a PEM block (RFC 7468) around a SubjectPublicKeyInfo (RFC 5280,
//! section 4.1.2.7). What is taken is what the reference takes (`fixtures/users/keys/add.yaml`).

mod pem;

use aws_lc_rs::agreement::{
    Algorithm, ECDH_P256, ECDH_P384, ECDH_P521, ParsedPublicKey, UnparsedPublicKey,
};
use spki::der::asn1::UintRef;
use spki::der::{AnyRef, Decode, Reader, SliceReader, Tag, Tagged};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The first byte of a point with both coordinates (SEC 1, section 2.3.4).
const UNCOMPRESSED: u8 = 4;

/// A text of more bytes holds no key: an RSA key of 16384 bits has 3000.
const LONGEST: usize = 64 * 1024;

/// The key in the first PEM block of a text, in DER; `None` if there is none. RSA of any length,
/// EC on P-256, P-384 and P-521, DSA, Ed25519 and X25519; the label of the block does not matter.
pub fn read(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let der = pem::first(text)?;
    let key = SubjectPublicKeyInfoRef::from_der(&der).ok()?;
    let bytes = key.subject_public_key.as_bytes()?;
    let parameters: Option<AnyRef<'_>> = key.algorithm.parameters;
    let sound = match key.algorithm.oid {
        RSA => parameters?.tag() == Tag::Null && positive(sequence(bytes)?, 2),
        DSA => {
            parameters?.tag() == Tag::Sequence
                && positive(parameters?.value(), 3)
                && positive(bytes, 1)
        }
        EC => is_on(curve(parameters?)?, bytes),
        ED25519 | X25519 => parameters.is_none() && bytes.len() == 32,
        _ => false,
    };
    sound.then_some(der)
}

/// What is in a SEQUENCE with nothing behind it.
fn sequence(der: &[u8]) -> Option<&[u8]> {
    let any = AnyRef::from_der(der).ok()?;
    (any.tag() == Tag::Sequence).then_some(any.value())
}

/// Whether this is so many INTEGERs above 0 and nothing else.
fn positive(der: &[u8], count: usize) -> bool {
    let Ok(mut reader) = SliceReader::new(der) else { return false };
    let mut one = || UintRef::decode(&mut reader).is_ok_and(|number| number.as_bytes() != [0]);
    (0..count).all(|_| one()) && reader.is_finished()
}

fn curve(parameters: AnyRef<'_>) -> Option<&'static Algorithm> {
    match parameters.decode_as::<ObjectIdentifier>().ok()? {
        P256 => Some(&ECDH_P256),
        P384 => Some(&ECDH_P384),
        P521 => Some(&ECDH_P521),
        _ => None,
    }
}

fn is_on(curve: &'static Algorithm, point: &[u8]) -> bool {
    let key = UnparsedPublicKey::new(curve, point);
    point.first() == Some(&UNCOMPRESSED) && ParsedPublicKey::try_from(key).is_ok()
}

#[cfg(test)]
mod tests;
