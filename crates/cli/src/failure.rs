//! Why a command did not do what it was asked for.

use crate::exit::Exit;
use crate::output::ERROR;
use pcsc_session::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// PC/SC, with what it says.
    Pcsc(Error),
    /// What was asked for cannot be meant.
    Usage(String),
    /// Something else, in words.
    Other(String),
    /// All has been said.
    Told(ExitCode),
    /// Nobody reads the output any more.
    OutputClosed,
}

impl Failure {
    /// Makes that of a file or the like: what was tried, and why it could not be.
    pub(crate) fn of_file(tried: impl std::fmt::Display, error: io::Error) -> Failure {
        Failure::Other(format!("{tried}: {error}"))
    }

    /// Says why, and returns the code to end with.
    pub(crate) fn report(self) -> ExitCode {
        let (text, exit) = match self {
            Failure::Pcsc(error) => (error.to_string(), Exit::of(&error)),
            Failure::Usage(text) => (text, Exit::Usage),
            Failure::Other(text) => (text, Exit::Other),
            Failure::Told(code) => return code,
            Failure::OutputClosed => return ExitCode::FAILURE,
        };
        // Who closed this one as well is told nothing.
        let _ = writeln!(anstream::stderr(), "{ERROR}pcsc:{ERROR:#} {text}");
        exit.into()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Pcsc(error)
    }
}

/// That of the output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::of_file("the output cannot be written", error),
        }
    }
}
