//! Extended length information: how long a command and its response may be.

use super::tags;
use crate::command::Form;
use crate::tlv::ber::{DataObjects, WriteError, Writer};
use crate::tlv::{TlvError, TlvErrorKind};

/// CLA, INS, P1 and P2; an extended Lc, three bytes; an extended Le after an Lc, two.
const AROUND_DATA: usize = 4 + 3 + 2;
/// SW1 and SW2.
const AFTER_DATA: usize = 2;

/// The longest command and the longest response that a card takes and gives with extended length: DO 7F66.
///
/// The card counts the bytes of whole APDUs; [`max_nc`](Self::max_nc) and [`max_ne`](Self::max_ne) are what is left of them for
/// data. ISO/IEC 7816-4:2013, 12.7.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::ef_atr::ExtendedLengthInformation;
///
/// let value = [0x02, 0x02, 0x04, 0x09, 0x02, 0x02, 0x08, 0x02];
/// let lengths = ExtendedLengthInformation::from_value(&value)?;
/// assert_eq!((lengths.max_command_len(), lengths.max_response_len()), (1033, 2050));
/// assert_eq!((lengths.max_nc(), lengths.max_ne()), (1024, 2048));
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedLengthInformation {
    max_command_len: usize,
    max_response_len: usize,
}

impl ExtendedLengthInformation {
    /// Takes the largest numbers of bytes of a command APDU and of a response APDU.
    #[must_use]
    pub const fn new(max_command_len: usize, max_response_len: usize) -> Self {
        Self {
            max_command_len,
            max_response_len,
        }
    }

    /// Reads the value of the data object 7F66: two integers, each a data object 02. Others between them are passed over.
    ///
    /// # Errors
    /// [`TlvError`], with its offset in the value: [`TlvErrorKind::ValueInvalid`] where an integer is missing, empty, or longer
    /// than four bytes.
    pub fn from_value(value: &[u8]) -> Result<Self, TlvError> {
        let mut objects = DataObjects::new(value);
        let mut integer = || {
            while let Some(object) = objects.next().transpose()? {
                if object.tag() == tags::INTEGER {
                    let invalid = TlvError::new(
                        objects.position() - object.value().len(),
                        TlvErrorKind::ValueInvalid,
                    );
                    let number = object.unsigned().and_then(|number| usize::try_from(number).ok());
                    return number.ok_or(invalid);
                }
            }
            Err(TlvError::new(value.len(), TlvErrorKind::ValueInvalid))
        };
        Ok(Self::new(integer()?, integer()?))
    }

    /// Writes the data object 7F66.
    ///
    /// # Errors
    /// [`WriteError::BufferTooSmall`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::ef_atr::{EfAtr, ExtendedLengthInformation};
    /// use pcsc_iso7816::tlv::ber::Writer;
    ///
    /// let lengths = ExtendedLengthInformation::new(1033, 2050);
    /// let mut buffer = [0; 16];
    /// let mut writer = Writer::new(&mut buffer);
    /// lengths.write(&mut writer)?;
    /// assert_eq!(EfAtr::new(writer.as_bytes()).extended_length_information()?, Some(lengths));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn write<'w, 'a>(&self, writer: &'w mut Writer<'a>) -> Result<&'w mut Writer<'a>, WriteError> {
        writer.constructed(tags::EXTENDED_LENGTH_INFORMATION, |lengths| {
            lengths
                .object(tags::INTEGER, digits(&self.max_command_len.to_be_bytes()))?
                .object(tags::INTEGER, digits(&self.max_response_len.to_be_bytes()))
        })
    }

    /// Gives the largest number of bytes of a command APDU: header, length fields and data.
    #[must_use]
    pub const fn max_command_len(&self) -> usize {
        self.max_command_len
    }

    /// Gives the largest number of bytes of a response APDU: data and status word.
    #[must_use]
    pub const fn max_response_len(&self) -> usize {
        self.max_response_len
    }

    /// Gives the largest Nc of a command with extended length that has an Le too: 0 to 65,535 bytes.
    ///
    /// It is 9 less than the longest command: 4 bytes of header, 3 of Lc, 2 of Le.
    #[must_use]
    pub const fn max_nc(&self) -> usize {
        at_most(
            self.max_command_len.saturating_sub(AROUND_DATA),
            Form::Extended.max_nc(),
        )
    }

    /// Gives the largest Ne of a command with extended length: 0 to 65,536 bytes.
    ///
    /// It is 2 less than the longest response: the status word.
    #[must_use]
    pub const fn max_ne(&self) -> usize {
        at_most(
            self.max_response_len.saturating_sub(AFTER_DATA),
            Form::Extended.max_ne(),
        )
    }
}

const fn at_most(n: usize, most: usize) -> usize {
    if n < most { n } else { most }
}

/// A number without the zeros before it, and one byte of it at least.
fn digits(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number
        .get(zeros.min(number.len().saturating_sub(1))..)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::ExtendedLengthInformation;
    use crate::tlv::TlvErrorKind;
    use crate::tlv::ber::Writer;

    fn of(value: &[u8]) -> Result<(usize, usize), (usize, TlvErrorKind)> {
        ExtendedLengthInformation::from_value(value)
            .map(|it| (it.max_command_len(), it.max_response_len()))
            .map_err(|error| (error.offset(), error.kind()))
    }

    #[test]
    fn two_integers_of_any_size_filler_and_others_between_them() {
        assert_eq!(of(&[2, 1, 200, 2, 1, 100]), Ok((200, 100)));
        assert_eq!(of(&[2, 3, 1, 0, 8, 2, 3, 1, 0, 2]), Ok((65_544, 65_538)));
        assert_eq!(of(&[2, 6, 0, 0, 0, 0, 1, 9, 2, 2, 0, 0xFF]), Ok((265, 255)));
        assert_eq!(of(&[0xFF, 0, 2, 1, 9, 0x80, 1, 7, 0, 2, 1, 2, 0xFF]), Ok((9, 2)));
        assert_eq!(
            of(&[2, 4, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 2]),
            Ok((u32::MAX as usize, 2))
        );
    }

    #[test]
    fn what_is_no_pair_of_integers_says_where() {
        assert_eq!(of(&[]), Err((0, TlvErrorKind::ValueInvalid)));
        assert_eq!(of(&[2, 1, 9]), Err((3, TlvErrorKind::ValueInvalid)));
        assert_eq!(of(&[2, 1, 9, 3, 1, 9]), Err((6, TlvErrorKind::ValueInvalid)));
        assert_eq!(of(&[2, 1, 9, 2, 0]), Err((5, TlvErrorKind::ValueInvalid)));
        assert_eq!(
            of(&[2, 5, 1, 0, 0, 0, 0, 2, 1, 9]),
            Err((2, TlvErrorKind::ValueInvalid))
        );
        assert_eq!(of(&[2, 1, 9, 2, 2, 9]), Err((6, TlvErrorKind::ValueIncomplete)));
    }

    #[test]
    fn it_is_written_as_it_is_read_in_as_few_bytes_as_it_takes() {
        for (command, response, bytes) in [
            (0, 1, &[0x7F, 0x66, 6, 2, 1, 0, 2, 1, 1][..]),
            (255, 256, &[0x7F, 0x66, 7, 2, 1, 255, 2, 2, 1, 0]),
            (65_544, 65_538, &[0x7F, 0x66, 10, 2, 3, 1, 0, 8, 2, 3, 1, 0, 2]),
        ] {
            let mut written = Vec::new();
            ExtendedLengthInformation::new(command, response)
                .write(&mut Writer::appending(&mut written))
                .expect("a Vec has room");
            assert_eq!(written, bytes);
            assert_eq!(of(&bytes[3..]), Ok((command, response)));
        }
    }

    #[test]
    fn field_case_10_nc_and_ne_follow_and_neither_underflow_nor_overflow() {
        for (command, response, nc, ne) in [
            (0, 0, 0, 0),
            (8, 1, 0, 0),
            (9, 2, 0, 0),
            (10, 3, 1, 1),
            (1024, 1024, 1015, 1022),
            (2048, 2048, 2039, 2046),
            (65_544, 65_538, 65_535, 65_536),
            (65_545, 65_539, 65_535, 65_536),
            (usize::MAX, usize::MAX, 65_535, 65_536),
        ] {
            let lengths = ExtendedLengthInformation::new(command, response);
            assert_eq!(
                (lengths.max_nc(), lengths.max_ne()),
                (nc, ne),
                "{command} {response}"
            );
        }
    }
}
