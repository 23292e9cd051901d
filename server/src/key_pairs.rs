//! RSA key pairs for machines, made in a bounded pool of their own.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use spki::AlgorithmIdentifierRef;
use spki::der::asn1::OctetStringRef;
use spki::der::{self, Decode, Reader, SliceReader};

use crate::blocking::Blocking;
use crate::error::{Error, Result};

/// How long a line of PEM is (RFC 7468, section 2).
const LINE: usize = 64;

/// Makes RSA keys of 2048 bits; each takes a core for about a tenth of a second.
pub struct KeyPairs {
    threads: Blocking,
}

pub struct KeyPair {
    /// PKCS#1 in PEM, with a line break at its end.
    pub private_key: String,
    /// PKIX in DER.
    pub public_key: Vec<u8>,
}

impl KeyPairs {
    pub fn new(at_once: usize) -> Self {
        Self { threads: Blocking::new(at_once) }
    }

    pub async fn make(&self) -> Result<KeyPair> {
        self.threads.run(make).await
    }
}

fn make() -> Result<KeyPair> {
    let pair = RsaPair::generate(KeySize::Rsa2048).map_err(Error::internal)?;
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(Error::internal)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
    let pkcs1 = pkcs1(private.as_ref()).map_err(Error::internal)?;
    Ok(KeyPair { private_key: pem("RSA PRIVATE KEY", pkcs1), public_key: public.as_ref().into() })
}

/// The RSAPrivateKey (RFC 8017, appendix A.1.2) inside a PrivateKeyInfo (RFC 5208, section 5).
fn pkcs1(pkcs8: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(pkcs8)?;
    reader.sequence(|reader| {
        u8::decode(reader)?;
        AlgorithmIdentifierRef::decode(reader)?;
        <&OctetStringRef>::decode(reader).map(OctetStringRef::as_bytes)
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(LINE));
        out += line;
        out.push('\n');
        rest = behind;
    }
    out + "-----END " + label + "-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_of_2048_bits_and_its_private_key_27_lines() {
        let pair = make().unwrap();
        let lines: Vec<&str> = pair.private_key.split_terminator('\n').collect();
        assert_eq!(lines.len(), 27);
        assert_eq!(lines[0], "-----BEGIN RSA PRIVATE KEY-----");
        assert_eq!(lines[26], "-----END RSA PRIVATE KEY-----");
        assert!(lines[1..25].iter().all(|line| line.len() == 64));
        assert!(pair.private_key.ends_with('\n'));
        let der = STANDARD.decode(lines[1..26].concat()).unwrap();
        assert!(RsaPair::from_der(&der).is_ok());
        assert_eq!(pair.public_key.len(), 294);
        let text = pem("PUBLIC KEY", &pair.public_key);
        let read = crate::domain::values::public_key::read(text.as_bytes());
        assert_eq!(read, Some(pair.public_key));
    }
}
