//! From a command to its bytes.

#[cfg(feature = "alloc")]
use alloc::{vec, vec::Vec};
use core::fmt;

use super::apdu::Command;
use super::form::{Case, Form};

/// The field of a command that cannot be encoded.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, EncodeError, Form};
///
/// let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(257);
/// assert_eq!(command.encode(Form::Short), Err(EncodeError::Le { ne: 257, max: 256 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// Lc cannot say the number of data bytes.
    Lc {
        /// The number of data bytes.
        nc: usize,
        /// The largest number in this form.
        max: usize,
    },
    /// Le cannot say the number of bytes expected.
    Le {
        /// The number of bytes expected.
        ne: usize,
        /// The largest number in this form.
        max: usize,
    },
    /// The buffer is too small.
    Buffer {
        /// The number of bytes that the command takes.
        needed: usize,
        /// The number of bytes in the buffer.
        len: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lc { nc, max } => write!(f, "Lc: {nc} bytes of data, at most {max} in this form"),
            Self::Le { ne, max } => {
                write!(f, "Le: {ne} bytes expected, at most {max} in this form")
            }
            Self::Buffer { needed, len } => {
                write!(f, "the command takes {needed} bytes, the buffer has {len}")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

impl Command<'_> {
    /// Gives the case that the command is, in this form.
    ///
    /// Case 1 has no length field and no form. ISO/IEC 7816-3:2006, 12.1.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Case, Command, Form};
    ///
    /// let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
    /// assert_eq!(command.case(Form::Short), Case::Case2S);
    /// assert_eq!(command.case(Form::Extended), Case::Case2E);
    /// ```
    #[must_use]
    pub const fn case(&self, form: Form) -> Case {
        match (self.nc(), self.ne(), form) {
            (0, 0, _) => Case::Case1,
            (0, _, Form::Short) => Case::Case2S,
            (_, 0, Form::Short) => Case::Case3S,
            (_, _, Form::Short) => Case::Case4S,
            (0, _, Form::Extended) => Case::Case2E,
            (_, 0, Form::Extended) => Case::Case3E,
            (_, _, Form::Extended) => Case::Case4E,
        }
    }

    /// Gives the number of bytes of the encoded command, 4 to 65,544.
    ///
    /// # Errors
    /// [`EncodeError::Lc`] and [`EncodeError::Le`] where the form cannot carry the command.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(&[0xA0, 0x00]).with_ne(256);
    /// assert_eq!(command.encoded_len(Form::Short)?, 8);
    /// assert_eq!(command.encoded_len(Form::Extended)?, 11);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    pub const fn encoded_len(&self, form: Form) -> Result<usize, EncodeError> {
        let (nc, ne) = (self.nc(), self.ne());
        if nc > form.max_nc() {
            return Err(EncodeError::Lc {
                nc,
                max: form.max_nc(),
            });
        }
        if ne > form.max_ne() {
            return Err(EncodeError::Le {
                ne,
                max: form.max_ne(),
            });
        }
        let (lc, le) = ((nc > 0) as usize, (ne > 0) as usize);
        Ok(match form {
            Form::Short => 4 + lc + nc + le,
            Form::Extended => 4 + (lc | le) + 2 * lc + nc + 2 * le,
        })
    }

    /// Encodes the command at the beginning of a buffer, and gives the number of bytes written.
    ///
    /// Nothing is allocated. On an error the buffer is as it was. ISO/IEC 7816-3:2006, 12.1.3.
    ///
    /// # Errors
    /// [`EncodeError::Lc`] and [`EncodeError::Le`] where the form cannot carry the command; [`EncodeError::Buffer`] where
    /// the buffer is too small.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let mut buffer = [0; 16];
    /// let len = Command::get_challenge(8).encode_into(Form::Extended, &mut buffer)?;
    /// assert_eq!(buffer[..len], [0x00, 0x84, 0x00, 0x00, 0x00, 0x00, 0x08]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[inline]
    pub fn encode_into(&self, form: Form, buffer: &mut [u8]) -> Result<usize, EncodeError> {
        let needed = self.encoded_len(form)?;
        let len = buffer.len();
        let fields = buffer
            .get_mut(..needed)
            .and_then(<[u8]>::split_first_chunk_mut::<4>);
        let Some((header, body)) = fields else {
            return Err(EncodeError::Buffer { needed, len });
        };
        *header = self.header();
        match form {
            Form::Short => self.fill_short(body),
            Form::Extended => self.fill_extended(body),
        }
        Ok(needed)
    }

    /// Encodes the command in short form into a buffer that every such command fits into, and gives the number of bytes;
    /// `None` where the form cannot carry it.
    ///
    /// The same bytes as of [`encode_into`](Self::encode_into) in half the instructions, since the length of the buffer need
    /// not be checked. What comes after them in the buffer is left to chance. ISO/IEC 7816-3:2006, 12.1.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let mut buffer = [0; Form::Short.max_len()];
    /// let len = Command::get_challenge(8).encode_short(&mut buffer).expect("at most 256 bytes expected");
    /// assert_eq!(buffer[..len], [0x00, 0x84, 0x00, 0x00, 0x08]);
    /// assert_eq!(Command::get_challenge(257).encode_short(&mut buffer), None);
    /// ```
    #[inline(always)]
    pub fn encode_short(&self, buffer: &mut [u8; Form::Short.max_len()]) -> Option<usize> {
        let ([.., lc], [.., le]) = (self.nc().to_be_bytes(), self.ne().to_be_bytes());
        let data = self.data();
        if self.ne() > Form::Short.max_ne() {
            return None;
        }
        let [cla, ins, p1, p2, body @ ..] = buffer;
        let mut end = 0;
        if !data.is_empty() {
            if data.len() > Form::Short.max_nc() {
                return None;
            }
            body[0] = lc;
            body[1..=data.len()].copy_from_slice(data);
            end = 1 + data.len();
        }
        [*cla, *ins, *p1, *p2] = self.header();
        body[end] = le;
        Some(4 + end + usize::from(self.ne() > 0))
    }

    /// `body` has the length that the case needs.
    #[inline]
    fn fill_short(&self, body: &mut [u8]) {
        // The low byte is the length field: 256 becomes 00 by itself.
        let ([.., lc], [.., le]) = (self.nc().to_be_bytes(), self.ne().to_be_bytes());
        match body {
            [first, ..] if self.data().is_empty() => *first = le,
            [first, rest @ ..] => {
                *first = lc;
                if let Some((data, last)) = rest.split_at_mut_checked(self.nc()) {
                    data.copy_from_slice(self.data());
                    if let [last] = last {
                        *last = le;
                    }
                }
            }
            [] => {}
        }
    }

    /// `body` has the length that the case needs.
    fn fill_extended(&self, body: &mut [u8]) {
        // The two low bytes are the length field: 65,536 becomes 0000 by itself.
        let ([.., lc_high, lc_low], [.., le_high, le_low]) =
            (self.nc().to_be_bytes(), self.ne().to_be_bytes());
        match body {
            [mark, high, low] if self.data().is_empty() => (*mark, *high, *low) = (0, le_high, le_low),
            [mark, high, low, rest @ ..] => {
                (*mark, *high, *low) = (0, lc_high, lc_low);
                if let Some((data, last)) = rest.split_at_mut_checked(self.nc()) {
                    data.copy_from_slice(self.data());
                    if let [high, low] = last {
                        (*high, *low) = (le_high, le_low);
                    }
                }
            }
            _ => {}
        }
    }

    /// Encodes the command into a new vector.
    ///
    /// # Errors
    /// [`EncodeError::Lc`] and [`EncodeError::Le`] where the form cannot carry the command.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::{Command, Form};
    ///
    /// let command = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(&[0xA0, 0x00]).with_ne(256);
    /// assert_eq!(command.encode(Form::Short)?, [0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00, 0x00]);
    /// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn encode(&self, form: Form) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = vec![0; self.encoded_len(form)?];
        self.encode_into(form, &mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
