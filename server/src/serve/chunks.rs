//! Where a chunked body ends (RFC 9112 §7.1). Only its frame is looked at; decoding is hyper's.

/// The position in a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunks {
    /// In a size of which this many digits have come.
    Size {
        value: u64,
        digits: u8,
    },
    /// Behind a size, up to the end of its line.
    Extension {
        size: u64,
    },
    SizeLf {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    /// In the trailer section; `empty` while the line has no character.
    Trailer {
        empty: bool,
    },
    TrailerLf {
        empty: bool,
    },
    End,
}

/// The texts are those of the reference, which it shows to the caller.
pub const BAD_LENGTH: &str = "invalid byte in chunk length";
pub const NO_LENGTH: &str = "empty hex number for chunk length";
pub const TOO_LONG: &str = "http chunk length too large";
pub const MALFORMED: &str = "malformed chunked encoding";
pub const BARE_LF: &str = "chunked line ends with bare LF";
pub const STRAY_CR: &str = "invalid CR in chunked line";

const MAX_DIGITS: u8 = 16;

impl Chunks {
    pub const START: Self = Self::Size { value: 0, digits: 0 };

    /// Goes through `bytes` up to the end of the body and returns how many belong to it.
    /// Errors with the text for the caller when the frame is broken.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let mut rest = bytes;
        while let Some((first, behind)) = rest.split_first() {
            if let Self::Data { left } = self {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= here as u64;
                rest = rest.get(here..).unwrap_or_default();
                if *left == 0 {
                    *self = Self::DataCr;
                }
                continue;
            }
            if *self == Self::End {
                break;
            }
            *self = self.step(*first)?;
            rest = behind;
        }
        Ok(bytes.len() - rest.len())
    }

    fn step(self, byte: u8) -> Result<Self, &'static str> {
        Ok(match (self, byte) {
            (Self::Size { .. } | Self::Extension { .. }, b'\n') => return Err(BARE_LF),
            (Self::Size { digits: 0, .. }, b'\r' | b';' | b' ' | b'\t') => {
                return Err(NO_LENGTH);
            }
            (Self::Size { value: size, .. }, b'\r') => Self::SizeLf { size },
            (Self::Size { value: size, .. }, b';' | b' ' | b'\t') => Self::Extension { size },
            (Self::Size { digits: MAX_DIGITS, .. }, _) => return Err(TOO_LONG),
            (Self::Size { value, digits }, _) => {
                let digit = (byte as char).to_digit(16).ok_or(BAD_LENGTH)?;
                Self::Size { value: value << 4 | u64::from(digit), digits: digits + 1 }
            }
            (Self::Extension { size }, b'\r') => Self::SizeLf { size },
            (Self::SizeLf { size: 0 }, b'\n') => Self::Trailer { empty: true },
            (Self::SizeLf { size }, b'\n') => Self::Data { left: size },
            (Self::SizeLf { .. }, _) => return Err(STRAY_CR),
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::START,
            (Self::Trailer { empty }, b'\r') => Self::TrailerLf { empty },
            (Self::TrailerLf { empty: true }, b'\n') => Self::End,
            (Self::TrailerLf { .. }, b'\n') => Self::Trailer { empty: true },
            (Self::Trailer { .. }, b'\n') => return Err(MALFORMED),
            (Self::Extension { .. } | Self::End, _) => self,
            (Self::Trailer { .. }, _) => Self::Trailer { empty: false },
            _ => return Err(MALFORMED),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes in pieces; the result must not depend on how they are cut.
    fn length(bytes: &[u8], piece: usize) -> Result<usize, &'static str> {
        let (mut chunks, mut length) = (Chunks::START, 0);
        for part in bytes.chunks(piece) {
            let taken = chunks.advance(part)?;
            length += taken;
            if taken < part.len() {
                break;
            }
        }
        Ok(length)
    }

    #[test]
    fn the_end_is_found() {
        let table: [(&[u8], usize); 6] = [
            (b"0\r\n\r\nGET", 5),
            (b"5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1", 15),
            (b"a;ext=\"1\"\r\n0123456789\r\n00\r\n\r\nG", 29),
            (b"1 \r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\nG", 24),
            (b"3\r\n\r\n\r\r\n0\r\n\r\nG", 13),
            (b"F\r\nabc", 6),
        ];
        for (bytes, expected) in table {
            for piece in [1, 2, 3, 100] {
                assert_eq!(length(bytes, piece), Ok(expected), "{}", bytes.escape_ascii());
            }
        }
    }

    #[test]
    fn broken_frames_are_named() {
        let table: [(&[u8], &str); 11] = [
            (b"zz\r\n", BAD_LENGTH),
            (b"1z\r\n", BAD_LENGTH),
            (b"-1\r\n", BAD_LENGTH),
            (b"\r\n", NO_LENGTH),
            (b";x\r\n", NO_LENGTH),
            (b"11112222333344445\r\n", TOO_LONG),
            (b"2\r\nabc\r\n", MALFORMED),
            (b"1;x\n", BARE_LF),
            (b"2\n{}\n", BARE_LF),
            (b"2\r\r\n", STRAY_CR),
            (b"0\r\nA: b\n\nGET", MALFORMED),
        ];
        for (bytes, expected) in table {
            for piece in [1, 100] {
                assert_eq!(length(bytes, piece), Err(expected), "{}", bytes.escape_ascii());
            }
        }
    }
}
