//! What can go wrong.

mod cause;
mod causes;
mod close;
mod io;
mod platform;
mod questions;
mod text;

pub use cause::{Cause, Sandbox};
pub use close::CloseError;
pub(crate) use platform::Platform;

use crate::ffi::{CallError, Code, ReaderName, WrongAnswer};
use pcsc_iso7816::class::ClassError;
use pcsc_iso7816::command::{EncodeError, LongForm, OutOfRange};
use pcsc_iso7816::status_word::StatusWord;
use pcsc_sys::{LoadError, TooManyPostponed};
use std::time::Duration;

/// Why a call failed.
///
/// Its text says which C function failed, with which code, on which reader, and what can be done. It
/// never contains bytes of a card. Every variant may get more fields: match it with `{ .. }`.
///
/// # Examples
/// ```
/// use pcsc_session::{Error, Session};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00");
/// let error = Session::options().provider(simulator.provider()).open().unwrap_err();
/// assert!(matches!(&error, Error::NoCard { reader, .. } if reader == &"Simulated Reader 00 00"));
/// assert!(error.to_string().ends_with("insert one"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no reader.
    #[non_exhaustive]
    NoReaders {},
    /// There is no reader of this name; `available` are those that there are.
    #[non_exhaustive]
    InvalidReader {
        /// The name asked for.
        name: ReaderName,
        /// The names of the readers, in the service's order.
        available: Vec<ReaderName>,
    },
    /// There is no card in the reader.
    #[non_exhaustive]
    NoCard {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader.
        reader: ReaderName,
        /// Other readers that have a card, where they were looked at: a session that is opened does so, one that reconnects
        /// to its reader does not.
        with_card: Vec<ReaderName>,
    },
    /// Several readers fit the [`ReaderChoice`](crate::ReaderChoice).
    #[non_exhaustive]
    AmbiguousReader {
        /// The choice, in words.
        choice: String,
        /// The readers that fit it, in the service's order.
        candidates: Vec<ReaderName>,
    },
    /// There are readers, and none fits the [`ReaderChoice`](crate::ReaderChoice).
    #[non_exhaustive]
    NoMatchingReader {
        /// The choice, in words.
        choice: String,
        /// The names of the readers, in the service's order.
        available: Vec<ReaderName>,
    },
    /// There are readers, and no card in them that was asked for and answers; each reader that was looked at is in one of the
    /// lists.
    #[non_exhaustive]
    NoMatchingCard {
        /// Those without a card.
        empty: Box<[ReaderName]>,
        /// Those whose card does not answer.
        mute: Box<[ReaderName]>,
        /// Those with another card.
        other: Box<[ReaderName]>,
    },
    /// There is no PC/SC library.
    #[non_exhaustive]
    Load {
        /// What was tried.
        source: LoadError,
    },
    /// Too many contexts of this program wait for their release: no further one was opened.
    #[non_exhaustive]
    TooManyPostponed {
        /// How many there are, and what they wait for.
        source: TooManyPostponed,
    },
    /// A command without any byte; it was not sent.
    #[non_exhaustive]
    EmptyCommand {},
    /// A command longer than the longest that there is; it was not sent.
    #[non_exhaustive]
    CommandTooLong {
        /// Its length in bytes.
        len: usize,
        /// The largest length: 65,544 bytes.
        max: usize,
    },
    /// The card answered with fewer than the two bytes of a status word; the command may have acted.
    #[non_exhaustive]
    ShortResponse {
        /// How many bytes there were: 0 or 1.
        len: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// The card answered with a status word that is no success: see [`Response::ok`](crate::Response::ok).
    #[non_exhaustive]
    Status {
        /// The status word.
        status: StatusWord,
        /// The function of the card that it answers: CLA, INS, P1 and P2 as they were sent; `None` for a command of fewer
        /// bytes.
        header: Option<[u8; 4]>,
        /// The status word with which GET RESPONSE was refused after it: see [`Response::refusal`](crate::Response::refusal).
        refusal: Option<StatusWord>,
        /// The reader.
        reader: ReaderName,
    },
    /// The command cannot be encoded; it was not sent.
    #[non_exhaustive]
    Encode {
        /// Why.
        source: EncodeError,
    },
    /// The class byte of the command cannot say what it must; it was not sent.
    #[non_exhaustive]
    Class {
        /// Why.
        source: ClassError,
    },
    /// A number does not fit its field in the command; it was not sent.
    #[non_exhaustive]
    OutOfRange {
        /// Which field, and what it takes.
        source: OutOfRange,
    },
    /// MANAGE CHANNEL was to go through a channel, which it would take away; it was not sent.
    #[non_exhaustive]
    ManageChannel {},
    /// The command is too long for the short form, and nothing says how it could reach this card; it was not sent.
    #[non_exhaustive]
    FormUnknown {
        /// The number of data bytes.
        nc: usize,
        /// Why neither extended length nor command chaining was chosen, and what helps.
        problem: &'static str,
        /// The reader.
        reader: ReaderName,
    },
    /// The card refused the form that was chosen for a long command: 6700 or 6884. It was not sent again.
    #[non_exhaustive]
    FormRefused {
        /// The form, chosen by the card's answer to reset.
        form: LongForm,
        /// The status word.
        status: StatusWord,
        /// The number of data bytes in what was refused: the command, or a part of the chain.
        nc: usize,
        /// How many bytes it expected.
        ne: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// The card sent or offers more than an answer may have: 65,536 bytes of data.
    #[non_exhaustive]
    ResponseTooLong {
        /// The number of bytes that had come.
        len: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// A transparent file ends before the length that was asked for.
    #[non_exhaustive]
    FileTooShort {
        /// How many bytes it has.
        len: usize,
        /// How many were asked for.
        expected: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// A transparent file has more bytes than are read or updated of one:
    /// [`TransparentFile::MAX_LEN`](crate::TransparentFile::MAX_LEN).
    #[non_exhaustive]
    FileTooLong {
        /// The most bytes.
        max: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// The card's answer is not what the standard says that it is.
    #[non_exhaustive]
    BadResponse {
        /// What was wrong with it.
        problem: &'static str,
        /// The reader.
        reader: ReaderName,
    },
    /// What was waited for did not come in time.
    #[non_exhaustive]
    TimedOut {
        /// What was waited for.
        awaited: &'static str,
        /// For how long.
        timeout: Duration,
        /// Why the service was not there at the end, where it was not.
        loss: Option<Box<Error>>,
        /// Why there was nothing to open at the end, of a wait for a session, or why its last try failed, of a recovery.
        failure: Option<Box<Error>>,
    },
    /// A [`Canceller`](crate::Canceller) ended the wait.
    #[non_exhaustive]
    Cancelled {
        /// What was waited for.
        awaited: &'static str,
    },
    /// The system started no thread to watch the readers.
    #[non_exhaustive]
    NoThread {
        /// Why.
        kind: std::io::ErrorKind,
    },
    /// What was read kept changing, and grew each time.
    #[non_exhaustive]
    KeepsChanging {
        /// The C function that was called again and again.
        function: &'static str,
    },
    /// The reader was pulled out, which the list of readers confirms: once it is back,
    /// [`Session::recover`](crate::Session::recover) helps, or a new session.
    #[non_exhaustive]
    ReaderGone {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader.
        reader: ReaderName,
    },
    /// A handle that was to be taken over is none of the service's: see [`Session::from_raw`](crate::Session::from_raw).
    #[non_exhaustive]
    UnknownHandle {
        /// The C function that was asked.
        function: &'static str,
    },
    /// An input longer than the C function takes; it was not sent.
    #[non_exhaustive]
    InputTooLong {
        /// The C function.
        function: &'static str,
        /// The input's length in bytes.
        len: usize,
        /// The largest length in bytes.
        max: usize,
    },
    /// A C function answered what cannot be: the library, or the driver whose answer it passes on, is wrong.
    #[non_exhaustive]
    WrongAnswer {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it answered.
        answer: WrongAnswer,
        /// The reader, where the function has to do with one.
        reader: Option<ReaderName>,
    },
    /// A C function returned an error.
    #[non_exhaustive]
    Pcsc {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader, where the function has to do with one.
        reader: Option<ReaderName>,
        /// The causes that a look at the system left, where one was made: see [`causes`](Error::causes).
        causes: Option<Box<[Cause]>>,
    },
}

impl Error {
    /// Makes that of a C function, whose causes follow from function and code.
    pub(crate) fn pcsc(function: &'static str, code: Code, reader: Option<ReaderName>) -> Error {
        Error::Pcsc {
            function,
            code,
            reader,
            causes: None,
        }
    }

    /// Makes that of a C function which gave nothing, or what cannot be.
    pub(crate) fn of_call(function: &'static str, error: CallError, reader: Option<ReaderName>) -> Error {
        match error {
            CallError::Failed(code) => Error::pcsc(function, code, reader),
            CallError::OfTheParent => Error::Pcsc {
                function,
                code: Code::INVALID_HANDLE,
                reader,
                causes: Some([Cause::ForkedProcess {}].into()),
            },
            CallError::Wrong(answer) => Error::WrongAnswer {
                function,
                answer,
                reader,
            },
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Load { source } => Some(source),
            Error::TooManyPostponed { source } => Some(source),
            Error::Encode { source } => Some(source),
            Error::Class { source } => Some(source),
            Error::OutOfRange { source } => Some(source),
            Error::TimedOut { loss, failure, .. } => {
                let source = failure.as_deref().or(loss.as_deref());
                source.map(|error| error as _)
            }
            _ => None,
        }
    }
}

impl From<EncodeError> for Error {
    fn from(source: EncodeError) -> Error {
        Error::Encode { source }
    }
}

impl From<ClassError> for Error {
    fn from(source: ClassError) -> Error {
        Error::Class { source }
    }
}

impl From<OutOfRange> for Error {
    fn from(source: OutOfRange) -> Error {
        Error::OutOfRange { source }
    }
}

impl From<LoadError> for Error {
    fn from(source: LoadError) -> Error {
        Error::Load { source }
    }
}
