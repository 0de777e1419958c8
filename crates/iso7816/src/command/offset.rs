//! The offset data object of commands with an odd instruction byte.

use core::fmt;

/// The data object that carries an offset beyond 32,767 bytes: tag 54.
///
/// READ BINARY with INS B1 takes it as its data; in UPDATE BINARY with INS D7 it comes before the data object 53 that holds
/// the bytes. ISO/IEC 7816-4:2013, 11.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, OffsetDataObject};
///
/// let offset = OffsetDataObject::new(40_000);
/// assert_eq!(offset.as_bytes(), [0x54, 0x02, 0x9C, 0x40]);
/// assert_eq!(Command::read_binary_odd(&offset, 256).ins(), 0xB1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OffsetDataObject {
    bytes: [u8; 6],
    len: u8,
}

impl OffsetDataObject {
    /// Codes an offset in bytes, in as few bytes as it takes and at least two.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::OffsetDataObject;
    ///
    /// assert_eq!(OffsetDataObject::new(1).as_bytes(), [0x54, 0x02, 0x00, 0x01]);
    /// assert_eq!(OffsetDataObject::new(0x0001_0000).as_bytes(), [0x54, 0x03, 0x01, 0x00, 0x00]);
    /// ```
    #[must_use]
    pub const fn new(offset: u32) -> Self {
        let [a, b, c, d] = offset.to_be_bytes();
        match (a, b) {
            (0, 0) => Self {
                bytes: [0x54, 2, c, d, 0, 0],
                len: 4,
            },
            (0, _) => Self {
                bytes: [0x54, 3, b, c, d, 0],
                len: 5,
            },
            _ => Self {
                bytes: [0x54, 4, a, b, c, d],
                len: 6,
            },
        }
    }

    /// Gives the data object: tag, length and offset.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match self.bytes.split_at_checked(self.len as usize) {
            Some((bytes, _)) => bytes,
            None => &self.bytes,
        }
    }
}

impl fmt::Debug for OffsetDataObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OffsetDataObject({:02X?})", self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::OffsetDataObject;

    #[test]
    fn the_offset_is_big_endian_and_short() {
        assert_eq!(OffsetDataObject::new(0).as_bytes(), [0x54, 2, 0, 0]);
        assert_eq!(OffsetDataObject::new(0xFFFF).as_bytes(), [0x54, 2, 0xFF, 0xFF]);
        assert_eq!(OffsetDataObject::new(0x0001_0000).as_bytes(), [0x54, 3, 1, 0, 0]);
        assert_eq!(
            OffsetDataObject::new(0x0102_0304).as_bytes(),
            [0x54, 4, 1, 2, 3, 4]
        );
    }
}
