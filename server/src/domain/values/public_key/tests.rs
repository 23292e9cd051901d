//! Keys made with OpenSSL.

use super::{LONGEST, read};

const RSA_1024: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDT1IYRnzwhXsFB9R5MdNxuke4l
xy3GIS20KWNB+SCuXzwXNNBLOmIDYZhfgKUgs/tFhoVB2B425uXZLQiJGLCOkyyB
GYwO7uOxO5PIZ1G6QogT7wdGXsetEtfygj8wKLeqtBqbXKg3fnhe6WMdwQtlLgwR
LppgF3rkaey2MVKL3wIDAQAB
-----END PUBLIC KEY-----
";
const DSA_1024: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBvjCCATMGByqGSM44BAEwggEmAoGBAJlgtbwp8P0arN+JsZvIqxcWXLayUydU
CNsBm0qmw9vW7Dw1Ubvp4VbjbT0NjZoAIhTfi0xsZHA6Uz/1WnQ6o1hqLoKoMp+s
jy6MwkGdqVsVTGJJwawzyT5obxpJAj4+1Pd5lsJ1Eph3leau8UGpF/oZTplfdelz
aXlKeSw4pE2RAh0AyDlCOl4NZh0WMjvcRlWuAyyY05h7Xos1rorI5wKBgBbnkyPD
PzHbOm1/6eFcdBCfjKGd0yN1CHCAoNPH2TXfrVae1ppnPRZqH8AV2UyKE3tooYuE
zL9y/mCgcebfFzdI9EbJgcbU+X0R/2L7LBKFBgyeUIQcyr3R/+d/zQ+Xwnz2a65s
FmOVxCL6SN19I/HGemj8ylFsfpDteWp5C0YdA4GEAAKBgAcy/2VhMXWFSRHQNgBm
VQZNrjvGfyofhon5D0zSmprXj81Tl0WvZLEomT0Y0oWfKlR3Iqa/aLLOyfyyhgPu
p98YDu3inhyI31JnIOXpsASLbf4sbt3WURY36EtVmFdy12m8OLJ28esD7CySn1L9
LlPdj8HUn8CDfkoclwUgX6ok
-----END PUBLIC KEY-----
";
const EC_P256: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEM7ECBi/gimG3CM5Rk59oWyjJ+jba
cqCayyB701deBhjmLtfTn4GYPKwuDv8WkWFI/+jJz3RtWL6stbuMGcYbYw==
-----END PUBLIC KEY-----
";
const EC_P384: &str = "\
-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEUrcjKmAD+Uwrcx2oWWzUM3RKfBWB41Xi
aXgMzS0bA9EM5ab8YFTL+w8KTkLEvgXNq4ruHp4wi0eX26v9Rd4UqYB/Vi8Hs/79
5vsyhi/QVuFq1iOzjeIkmPdfzFG4wnuJ
-----END PUBLIC KEY-----
";
const EC_P521: &str = "\
-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBb+PA9Uas/NsjY8wSBIcBU0lSaNom
luFurpOnQl2/2Sn9Ly0cgyipfvoNYQmuZUnmMNmHDsE7zqKfhtID2Yhr5zMBxzkG
9YhhGEkpAS2C4NbVEjdim5z2SZNktwKSGfE8H5OQKTVcmHyPpRgY+Z5yHVy5Ip3+
Z3/+cWr2feneowdgcyE=
-----END PUBLIC KEY-----
";
const SECP256K1: &str = "\
-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEC7mtJ5IOz/iZNL/vWg+fFuFv/GcAHfbA
biiRzFvqSbF4YAHEpPlyRD0bHjkb5x61X5wGzf70s2dVowkWFLbV2w==
-----END PUBLIC KEY-----
";
const ED25519_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGw0t+ZJKWD892luhmfbkruz3dNJ1DTaCLPEkcCDnOG4=
-----END PUBLIC KEY-----
";
const X25519_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAscySFVq+zEYwc2QnYqVYrYUOzSQaTftRYxGrv0Fjfx8=
-----END PUBLIC KEY-----
";
const X448_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MEIwBQYDK2VvAzkAUHSEWU8mQor18iJty7/boMxGF0iKl3cm9YUmKrSVf/P2BkAR
NhLcLohsk9a3Q/G9P4/rTTcR5Tc=
-----END PUBLIC KEY-----
";
const RSA_PSS: &str = "\
-----BEGIN PUBLIC KEY-----
MIGdMAsGCSqGSIb3DQEBCgOBjQAwgYkCgYEA+dwDwnYjOWo6aFoLazUOUddlZl+k
jCrsa1gPPoXl7Pp8UvPnUePZmjJMRvlVOYZoj4bK06B8okzI57pJfc22VE6a+JSV
7DmXb9Rr8wpr58AKPHTr/DNAZNM4tbHK5Mw+It4ISRhdwvl+glMKeVGFLdY9XsUX
lHuCkCztKAf5C1ECAwEAAQ==
-----END PUBLIC KEY-----
";
const PKCS1: &str = "\
-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBANPUhhGfPCFewUH1Hkx03G6R7iXHLcYhLbQpY0H5IK5fPBc00Es6YgNh
mF+ApSCz+0WGhUHYHjbm5dktCIkYsI6TLIEZjA7u47E7k8hnUbpCiBPvB0Zex60S
1/KCPzAot6q0GptcqDd+eF7pYx3BC2UuDBEummAXeuRp7LYxUovfAgMBAAE=
-----END RSA PUBLIC KEY-----
";

const TAKEN: [&str; 7] = [RSA_1024, DSA_1024, EC_P256, EC_P384, EC_P521, ED25519_KEY, X25519_KEY];

fn taken(text: &str) -> bool {
    read(text.as_bytes()).is_some()
}

#[test]
fn pkix_of_every_usual_kind_is_taken() {
    for text in TAKEN {
        assert!(taken(text), "{text}");
    }
}

#[test]
fn other_kinds_and_other_forms_are_not() {
    for text in [PKCS1, RSA_PSS, SECP256K1, X448_KEY, "", "hello"] {
        assert!(!taken(text), "{text}");
    }
    let der = read(RSA_1024.as_bytes()).unwrap();
    assert_eq!(read(&der), None);
    assert!(!taken(&PKCS1.replace("RSA PUBLIC", "PUBLIC")));
    assert!(!taken(&RSA_1024.replace("-----END PUBLIC KEY-----", "")));
    assert!(!taken(&(" ".repeat(LONGEST) + "\n" + RSA_1024)));
}

#[test]
fn the_first_whole_block_counts_whatever_is_around_it() {
    let der = read(EC_P256.as_bytes());
    let body: String = EC_P256.lines().filter(|line| !line.starts_with('-')).collect();
    for text in [
        EC_P256.replace("PUBLIC KEY", "WHATEVER"),
        EC_P256.replace('\n', " \r\n"),
        format!("text: before\n{EC_P256}behind"),
        EC_P256.to_string() + RSA_1024,
        format!("-----BEGIN PUBLIC KEY-----\nwithout an end\n{EC_P256}"),
        format!("-----BEGIN K-----\nProc-Type: 4\n\n{body}\n-----END K-----"),
    ] {
        assert_eq!(read(text.as_bytes()), der, "{text}");
    }
    assert!(!taken(&(PKCS1.to_string() + RSA_1024)));
    assert!(!taken(&format!("x{EC_P256}")));
}

/// Numbers that are the same in every run (xorshift).
fn noise(seed: u64) -> impl FnMut() -> usize {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize
    }
}

fn pem(der: &[u8]) -> String {
    use base64::Engine;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn a_point_beside_the_curve_is_no_key() {
    for text in [EC_P256, EC_P384, EC_P521] {
        let mut der = read(text.as_bytes()).unwrap();
        *der.last_mut().unwrap() ^= 1;
        assert!(!taken(&pem(&der)));
    }
}

#[test]
fn whatever_the_bytes_it_answers() {
    let mut next = noise(20_190_429);
    for round in 0..20_000 {
        let mut der = read(TAKEN[round % TAKEN.len()].as_bytes()).unwrap();
        for _ in 0..=next() % 4 {
            let at = next() % der.len();
            der[at] = next() as u8;
        }
        der.truncate(der.len() - next() % 2 * (next() % der.len()));
        let read_again = read(pem(&der).as_bytes());
        assert!(read_again.is_none_or(|read| read == der));
        let noise: Vec<u8> = (0..next() % 200).map(|_| next() as u8).collect();
        assert_eq!(read(&noise), None);
        assert!(!taken(&pem(&noise)));
    }
}
