//! What cannot be written.

use core::fmt;

/// The reason why a data object cannot be written.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::{WriteError, Writer};
///
/// let error = Writer::new(&mut [0; 2]).object(0x84, &[0xA0]).unwrap_err();
/// assert_eq!(error, WriteError::BufferTooSmall { needed: 3, len: 2 });
/// assert_eq!(error.to_string(), "the data objects take at least 3 bytes, the buffer has 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The number is no tag: its first byte is 00 (or FF, where that may not begin one), or it has more or fewer bytes than
    /// they say themselves.
    InvalidTag {
        /// The number.
        tag: u32,
    },
    /// The tag is that of a primitive object, which has no objects in it.
    PrimitiveTag {
        /// The tag.
        tag: u32,
    },
    /// The value is longer than a length field of five bytes can tell.
    ValueTooLong {
        /// The number of its bytes.
        len: usize,
    },
    /// The buffer is too small.
    BufferTooSmall {
        /// The number of bytes that it would need at least.
        needed: usize,
        /// The number of bytes that it has.
        len: usize,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidTag { tag } => write!(f, "{tag:02X} is no tag of a BER-TLV data object"),
            Self::PrimitiveTag { tag } => {
                write!(
                    f,
                    "{tag:02X} is the tag of a primitive object, which holds no others"
                )
            }
            Self::ValueTooLong { len } => {
                write!(f, "a value of {len} bytes, at most {} can be told", u32::MAX)
            }
            Self::BufferTooSmall { needed, len } => {
                write!(
                    f,
                    "the data objects take at least {needed} bytes, the buffer has {len}"
                )
            }
        }
    }
}

impl core::error::Error for WriteError {}
