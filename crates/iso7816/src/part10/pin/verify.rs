//! The structure for verifying a PIN.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use super::block::PinBlock;
use super::entry::{BufferTooSmall, Entry, EntryValidation, encode_into};
use crate::out_of_range::OutOfRange;

/// `PIN_VERIFY_STRUCTURE`: how a reader asks for a PIN, and the command in which it sends it to the card.
///
/// As made, the reader's own time-outs and messages are used, and the validation key ends the entry. Part 10, 2.5.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::pin::{PinBlock, PinEncoding, PinVerify};
///
/// // VERIFY, with a block of 8 bytes that the reader fills in.
/// let command = [0x00, 0x20, 0x00, 0x81, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
/// let block = PinBlock::new(PinEncoding::Ascii).with_size(8)?;
/// let verify = PinVerify::new(block, 4, 8, &command);
/// let mut buffer = [0; 64];
/// let len = verify.encode_into(&mut buffer)?;
/// assert_eq!(len, PinVerify::HEADER_LEN + command.len());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct PinVerify<'a> {
    entry: Entry,
    command: &'a [u8],
}

const HEADER_LEN: usize = 19;

impl<'a> PinVerify<'a> {
    /// The number of bytes before the command.
    pub const HEADER_LEN: usize = HEADER_LEN;

    /// Begins with the block, the fewest and the most digits of the PIN, and the command that the PIN is put into.
    ///
    /// The fewest are at least one: an empty PIN would be a question, as [`Command::verify`](crate::command::Command::verify) says.
    #[must_use]
    pub const fn new(block: PinBlock, min_digits: u8, max_digits: u8, command: &'a [u8]) -> Self {
        Self {
            entry: Entry::new(block, min_digits, max_digits),
            command,
        }
    }

    /// Sets the seconds that the user has for the first key (`bTimerOut`) and after it (`bTimerOut2`); 0 for the reader's own.
    #[must_use]
    pub const fn with_timeouts(mut self, first_key: u8, after_it: u8) -> Self {
        self.entry.timeouts = [first_key, after_it];
        self
    }

    /// Sets what ends the entry.
    #[must_use]
    pub const fn with_validation(mut self, validation: EntryValidation) -> Self {
        self.entry.validation = validation;
        self
    }

    /// Has the reader show one of its messages, by its number, or none, in a language (`wLangId`: 0x0409 is English as in the
    /// United States).
    ///
    /// # Errors
    /// [`OutOfRange`] for more than one.
    pub const fn with_messages(mut self, language: u16, indexes: &[u8]) -> Result<Self, OutOfRange> {
        match self.entry.set_messages(language, indexes, 1) {
            Ok(()) => Ok(self),
            Err(error) => Err(error),
        }
    }

    /// Sets the prologue of the T=1 block, for readers that exchange characters (`bTeoPrologue`). Others ignore it.
    #[must_use]
    pub const fn with_teo_prologue(mut self, prologue: [u8; 3]) -> Self {
        self.entry.teo_prologue = prologue;
        self
    }

    /// Gives the number of bytes of the structure, the command included.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        HEADER_LEN.saturating_add(self.command.len())
    }

    /// Encodes the structure at the beginning of a buffer, and gives the number of bytes written.
    ///
    /// # Errors
    /// [`BufferTooSmall`]; the buffer is as it was.
    pub fn encode_into(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        encode_into(self.header(), self.command, buffer)
    }

    /// Encodes the structure into a new vector.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.header(), self.command].concat()
    }

    fn header(&self) -> [u8; HEADER_LEN] {
        let entry = &self.entry;
        let [first_key, after_it] = entry.timeouts;
        let [format, block, length] = entry.block.to_bytes();
        let [digits_low, digits_high] = entry.max_extra_digit();
        let [language_low, language_high] = entry.lang_id();
        let [teo_1, teo_2, teo_3] = entry.teo_prologue;
        let [len_1, len_2, len_3, len_4] = (self.command.len() as u32).to_le_bytes();
        [
            first_key,
            after_it,
            format,
            block,
            length,
            digits_low,
            digits_high,
            entry.validation.bits(),
            entry.message_count,
            language_low,
            language_high,
            entry.message_indexes[0],
            teo_1,
            teo_2,
            teo_3,
            len_1,
            len_2,
            len_3,
            len_4,
        ]
    }
}

impl fmt::Debug for PinVerify<'_> {
    /// Shows the header and the length of the command.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PinVerify({:02X?}, command of {} bytes)",
            self.header(),
            self.command.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{BufferTooSmall, EntryValidation, PinBlock, PinVerify};
    use crate::part10::pin::{PinEncoding, Position};

    const COMMAND: [u8; 7] = [0x00, 0x20, 0x00, 0x82, 0x02, 0xFF, 0xFF];

    #[test]
    fn field_case_26_no_digit_is_no_pin() {
        let bytes = |min| PinVerify::new(PinBlock::new(PinEncoding::Ascii), min, 8, &COMMAND).header();
        assert_eq!(bytes(0), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    #[test]
    fn each_field_stands_where_part_10_has_it() {
        let block = PinBlock::new(PinEncoding::Bcd)
            .at(Position::Bytes(1))
            .and_then(|block| block.with_size(7))
            .and_then(|block| block.with_length(4, Position::Bits(4)))
            .expect("they fit");
        let verify = PinVerify::new(block, 0x04, 0x0C, &COMMAND)
            .with_timeouts(0x1E, 0x0F)
            .with_validation(EntryValidation::MAX_SIZE | EntryValidation::TIMEOUT)
            .with_messages(0x0409, &[0x03])
            .expect("one")
            .with_teo_prologue([0xA1, 0xA2, 0xA3]);
        let expected = [
            0x1E, // bTimerOut
            0x0F, // bTimerOut2
            0x89, // bmFormatString: bytes, position 1, left, BCD
            0x47, // bmPINBlockString: 4 bits of length, 7 bytes of block
            0x04, // bmPINLengthFormat: bits, position 4
            0x0C, 0x04, // wPINMaxExtraDigit: 040C
            0x05, // bEntryValidationCondition
            0x01, // bNumberMessage
            0x09, 0x04, // wLangId: 0409
            0x03, // bMsgIndex
            0xA1, 0xA2, 0xA3, // bTeoPrologue
            0x07, 0x00, 0x00, 0x00, // ulDataLength
            0x00, 0x20, 0x00, 0x82, 0x02, 0xFF, 0xFF, // abData
        ];
        assert_eq!(verify.encode(), expected);
        let mut buffer = [0xEE; 27];
        assert_eq!(verify.encode_into(&mut buffer), Ok(26));
        assert_eq!((&buffer[..26], buffer[26]), (&expected[..], 0xEE));
        assert_eq!(verify.encoded_len(), 26);
        let mut small = [0xEE; 25];
        let error = BufferTooSmall { needed: 26, len: 25 };
        assert_eq!(verify.encode_into(&mut small), Err(error));
        assert_eq!(small, [0xEE; 25]);
        assert_eq!(
            error.to_string(),
            "the structure takes 26 bytes, the buffer has 25"
        );
    }

    #[test]
    fn the_readers_own_ways_are_the_default() {
        let verify = PinVerify::new(PinBlock::new(PinEncoding::Ascii), 6, 8, &[]);
        let expected = [0, 0, 0x82, 0, 0, 8, 6, 0x02, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(verify.encode(), expected);
        let silent = verify.with_messages(0, &[]).expect("none").encode();
        assert_eq!(silent[8], 0);
        assert_eq!(
            verify
                .with_messages(0, &[1, 2])
                .map(|_| ())
                .map_err(|it| it.field()),
            Err("number of messages")
        );
    }

    #[test]
    fn the_length_is_little_endian_and_debug_hides_the_command() {
        let command = [0x5A; 0x0102];
        let verify = PinVerify::new(PinBlock::new(PinEncoding::Ascii), 6, 8, &command);
        assert_eq!(verify.encode()[15..19], [0x02, 0x01, 0, 0]);
        let text = format!("{verify:?}");
        assert!(
            text.ends_with("command of 258 bytes)") && !text.contains("5A"),
            "{text}"
        );
    }
}
