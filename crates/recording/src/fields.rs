//! The numbers and options in a block, in either order of bytes.

/// Bytes whose numbers are in one order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8], is_big_endian: bool) -> Fields<'a> {
        Fields { bytes, is_big_endian }
    }

    pub(crate) fn u16_at(self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(match self.is_big_endian {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        })
    }

    pub(crate) fn u32_at(self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }

    fn i64_at(self, at: usize) -> Option<i64> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(match self.is_big_endian {
            true => i64::from_be_bytes(bytes),
            false => i64::from_le_bytes(bytes),
        })
    }

    /// Returns the number there as a length, or a place among others.
    pub(crate) fn len_at(self, at: usize) -> Option<usize> {
        usize::try_from(self.u32_at(at)?).ok()
    }

    /// Returns the bytes there, where there are so many.
    pub(crate) fn bytes_at(self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(len)?)
    }

    /// Returns the value of the first option with this code, of those that begin there; none of one that is cut.
    pub(crate) fn option(self, mut at: usize, code: u16) -> Option<Fields<'a>> {
        loop {
            let (found, len) = (self.u16_at(at)?, usize::from(self.u16_at(at + 2)?));
            match found {
                END_OF_OPTIONS => return None,
                found if found == code => {
                    let bytes = self.bytes_at(at + 4, len)?;
                    return Some(Fields { bytes, ..self });
                }
                _ => at += 4 + len.next_multiple_of(4),
            }
        }
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    pub(crate) fn byte(self) -> Option<u8> {
        self.bytes.first().copied()
    }

    pub(crate) fn signed(self) -> Option<i64> {
        self.i64_at(0)
    }
}

const END_OF_OPTIONS: u16 = 0;
