//! From a command to its bytes.

#[cfg(feature = "alloc")]
use alloc::{vec, vec::Vec};
use core::fmt;

use super::{Case, Command};

/// Is the form of the length fields Lc and Le: one byte, or two (three where a field comes first).
///
/// ISO/IEC 7816-3:2006, 12.1.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, Form};
///
/// let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
/// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x00, 0x00, 0x00]);
/// assert_eq!(command.encode(Form::Extended)?, [0x00, 0xB0, 0x00, 0x00, 0x00, 0x01, 0x00]);
/// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// At most 255 bytes of data, at most 256 expected.
    Short,
    /// At most 65,535 bytes of data, at most 65,536 expected.
    Extended,
}

/// Says which field of a command cannot be encoded.
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

/// The most data bytes in short form.
pub(super) const MAX_SHORT_NC: usize = 255;

/// The longest command in short form: header, Lc, data, Le.
pub const MAX_SHORT: usize = 4 + 1 + MAX_SHORT_NC + 1;

impl Form {
    /// Gives the largest number of data bytes, in this form.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Form;
    ///
    /// assert_eq!(Form::Short.max_nc(), 255);
    /// assert_eq!(Form::Extended.max_nc(), 65_535);
    /// ```
    #[must_use]
    pub const fn max_nc(self) -> usize {
        match self {
            Self::Short => MAX_SHORT_NC,
            Self::Extended => Command::MAX_NC,
        }
    }

    /// Gives the largest number of bytes expected, in this form.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Form;
    ///
    /// assert_eq!(Form::Short.max_ne(), 256);
    /// assert_eq!(Form::Extended.max_ne(), 65_536);
    /// ```
    #[must_use]
    pub const fn max_ne(self) -> usize {
        match self {
            Self::Short => 256,
            Self::Extended => Command::MAX_NE,
        }
    }
}

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
        *header = self.header;
        match form {
            Form::Short => self.fill_short(body),
            Form::Extended => self.fill_extended(body),
        }
        Ok(needed)
    }

    /// Encodes a command that [`fits_short`](Self::fits_short) into a buffer that any such command fits into, and gives the
    /// number of bytes: with nothing left to check, half the instructions of [`encode_into`](Self::encode_into).
    #[inline(always)]
    pub fn encode_short(&self, buffer: &mut [u8; MAX_SHORT]) -> usize {
        let ([.., lc], [.., le]) = (self.nc().to_be_bytes(), self.ne.to_be_bytes());
        let [cla, ins, p1, p2, body @ ..] = buffer;
        [*cla, *ins, *p1, *p2] = self.header;
        let mut end = 0;
        if !self.data.is_empty() {
            let data = &self.data[..self.nc().min(MAX_SHORT_NC)];
            body[0] = lc;
            body[1..=data.len()].copy_from_slice(data);
            end = 1 + data.len();
        }
        body[end] = le;
        4 + end + usize::from(self.ne > 0)
    }

    /// `body` has the length that the case needs.
    #[inline]
    fn fill_short(&self, body: &mut [u8]) {
        // The low byte is the length field: 256 becomes 00 by itself.
        let ([.., lc], [.., le]) = (self.nc().to_be_bytes(), self.ne.to_be_bytes());
        match body {
            [first, ..] if self.data.is_empty() => *first = le,
            [first, rest @ ..] => {
                *first = lc;
                if let Some((data, last)) = rest.split_at_mut_checked(self.nc()) {
                    data.copy_from_slice(self.data);
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
        let ([.., lc_high, lc_low], [.., le_high, le_low]) = (self.nc().to_be_bytes(), self.ne.to_be_bytes());
        match body {
            [mark, high, low] if self.data.is_empty() => (*mark, *high, *low) = (0, le_high, le_low),
            [mark, high, low, rest @ ..] => {
                (*mark, *high, *low) = (0, lc_high, lc_low);
                if let Some((data, last)) = rest.split_at_mut_checked(self.nc()) {
                    data.copy_from_slice(self.data);
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
mod tests {
    use super::{Case, Command, EncodeError, Form};
    use iso7816::command::{CommandBuilder, ExpectedLen, class::Class};

    #[test]
    fn the_short_form_has_one_encoding() {
        let data = [0x5A; 255];
        for nc in 0..=255 {
            for ne in [0, 1, 2, 255, 256] {
                let command = Command::new(1, 2, 3, 4).with_data(&data[..nc]).with_ne(ne);
                let mut buffer = [0xEE; super::MAX_SHORT];
                let len = command.encode_short(&mut buffer);
                assert_eq!(buffer[..len], command.encode(Form::Short).unwrap(), "{nc} {ne}");
            }
        }
    }

    const BOUNDARIES: [usize; 8] = [0, 1, 2, 255, 256, 257, 65_535, 65_536];

    /// What the crate iso7816 makes of the same command; it chooses the short form where that can carry it.
    fn by_iso7816(command: &Command<'_>, form: Form) -> Vec<u8> {
        let class = Class::try_from(command.cla()).expect("an interindustry class");
        let ne = u16::try_from(command.ne()).map_or(ExpectedLen::Max, ExpectedLen::Ne);
        let builder = CommandBuilder::new(
            class,
            command.ins().into(),
            command.p1(),
            command.p2(),
            command.data(),
            ne,
        );
        let builder = if form == Form::Extended {
            builder.force_extended()
        } else {
            builder
        };
        let mut bytes = vec![0; builder.required_len()];
        let mut rest = &mut bytes[..];
        builder.serialize_into(&mut rest).expect("room enough");
        assert!(rest.is_empty());
        bytes
    }

    #[test]
    fn every_case_at_every_boundary_as_the_crate_iso7816_has_it() {
        let data: Vec<u8> = (0..65_536_u32).map(|n| n.to_le_bytes()[0] | 1).collect();
        for form in [Form::Short, Form::Extended] {
            for nc in BOUNDARIES {
                for ne in BOUNDARIES {
                    let command = Command::new(0x00, 0xA4, 0x01, 0x02)
                        .with_data(&data[..nc])
                        .with_ne(ne);
                    let encoded = command.encode(form);
                    if nc > form.max_nc() {
                        assert_eq!(
                            encoded,
                            Err(EncodeError::Lc {
                                nc,
                                max: form.max_nc()
                            })
                        );
                    } else if ne > form.max_ne() {
                        assert_eq!(
                            encoded,
                            Err(EncodeError::Le {
                                ne,
                                max: form.max_ne()
                            })
                        );
                    } else {
                        let encoded = encoded.expect("within the form's limits");
                        assert_eq!(encoded, by_iso7816(&command, form), "{form:?} Nc={nc} Ne={ne}");
                        assert_eq!(Command::parse(&encoded), Ok(command), "{form:?} Nc={nc} Ne={ne}");
                        assert_eq!(Case::of(&encoded), Ok(command.case(form)));
                        assert_eq!(command.encoded_len(form), Ok(encoded.len()));
                    }
                }
            }
        }
    }

    #[test]
    fn the_cases_of_the_standard() {
        let header = Command::new(1, 2, 3, 4);
        let data = header.with_data(&[9, 8]);
        assert_eq!(header.encode(Form::Short), Ok(vec![1, 2, 3, 4]));
        assert_eq!(header.encode(Form::Extended), Ok(vec![1, 2, 3, 4]));
        assert_eq!(header.with_ne(256).encode(Form::Short), Ok(vec![1, 2, 3, 4, 0]));
        assert_eq!(data.encode(Form::Short), Ok(vec![1, 2, 3, 4, 2, 9, 8]));
        assert_eq!(
            data.with_ne(5).encode(Form::Short),
            Ok(vec![1, 2, 3, 4, 2, 9, 8, 5])
        );
        assert_eq!(
            header.with_ne(65_536).encode(Form::Extended),
            Ok(vec![1, 2, 3, 4, 0, 0, 0])
        );
        assert_eq!(data.encode(Form::Extended), Ok(vec![1, 2, 3, 4, 0, 0, 2, 9, 8]));
        assert_eq!(
            data.with_ne(0x1234).encode(Form::Extended),
            Ok(vec![1, 2, 3, 4, 0, 0, 2, 9, 8, 0x12, 0x34])
        );
    }

    #[test]
    fn a_buffer_too_small_is_left_alone() {
        let command = Command::new(1, 2, 3, 4).with_data(&[9, 8]).with_ne(5);
        for form in [Form::Short, Form::Extended] {
            let needed = command.encoded_len(form).expect("small enough");
            for len in 0..needed {
                let mut buffer = vec![0xEE; len];
                assert_eq!(
                    command.encode_into(form, &mut buffer),
                    Err(EncodeError::Buffer { needed, len })
                );
                assert!(buffer.iter().all(|&byte| byte == 0xEE));
            }
            let mut buffer = vec![0xEE; needed + 1];
            assert_eq!(command.encode_into(form, &mut buffer), Ok(needed));
            assert_eq!(buffer[needed], 0xEE);
        }
    }
}
