//! The category indicator.

use core::fmt;

/// The category indicator, the first historical byte, which says how the others are to be read.
///
/// ISO/IEC 7816-4:2013, 12.1.1.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Category, HistoricalBytes};
///
/// assert_eq!(HistoricalBytes::new(&[0x80]).category(), Some(Category::CompactTlv));
/// assert_eq!(HistoricalBytes::new(b"JCOP").category(), Some(Category::Proprietary(b'J')));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// 00: compact-TLV objects, then three bytes of status.
    StatusAtEnd,
    /// 10: one byte that refers to the file EF.DIR.
    DirDataReference,
    /// 80: compact-TLV objects, the last of which may be the status.
    CompactTlv,
    /// 81 to 8F: reserved.
    Reserved(u8),
    /// Any other value: the bytes are the maker's own, this one included.
    Proprietary(u8),
}

impl Category {
    pub(super) const fn of(first: u8) -> Self {
        match first {
            0x00 => Self::StatusAtEnd,
            0x10 => Self::DirDataReference,
            0x80 => Self::CompactTlv,
            0x81..=0x8F => Self::Reserved(first),
            _ => Self::Proprietary(first),
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StatusAtEnd => "category: compact TLV, status at the end",
            Self::DirDataReference => "category: DIR data reference",
            Self::CompactTlv => "category: compact TLV",
            Self::Reserved(_) => "category: reserved",
            Self::Proprietary(_) => "category: proprietary",
        })
    }
}
