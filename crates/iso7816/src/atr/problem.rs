//! One thing that is wrong with an ATR.

use core::fmt;

use super::interface_bytes::InterfaceByte;

/// TS, and 32 bytes after it: ISO/IEC 7816-3:2006, 8.2.1.
pub(super) const MAX_STANDARD_LEN: usize = 33;

/// One thing in an ATR that is not as the standard has it.
///
/// `Display` says it in a sentence. ISO/IEC 7816-3:2006, 8.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, Problem};
///
/// let atr = Atr::new(&[0x3B, 0x80, 0x01]);
/// assert!(atr.problems().eq([Problem::TckMissing]));
/// assert_eq!(Problem::TckMissing.to_string(), "TCK is missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is no byte at all.
    Empty,
    /// TS is neither 3B nor 3F. The rest is not read.
    UnknownTs {
        /// The value of TS.
        ts: u8,
    },
    /// It ends before all bytes have come that T0 and the TD bytes announce.
    Truncated {
        /// The number of bytes that it should have at least.
        expected: usize,
        /// The number of bytes that it has.
        len: usize,
    },
    /// It has more bytes than the standard allows.
    TooLong {
        /// The number of bytes that it has.
        len: usize,
    },
    /// An interface byte has a reserved value.
    Reserved(InterfaceByte),
    /// TD1 says 15, which is no protocol.
    FirstIsT15,
    /// The protocols are not in ascending order.
    ProtocolOrder {
        /// The T that comes first.
        before: u8,
        /// The lower T that comes after it.
        after: u8,
    },
    /// A compact-TLV object in the historical bytes is longer than the bytes that are left.
    ObjectTooLong {
        /// The number of the historical byte that it begins with: 2 for T2.
        position: usize,
    },
    /// The historical bytes say that they end with three bytes of status, and have fewer.
    StatusMissing {
        /// The number of bytes after the category indicator.
        len: usize,
    },
    /// A T other than 0 is named, and TCK is missing.
    TckMissing,
    /// TCK is wrong.
    TckWrong {
        /// The byte that is there.
        found: u8,
        /// The byte that would be right.
        expected: u8,
    },
    /// There are bytes after the end.
    TrailingBytes {
        /// Their number.
        count: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no byte"),
            Self::UnknownTs { ts } => write!(f, "TS is {ts:02X}, neither 3B nor 3F"),
            Self::Truncated { expected, len } => {
                let bytes = if *len == 1 { "byte" } else { "bytes" };
                write!(f, "it has {len} {bytes} and announces at least {expected}")
            }
            Self::TooLong { len } => write!(f, "it has {len} bytes, at most {MAX_STANDARD_LEN} are allowed"),
            Self::Reserved(byte) => write!(f, "{byte} is a reserved value"),
            Self::FirstIsT15 => f.write_str("TD1 says T=15, which is no protocol"),
            Self::ProtocolOrder { before, after } => write!(f, "T={after} comes after T={before}"),
            Self::ObjectTooLong { position } => {
                write!(
                    f,
                    "the object at T{position} is longer than the historical bytes that are left"
                )
            }
            Self::StatusMissing { len } => {
                write!(
                    f,
                    "the historical bytes have {len} of the 3 bytes of status that end them"
                )
            }
            Self::TckMissing => f.write_str("TCK is missing"),
            Self::TckWrong { found, expected } => {
                write!(f, "TCK is {found:02X}, {expected:02X} would be right")
            }
            Self::TrailingBytes { count: 1 } => f.write_str("there is one byte after the end"),
            Self::TrailingBytes { count } => write!(f, "there are {count} bytes after the end"),
        }
    }
}
