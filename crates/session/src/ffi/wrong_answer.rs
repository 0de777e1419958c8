//! What a C function answers that none can: the sign of a library or a driver that is wrong.

use std::fmt;

/// The part of a C function's answer that cannot be: its library, or what that passes on of a driver, is wrong.
///
/// See [`Error::WrongAnswer`](crate::Error::WrongAnswer).
///
/// # Examples
/// ```
/// use pcsc_session::WrongAnswer;
///
/// fn is_of_a_list(answer: WrongAnswer) -> bool {
///     matches!(answer, WrongAnswer::CutOff { .. } | WrongAnswer::NoName { .. })
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrongAnswer {
    /// A code that has more than 32 bits.
    #[non_exhaustive]
    Code {
        /// The number.
        given: i64,
    },
    /// Success, with the handle 0.
    #[non_exhaustive]
    NoHandle {},
    /// More than there was room for.
    #[non_exhaustive]
    Length {
        /// How many bytes, or on Windows units of a text, were claimed to be written.
        given: u64,
        /// How many there was room for.
        room: usize,
    },
    /// A list whose last name has no end: it may be a part of one.
    #[non_exhaustive]
    CutOff {
        /// The list's length in bytes, on Windows in units.
        len: usize,
    },
    /// A connection that is to no reader.
    #[non_exhaustive]
    NoName {},
    /// A protocol that is none.
    #[non_exhaustive]
    Protocol {
        /// The number.
        given: u64,
    },
    /// A state that has more than 32 bits.
    #[non_exhaustive]
    State {
        /// The number.
        given: u64,
    },
    /// A list of a reader's features that is none by PC/SC part 10.
    #[non_exhaustive]
    Features {},
}

/// Returns C's number as one of 64 bits, which it has on some platforms.
pub(super) fn wide<T: Into<W>, W>(number: T) -> W {
    number.into()
}

impl fmt::Display for WrongAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrongAnswer::Code { given } => write!(f, "the code 0x{given:X}, and codes have 32 bits"),
            WrongAnswer::NoHandle {} => f.write_str("success with the handle 0, which is none"),
            WrongAnswer::Length { given, room } => {
                write!(f, "the length {given}, and there was room for {room}")
            }
            WrongAnswer::CutOff { len } => {
                write!(f, "a list of the length {len} whose last name does not end")
            }
            WrongAnswer::NoName {} => f.write_str("no name of a reader"),
            WrongAnswer::Protocol { given } => write!(f, "the protocol 0x{given:X}, which is none"),
            WrongAnswer::Features {} => f.write_str(
                "a list of the reader's features with an entry that is no tag, length 4 and control code",
            ),
            WrongAnswer::State { given } => write!(f, "the state 0x{given:X}, and states have 32 bits"),
        }
    }
}
