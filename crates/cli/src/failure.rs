//! Why a command did not do what it was asked for.

use crate::exit::Exit;
use crate::interrupt;
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
    /// The card refused a command, or did not answer as expected; all has been said.
    Refused,
    /// The doctor found something, which has been said.
    Found,
    /// A program that was started ended with this code.
    #[cfg(unix)]
    Program(u8),
    /// One of these at a place in a file.
    At(String, Box<Failure>),
    /// Nobody reads the output any more.
    OutputClosed,
    /// Ctrl-C, where it is no signal.
    Interrupted,
}

impl Failure {
    /// Makes that of a file or the like: what was tried, and why it could not be.
    pub(crate) fn of_file(tried: impl std::fmt::Display, error: io::Error) -> Failure {
        Failure::Other(format!("{tried}: {error}"))
    }

    /// Says why, and returns the code to end with.
    pub(crate) fn report(self) -> ExitCode {
        if let Some(text) = self.text() {
            tell(&text);
        }
        self.code()
    }

    /// Says why, where that has not been said.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Failure::Pcsc(error) => Some(error.to_string()),
            Failure::Usage(text) | Failure::Other(text) => Some(text.clone()),
            Failure::At(place, failure) => failure.text().map(|text| format!("{place}: {text}")),
            _ => None,
        }
    }

    fn code(&self) -> ExitCode {
        match self {
            Failure::Pcsc(error) => Exit::of(error).into(),
            Failure::Usage(_) => Exit::Usage.into(),
            Failure::Other(_) | Failure::Found => Exit::Other.into(),
            Failure::Refused => Exit::Refused.into(),
            #[cfg(unix)]
            Failure::Program(code) => ExitCode::from(*code),
            Failure::At(_, failure) => failure.code(),
            Failure::OutputClosed => interrupt::end_by_closed_pipe(),
            Failure::Interrupted => interrupt::end_by_interrupt(),
        }
    }

    /// Says where in a file it was.
    pub(crate) fn at(self, place: &dyn std::fmt::Display) -> Failure {
        match self {
            Failure::OutputClosed | Failure::Interrupted => self,
            failure => Failure::At(place.to_string(), Box::new(failure)),
        }
    }
}

/// Says something that is no output.
pub(crate) fn tell(text: &str) {
    // Who closed this one as well is told nothing.
    let _ = writeln!(anstream::stderr(), "{ERROR}pcsc:{ERROR:#} {text}");
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
