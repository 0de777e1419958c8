//! How commands reach their application: logical channels, GET RESPONSE, ENVELOPE.

use crate::class::Class;
use crate::command::apdu::Command;
use crate::instruction;
use crate::out_of_range::{OutOfRange, checked, in_range};

impl<'a> Command<'a> {
    /// Makes MANAGE CHANNEL: opens a logical channel that the card chooses, whose number is the one byte of the answer.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::open_channel();
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x70, 0x00, 0x00, 0x01]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn open_channel() -> Self {
        Self::new(0x00, instruction::MANAGE_CHANNEL, 0x00, 0x00).with_ne(1)
    }

    /// Makes MANAGE CHANNEL: opens the logical channel of this number, 1 to 19; the answer has no data.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.2.
    ///
    /// # Errors
    /// [`OutOfRange`] for the number.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::open_numbered_channel(3)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x70, 0x00, 0x03]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn open_numbered_channel(channel: u8) -> Result<Self, OutOfRange> {
        checked!(in_range(
            "logical channel",
            channel as u32,
            1,
            Class::MAX_CHANNEL as u32
        ));
        Ok(Self::new(0x00, instruction::MANAGE_CHANNEL, 0x00, channel))
    }

    /// Makes MANAGE CHANNEL: closes a logical channel, 1 to 19, from the basic channel.
    ///
    /// ISO/IEC 7816-4:2013, 11.1.2.
    ///
    /// # Errors
    /// [`OutOfRange`] for the number.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::close_channel(3)?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x70, 0x80, 0x03]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn close_channel(channel: u8) -> Result<Self, OutOfRange> {
        checked!(in_range(
            "logical channel",
            channel as u32,
            1,
            Class::MAX_CHANNEL as u32
        ));
        Ok(Self::new(0x00, instruction::MANAGE_CHANNEL, 0x80, channel))
    }

    /// Makes GET RESPONSE: what a card has ready after 61xx.
    ///
    /// ISO/IEC 7816-4:2013, 11.7.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::get_response(256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xC0, 0x00, 0x00, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    #[must_use]
    pub const fn get_response(ne: usize) -> Self {
        Self::new(0x00, instruction::GET_RESPONSE, 0x00, 0x00).with_ne(ne)
    }

    /// Makes ENVELOPE: carries a command, or a part of it, that the transport cannot carry by itself.
    ///
    /// ISO/IEC 7816-4:2013, 11.7.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::envelope(&[0xAA], 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xC2, 0x00, 0x00, 0x01, 0xAA, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn envelope(data: &'a [u8], ne: usize) -> Self {
        Self::new(0x00, instruction::ENVELOPE, 0x00, 0x00)
            .with_data(data)
            .with_ne(ne)
    }
}
