//! Who uses the card: PINs, challenges, authentication.

use crate::command::apdu::Command;
use crate::instruction;

impl<'a> Command<'a> {
    /// VERIFY of a PIN, by its reference. With no data, the card tells the tries left and uses up none.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::verify(0x81, b"1234");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34]);
    /// assert_eq!(Command::verify(0x81, b"").encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn verify(reference: u8, pin: &'a [u8]) -> Self {
        Self::new(0x00, instruction::VERIFY, 0x00, reference).with_data(pin)
    }

    /// CHANGE REFERENCE DATA: the old PIN followed by the new one.
    ///
    /// With the new one alone: `.with_p1(0x01)`. ISO/IEC 7816-4:2013, 11.5.7.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::change_reference_data(0x81, b"1122");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x24, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn change_reference_data(reference: u8, old_and_new: &'a [u8]) -> Self {
        Self::new(0x00, instruction::CHANGE_REFERENCE_DATA, 0x00, reference).with_data(old_and_new)
    }

    /// RESET RETRY COUNTER: the resetting code followed by the new PIN.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.10.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::reset_retry_counter(0x81, b"1122");
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x2C, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn reset_retry_counter(reference: u8, code_and_new: &'a [u8]) -> Self {
        Self::new(0x00, instruction::RESET_RETRY_COUNTER, 0x00, reference).with_data(code_and_new)
    }

    /// GET CHALLENGE: random bytes from the card.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::get_challenge(8);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x84, 0x00, 0x00, 0x08]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn get_challenge(ne: usize) -> Self {
        Self::new(0x00, instruction::GET_CHALLENGE, 0x00, 0x00).with_ne(ne)
    }

    /// INTERNAL AUTHENTICATE: the card proves itself by what it makes of a challenge.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::internal_authenticate(1, 2, &[0xAA], 256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x88, 0x01, 0x02, 0x01, 0xAA, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn internal_authenticate(algorithm: u8, reference: u8, challenge: &'a [u8], ne: usize) -> Self {
        Self::new(0x00, instruction::INTERNAL_AUTHENTICATE, algorithm, reference)
            .with_data(challenge)
            .with_ne(ne)
    }

    /// EXTERNAL AUTHENTICATE: the program proves itself by what it made of the card's challenge.
    ///
    /// ISO/IEC 7816-4:2013, 11.5.4.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::external_authenticate(1, 2, &[0xAA]);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x82, 0x01, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn external_authenticate(algorithm: u8, reference: u8, response: &'a [u8]) -> Self {
        Self::new(0x00, instruction::EXTERNAL_AUTHENTICATE, algorithm, reference).with_data(response)
    }
}
