//! A session with a card: how it is opened, what is sent and answered, how it ends.

use crate::exchange::limits::Limits;
use crate::ffi::calls as raw;
use crate::session::reconnect::is_reconnectable;
use crate::{
    Code, Context, Disposition, Error, ExchangeOptions, Protocol, Protocols, ReaderName, SessionOptions,
    ShareMode,
};
use pcsc_iso7816::command::MAX_SHORT;
use pcsc_sys::{Functions, MAX_BUFFER_SIZE_EXTENDED, MAX_READERNAME, SCARD_IO_REQUEST, SCARDHANDLE};
use std::cell::Cell;
use std::fmt;

/// The longest name of a reader with its null; pcsc-lite would take the beginning of a longer one for the whole.
const LONGEST_NAME: usize = if cfg!(any(windows, target_os = "macos")) {
    usize::MAX
} else {
    MAX_READERNAME
};

/// A session with the card in one reader.
///
/// Commands go to the card once and as they are; nothing is repeated silently. Its end resets the card,
/// unless [`SessionOptions::on_close`] says otherwise.
///
/// Once a call has shown that the card was reset or removed, or that the reader or the service is gone,
/// every further call returns that error without asking again, until [`reconnect`](Session::reconnect)
/// succeeds; but [`control`](Session::control) goes to the reader, whatever has become of the card. After a loss of the
/// service only a new session helps.
///
/// A session can be moved to another thread; sessions on contexts of their own run side by side. With pcsc-lite, whose
/// library crashes where a context is released while a card is disconnected, opening one and ending one may wait a tenth
/// of a second for each other, and contexts are released when no session is about to end.
///
/// # Examples
/// ```
/// use pcsc_session::Session;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// let mut session = Session::options().provider(simulator.provider()).open()?;
/// let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// println!("{:02X?} {}", response.data(), response.status());
/// assert!(response.status().is_success());
/// session.close()?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub struct Session {
    pub(crate) context: Context,
    pub(crate) card: SCARDHANDLE,
    /// The code that ended the connection, where one did.
    pub(crate) lost: Cell<Option<Code>>,
    pub(crate) pci: SCARD_IO_REQUEST,
    /// Holds the largest answer there is; zeroed by the allocator, so its pages stay untouched until used.
    pub(crate) buffer: Box<[u8]>,
    /// How many bytes at the beginning of the buffer answered a secret command.
    pub(crate) secret: usize,
    pub(crate) protocol: Protocol,
    pub(crate) reader: ReaderName,
    pub(crate) share_mode: ShareMode,
    pub(crate) protocols: Protocols,
    pub(crate) on_close: Disposition,
    pub(crate) connected: bool,
    /// Transactions that could not be ended because the card was reset: the service still holds them.
    pub(crate) unended: u32,
    /// The command of [`execute`](Session::execute), encoded; wiped where it was secret.
    pub(crate) outgoing: Vec<u8>,
    pub(crate) exchange: ExchangeOptions,
    /// What the present card and the reader say of long commands, once it was asked.
    pub(crate) limits: Option<Limits>,
}

const _: fn() = || {
    fn send<T: Send>() {}
    send::<Session>();
};

impl Session {
    /// Opens a session on the first reader, shared, with T=0 or T=1.
    ///
    /// Blocks while the service powers the card, and with pcsc-lite while another handle holds a transaction; does not
    /// wait for a card.
    ///
    /// # Errors
    /// [`Error::NoReaders`] where there is none; [`Error::NoCard`] where its slot is empty;
    /// [`Error::Load`] without a library; `SCARD_E_NO_SERVICE` where the service does not run;
    /// `SCARD_E_SHARING_VIOLATION` where another program keeps the card to itself;
    /// `SCARD_E_PROTO_MISMATCH` where the card has no such protocol, or uses another one already.
    ///
    /// # Examples
    /// ```no_run
    /// let session = pcsc_session::Session::open()?; // the first reader of the machine
    /// assert!(session.status()?.state.is_present());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn open() -> Result<Session, Error> {
        Session::options().open()
    }

    /// Opens a session on the reader of this exact name, shared, with T=0 or T=1.
    ///
    /// # Errors
    /// [`Error::InvalidReader`] where there is no such reader, with those that there are; else as [`open`](Session::open).
    ///
    /// # Platform notes
    /// Windows compares names without regard to case.
    ///
    /// # Examples
    /// ```no_run
    /// let session = pcsc_session::Session::open_reader("Simulated Reader 00 00")?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn open_reader(name: impl Into<ReaderName>) -> Result<Session, Error> {
        Session::options().reader(name).open()
    }

    /// Starts from the default options.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Session, ShareMode};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().share_mode(ShareMode::Exclusive);
    /// let session = options.provider(simulator.provider()).open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn options() -> SessionOptions {
        SessionOptions::default()
    }

    /// Connects to the card as the options say.
    pub(crate) fn connect(context: Context, options: &SessionOptions) -> Result<Session, Error> {
        let (reader, chosen) = match &options.reader {
            Some(name) => (name.clone(), true),
            None => (
                context
                    .list_readers()?
                    .into_iter()
                    .next()
                    .ok_or(Error::NoReaders)?,
                false,
            ),
        };
        let Some(terminated) = reader.terminated().filter(|units| units.len() <= LONGEST_NAME) else {
            return Err(Error::InvalidReader {
                available: context.list_readers()?,
                name: reader,
            });
        };
        let protocols = options.wanted_protocols();
        match raw::connect(
            context.provider().functions(),
            context.as_raw(),
            terminated,
            options.share_mode,
            protocols,
        ) {
            Ok((card, protocol)) => {
                let mut session = Session::of_card(context, card, protocol, reader);
                session.share_mode = options.share_mode;
                session.protocols = protocols;
                session.on_close = options.on_close;
                session.exchange = options.exchange;
                Ok(session)
            }
            // Windows says of an empty slot that the card was removed.
            Err(code @ (Code::NO_SMARTCARD | Code::REMOVED_CARD)) => Err(Error::NoCard {
                function: "SCardConnect",
                code,
                reader,
            }),
            Err(code) if chosen => Err(unknown_reader(&context, reader, code)),
            Err(code) => Err(Error::Pcsc {
                function: "SCardConnect",
                code,
                reader: Some(reader),
            }),
        }
    }

    fn of_card(context: Context, card: SCARDHANDLE, protocol: Protocol, reader: ReaderName) -> Session {
        Session {
            context,
            card,
            lost: Cell::new(None),
            pci: raw::pci(protocol),
            buffer: vec![0; MAX_BUFFER_SIZE_EXTENDED].into_boxed_slice(),
            secret: 0,
            protocol,
            reader,
            share_mode: ShareMode::default(),
            protocols: Protocols::ANY,
            on_close: Disposition::default(),
            connected: true,
            unended: 0,
            outgoing: vec![0; MAX_SHORT],
            exchange: ExchangeOptions::default(),
            limits: None,
        }
    }

    /// A session on a handle whose reader and protocol are asked of the service: see [`from_raw`](Session::from_raw).
    pub(crate) fn of_handle(context: Context, card: SCARDHANDLE) -> Result<Session, Error> {
        let mut session = Session::of_card(context, card, Protocol::UNDEFINED, ReaderName::from(""));
        session.connected = false;
        let status = session.status().map_err(|error| match error {
            Error::Pcsc { function, code, .. } if code.is_invalid_handle() => {
                Error::UnknownHandle { function }
            }
            // Nothing is known of the reader yet.
            Error::Pcsc { function, code, .. } | Error::ReaderGone { function, code, .. } => Error::Pcsc {
                function,
                code,
                reader: None,
            },
            error => error,
        })?;
        session.connected = true;
        session.protocol = status.protocol;
        session.pci = raw::pci(status.protocol);
        if let Some(reader) = status.readers.into_iter().next() {
            session.reader = reader;
        }
        Ok(session)
    }

    /// Hands out the card's handle with its context; it stays connected and is the caller's to disconnect.
    ///
    /// Keep the context for as long as the handle: its release with the last clone disconnects the card.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let (context, card) = session.into_raw();
    /// // SAFETY: no pointer is passed, and the handle is the caller's now.
    /// let code = unsafe { (context.provider().functions().SCardDisconnect)(card, pcsc_sys::SCARD_LEAVE_CARD) };
    /// assert_eq!(code, pcsc_sys::SCARD_S_SUCCESS);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn into_raw(mut self) -> (Context, SCARDHANDLE) {
        self.connected = false;
        (self.context.clone(), self.card)
    }

    /// The handle, for C functions that this crate does not wrap. It stays this session's own.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let functions = session.context().provider().functions();
    /// // SAFETY: no pointer is passed, and the transaction is ended below.
    /// let begun = unsafe { (functions.SCardBeginTransaction)(session.as_raw()) };
    /// // SAFETY: no pointer is passed.
    /// let ended = unsafe { (functions.SCardEndTransaction)(session.as_raw(), pcsc_sys::SCARD_LEAVE_CARD) };
    /// assert_eq!((begun, ended), (pcsc_sys::SCARD_S_SUCCESS, pcsc_sys::SCARD_S_SUCCESS));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn as_raw(&self) -> SCARDHANDLE {
        self.card
    }

    /// The context that the session was opened on.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// assert_eq!(session.context().list_readers()?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The name of the reader.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn reader_name(&self) -> &ReaderName {
        &self.reader
    }

    /// The active protocol, as the last connection or reconnection gave it.
    ///
    /// # Examples
    /// ```
    /// # use pcsc_session::{Protocol, Session};
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// reader.insert(pcsc_sim::DemoCard::new().t0());
    /// let session = Session::options().provider(simulator.provider()).open()?;
    /// assert_eq!(session.protocol(), Protocol::T0);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn functions(&self) -> &'static Functions {
        self.context.provider().functions()
    }

    /// Refuses a call that can only fail, with the error of the session's state.
    #[inline]
    pub(crate) fn check(&self, function: &'static str) -> Result<(), Error> {
        match self.lost.get() {
            None => Ok(()),
            Some(code) => Err(self.pcsc(function, code)),
        }
    }

    /// Refuses a call that can only fail whatever becomes of the card: the reader is gone, or the service.
    pub(crate) fn check_reader(&self, function: &'static str) -> Result<(), Error> {
        match self.lost.get() {
            Some(code) if !is_reconnectable(code) => Err(self.pcsc(function, code)),
            _ => Ok(()),
        }
    }

    /// The error of a C function, noted where it ends the connection.
    #[cold]
    pub(crate) fn failed(&self, function: &'static str, code: Code) -> Error {
        if ends_connection(code) {
            self.lost.set(Some(code));
        }
        self.pcsc(function, code)
    }

    #[cold]
    fn pcsc(&self, function: &'static str, code: Code) -> Error {
        if code == READER_GONE {
            return Error::ReaderGone {
                function,
                code,
                reader: self.reader.clone(),
            };
        }
        Error::Pcsc {
            function,
            code,
            reader: Some(self.reader.clone()),
        }
    }
}

/// What pcscd answers on a handle whose reader was pulled out. No other value that a session gives it is out of range.
pub(crate) const READER_GONE: Code = if cfg!(windows) {
    Code::UNKNOWN_READER
} else {
    Code::INVALID_VALUE
};

/// Whether further calls on the handle can only fail, until it is reconnected or for ever.
fn ends_connection(code: Code) -> bool {
    is_reconnectable(code)
        || code.is_service_down()
        || code == READER_GONE
        || matches!(code, Code::UNKNOWN_READER)
}

/// The error of a connection by name: where the reader is not listed, the list says so better than the code.
fn unknown_reader(context: &Context, name: ReaderName, code: Code) -> Error {
    let doubtful = [
        Code::UNKNOWN_READER,
        Code::INVALID_VALUE,
        Code::INVALID_PARAMETER,
        Code::NO_READERS_AVAILABLE,
    ];
    if doubtful.contains(&code) {
        match context.list_readers() {
            Ok(available) if !available.contains(&name) => return Error::InvalidReader { name, available },
            Ok(_) | Err(_) => {}
        }
    }
    Error::Pcsc {
        function: "SCardConnect",
        code,
        reader: Some(name),
    }
}

/// `Session on "..." (T=1)`.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session on {:?} ({})", self.reader, self.protocol)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("reader", &self.reader)
            .field("protocol", &self.protocol)
            .field("share_mode", &self.share_mode)
            .field("on_close", &self.on_close)
            .field("lost", &self.lost.get())
            .finish_non_exhaustive()
    }
}
