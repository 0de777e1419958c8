//! How a PIN is put into a command.

use crate::out_of_range::{OutOfRange, checked, in_range};

/// The coding of a PIN's digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinEncoding {
    /// As binary numbers, a byte a digit.
    Binary,
    /// In BCD, half a byte a digit.
    Bcd,
    /// In ASCII, a byte a digit.
    Ascii,
}

/// At which end of its block a PIN stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Justification {
    /// At the beginning.
    Left,
    /// At the end.
    Right,
}

/// A place in the data field of a command, from its beginning: 0 to 15 bits or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// So many bits.
    Bits(u8),
    /// So many bytes.
    Bytes(u8),
}

impl Position {
    /// Whether it is in bytes, and the number.
    const fn parts(self) -> Result<(u8, u8), OutOfRange> {
        let (unit, number) = match self {
            Self::Bits(number) => (0, number),
            Self::Bytes(number) => (1, number),
        };
        checked!(in_range("position", number as u32, 0, 15));
        Ok((unit, number))
    }
}

/// The block that a PIN is coded in, and its place in a command: `bmFormatString`, `bmPINBlockString` and
/// `bmPINLengthFormat`.
///
/// Part 10, 2.5.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::pin::{PinBlock, PinEncoding, Position};
///
/// // ASCII in a block of 8 bytes, from the first byte of the data field.
/// let block = PinBlock::new(PinEncoding::Ascii).with_size(8)?;
/// assert_eq!(block.to_bytes(), [0x82, 0x08, 0x00]);
///
/// // Format 2 of ISO 9564: a half byte of control, one of length, then BCD, which begins in the second byte.
/// let format_2 = PinBlock::new(PinEncoding::Bcd).at(Position::Bytes(1))?.with_size(7)?.with_length(4, Position::Bits(4))?;
/// assert_eq!(format_2.to_bytes(), [0x89, 0x47, 0x04]);
/// # Ok::<(), pcsc_iso7816::command::OutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PinBlock {
    format: u8,
    block: u8,
    length: u8,
}

impl PinBlock {
    /// Begins with a PIN at the beginning of the data field, left-justified, in as many bytes as it takes and with no length.
    #[must_use]
    pub const fn new(encoding: PinEncoding) -> Self {
        let encoding = match encoding {
            PinEncoding::Binary => 0b00,
            PinEncoding::Bcd => 0b01,
            PinEncoding::Ascii => 0b10,
        };
        Self {
            format: 0x80 | encoding,
            block: 0,
            length: 0,
        }
    }

    /// Sets at which end of the block the PIN stands.
    #[must_use]
    pub const fn justified(mut self, justification: Justification) -> Self {
        self.format = match justification {
            Justification::Left => self.format & !0x04,
            Justification::Right => self.format | 0x04,
        };
        self
    }

    /// Sets where in the data field the PIN begins.
    ///
    /// # Errors
    /// [`OutOfRange`] for a number above 15.
    pub const fn at(mut self, position: Position) -> Result<Self, OutOfRange> {
        let (unit, number) = checked!(position.parts());
        self.format = self.format & 0x07 | unit << 7 | number << 3;
        Ok(self)
    }

    /// Sets the size of the block after coding and justification: 1 to 15 bytes, or 0 for as many as the PIN takes.
    ///
    /// # Errors
    /// [`OutOfRange`] for a number above 15.
    pub const fn with_size(mut self, bytes: u8) -> Result<Self, OutOfRange> {
        checked!(in_range("size of the PIN block", bytes as u32, 0, 15));
        self.block = self.block & 0xF0 | bytes;
        Ok(self)
    }

    /// Has the length of the PIN put into the data field, as a number of so many bits, 1 to 15, at a place; 0 bits for none.
    ///
    /// # Errors
    /// [`OutOfRange`] for a number above 15.
    pub const fn with_length(mut self, bits: u8, at: Position) -> Result<Self, OutOfRange> {
        checked!(in_range("size of the PIN's length", bits as u32, 0, 15));
        let (unit, number) = checked!(at.parts());
        self.block = self.block & 0x0F | bits << 4;
        self.length = unit << 4 | number;
        Ok(self)
    }

    /// Gives `bmFormatString`, `bmPINBlockString` and `bmPINLengthFormat`.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 3] {
        [self.format, self.block, self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::{Justification, PinBlock, PinEncoding, Position};

    #[test]
    fn each_field_has_its_bits() {
        // bmFormatString: 7 bytes or bits, 6 to 3 position, 2 right, 1 and 0 encoding.
        // bmPINBlockString: 7 to 4 bits of length, 3 to 0 bytes of block. bmPINLengthFormat: 4 bytes or bits, 3 to 0 position.
        let new = PinBlock::new;
        assert_eq!(new(PinEncoding::Binary).to_bytes(), [0b1000_0000, 0, 0]);
        assert_eq!(new(PinEncoding::Bcd).to_bytes(), [0b1000_0001, 0, 0]);
        assert_eq!(new(PinEncoding::Ascii).to_bytes(), [0b1000_0010, 0, 0]);
        let right = new(PinEncoding::Ascii).justified(Justification::Right);
        assert_eq!(right.to_bytes(), [0b1000_0110, 0, 0]);
        assert_eq!(right.justified(Justification::Left), new(PinEncoding::Ascii));
        let at = right.at(Position::Bits(15)).expect("15 fits");
        assert_eq!(at.to_bytes(), [0b0111_1110, 0, 0]);
        let at = at.at(Position::Bytes(9)).expect("9 fits");
        assert_eq!(at.to_bytes(), [0b1100_1110, 0, 0]);
        let sized = at
            .with_size(15)
            .expect("15 fits")
            .with_length(8, Position::Bytes(3));
        let sized = sized.expect("8 and 3 fit");
        assert_eq!(sized.to_bytes(), [0b1100_1110, 0x8F, 0b0001_0011]);
        let sized = sized
            .with_length(4, Position::Bits(12))
            .expect("they fit")
            .with_size(1);
        assert_eq!(
            sized.expect("1 fits").to_bytes(),
            [0b1100_1110, 0x41, 0b0000_1100]
        );
    }

    #[test]
    fn what_does_not_fit_its_bits_is_named() {
        let block = PinBlock::new(PinEncoding::Ascii);
        for number in [16, 255] {
            assert_eq!(
                block.at(Position::Bits(number)).map_err(|it| it.field()),
                Err("position")
            );
            assert!(block.at(Position::Bytes(number)).is_err());
            assert_eq!(
                block.with_size(number).map_err(|it| it.field()),
                Err("size of the PIN block")
            );
            assert_eq!(
                block
                    .with_length(number, Position::Bits(0))
                    .map_err(|it| it.field()),
                Err("size of the PIN's length")
            );
            assert!(block.with_length(4, Position::Bits(number)).is_err());
        }
    }
}
