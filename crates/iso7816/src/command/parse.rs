//! From bytes to a command.

use core::fmt;

use super::apdu::Command;
use super::form::Case;

/// The byte that makes a command APDU malformed.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, ParseError};
///
/// let error = Command::parse(&[0x00, 0xB0, 0x00]).unwrap_err();
/// assert_eq!(error, ParseError::HeaderIncomplete { len: 3 });
/// assert_eq!(error.to_string(), "byte 3: a command has at least CLA, INS, P1 and P2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// There are fewer than four bytes.
    HeaderIncomplete {
        /// The number of bytes that there are.
        len: usize,
    },
    /// A first length byte of 00 begins an extended length field, and the second byte of it is missing.
    LengthIncomplete,
    /// The extended Lc field is zero.
    LcZero,
    /// The data is shorter than Lc says.
    DataIncomplete {
        /// The number of bytes by Lc.
        lc: usize,
        /// The number of bytes that there are.
        available: usize,
        /// Where the first missing byte should be.
        offset: usize,
    },
    /// The extended Le field has one byte.
    LeIncomplete {
        /// Where its second byte should be.
        offset: usize,
    },
    /// There are bytes after the end.
    TrailingBytes {
        /// Where the first of them is.
        offset: usize,
        /// Their number.
        count: usize,
    },
}

impl ParseError {
    /// Gives the position of the byte that is wrong or missing, counted from 0.
    #[must_use]
    pub const fn offset(&self) -> usize {
        match *self {
            Self::HeaderIncomplete { len } => len,
            Self::LengthIncomplete => 6,
            Self::LcZero => 5,
            Self::DataIncomplete { offset, .. }
            | Self::LeIncomplete { offset }
            | Self::TrailingBytes { offset, .. } => offset,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: ", self.offset())?;
        match self {
            Self::HeaderIncomplete { .. } => f.write_str("a command has at least CLA, INS, P1 and P2"),
            Self::LengthIncomplete => f.write_str("after 00 an extended Lc or Le has two more bytes"),
            Self::LcZero => f.write_str("an extended Lc of zero"),
            Self::DataIncomplete { lc, available, .. } => {
                write!(f, "Lc says {lc} bytes of data, there are {available}")
            }
            Self::LeIncomplete { .. } => f.write_str("after an extended Lc, Le has two bytes"),
            Self::TrailingBytes { count: 1, .. } => f.write_str("one byte after the end of the command"),
            Self::TrailingBytes { count, .. } => {
                write!(f, "{count} bytes after the end of the command")
            }
        }
    }
}

impl core::error::Error for ParseError {}

impl Case {
    /// Tells which case the bytes of a command are.
    ///
    /// # Errors
    /// [`ParseError`] where they are none.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Case;
    ///
    /// assert_eq!(Case::of(&[0x00, 0xB0, 0x00, 0x00, 0x00])?, Case::Case2S);
    /// assert_eq!(Case::of(&[0x00, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00])?, Case::Case2E);
    /// assert!(Case::of(&[0x00, 0xB0]).is_err());
    /// # Ok::<(), pcsc_iso7816::command::ParseError>(())
    /// ```
    pub const fn of(apdu: &[u8]) -> Result<Self, ParseError> {
        match split(apdu) {
            Ok((case, ..)) => Ok(case),
            Err(error) => Err(error),
        }
    }
}

impl<'a> Command<'a> {
    /// Reads the bytes of a command, in any of the seven cases.
    ///
    /// The header is taken as it is, values that the standard reserves included. Whether the form was short or extended is
    /// told by [`Case::of`]. ISO/IEC 7816-3:2006, 12.1.3.
    ///
    /// # Errors
    /// [`ParseError`] says which byte is wrong.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Command;
    ///
    /// let command = Command::parse(&[0x00, 0xB0, 0x00, 0x00, 0x00])?;
    /// assert_eq!((command.ins(), command.ne()), (0xB0, 256));
    ///
    /// let error = Command::parse(&[0x00, 0xA4, 0x04, 0x00, 0x03, 0xA0]).unwrap_err();
    /// assert_eq!(error.to_string(), "byte 6: Lc says 3 bytes of data, there are 1");
    /// # Ok::<(), pcsc_iso7816::command::ParseError>(())
    /// ```
    pub const fn parse(apdu: &'a [u8]) -> Result<Self, ParseError> {
        match split(apdu) {
            Ok((_, [cla, ins, p1, p2], data, ne)) => {
                Ok(Self::new(cla, ins, p1, p2).with_data(data).with_ne(ne))
            }
            Err(error) => Err(error),
        }
    }
}

/// As [`Command::parse`].
impl<'a> TryFrom<&'a [u8]> for Command<'a> {
    type Error = ParseError;

    fn try_from(apdu: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse(apdu)
    }
}

type Parts<'a> = (Case, [u8; 4], &'a [u8], usize);

const fn split(apdu: &[u8]) -> Result<Parts<'_>, ParseError> {
    let Some((header, body)) = apdu.split_first_chunk::<4>() else {
        return Err(ParseError::HeaderIncomplete { len: apdu.len() });
    };
    let (case, data, ne) = match *body {
        [] => (Case::Case1, body, 0),
        [le] => (Case::Case2S, NO_DATA, ne_of(le as usize, 256)),
        [0, _] => return Err(ParseError::LengthIncomplete),
        [0, high, low] => (
            Case::Case2E,
            NO_DATA,
            ne_of(u16::from_be_bytes([high, low]) as usize, 65_536),
        ),
        [0, high, low, ref rest @ ..] => {
            let lc = u16::from_be_bytes([high, low]) as usize;
            if lc == 0 {
                return Err(ParseError::LcZero);
            }
            let Some((data, le)) = rest.split_at_checked(lc) else {
                return Err(ParseError::DataIncomplete {
                    lc,
                    available: rest.len(),
                    offset: apdu.len(),
                });
            };
            match *le {
                [] => (Case::Case3E, data, 0),
                [_] => return Err(ParseError::LeIncomplete { offset: apdu.len() }),
                [high, low] => (
                    Case::Case4E,
                    data,
                    ne_of(u16::from_be_bytes([high, low]) as usize, 65_536),
                ),
                [_, _, ref trailing @ ..] => return Err(trailing_bytes(apdu, trailing)),
            }
        }
        [lc, ref rest @ ..] => {
            let lc = lc as usize;
            let Some((data, le)) = rest.split_at_checked(lc) else {
                return Err(ParseError::DataIncomplete {
                    lc,
                    available: rest.len(),
                    offset: apdu.len(),
                });
            };
            match *le {
                [] => (Case::Case3S, data, 0),
                [le] => (Case::Case4S, data, ne_of(le as usize, 256)),
                [_, ref trailing @ ..] => return Err(trailing_bytes(apdu, trailing)),
            }
        }
    };
    Ok((case, *header, data, ne))
}

const NO_DATA: &[u8] = &[];

/// Le of zero stands for the largest Ne.
const fn ne_of(le: usize, largest: usize) -> usize {
    if le == 0 { largest } else { le }
}

const fn trailing_bytes(apdu: &[u8], trailing: &[u8]) -> ParseError {
    ParseError::TrailingBytes {
        offset: apdu.len() - trailing.len(),
        count: trailing.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Command, ParseError};
    use crate::command::Form;
    use proptest::prelude::*;

    #[test]
    fn errors_say_the_byte() {
        let errors: &[(&[u8], ParseError, usize)] = &[
            (&[], ParseError::HeaderIncomplete { len: 0 }, 0),
            (&[0, 1, 2], ParseError::HeaderIncomplete { len: 3 }, 3),
            (&[0, 1, 2, 3, 0, 1], ParseError::LengthIncomplete, 6),
            (&[0, 1, 2, 3, 0, 0, 0, 9], ParseError::LcZero, 5),
            (
                &[0, 1, 2, 3, 2, 9],
                ParseError::DataIncomplete {
                    lc: 2,
                    available: 1,
                    offset: 6,
                },
                6,
            ),
            (
                &[0, 1, 2, 3, 0, 0, 2, 9],
                ParseError::DataIncomplete {
                    lc: 2,
                    available: 1,
                    offset: 8,
                },
                8,
            ),
            (
                &[0, 1, 2, 3, 0, 0, 1, 9, 0],
                ParseError::LeIncomplete { offset: 9 },
                9,
            ),
            (
                &[0, 1, 2, 3, 1, 9, 0, 7, 7],
                ParseError::TrailingBytes { offset: 7, count: 2 },
                7,
            ),
            (
                &[0, 1, 2, 3, 0, 0, 1, 9, 0, 0, 7],
                ParseError::TrailingBytes { offset: 10, count: 1 },
                10,
            ),
        ];
        for &(bytes, error, offset) in errors {
            assert_eq!(Command::parse(bytes), Err(error), "{bytes:02X?}");
            assert_eq!(Command::try_from(bytes), Err(error), "{bytes:02X?}");
            assert_eq!(Case::of(bytes), Err(error), "{bytes:02X?}");
            assert_eq!(error.offset(), offset, "{bytes:02X?}");
        }
    }

    #[test]
    fn cases_are_told_apart() {
        let cases: &[(&[u8], Case, &[u8], usize)] = &[
            (&[0, 1, 2, 3], Case::Case1, &[], 0),
            (&[0, 1, 2, 3, 0], Case::Case2S, &[], 256),
            (&[0, 1, 2, 3, 255], Case::Case2S, &[], 255),
            (&[0, 1, 2, 3, 1, 9], Case::Case3S, &[9], 0),
            (&[0, 1, 2, 3, 1, 9, 0], Case::Case4S, &[9], 256),
            (&[0, 1, 2, 3, 0, 0, 0], Case::Case2E, &[], 65_536),
            (&[0, 1, 2, 3, 0, 1, 0], Case::Case2E, &[], 256),
            (&[0, 1, 2, 3, 0, 0, 1, 9], Case::Case3E, &[9], 0),
            (&[0, 1, 2, 3, 0, 0, 1, 9, 0, 0], Case::Case4E, &[9], 65_536),
        ];
        for &(bytes, case, data, ne) in cases {
            assert_eq!(Case::of(bytes), Ok(case), "{bytes:02X?}");
            let command = Command::parse(bytes).expect("valid");
            assert_eq!((command.data(), command.ne()), (data, ne), "{bytes:02X?}");
            assert_eq!(Command::try_from(bytes), Ok(command), "{bytes:02X?}");
        }
    }

    fn commands() -> impl Strategy<Value = ([u8; 4], Vec<u8>, usize)> {
        let data = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..260),
            Just(vec![0x5A; 65_535]),
            Just(vec![0x5A; 256])
        ];
        (
            any::<[u8; 4]>(),
            data,
            prop_oneof![Just(0), 1..=257_usize, 65_535..=65_536_usize],
        )
    }

    proptest! {
        #[test]
        fn encode_then_parse_is_the_identity(([cla, ins, p1, p2], data, ne) in commands()) {
            let command = Command::new(cla, ins, p1, p2).with_data(&data).with_ne(ne);
            prop_assert_eq!(command.encode(Form::Short).is_ok(), command.fits_short());
            for form in [Form::Short, Form::Extended] {
                let Ok(bytes) = command.encode(form) else { continue };
                prop_assert_eq!(Command::parse(&bytes), Ok(command));
            }
        }

        #[test]
        fn what_parses_encodes_to_the_same_bytes(bytes in proptest::collection::vec(prop_oneof![3 => 0..4_u8, 1 => any::<u8>()], 0..300)) {
            match (Command::parse(&bytes), Case::of(&bytes)) {
                (Ok(command), Ok(case)) => {
                    let form = case.form().unwrap_or(Form::Short);
                    prop_assert_eq!(command.encode(form), Ok(bytes));
                }
                (Err(error), Err(_)) => prop_assert!(error.offset() <= bytes.len()),
                (parsed, case) => prop_assert!(false, "{:?} but {:?}", parsed, case),
            }
        }
    }
}
