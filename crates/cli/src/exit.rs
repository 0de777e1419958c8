//! The codes that the program ends with.

use pcsc_session::{Code, Error};
use std::process::ExitCode;

/// How the program ends, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Other = 1,
    Usage = 2,
    NoService = 3,
    NoReader = 4,
    NoCard = 5,
    Refused = 6,
    TimedOut = 7,
    InUse = 8,
    #[cfg(unix)]
    NotRun = 126,
    #[cfg(unix)]
    NotThere = 127,
}

/// The codes in words, for the help.
pub(crate) const CODES: &str = "\
Exit codes:
  0  done
  1  another error, or something that doctor or atr found
  2  wrong arguments, or a wrong file
  3  no PC/SC library, or no service
  4  no reader, not that one, or several
  5  no card, not that one, or one that does not answer
  6  the card refused a command of send, or a script or a recording expects something else
  7  what --wait waits for did not come in time
  8  another program has the card or the reader to itself
  126, 127  the program that is to be run cannot be, or is not there";

impl Exit {
    /// Returns the code for an error of PC/SC.
    pub(crate) fn of(error: &Error) -> Exit {
        match error {
            Error::TimedOut { .. } => Exit::TimedOut,
            Error::Load { .. } => Exit::NoService,
            Error::AmbiguousReader { .. } => Exit::NoReader,
            Error::NoCard { .. } => Exit::NoCard,
            Error::Status { .. } => Exit::Refused,
            error if error.code() == Some(Code::SHARING_VIOLATION) => Exit::InUse,
            error if error.is_service_down() => Exit::NoService,
            error if error.is_reader_gone() => Exit::NoReader,
            error if error.is_card_removed() || is_mute(error) => Exit::NoCard,
            _ => Exit::Other,
        }
    }
}

fn is_mute(error: &Error) -> bool {
    matches!(error.code(), Some(Code::UNRESPONSIVE_CARD | Code::UNPOWERED_CARD))
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
