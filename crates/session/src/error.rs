//! What can go wrong.

mod code;
mod display;

pub use code::Code;

use crate::{Channel, LongForm, ReaderName, Session, StatusWord, Transaction};
use pcsc_iso7816::class::ClassError;
use pcsc_iso7816::command::{EncodeError, OutOfRange};
use pcsc_sys::LoadError;

/// Why a call failed.
///
/// Its text says which C function failed, with which code, on which reader, and what can be done. It
/// never contains bytes of a card.
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
    NoReaders,
    /// There is no reader of this name; `available` are those that there are.
    InvalidReader {
        /// The name asked for.
        name: ReaderName,
        /// The names of the readers, in the service's order.
        available: Vec<ReaderName>,
    },
    /// There is no card in the reader.
    NoCard {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader.
        reader: ReaderName,
    },
    /// There is no PC/SC library.
    Load(LoadError),
    /// A command without any byte; it was not sent.
    EmptyCommand,
    /// A command longer than the longest that there is; it was not sent.
    CommandTooLong {
        /// Its length in bytes.
        len: usize,
        /// The largest length: 65,544 bytes.
        max: usize,
    },
    /// The card answered with fewer than the two bytes of a status word; the command may have acted.
    ShortResponse {
        /// How many bytes there were: 0 or 1.
        len: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// The card answered with a status word that is no success: see [`Response::ok`](crate::Response::ok).
    Status(StatusWord),
    /// The command cannot be encoded; it was not sent.
    Encode(EncodeError),
    /// The class byte of the command cannot say what it must; it was not sent.
    Class(ClassError),
    /// A number does not fit its field in the command; it was not sent.
    OutOfRange(OutOfRange),
    /// MANAGE CHANNEL was to go through a [`Channel`](crate::Channel), which it would take away; it was not sent.
    ManageChannel,
    /// The command is too long for the short form, and nothing says how it could reach this card; it was not sent.
    FormUnknown {
        /// The number of data bytes.
        nc: usize,
        /// Why neither extended length nor command chaining was chosen.
        problem: &'static str,
        /// The reader.
        reader: ReaderName,
    },
    /// The card refused the form that was chosen for a long command: 6700 or 6884. It was not sent again.
    FormRefused {
        /// The form, chosen by the card's answer to reset.
        form: LongForm,
        /// The status word.
        status: StatusWord,
        /// The reader.
        reader: ReaderName,
    },
    /// The card sent or offers more than an answer may have: 65,536 bytes of data, 256 rounds of GET RESPONSE.
    ResponseTooLong {
        /// The number of bytes that had come.
        len: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// A transparent file has more bytes than are read or updated of one:
    /// [`TransparentFile::MAX_LEN`](crate::TransparentFile::MAX_LEN).
    FileTooLong {
        /// The most bytes.
        max: usize,
        /// The reader.
        reader: ReaderName,
    },
    /// The card's answer is not what the standard says that it is.
    BadResponse {
        /// What was wrong with it.
        problem: &'static str,
        /// The reader.
        reader: ReaderName,
    },
    /// What was read kept changing, and grew each time.
    KeepsChanging {
        /// The C function that was called again and again.
        function: &'static str,
    },
    /// The reader was pulled out: only a new session helps, once it is back.
    ReaderGone {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader.
        reader: ReaderName,
    },
    /// A handle that was to be taken over is none of the service's: see [`Session::from_raw`](crate::Session::from_raw).
    UnknownHandle {
        /// The C function that was asked.
        function: &'static str,
    },
    /// An input longer than the C function takes; it was not sent.
    InputTooLong {
        /// The C function.
        function: &'static str,
        /// The input's length in bytes.
        len: usize,
        /// The largest length in bytes.
        max: usize,
    },
    /// A C function returned an error.
    Pcsc {
        /// The C function, by its name without Windows' suffix.
        function: &'static str,
        /// What it returned.
        code: Code,
        /// The reader, where the function has to do with one.
        reader: Option<ReaderName>,
    },
}

impl Error {
    /// The code that the C function returned, where one did.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Code, Error};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_W_RESET_CARD);
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert_eq!(error.code(), Some(Code::RESET_CARD));
    /// assert_eq!(Error::EmptyCommand.code(), None); // no C function was called
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Error::UnknownHandle { .. } => Some(Code::INVALID_HANDLE),
            Error::NoCard { code, .. } | Error::Pcsc { code, .. } | Error::ReaderGone { code, .. } => {
                Some(*code)
            }
            _ => None,
        }
    }

    /// The C function that failed, by its name without Windows' suffix, where one did.
    ///
    /// Not for [`Error::InvalidReader`]: the list of readers says that.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Error, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let error = Session::options().provider(simulator.provider()).open().unwrap_err(); // the slot is empty
    /// assert_eq!(error.function(), Some("SCardConnect"));
    /// assert_eq!(Error::EmptyCommand.function(), None); // no C function was called
    /// ```
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        match self {
            Error::NoCard { function, .. }
            | Error::KeepsChanging { function }
            | Error::ReaderGone { function, .. }
            | Error::UnknownHandle { function }
            | Error::Pcsc { function, .. } => Some(function),
            Error::ShortResponse { .. } | Error::ResponseTooLong { .. } => Some("SCardTransmit"),
            _ => None,
        }
    }

    /// The reader that the error is about, where there is one.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Error, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let error = Session::options().provider(simulator.provider()).open().unwrap_err();
    /// assert_eq!(error.reader().unwrap(), &"Simulated Reader 00 00");
    /// assert_eq!(Error::NoReaders.reader(), None);
    /// ```
    #[must_use]
    pub fn reader(&self) -> Option<&ReaderName> {
        match self {
            Error::InvalidReader { name, .. } => Some(name),
            Error::NoCard { reader, .. }
            | Error::ShortResponse { reader, .. }
            | Error::FormUnknown { reader, .. }
            | Error::FormRefused { reader, .. }
            | Error::ResponseTooLong { reader, .. }
            | Error::FileTooLong { reader, .. }
            | Error::BadResponse { reader, .. }
            | Error::ReaderGone { reader, .. } => Some(reader),
            Error::Pcsc { reader, .. } => reader.as_ref(),
            _ => None,
        }
    }

    fn is(&self, codes: &[Code]) -> bool {
        self.code().is_some_and(|code| codes.contains(&code))
    }

    /// Whether the card was taken out, or is not there.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// reader.remove();
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert!(error.is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_card_removed(&self) -> bool {
        self.is(&[Code::REMOVED_CARD, Code::NO_SMARTCARD])
    }

    /// Whether the card was reset, by another program or at a transaction's end: it has forgotten its selected
    /// application and its verified PINs. [`Session::reconnect`](crate::Session::reconnect) makes it usable again.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_W_RESET_CARD);
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert!(error.is_card_reset());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_card_reset(&self) -> bool {
        self.is(&[Code::RESET_CARD])
    }

    /// Whether the reader is not there (any more), or does not answer.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_READER_UNAVAILABLE);
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert!(error.is_reader_gone());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_reader_gone(&self) -> bool {
        matches!(
            self,
            Error::InvalidReader { .. } | Error::NoReaders | Error::ReaderGone { .. }
        ) || self.is(&[
            Code::READER_UNAVAILABLE,
            Code::UNKNOWN_READER,
            Code::NO_READERS_AVAILABLE,
        ])
    }

    /// Whether the service does not run, or the connection to it is lost: only a new context helps.
    ///
    /// # Examples
    /// ```
    /// # use pcsc_session::Session;
    /// # let simulator = pcsc_sim::Simulator::new();
    /// simulator.stop_service();
    /// let error = Session::options().provider(simulator.provider()).open().unwrap_err();
    /// assert!(error.is_service_down());
    /// ```
    #[must_use]
    pub fn is_service_down(&self) -> bool {
        !matches!(self, Error::UnknownHandle { .. }) && self.code().is_some_and(Code::is_service_down)
    }

    /// Whether another program keeps the card to itself.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Session, ShareMode};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider()).share_mode(ShareMode::Exclusive);
    /// let session = options.open()?;
    /// assert!(options.open().unwrap_err().is_sharing_violation());
    /// # drop(session);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_sharing_violation(&self) -> bool {
        self.is(&[Code::SHARING_VIOLATION])
    }

    /// Whether the time to wait ran out.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_TIMEOUT);
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert!(error.is_timeout());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.is(&[Code::TIMEOUT])
    }

    /// Whether the wait was cancelled.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_CANCELLED);
    /// let error = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap_err();
    /// assert!(error.is_cancelled());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is(&[Code::CANCELLED, Code::SYSTEM_CANCELLED])
    }
}

impl Code {
    /// Whether the service does not know the handle. Windows has a code of its own for one of a service that was shut down.
    pub(crate) fn is_invalid_handle(self) -> bool {
        const ERROR_INVALID_HANDLE: Code = Code(6);
        self == Code::INVALID_HANDLE || cfg!(windows) && self == ERROR_INVALID_HANDLE
    }

    /// Whether only a new context helps after this code.
    pub(crate) fn is_service_down(self) -> bool {
        self.is_invalid_handle()
            || matches!(self, Code::NO_SERVICE | Code::SERVICE_STOPPED | Code::COMM_ERROR)
    }
}

impl std::error::Error for Error {}

/// Keeps the error and drops the session, so that `session.close()?` compiles.
impl From<(Session, Error)> for Error {
    fn from((_, error): (Session, Error)) -> Error {
        error
    }
}

/// Keeps the error and drops the transaction, so that `transaction.end(...)?` compiles.
impl From<(Transaction<'_>, Error)> for Error {
    fn from((_, error): (Transaction<'_>, Error)) -> Error {
        error
    }
}

/// Keeps the error and drops the channel, so that `channel.close()?` compiles.
impl From<(Channel<'_>, Error)> for Error {
    fn from((_, error): (Channel<'_>, Error)) -> Error {
        error
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Error {
        Error::Encode(error)
    }
}

impl From<ClassError> for Error {
    fn from(error: ClassError) -> Error {
        Error::Class(error)
    }
}

impl From<OutOfRange> for Error {
    fn from(error: OutOfRange) -> Error {
        Error::OutOfRange(error)
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Error {
        Error::Load(error)
    }
}
