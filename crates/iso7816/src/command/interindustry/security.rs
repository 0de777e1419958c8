//! Who uses the card: PINs, challenges, authentication.

use crate::command::apdu::Command;
use crate::command::form::Form;
use crate::instruction;
use crate::out_of_range::{OutOfRange, checked, in_range};

impl<'a> Command<'a> {
    /// Makes VERIFY of a PIN, by its reference.
    ///
    /// An empty PIN is refused: the same bytes ask how things stand, and a card whose PIN was verified before answers them
    /// with 9000, whoever asks. [`verification_status`](Self::verification_status) is for that.
    /// ISO/IEC 7816-4:2013, 11.5.6.
    ///
    /// # Errors
    /// [`OutOfRange`] for an empty PIN.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::verify(0x81, b"1234")?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34]);
    /// assert!(Command::verify(0x81, b"").is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn verify(reference: u8, pin: &'a [u8]) -> Result<Self, OutOfRange> {
        checked!(not_empty("length of the PIN", pin));
        Ok(Self::new(0x00, instruction::VERIFY, 0x00, reference).with_data(pin))
    }

    /// Makes VERIFY without data: asks whether a PIN must be verified, by its reference, and uses up no try.
    ///
    /// The answer is 63Cx with the number of tries left, 6983 where there is none, or 9000 where the PIN is verified already
    /// or need not be. It proves nothing about who asks. ISO/IEC 7816-4:2013, 11.5.6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::verification_status(0x81);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x20, 0x00, 0x81]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn verification_status(reference: u8) -> Self {
        Self::new(0x00, instruction::VERIFY, 0x00, reference)
    }

    /// Makes CHANGE REFERENCE DATA: the old PIN followed by the new one.
    ///
    /// Without data it is refused, as [`verify`](Self::verify) is. With the new one alone: `.with_p1(0x01)`.
    /// ISO/IEC 7816-4:2013, 11.5.7.
    ///
    /// # Errors
    /// [`OutOfRange`] where there is no PIN.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::change_reference_data(0x81, b"1122")?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x24, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// assert!(Command::change_reference_data(0x81, b"").is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn change_reference_data(reference: u8, old_and_new: &'a [u8]) -> Result<Self, OutOfRange> {
        checked!(not_empty("length of the PINs", old_and_new));
        Ok(Self::new(0x00, instruction::CHANGE_REFERENCE_DATA, 0x00, reference).with_data(old_and_new))
    }

    /// Makes RESET RETRY COUNTER: the resetting code followed by the new PIN.
    ///
    /// Without data it is refused, as [`verify`](Self::verify) is: such a command, with P1 03, resets the counter for whoever
    /// has authenticated himself in another way. With the code alone: `.with_p1(0x01)`. ISO/IEC 7816-4:2013, 11.5.10.
    ///
    /// # Errors
    /// [`OutOfRange`] where there is neither code nor PIN.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::reset_retry_counter(0x81, b"1122")?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x2C, 0x00, 0x81, 0x04, 0x31, 0x31, 0x32, 0x32]);
    /// assert!(Command::reset_retry_counter(0x81, b"").is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn reset_retry_counter(reference: u8, code_and_new: &'a [u8]) -> Result<Self, OutOfRange> {
        checked!(not_empty(
            "length of the resetting code and the PIN",
            code_and_new
        ));
        Ok(Self::new(0x00, instruction::RESET_RETRY_COUNTER, 0x00, reference).with_data(code_and_new))
    }

    /// Makes GET CHALLENGE: random bytes from the card.
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

    /// Makes INTERNAL AUTHENTICATE: the card proves itself by what it makes of a challenge.
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

    /// Makes EXTERNAL AUTHENTICATE: the program proves itself by what it made of the card's challenge.
    ///
    /// An empty response is refused: the same bytes ask how things stand, as with [`verify`](Self::verify).
    /// [`authentication_status`](Self::authentication_status) is for that. ISO/IEC 7816-4:2013, 11.5.4.
    ///
    /// # Errors
    /// [`OutOfRange`] for an empty response.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::external_authenticate(1, 2, &[0xAA])?;
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x82, 0x01, 0x02, 0x01, 0xAA]);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn external_authenticate(
        algorithm: u8,
        reference: u8,
        response: &'a [u8],
    ) -> Result<Self, OutOfRange> {
        checked!(not_empty("length of the response to the challenge", response));
        Ok(Self::new(0x00, instruction::EXTERNAL_AUTHENTICATE, algorithm, reference).with_data(response))
    }

    /// Makes EXTERNAL AUTHENTICATE without data: asks whether the program must authenticate itself, and uses up no try.
    ///
    /// Answered as [`verification_status`](Self::verification_status). ISO/IEC 7816-4:2013, 11.5.4.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::authentication_status(1, 2);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0x82, 0x01, 0x02]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn authentication_status(algorithm: u8, reference: u8) -> Self {
        Self::new(0x00, instruction::EXTERNAL_AUTHENTICATE, algorithm, reference)
    }
}

/// Data without which the command would be a question.
const fn not_empty(field: &'static str, data: &[u8]) -> Result<(), OutOfRange> {
    in_range(field, data.len() as u32, 1, Form::Extended.max_nc() as u32)
}
