//! Files, records and data objects: SELECT, READ, UPDATE, GET DATA, PUT DATA.

use crate::command::apdu::Command;
use crate::command::offset::OffsetDataObject;
use crate::instruction;
use crate::out_of_range::{OutOfRange, checked, in_range};

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

impl<'a> Command<'a> {
    /// Makes SELECT by DF name: an application by its AID, 1 to 16 bytes. Asks for the file control information.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::select_aid(&[0xA0, 0x01]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x01, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_aid(aid: &'a [u8]) -> Self {
        Self::new(0x00, instruction::SELECT, 0x04, 0x00)
            .with_data(aid)
            .with_ne(256)
    }

    /// Makes SELECT by file identifier: an MF, DF or EF. Asks for the file control information.
    ///
    /// Without it: `.with_p2(0x0C).with_ne(0)`. ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::select_file(&[0x3F, 0x00]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_file(identifier: &'a [u8; 2]) -> Self {
        Self::new(0x00, instruction::SELECT, 0x00, 0x00)
            .with_data(identifier)
            .with_ne(256)
    }

    /// Makes SELECT by path from the MF: file identifiers one after the other, without that of the MF.
    ///
    /// From the current DF: `.with_p1(0x09)`. ISO/IEC 7816-4:2013, 11.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let bytes = Command::select_path(&[0x50, 0x15, 0x50, 0x31]).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xA4, 0x08, 0x00, 0x04, 0x50, 0x15, 0x50, 0x31, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn select_path(path: &'a [u8]) -> Self {
        Self::new(0x00, instruction::SELECT, 0x08, 0x00)
            .with_data(path)
            .with_ne(256)
    }

    /// Makes READ BINARY of the current EF, from an offset of 0 to 32,767 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for an offset beyond 32,767; [`read_binary_odd`](Self::read_binary_odd) goes on from there.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::read_binary(0x0102, 256)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x01, 0x02, 0x00]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_binary(offset: u16, ne: usize) -> Result<Self, OutOfRange> {
        checked!(in_range("offset", offset as u32, 0, 0x7FFF));
        let [p1, p2] = offset.to_be_bytes();
        Ok(Self::new(0x00, instruction::READ_BINARY, p1, p2).with_ne(ne))
    }

    /// Makes READ BINARY of the EF with a short EF identifier, 1 to 30, from an offset of 0 to 255 bytes; it becomes the
    /// current EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::read_binary_sfi(30, 5, 16)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x9E, 0x05, 0x10]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_binary_sfi(sfi: u8, offset: u8, ne: usize) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, instruction::READ_BINARY, checked!(short_ef(sfi)), offset).with_ne(ne))
    }

    /// Makes READ BINARY with INS B1 of the current EF, from any offset. The bytes come in a data object 53 or 73.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form, OffsetDataObject};
    ///
    /// let offset = OffsetDataObject::new(0x8000);
    /// let bytes = Command::read_binary_odd(&offset, 256).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xB1, 0x00, 0x00, 0x04, 0x54, 0x02, 0x80, 0x00, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn read_binary_odd(offset: &'a OffsetDataObject, ne: usize) -> Self {
        Self::new(0x00, instruction::READ_BINARY_ODD, 0x00, 0x00)
            .with_data(offset.as_bytes())
            .with_ne(ne)
    }

    /// Makes UPDATE BINARY of the current EF, from an offset of 0 to 32,767 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for an offset beyond 32,767; [`update_binary_odd`](Self::update_binary_odd) goes on from there.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::update_binary(0x0102, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xD6, 0x01, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_binary(offset: u16, data: &'a [u8]) -> Result<Self, OutOfRange> {
        checked!(in_range("offset", offset as u32, 0, 0x7FFF));
        let [p1, p2] = offset.to_be_bytes();
        Ok(Self::new(0x00, instruction::UPDATE_BINARY, p1, p2).with_data(data))
    }

    /// Makes UPDATE BINARY of the EF with a short EF identifier, 1 to 30, from an offset of 0 to 255 bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::update_binary_sfi(1, 2, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xD6, 0x81, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_binary_sfi(sfi: u8, offset: u8, data: &'a [u8]) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, instruction::UPDATE_BINARY, checked!(short_ef(sfi)), offset).with_data(data))
    }

    /// Makes UPDATE BINARY with INS D7 of the current EF: an [`OffsetDataObject`] and a data object 53 with the bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.5.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form, OffsetDataObject};
    ///
    /// let objects = [OffsetDataObject::new(0x8000).as_bytes(), &[0x53, 0x01, 0xAA]].concat();
    /// let bytes = Command::update_binary_odd(&objects).encode(Form::Short)?;
    /// assert_eq!(bytes, [0x00, 0xD7, 0x00, 0x00, 0x07, 0x54, 0x02, 0x80, 0x00, 0x53, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn update_binary_odd(objects: &'a [u8]) -> Self {
        Self::new(0x00, instruction::UPDATE_BINARY_ODD, 0x00, 0x00).with_data(objects)
    }

    /// Makes READ RECORD by number, 1 to 254 (0 is the current record), of an EF by short EF identifier, 0 for the current
    /// EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.3.3.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier, above 30.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::read_record(2, 30, 256)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB2, 0x02, 0xF4, 0x00]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn read_record(number: u8, sfi: u8, ne: usize) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, instruction::READ_RECORD, number, checked!(record_p2(sfi))).with_ne(ne))
    }

    /// Makes UPDATE RECORD by number, 1 to 254 (0 is the current record), of an EF by short EF identifier, 0 for the
    /// current EF.
    ///
    /// ISO/IEC 7816-4:2013, 11.3.5.
    ///
    /// # Errors
    /// [`OutOfRange`] for the identifier, above 30.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::update_record(3, 1, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xDC, 0x03, 0x0C, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn update_record(number: u8, sfi: u8, data: &'a [u8]) -> Result<Self, OutOfRange> {
        Ok(Self::new(0x00, instruction::UPDATE_RECORD, number, checked!(record_p2(sfi))).with_data(data))
    }

    /// Makes GET DATA of the data object with a tag of one or two bytes.
    ///
    /// ISO/IEC 7816-4:2013, 11.4.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::get_data(0x005A, 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xCA, 0x00, 0x5A, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn get_data(tag: u16, ne: usize) -> Self {
        let [p1, p2] = tag.to_be_bytes();
        Self::new(0x00, instruction::GET_DATA, p1, p2).with_ne(ne)
    }

    /// Makes PUT DATA of the data object with a tag of one or two bytes.
    ///
    /// The data is taken for secret: it may be a key. ISO/IEC 7816-4:2013, 11.4.6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::put_data(0x5F50, &[0xAA]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xDA, 0x5F, 0x50, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn put_data(tag: u16, data: &'a [u8]) -> Self {
        let [p1, p2] = tag.to_be_bytes();
        Self::new(0x00, instruction::PUT_DATA, p1, p2).with_data(data)
    }
}
