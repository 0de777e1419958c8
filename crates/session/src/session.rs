//! A session with a card: how it is opened, what is sent and answered, how it ends.

use crate::raw;
use crate::{
    Code, Context, Disposition, Error, Protocol, Protocols, ReaderName, Response, SessionOptions, ShareMode,
    StatusWord, apdu_log, is_sensitive_apdu,
};
use pcsc_sys::{Functions, MAX_BUFFER_SIZE_EXTENDED, SCARD_IO_REQUEST, SCARDHANDLE};
use std::cell::Cell;
use std::fmt;
use zeroize::Zeroize;

/// The longest command: header, extended Lc, 65,535 bytes of data and extended Le (ISO/IEC 7816-3, 12.1).
const MAX_COMMAND: usize = 4 + 3 + 65_535 + 2;

/// A session with the card in one reader.
///
/// Commands go to the card once and as they are; nothing is repeated silently. Its end resets the card,
/// unless [`SessionOptions::on_close`] says otherwise.
///
/// Once a call has shown that the card was reset or removed, or that the reader or the service is gone,
/// every further call returns that error without asking again, until [`reconnect`](Session::reconnect)
/// succeeds. After a loss of the service only a new session helps.
///
/// A session can be moved to another thread; sessions on contexts of their own run side by side.
///
/// # Examples
/// ```
/// use pcsc_session::Session;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// let mut session = Session::options().provider(simulator.functions()).open()?;
/// let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// println!("{:02X?} {}", response.data(), response.status());
/// assert!(response.status().is_success());
/// session.close().map_err(|(_, error)| error)?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub struct Session {
    context: Context,
    card: SCARDHANDLE,
    /// The code that ended the connection, where one did.
    lost: Cell<Option<Code>>,
    pci: SCARD_IO_REQUEST,
    /// Holds the largest answer there is; zeroed by the allocator, so its pages stay untouched until used.
    buffer: Box<[u8]>,
    /// How many bytes at the beginning of the buffer answered a secret command.
    secret: usize,
    protocol: Protocol,
    reader: ReaderName,
    share_mode: ShareMode,
    protocols: Protocols,
    on_close: Disposition,
    connected: bool,
    /// Transactions that could not be ended because the card was lost: the service still holds them.
    pub(crate) unended: u32,
}

const _: fn() = || {
    fn send<T: Send>() {}
    send::<Session>();
};

impl Session {
    /// Opens a session on the first reader, shared, with T=0 or T=1.
    ///
    /// Blocks while the service powers the card; does not wait for a card.
    ///
    /// # Errors
    /// [`Error::NoReaders`] where there is none; [`Error::NoCard`] where its slot is empty;
    /// [`Error::Load`] without a library; `SCARD_E_NO_SERVICE` where the service does not run;
    /// `SCARD_E_SHARING_VIOLATION` where another program keeps the card to itself;
    /// `SCARD_E_PROTO_MISMATCH` where the card has no such protocol, or uses another one already.
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
    pub fn open_reader(name: impl Into<ReaderName>) -> Result<Session, Error> {
        Session::options().reader(name).open()
    }

    /// Starts from the default options.
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
        let Some(terminated) = reader.terminated() else {
            return Err(Error::InvalidReader {
                available: context.list_readers()?,
                name: reader,
            });
        };
        let protocols = options.wanted_protocols();
        match raw::connect(
            context.functions(),
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
                Ok(session)
            }
            Err(Code::NO_SMARTCARD) => Err(Error::NoCard { reader }),
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
        }
    }

    /// Takes over a card that was connected in another way, shared; its reader and protocol are asked of the service.
    ///
    /// The session disconnects it at its end, with a reset.
    ///
    /// # Errors
    /// What `SCardStatus` returned, `SCARD_E_INVALID_HANDLE` among it; the handle then stays the caller's.
    pub fn from_raw(context: Context, card: SCARDHANDLE) -> Result<Session, Error> {
        let mut session = Session::of_card(context, card, Protocol::UNDEFINED, ReaderName::from(""));
        session.connected = false;
        let status = session.status()?;
        session.connected = true;
        session.protocol = status.protocol;
        session.pci = raw::pci(status.protocol);
        if let Some(reader) = status.readers.into_iter().next() {
            session.reader = reader;
        }
        Ok(session)
    }

    /// Hands out the card's handle with its context; it stays connected and is the caller's to disconnect.
    #[must_use]
    pub fn into_raw(mut self) -> (Context, SCARDHANDLE) {
        self.connected = false;
        (self.context.clone(), self.card)
    }

    /// The handle, for C functions that this crate does not wrap. It stays this session's own.
    #[must_use]
    pub fn as_raw(&self) -> SCARDHANDLE {
        self.card
    }

    /// The context that the session was opened on.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The name of the reader.
    #[must_use]
    pub fn reader_name(&self) -> &ReaderName {
        &self.reader
    }

    /// The active protocol, as the last connection or reconnection gave it.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn functions(&self) -> &'static Functions {
        self.context.functions()
    }

    /// Sends a command as it is, once, and returns the card's answer. Blocks until the card answers.
    ///
    /// 1 to 65,544 bytes; the answer has up to 65,536 bytes of data. Allocates nothing.
    /// Commands whose instruction carries a secret ([`is_sensitive_apdu`]) are not logged and their answers are wiped.
    ///
    /// Wraps `SCardTransmit` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga9a2d77242a271310269065e64633ab99),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardtransmit)).
    ///
    /// # Errors
    /// [`Error::EmptyCommand`] and [`Error::CommandTooLong`] before anything is sent; [`Error::ShortResponse`]
    /// where no status word came back; `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`,
    /// `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where the connection is lost;
    /// After an error other than the first two the card may have acted on the command.
    ///
    /// # Platform notes
    /// While another program has a transaction, this waits for its end.
    #[doc(alias = "SCardTransmit")]
    #[inline]
    pub fn transmit(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange(command, is_sensitive_apdu(command))
    }

    /// Sends a command that carries a secret which its instruction does not show: as
    /// [`transmit`](Session::transmit), but neither its data nor its answer's is logged, and the answer is wiped.
    ///
    /// # Errors
    /// As [`transmit`](Session::transmit).
    pub fn transmit_sensitive(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange(command, true)
    }

    #[inline]
    fn exchange(&mut self, command: &[u8], secret: bool) -> Result<Response<'_>, Error> {
        if command.len().wrapping_sub(1) >= MAX_COMMAND {
            return Err(refused(command.len()));
        }
        self.check("SCardTransmit")?;
        if self.secret != 0 {
            self.wipe();
        }
        if apdu_log::enabled() {
            apdu_log::command(&self.reader, command, secret);
        }
        let result = raw::transmit(
            self.context.functions(),
            self.card,
            &self.pci,
            command,
            &mut self.buffer,
        );
        if secret {
            // An error may come after a part of the answer was written: all of it counts.
            self.secret = *result.as_ref().unwrap_or(&self.buffer.len());
        }
        if apdu_log::enabled() {
            apdu_log::answer(&self.reader, &result.map(|len| &self.buffer[..len]), secret);
        }
        match result {
            Ok(len) => match &self.buffer[..len] {
                [data @ .., sw1, sw2] => Ok(Response::new(data, StatusWord::new(*sw1, *sw2))),
                short => Err(Error::ShortResponse {
                    len: short.len(),
                    reader: self.reader.clone(),
                }),
            },
            Err(code) => Err(self.failed("SCardTransmit", code)),
        }
    }

    /// Sends a command and returns the very tuple that the Python library's `sendCommandAPDU` documents:
    /// data, SW1, SW2; data of more than two bytes has SW1 and SW2 appended to it.
    ///
    /// # Errors
    /// As [`transmit`](Session::transmit).
    #[doc(alias = "sendCommandAPDU")]
    pub fn send_command_apdu(&mut self, command: &[u8]) -> Result<(Vec<u8>, u8, u8), Error> {
        let response = self.transmit(command)?;
        let (sw1, sw2) = (response.status().sw1(), response.status().sw2());
        let mut data = Vec::with_capacity(response.data().len() + 2);
        data.extend_from_slice(response.data());
        if data.len() > 2 {
            data.extend_from_slice(&[sw1, sw2]);
        }
        Ok((data, sw1, sw2))
    }

    /// Connects to the card again with the same share mode and protocols, after doing with it what
    /// `initialization` says: after a reset by another program or a removal, this makes the session usable again.
    ///
    /// The card may have forgotten its selected application and its verified PINs, and may be another card.
    ///
    /// Wraps `SCardReconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreconnect)).
    ///
    /// # Errors
    /// [`Error::NoCard`] where there is no card; `SCARD_E_SHARING_VIOLATION` where another program keeps it to
    /// itself; the session's state stays as it was. Where the reader or the service is gone only a new
    /// session helps, and its error is returned without asking again.
    ///
    /// # Platform notes
    /// Ends a transaction on Windows, not with pcsc-lite, where a [`Transaction`](crate::Transaction) that was
    /// dropped while the card was lost is ended now.
    #[doc(alias = "SCardReconnect")]
    pub fn reconnect(&mut self, initialization: Disposition) -> Result<(), Error> {
        self.reconnect_as(self.share_mode, self.protocols, initialization)
    }

    /// Connects to the card again with another share mode or other protocols.
    ///
    /// # Errors
    /// As [`reconnect`](Session::reconnect).
    pub fn reconnect_as(
        &mut self,
        share_mode: ShareMode,
        protocols: Protocols,
        initialization: Disposition,
    ) -> Result<(), Error> {
        const FUNCTION: &str = "SCardReconnect";
        if self.lost.get().is_some_and(|code| !is_reconnectable(code)) {
            self.check(FUNCTION)?;
        }
        match raw::reconnect(self.functions(), self.card, share_mode, protocols, initialization) {
            Ok(protocol) => {
                self.lost.set(None);
                self.share_mode = share_mode;
                self.protocols = protocols;
                self.protocol = protocol;
                self.pci = raw::pci(protocol);
                for _ in 0..std::mem::take(&mut self.unended) {
                    // Where the reconnection ended it already, there is none to end.
                    let _ = raw::end_transaction(self.functions(), self.card, Disposition::Leave);
                }
                Ok(())
            }
            Err(Code::NO_SMARTCARD) => {
                self.lost.set(Some(Code::REMOVED_CARD));
                Err(Error::NoCard {
                    reader: self.reader.clone(),
                })
            }
            Err(code) => Err(self.failed(FUNCTION, code)),
        }
    }

    /// Ends the session: the card is disconnected as [`SessionOptions::on_close`] says.
    ///
    /// Dropping a session does the same; only this says whether it worked.
    ///
    /// Wraps `SCardDisconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scarddisconnect)).
    ///
    /// # Errors
    /// The session comes back with what the C function returned, as `SCARD_E_NO_SERVICE` after the loss of
    /// the service; dropping it then frees what is left.
    #[doc(alias = "SCardDisconnect")]
    #[allow(
        clippy::result_large_err,
        reason = "the session comes back, and this is not called often"
    )]
    pub fn close(mut self) -> Result<(), (Session, Error)> {
        match self.disconnect() {
            Ok(()) => Ok(()),
            Err(error) => Err((self, error)),
        }
    }

    fn disconnect(&mut self) -> Result<(), Error> {
        const FUNCTION: &str = "SCardDisconnect";
        self.wipe();
        if !self.connected {
            return Ok(());
        }
        if self.lost.get().is_some_and(Code::is_service_down) {
            self.connected = false;
            return self.check(FUNCTION);
        }
        raw::disconnect(self.functions(), self.card, self.on_close)
            .map_err(|code| self.failed(FUNCTION, code))?;
        self.connected = false;
        Ok(())
    }

    fn wipe(&mut self) {
        self.buffer[..self.secret].zeroize();
        self.secret = 0;
    }

    /// Refuses a call that can only fail, with the error of the session's state.
    #[inline]
    pub(crate) fn check(&self, function: &'static str) -> Result<(), Error> {
        match self.lost.get() {
            None => Ok(()),
            Some(code) => Err(self.pcsc(function, code)),
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
        Error::Pcsc {
            function,
            code,
            reader: Some(self.reader.clone()),
        }
    }
}

/// Whether further calls on the handle can only fail, until it is reconnected or for ever.
fn ends_connection(code: Code) -> bool {
    is_reconnectable(code)
        || code.is_service_down()
        || matches!(code, Code::READER_UNAVAILABLE | Code::UNKNOWN_READER)
}

/// Whether `SCardReconnect` can make the handle usable again.
fn is_reconnectable(code: Code) -> bool {
    matches!(code, Code::RESET_CARD | Code::REMOVED_CARD | Code::NO_SMARTCARD)
}

/// The error of a command that is not sent.
#[cold]
fn refused(len: usize) -> Error {
    if len == 0 {
        Error::EmptyCommand
    } else {
        Error::CommandTooLong {
            len,
            max: MAX_COMMAND,
        }
    }
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

impl Drop for Session {
    fn drop(&mut self) {
        // There is nobody to tell, and nothing left to do: the context's release disconnects the card as well.
        let _ = self.disconnect();
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
