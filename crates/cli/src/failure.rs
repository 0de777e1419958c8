//! Why a command did not do what it was asked for.

use crate::exit::Exit;
use crate::interrupt;
use crate::output::{ERROR, Output};
use crate::progress;
use pcsc_session::{Cause, Error};
use pcsc_sys::Escaped;
use serde::Serialize;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// PC/SC, with what it says.
    Pcsc(Error),
    /// Something else, in words, and the code to end with.
    Other(Exit, String),
    /// All has been said: the code to end with.
    Said(Exit),
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

/// A failure, for programs.
#[derive(Debug, Serialize)]
struct Told {
    error: String,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

impl Failure {
    /// Makes that of what was said wrongly: arguments, a line, the contents of a file.
    pub(crate) fn usage(text: impl Into<String>) -> Failure {
        Failure::Other(Exit::Usage, text.into())
    }

    /// Makes that of anything else: what was tried, and why it could not be.
    pub(crate) fn of(tried: impl std::fmt::Display, error: io::Error) -> Failure {
        Failure::Other(Exit::Other, format!("{tried}: {error}"))
    }

    /// Makes that of a file that was named: it is the wrong one, or its place is.
    pub(crate) fn of_file(file: &Path, error: impl std::fmt::Display) -> Failure {
        Failure::usage(format!("{}: {error}", file.display()))
    }

    /// Says why: in words, and to programs as a document.
    pub(crate) fn say(&self, output: Output) {
        if let (Some(text), Some(exit)) = (self.text(), self.exit()) {
            tell(&text);
            // Who does not read it any more has the code.
            let _ = output.document(&self.told(text, exit));
        }
    }

    /// Says why, and returns the code to end with.
    pub(crate) fn report(self, output: Output) -> ExitCode {
        self.say(output);
        match self {
            Failure::OutputClosed => interrupt::end_by_closed_pipe(),
            Failure::Interrupted => interrupt::end_by_interrupt(),
            #[cfg(unix)]
            Failure::Program(code) => ExitCode::from(code),
            failure => failure.exit().unwrap_or(Exit::Other).into(),
        }
    }

    /// Says why, where that has not been said.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Failure::Pcsc(error) => Some(error.to_string()),
            Failure::Other(_, text) => Some(text.clone()),
            Failure::At(place, failure) => failure.text().map(|text| format!("{place}: {text}")),
            _ => None,
        }
    }

    /// Returns the code to end with, where it is one of this program's own.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self {
            Failure::Pcsc(error) => Some(Exit::of(error)),
            Failure::Other(exit, _) | Failure::Said(exit) => Some(*exit),
            Failure::At(_, failure) => failure.exit(),
            _ => None,
        }
    }

    /// Says where in a file it was.
    pub(crate) fn at(self, place: &dyn std::fmt::Display) -> Failure {
        match self {
            Failure::OutputClosed | Failure::Interrupted => self,
            failure => Failure::At(place.to_string(), Box::new(failure)),
        }
    }

    fn error(&self) -> Option<&Error> {
        match self {
            Failure::Pcsc(error) => Some(error),
            Failure::At(_, failure) => failure.error(),
            _ => None,
        }
    }

    fn told(&self, text: String, exit: Exit) -> Told {
        let error = self.error();
        let code = error.and_then(Error::code);
        Told {
            error: text,
            exit: exit as u8,
            function: error.and_then(Error::function),
            code: code.map(|code| code.name().map_or_else(|| code.to_string(), str::to_owned)),
            reader: error
                .and_then(Error::reader)
                .map(|name| name.to_string_lossy().into_owned()),
            causes: error
                .map(Error::causes)
                .unwrap_or_default()
                .iter()
                .map(Cause::to_string)
                .collect(),
        }
    }
}

/// Says something that is no output; names of files and the like do nothing to a terminal.
pub(crate) fn tell(text: &str) {
    // Who closed this one as well is told nothing.
    let _ = progress::beside(|| writeln!(anstream::stderr(), "{ERROR}pcsc:{ERROR:#} {}", Escaped(text)));
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
            _ => Failure::of("the output cannot be written", error),
        }
    }
}
