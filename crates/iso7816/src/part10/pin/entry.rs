//! What the structures for verifying and for changing a PIN have in common.

use core::fmt;
use core::ops::BitOr;

use super::block::PinBlock;
use crate::out_of_range::{OutOfRange, in_range};

/// The end of a PIN entry: one of three conditions, or several of them joined by `|`. `bEntryValidationCondition`.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::pin::EntryValidation;
///
/// let either = EntryValidation::MAX_SIZE | EntryValidation::KEY;
/// assert!(either.contains(EntryValidation::KEY) && !either.contains(EntryValidation::TIMEOUT));
/// assert_eq!(either.bits(), 0x03);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryValidation(u8);

impl EntryValidation {
    /// The longest PIN was entered.
    pub const MAX_SIZE: Self = Self(0x01);
    /// The validation key was pressed.
    pub const KEY: Self = Self(0x02);
    /// Time ran out.
    pub const TIMEOUT: Self = Self(0x04);

    /// Takes the byte.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Gives the byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Tells whether all conditions of another are among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for EntryValidation {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A buffer that is too small for a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferTooSmall {
    /// The number of bytes that the structure takes.
    pub needed: usize,
    /// The number of bytes in the buffer.
    pub len: usize,
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the structure takes {} bytes, the buffer has {}",
            self.needed, self.len
        )
    }
}

impl core::error::Error for BufferTooSmall {}

/// The reader shows its own messages, as many as it likes.
const DEFAULT_MESSAGES: u8 = 0xFF;

/// The fields that both structures have.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) timeouts: [u8; 2],
    pub(super) block: PinBlock,
    /// The shortest and the longest PIN, `wPINMaxExtraDigit`: the high byte and the low one.
    digits: [u8; 2],
    pub(super) validation: EntryValidation,
    pub(super) message_count: u8,
    language: u16,
    pub(super) message_indexes: [u8; 3],
    pub(super) teo_prologue: [u8; 3],
}

impl Entry {
    pub(super) const fn new(block: PinBlock, min_digits: u8, max_digits: u8) -> Self {
        Self {
            timeouts: [0; 2],
            block,
            // Without a digit the command would be a question: see `Command::verify`.
            digits: [if min_digits == 0 { 1 } else { min_digits }, max_digits],
            validation: EntryValidation::KEY,
            message_count: DEFAULT_MESSAGES,
            language: 0,
            message_indexes: [0; 3],
            teo_prologue: [0; 3],
        }
    }

    /// The reader's messages by their numbers, at most so many.
    pub(super) const fn set_messages(
        &mut self,
        language: u16,
        indexes: &[u8],
        most: u32,
    ) -> Result<(), OutOfRange> {
        if let Err(error) = in_range("number of messages", indexes.len() as u32, 0, most) {
            return Err(error);
        }
        self.message_count = indexes.len() as u8;
        self.language = language;
        let mut n = 0;
        while n < indexes.len() {
            self.message_indexes[n] = indexes[n];
            n += 1;
        }
        Ok(())
    }

    pub(super) const fn max_extra_digit(&self) -> [u8; 2] {
        u16::from_be_bytes(self.digits).to_le_bytes()
    }

    pub(super) const fn lang_id(&self) -> [u8; 2] {
        self.language.to_le_bytes()
    }
}

/// Puts a structure of a header and a command together at the beginning of a buffer.
pub(super) fn encode_into<const N: usize>(
    header: [u8; N],
    command: &[u8],
    buffer: &mut [u8],
) -> Result<usize, BufferTooSmall> {
    let (needed, len) = (N.saturating_add(command.len()), buffer.len());
    let parts = buffer
        .get_mut(..needed)
        .and_then(<[u8]>::split_first_chunk_mut::<N>);
    let Some((place, rest)) = parts else {
        return Err(BufferTooSmall { needed, len });
    };
    *place = header;
    rest.copy_from_slice(command);
    Ok(needed)
}
