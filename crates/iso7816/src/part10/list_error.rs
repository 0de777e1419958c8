//! What is wrong with a reader's list.

use core::fmt;

/// The place where a reader's list of features or of properties is malformed.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::feature::Features;
///
/// let error = Features::new(&[0x06, 0x04, 0x42]).next().expect("an entry").unwrap_err();
/// assert_eq!(error.to_string(), "reader's list, byte 3: the entry with tag 06 is cut off");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListError {
    /// The list ends within an entry.
    Incomplete {
        /// The tag of the entry.
        tag: u8,
        /// The position, in bytes from the beginning, of the first byte that is missing.
        offset: usize,
    },
    /// The value has another length than those of its tag have. The entries behind it can be read.
    Length {
        /// The tag of the entry.
        tag: u8,
        /// The position, in bytes from the beginning, of the length.
        offset: usize,
        /// The number of bytes of the value.
        len: usize,
        /// The number of bytes that it should have.
        expected: usize,
    },
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete { tag, offset } => {
                write!(
                    f,
                    "reader's list, byte {offset}: the entry with tag {tag:02X} is cut off"
                )
            }
            Self::Length {
                tag,
                offset,
                len,
                expected,
            } => write!(
                f,
                "reader's list, byte {offset}: the entry with tag {tag:02X} has {len} bytes, {expected} expected"
            ),
        }
    }
}

impl core::error::Error for ListError {}
