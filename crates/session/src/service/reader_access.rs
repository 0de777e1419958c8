//! What is asked of the reader rather than of the card: status, attributes, control.

use crate::error::Error;
use crate::ffi::{Attribute, CardStatus, Code, OutputError, WholeError, read_whole};
use crate::service::tracked_card::TrackedCard;
use pcsc_sys::{MAX_BUFFER_SIZE, MAX_BUFFER_SIZE_EXTENDED};
use zeroize::Zeroize;

impl TrackedCard {
    /// Wraps `SCardStatus`.
    pub(crate) fn status(&self) -> Result<CardStatus, Error> {
        const FUNCTION: &str = "SCardStatus";
        self.check(FUNCTION)?;
        self.handle()
            .status()
            .map_err(|error| self.unread(FUNCTION, error))
    }

    /// Wraps `SCardGetAttrib`: the whole value.
    pub(crate) fn get_attribute(&self, attribute: Attribute) -> Result<Vec<u8>, Error> {
        self.check(GET_ATTRIBUTE)?;
        let read = read_whole(MAX_BUFFER_SIZE, MAX_BUFFER_SIZE_EXTENDED, |value| {
            self.handle().get_attribute(attribute, value)
        });
        let (mut value, len) = read.map_err(|error| self.unread(GET_ATTRIBUTE, error))?;
        value.truncate(len);
        Ok(value)
    }

    /// Wraps `SCardGetAttrib`: into the caller's buffer.
    pub(crate) fn get_attribute_into(&self, attribute: Attribute, buffer: &mut [u8]) -> Result<usize, Error> {
        self.check(GET_ATTRIBUTE)?;
        // pcsc-lite refuses a longer buffer than its own, which no attribute exceeds.
        let len = if cfg!(windows) {
            buffer.len()
        } else {
            buffer.len().min(MAX_BUFFER_SIZE)
        };
        let read = self.handle().get_attribute(attribute, &mut buffer[..len]);
        read.map_err(|error| match error {
            OutputError::BufferTooShort(_) => self.failed(GET_ATTRIBUTE, Code::INSUFFICIENT_BUFFER),
            OutputError::Failed(error) => self.failed(GET_ATTRIBUTE, error),
        })
    }

    /// Wraps `SCardSetAttrib`.
    pub(crate) fn set_attribute(&self, attribute: Attribute, value: &[u8]) -> Result<(), Error> {
        const FUNCTION: &str = "SCardSetAttrib";
        if !cfg!(windows) {
            at_most(FUNCTION, value, MAX_BUFFER_SIZE)?;
        }
        self.check(FUNCTION)?;
        self.handle()
            .set_attribute(attribute, value)
            .map_err(|error| self.failed(FUNCTION, error))
    }

    /// Wraps `SCardControl`: the whole answer.
    pub(crate) fn control(&self, control_code: u32, input: &[u8]) -> Result<Vec<u8>, Error> {
        // The longest answer is long, and may be a secret: what is handed out is a copy of its own length.
        let mut answer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        let result = self.control_into(control_code, input, &mut answer);
        let written = *result.as_ref().unwrap_or(&answer.len());
        let copy = result.map(|len| answer[..len].to_vec());
        answer[..written].zeroize();
        copy
    }

    /// Wraps `SCardControl`: into the caller's buffer.
    pub(crate) fn control_into(
        &self,
        control_code: u32,
        input: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Error> {
        const FUNCTION: &str = "SCardControl";
        at_most(FUNCTION, input, MAX_BUFFER_SIZE_EXTENDED)?;
        // The reader answers whatever has become of the card.
        self.check_reader(FUNCTION)?;
        // pcsc-lite refuses a longer buffer than the longest answer.
        let len = answer.len().min(MAX_BUFFER_SIZE_EXTENDED);
        self.handle()
            .control(control_code, input, &mut answer[..len])
            .map_err(|error| self.failed(FUNCTION, error))
    }

    fn unread(&self, function: &'static str, error: WholeError) -> Error {
        match error {
            WholeError::KeepsChanging => Error::KeepsChanging { function },
            WholeError::Failed(error) => self.failed(function, error),
        }
    }
}

const GET_ATTRIBUTE: &str = "SCardGetAttrib";

/// Refuses an input that C would refuse with a code that says nothing of it.
fn at_most(function: &'static str, input: &[u8], max: usize) -> Result<(), Error> {
    if input.len() > max {
        return Err(Error::InputTooLong {
            function,
            len: input.len(),
            max,
        });
    }
    Ok(())
}
