//! What is wrong with bytes that should be data objects.

use core::fmt;

/// Where and why bytes are not the data objects that they should be.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::DataObjects;
///
/// let error = DataObjects::new(&[0x84, 0x03, 0xA0]).find(0x84).unwrap_err();
/// assert_eq!(error.to_string(), "data object, byte 3: the value is shorter than its length says");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvError {
    offset: usize,
    kind: TlvErrorKind,
}

/// The fault of a data object.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::TlvErrorKind;
/// use pcsc_iso7816::tlv::ber::DataObjects;
///
/// let error = DataObjects::new(&[0x84, 0x80]).find(0x84).unwrap_err();
/// assert_eq!(error.kind(), TlvErrorKind::LengthReserved);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvErrorKind {
    /// The bytes end inside the tag.
    TagIncomplete,
    /// The tag has more than four bytes.
    TagTooLong,
    /// The bytes end inside the length.
    LengthIncomplete,
    /// The first byte of the length is 80 or above 84, which the standard reserves.
    LengthReserved,
    /// The value has fewer bytes than the length says.
    ValueIncomplete,
    /// The value is not one that its tag stands for.
    ValueInvalid,
}

impl TlvError {
    pub(crate) const fn new(offset: usize, kind: TlvErrorKind) -> Self {
        Self { offset, kind }
    }

    /// The same error in bytes that so many others come before.
    pub(crate) const fn after(self, bytes: usize) -> Self {
        Self::new(self.offset + bytes, self.kind)
    }

    /// Gives the position, in bytes from the beginning, of the byte that is wrong or missing.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Gives what is wrong.
    #[must_use]
    pub const fn kind(&self) -> TlvErrorKind {
        self.kind
    }
}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TlvErrorKind::TagIncomplete => "the tag is incomplete",
            TlvErrorKind::TagTooLong => "the tag has more than four bytes",
            TlvErrorKind::LengthIncomplete => "the length is incomplete",
            TlvErrorKind::LengthReserved => "the length is coded in a reserved way",
            TlvErrorKind::ValueIncomplete => "the value is shorter than its length says",
            TlvErrorKind::ValueInvalid => "the value is not one of its tag",
        };
        write!(f, "data object, byte {}: {what}", self.offset)
    }
}

impl core::error::Error for TlvError {}
