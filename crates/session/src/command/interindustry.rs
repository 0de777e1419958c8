//! The standard's commands that nearly all programs use.

use core::fmt;

use super::{Command, OffsetDataObject};

/// Says that a number does not fit its field in the header of a command.
///
/// # Examples
/// ```
/// use pcsc_session::Command;
///
/// let error = Command::read_binary(0x8000, 16).unwrap_err();
/// assert_eq!(error.to_string(), "offset is 32768, outside 0 to 32767");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    field: &'static str,
    value: u32,
    min: u32,
    max: u32,
}

impl OutOfRange {
    /// Gives the name of the field.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Command;
    ///
    /// let error = Command::read_record(1, 31, 256).unwrap_err();
    /// assert_eq!(error.field(), "short EF identifier");
    /// ```
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, outside {} to {}",
            self.field, self.value, self.min, self.max
        )
    }
}

impl core::error::Error for OutOfRange {}

const fn in_range(field: &'static str, value: u32, min: u32, max: u32) -> Result<(), OutOfRange> {
    if min <= value && value <= max {
        Ok(())
    } else {
        Err(OutOfRange {
            field,
            value,
            min,
            max,
        })
    }
}

const fn short_ef(sfi: u8) -> Result<u8, OutOfRange> {
    match in_range("short EF identifier", sfi as u32, 1, 30) {
        Ok(()) => Ok(0x80 | sfi),
        Err(error) => Err(error),
    }
}

/// For records, P2 has the short EF identifier (0: the current EF) in bits 4 to 8, and 4 for "the record with number P1".
const fn record_p2(sfi: u8) -> Result<u8, OutOfRange> {
    match in_range("short EF identifier", sfi as u32, 0, 30) {
        Ok(()) => Ok(sfi << 3 | 0x04),
        Err(error) => Err(error),
    }
}

macro_rules! checked {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

impl<'a> Command<'a> {
    /// SELECT by DF name: an application by its AID, 1 to 16 bytes. Asks for the file control information.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::select_aid(&[0xA0, 0x01]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x01, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_aid(aid: &'a [u8]) -> Self {
        Self::new(0x00, 0xA4, 0x04, 0x00).with_data(aid).with_ne(256)
    }

    /// SELECT by file identifier: an MF, DF or EF. Asks for the file control information.
    ///
    /// Without it: `.with_p2(0x0C).with_ne(0)`. ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::select_file(&[0x3F, 0x00]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_file(identifier: &'a [u8; 2]) -> Self {
        Self::new(0x00, 0xA4, 0x00, 0x00)
            .with_data(identifier)
            .with_ne(256)
    }

    /// SELECT by path from the MF: file identifiers one after the other, without that of the MF.
    ///
    /// From the current DF: `.with_p1(0x09)`. ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let bytes = Command::select_path(&[0x50, 0x15, 0x50, 0x31]).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xA4, 0x08, 0x00, 0x04, 0x50, 0x15, 0x50, 0x31, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_path(path: &'a [u8]) -> Self {
        Self::new(0x00, 0xA4, 0x08, 0x00).with_data(path).with_ne(256)
    }

    /// READ BINARY of the current EF, from an offset of 0 to 32,767 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for an offset beyond 32,767; [`read_binary_odd`](Self::read_binary_odd) goes on from there.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::read_binary(0x0102, 256)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x01, 0x02, 0x00]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_binary(offset: u16, ne: usize) -> Result<Self, OutOfRange> {
        checked!(in_range("offset", offset as u32, 0, 0x7FFF));
        let [p1, p2] = offset.to_be_bytes();
        Ok(Self::new(0x00, 0xB0, p1, p2).with_ne(ne))
    }

    /// READ BINARY of the EF with a short EF identifier, 1 to 30, from an offset of 0 to 255 bytes; it becomes the current EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::read_binary_sfi(30, 5, 16)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x9E, 0x05, 0x10]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_binary_sfi(sfi: u8, offset: u8, ne: usize) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, 0xB0, checked!(short_ef(sfi)), offset).with_ne(ne))
    }

    /// READ BINARY with INS B1 of the current EF, from any offset. The bytes come in a data object 53 or 73.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form, OffsetDataObject};
    ///
    /// let offset = OffsetDataObject::new(0x8000);
    /// let bytes = Command::read_binary_odd(&offset, 256).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xB1, 0x00, 0x00, 0x04, 0x54, 0x02, 0x80, 0x00, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn read_binary_odd(offset: &'a OffsetDataObject, ne: usize) -> Self {
        Self::new(0x00, 0xB1, 0x00, 0x00)
            .with_data(offset.as_bytes())
            .with_ne(ne)
    }

    /// UPDATE BINARY of the current EF, from an offset of 0 to 32,767 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for an offset beyond 32,767; [`update_binary_odd`](Self::update_binary_odd) goes on from there.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::update_binary(0x0102, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xD6, 0x01, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_binary(offset: u16, data: &'a [u8]) -> Result<Self, OutOfRange> {
        checked!(in_range("offset", offset as u32, 0, 0x7FFF));
        let [p1, p2] = offset.to_be_bytes();
        Ok(Self::new(0x00, 0xD6, p1, p2).with_data(data))
    }

    /// UPDATE BINARY of the EF with a short EF identifier, 1 to 30, from an offset of 0 to 255 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::update_binary_sfi(1, 2, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xD6, 0x81, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_binary_sfi(sfi: u8, offset: u8, data: &'a [u8]) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, 0xD6, checked!(short_ef(sfi)), offset).with_data(data))
    }

    /// UPDATE BINARY with INS D7 of the current EF: an [`OffsetDataObject`] and a data object 53 with the bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form, OffsetDataObject};
    ///
    /// let objects = [OffsetDataObject::new(0x8000).as_bytes(), &[0x53, 0x01, 0xAA]].concat();
    /// let bytes = Command::update_binary_odd(&objects).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xD7, 0x00, 0x00, 0x07, 0x54, 0x02, 0x80, 0x00, 0x53, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn update_binary_odd(objects: &'a [u8]) -> Self {
        Self::new(0x00, 0xD7, 0x00, 0x00).with_data(objects)
    }

    /// READ RECORD by number, 1 to 254 (0 is the current record), of an EF by short EF identifier, 0 for the current EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.3.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier, above 30.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::read_record(2, 30, 256)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB2, 0x02, 0xF4, 0x00]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_record(number: u8, sfi: u8, ne: usize) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, 0xB2, number, checked!(record_p2(sfi))).with_ne(ne))
    }

    /// UPDATE RECORD by number, 1 to 254 (0 is the current record), of an EF by short EF identifier, 0 for the current EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.3.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier, above 30.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::update_record(3, 1, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xDC, 0x03, 0x0C, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_record(number: u8, sfi: u8, data: &'a [u8]) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, 0xDC, number, checked!(record_p2(sfi))).with_data(data))
    }

    /// GET DATA of the data object with a tag of one or two bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.4.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::get_data(0x005A, 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xCA, 0x00, 0x5A, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn get_data(tag: u16, ne: usize) -> Self {
        let [p1, p2] = tag.to_be_bytes();
        Self::new(0x00, 0xCA, p1, p2).with_ne(ne)
    }

    /// PUT DATA of the data object with a tag of one or two bytes.
    ///
    /// The data is not taken for secret; for keys, add [`sensitive`](Self::sensitive). ISO/IEC 7816-4:2013, 11.4.6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::put_data(0x5F50, &[0xAA]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xDA, 0x5F, 0x50, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn put_data(tag: u16, data: &'a [u8]) -> Self {
        let [p1, p2] = tag.to_be_bytes();
        Self::new(0x00, 0xDA, p1, p2).with_data(data)
    }

    /// VERIFY of a PIN, by its reference. With no data, the card tells the tries left and uses up none.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::verify(0x81, b"1234");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34]);
    /// assert_eq!(Command::verify(0x81, b"").encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn verify(reference: u8, pin: &'a [u8]) -> Self {
        Self::new(0x00, 0x20, 0x00, reference).with_data(pin)
    }

    /// CHANGE REFERENCE DATA: the old PIN followed by the new one.
    ///
    /// With the new one alone: `.with_p1(0x01)`. ISO/IEC 7816-4:2013, 11.5.7.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::change_reference_data(0x81, b"1122");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x24, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn change_reference_data(reference: u8, old_and_new: &'a [u8]) -> Self {
        Self::new(0x00, 0x24, 0x00, reference).with_data(old_and_new)
    }

    /// RESET RETRY COUNTER: the resetting code followed by the new PIN.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.10.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::reset_retry_counter(0x81, b"1122");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x2C, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn reset_retry_counter(reference: u8, code_and_new: &'a [u8]) -> Self {
        Self::new(0x00, 0x2C, 0x00, reference).with_data(code_and_new)
    }

    /// GET CHALLENGE: random bytes from the card.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::get_challenge(8);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x84, 0x00, 0x00, 0x08]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn get_challenge(ne: usize) -> Self {
        Self::new(0x00, 0x84, 0x00, 0x00).with_ne(ne)
    }

    /// INTERNAL AUTHENTICATE: the card proves itself by what it makes of a challenge.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::internal_authenticate(1, 2, &[0xAA], 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x88, 0x01, 0x02, 0x01, 0xAA, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn internal_authenticate(algorithm: u8, reference: u8, challenge: &'a [u8], ne: usize) -> Self {
        Self::new(0x00, 0x88, algorithm, reference)
            .with_data(challenge)
            .with_ne(ne)
    }

    /// EXTERNAL AUTHENTICATE: the program proves itself by what it made of the card's challenge.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.4.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::external_authenticate(1, 2, &[0xAA]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x82, 0x01, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn external_authenticate(algorithm: u8, reference: u8, response: &'a [u8]) -> Self {
        Self::new(0x00, 0x82, algorithm, reference).with_data(response)
    }

    /// MANAGE CHANNEL: opens a logical channel that the card chooses, whose number is the one byte of the answer.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::open_channel();
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x70, 0x00, 0x00, 0x01]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn open_channel() -> Self {
        Self::new(0x00, 0x70, 0x00, 0x00).with_ne(1)
    }

    /// MANAGE CHANNEL: closes a logical channel, 1 to 19, from the basic channel.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.2.
    ///
    /// # Errors
    /// [`OutOfRange`] for the number.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::close_channel(3)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x70, 0x80, 0x03]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn close_channel(channel: u8) -> Result<Self, OutOfRange> {
        checked!(in_range("logical channel", channel as u32, 1, 19));
        Ok(Self::new(0x00, 0x70, 0x80, channel))
    }

    /// GET RESPONSE: what a card has ready after 61xx.
    ///
    /// ISO/IEC 7816-4:2013, 11.7.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::get_response(256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xC0, 0x00, 0x00, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn get_response(ne: usize) -> Self {
        Self::new(0x00, 0xC0, 0x00, 0x00).with_ne(ne)
    }

    /// ENVELOPE: carries a command, or a part of it, that the transport cannot carry by itself.
    ///
    /// ISO/IEC 7816-4:2013, 11.7.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Form};
    ///
    /// let command = Command::envelope(&[0xAA], 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xC2, 0x00, 0x00, 0x01, 0xAA, 0x00]);
    /// # Ok::<(), pcsc_session::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn envelope(data: &'a [u8], ne: usize) -> Self {
        Self::new(0x00, 0xC2, 0x00, 0x00).with_data(data).with_ne(ne)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::{Command, OffsetDataObject, OutOfRange};

    fn hex(command: Command<'_>) -> String {
        let bytes = command.encode(Form::Short).expect("short");
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn bytes_of_each_command() -> Result<(), OutOfRange> {
        let offset = OffsetDataObject::new(0x8000);
        let commands = [
            (Command::select_aid(&[0xA0, 0x01]), "00A4040002A00100"),
            (Command::select_file(&[0x3F, 0x00]), "00A40000023F0000"),
            (
                Command::select_path(&[0x50, 0x15, 0x50, 0x31]),
                "00A40800045015503100",
            ),
            (Command::read_binary(0x7FFF, 256)?, "00B07FFF00"),
            (Command::read_binary_sfi(30, 5, 16)?, "00B09E0510"),
            (Command::read_binary_odd(&offset, 256), "00B10000045402800000"),
            (Command::update_binary(0x0102, &[9])?, "00D601020109"),
            (Command::update_binary_sfi(1, 2, &[9])?, "00D681020109"),
            (
                Command::update_binary_odd(&[0x54, 1, 0, 0x53, 0]),
                "00D70000055401005300",
            ),
            (Command::read_record(1, 0, 256)?, "00B2010400"),
            (Command::read_record(2, 30, 256)?, "00B202F400"),
            (Command::update_record(3, 1, &[9])?, "00DC030C0109"),
            (Command::get_data(0x005A, 256), "00CA005A00"),
            (Command::put_data(0x5F50, &[9]), "00DA5F500109"),
            (Command::verify(0x82, b"12"), "00200082023132"),
            (Command::verify(0x82, b""), "00200082"),
            (Command::change_reference_data(0x81, b"12"), "00240081023132"),
            (Command::reset_retry_counter(0x81, b"12"), "002C0081023132"),
            (Command::get_challenge(8), "0084000008"),
            (Command::internal_authenticate(1, 2, &[9], 256), "00880102010900"),
            (Command::external_authenticate(1, 2, &[9]), "008201020109"),
            (Command::open_channel(), "0070000001"),
            (Command::close_channel(3)?, "00708003"),
            (Command::get_response(256), "00C0000000"),
            (Command::envelope(&[9], 256), "00C20000010900"),
        ];
        for (command, bytes) in commands {
            assert_eq!(hex(command), bytes);
        }
        Ok(())
    }

    #[test]
    fn a_number_out_of_range_is_named() {
        assert_eq!(
            Command::read_binary(0x8000, 1).map_err(|error| error.field()),
            Err("offset")
        );
        assert_eq!(
            Command::update_binary(0x8000, &[]).map_err(|error| error.field()),
            Err("offset")
        );
        for sfi in [0, 31, 255] {
            assert_eq!(
                Command::read_binary_sfi(sfi, 0, 1).map_err(|error| error.field()),
                Err("short EF identifier")
            );
        }
        let error = Command::read_record(1, 31, 1).expect_err("31 is reserved");
        assert_eq!(error.to_string(), "short EF identifier is 31, outside 0 to 30");
        assert!(Command::close_channel(0).is_err() && Command::close_channel(20).is_err());
    }
}
