//! The structure for changing a PIN.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use super::block::PinBlock;
use super::entry::{BufferTooSmall, Entry, EntryValidation, encode_into};
use crate::out_of_range::OutOfRange;

/// `PIN_MODIFY_STRUCTURE`: how a reader asks for the old and the new PIN, and the command in which it sends them to the card.
///
/// As made, the reader asks for the current PIN and twice for the new one, its own time-outs and messages are used, and the
/// validation key ends the entry. Part 10, 2.5.4.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::pin::{PinBlock, PinEncoding, PinModify};
///
/// // CHANGE REFERENCE DATA, with two blocks of 8 bytes that the reader fills in.
/// let command = [&[0x00, 0x24, 0x00, 0x81, 0x10][..], &[0xFF; 16]].concat();
/// let block = PinBlock::new(PinEncoding::Ascii).with_size(8)?;
/// let modify = PinModify::new(block, 4, 8, &command).with_insertion_offsets(0, 8);
/// assert_eq!(modify.encode().len(), PinModify::HEADER_LEN + command.len());
/// # Ok::<(), pcsc_iso7816::command::OutOfRange>(())
/// ```
#[derive(Clone, Copy)]
pub struct PinModify<'a> {
    entry: Entry,
    insertion_offsets: [u8; 2],
    confirmation: u8,
    command: &'a [u8],
}

/// `bConfirmPIN`: the new PIN is entered twice.
const NEW_PIN_TWICE: u8 = 0x01;
/// `bConfirmPIN`: the current PIN is entered first.
const CURRENT_PIN: u8 = 0x02;

const HEADER_LEN: usize = 24;

impl<'a> PinModify<'a> {
    /// The number of bytes before the command.
    pub const HEADER_LEN: usize = HEADER_LEN;

    /// Begins with the block, the fewest and the most digits of a PIN, and the command that the PINs are put into.
    ///
    /// The fewest are at least one.
    #[must_use]
    pub const fn new(block: PinBlock, min_digits: u8, max_digits: u8, command: &'a [u8]) -> Self {
        Self {
            entry: Entry::new(block, min_digits, max_digits),
            insertion_offsets: [0; 2],
            confirmation: NEW_PIN_TWICE | CURRENT_PIN,
            command,
        }
    }

    /// Sets where in the data field, in bytes, the blocks of the current and of the new PIN begin (`bInsertionOffsetOld` and
    /// `bInsertionOffsetNew`).
    #[must_use]
    pub const fn with_insertion_offsets(mut self, current: u8, new: u8) -> Self {
        self.insertion_offsets = [current, new];
        self
    }

    /// Sets whether the current PIN is asked for, and whether the new one is asked for twice (`bConfirmPIN`).
    #[must_use]
    pub const fn with_confirmation(mut self, current_pin: bool, new_pin_twice: bool) -> Self {
        self.confirmation =
            if current_pin { CURRENT_PIN } else { 0 } | if new_pin_twice { NEW_PIN_TWICE } else { 0 };
        self
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

    /// Has the reader show its messages with these numbers, none to three, in a language (`wLangId`: 0x0409 is English as in
    /// the United States).
    ///
    /// # Errors
    /// [`OutOfRange`] for more than three.
    pub const fn with_messages(mut self, language: u16, indexes: &[u8]) -> Result<Self, OutOfRange> {
        match self.entry.set_messages(language, indexes, 3) {
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
        let [offset_current, offset_new] = self.insertion_offsets;
        let [digits_low, digits_high] = entry.max_extra_digit();
        let [language_low, language_high] = entry.lang_id();
        let [message_1, message_2, message_3] = entry.message_indexes;
        let [teo_1, teo_2, teo_3] = entry.teo_prologue;
        let [len_1, len_2, len_3, len_4] = (self.command.len() as u32).to_le_bytes();
        [
            first_key,
            after_it,
            format,
            block,
            length,
            offset_current,
            offset_new,
            digits_low,
            digits_high,
            self.confirmation,
            entry.validation.bits(),
            entry.message_count,
            language_low,
            language_high,
            message_1,
            message_2,
            message_3,
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

impl fmt::Debug for PinModify<'_> {
    /// Shows the header and the length of the command.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PinModify({:02X?}, command of {} bytes)",
            self.header(),
            self.command.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{BufferTooSmall, EntryValidation, PinBlock, PinModify};
    use crate::part10::pin::{Justification, PinEncoding, Position};

    #[test]
    fn each_field_stands_where_part_10_has_it() {
        let block = PinBlock::new(PinEncoding::Ascii)
            .justified(Justification::Right)
            .at(Position::Bytes(2))
            .and_then(|block| block.with_size(8))
            .expect("they fit");
        let command = [0x00, 0x24, 0x01, 0x81, 0x01, 0x20];
        let modify = PinModify::new(block, 0x06, 0x08, &command)
            .with_insertion_offsets(0x00, 0x08)
            .with_confirmation(false, true)
            .with_timeouts(0x3C, 0x0A)
            .with_validation(EntryValidation::KEY | EntryValidation::TIMEOUT)
            .with_messages(0x0407, &[0x00, 0x01, 0x02])
            .expect("three")
            .with_teo_prologue([0xB1, 0xB2, 0xB3]);
        let expected = [
            0x3C, // bTimerOut
            0x0A, // bTimerOut2
            0x96, // bmFormatString: bytes, position 2, right, ASCII
            0x08, // bmPINBlockString: no length, 8 bytes of block
            0x00, // bmPINLengthFormat
            0x00, // bInsertionOffsetOld
            0x08, // bInsertionOffsetNew
            0x08, 0x06, // wPINMaxExtraDigit: 0608
            0x01, // bConfirmPIN: the new PIN twice
            0x06, // bEntryValidationCondition
            0x03, // bNumberMessage
            0x07, 0x04, // wLangId: 0407
            0x00, // bMsgIndex1
            0x01, // bMsgIndex2
            0x02, // bMsgIndex3
            0xB1, 0xB2, 0xB3, // bTeoPrologue
            0x06, 0x00, 0x00, 0x00, // ulDataLength
            0x00, 0x24, 0x01, 0x81, 0x01, 0x20, // abData
        ];
        assert_eq!(modify.encode(), expected);
        let mut buffer = [0xEE; 30];
        assert_eq!(modify.encode_into(&mut buffer), Ok(30));
        assert_eq!(buffer, expected);
        assert_eq!(modify.encoded_len(), 30);
        assert_eq!(
            modify.encode_into(&mut buffer[..29]),
            Err(BufferTooSmall { needed: 30, len: 29 })
        );
    }

    #[test]
    fn by_default_the_current_pin_is_asked_for_and_the_new_one_twice() {
        let modify = PinModify::new(PinBlock::new(PinEncoding::Bcd), 4, 12, &[]);
        let expected = [
            0, 0, 0x81, 0, 0, 0, 0, 12, 4, 0x03, 0x02, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(modify.encode(), expected);
        assert_eq!(modify.with_confirmation(true, false).encode()[9], 0x02);
        assert_eq!(modify.with_confirmation(false, false).encode()[9], 0x00);
        assert_eq!(
            modify.with_messages(0, &[9]).expect("one").encode()[11..17],
            [1, 0, 0, 9, 0, 0]
        );
        assert!(modify.with_messages(0, &[1, 2, 3, 4]).is_err());
        assert_eq!(
            format!(
                "{:?}",
                PinModify::new(PinBlock::new(PinEncoding::Bcd), 4, 12, &[0x5A; 9])
            ),
            "PinModify([00, 00, 81, 00, 00, 00, 00, 0C, 04, 03, 02, FF, 00, 00, 00, 00, 00, 00, 00, 00, 09, 00, 00, 00], command of 9 bytes)"
        );
    }
}
