//! The name of a reader, in the room that messages and states have for it.

use crate::field::Field;
use core::fmt;

/// A reader's name, with zeroes after it; without any, there is no reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReaderName(pub [u8; ReaderName::LEN]);

impl ReaderName {
    /// The room for a name in bytes, with a zero at its end: `MAX_READERNAME`.
    pub const LEN: usize = 128;

    /// Puts a name in; `None` of one that is too long, or has a zero inside.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<ReaderName> {
        let mut room = [0; ReaderName::LEN];
        if name.len() >= room.len() || name.contains(&0) {
            return None;
        }
        room.get_mut(..name.len())?.copy_from_slice(name);
        Some(ReaderName(room))
    }

    /// Returns the name's bytes, up to the first zero.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let len = self.0.iter().position(|byte| *byte == 0);
        self.0.get(..len.unwrap_or(ReaderName::LEN)).unwrap_or(&self.0)
    }
}

impl Default for ReaderName {
    fn default() -> ReaderName {
        ReaderName([0; ReaderName::LEN])
    }
}

impl fmt::Debug for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

impl Field for ReaderName {
    const LEN: usize = ReaderName::LEN;

    fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
        self.0.put(buffer)
    }

    fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        Field::take(bytes).map(|(name, rest)| (ReaderName(name), rest))
    }
}
