//! How a session is opened and how it ends.

use crate::error::Error;
use crate::exchange::{Connection, ExchangeOptions};
use crate::ffi::{Disposition, Opening, Protocols, ReaderName, ShareMode};
use crate::service::{Context, TrackedCard};
use crate::session::session::Session;
use pcsc_sys::Provider;

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
    pub fn options() -> SessionOptions {
        SessionOptions::default()
    }
}

/// The options of a session: [`Session::options`] makes them, [`open`](SessionOptions::open) uses them.
///
/// By default: the first reader, shared, T=0 or T=1, the card reset at the end, the system's PC/SC.
///
/// # Examples
/// ```
/// use pcsc_session::{Disposition, Protocol, Protocols, Session, ShareMode};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// let session = Session::options()
///     .provider(simulator.provider())
///     .reader("Simulated Reader 00 00")
///     .share_mode(ShareMode::Exclusive)
///     .protocols(Protocols::T1)
///     .on_close(Disposition::Leave)
///     .open()?;
/// assert_eq!(session.protocol(), Protocol::T1);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until `open`"]
pub struct SessionOptions {
    reader: Option<ReaderName>,
    share_mode: ShareMode,
    protocols: Option<Protocols>,
    on_close: Disposition,
    provider: Option<Provider>,
    exchange: ExchangeOptions,
    logs_bytes: bool,
}

impl SessionOptions {
    /// Takes the reader of this name, which must be exact. Default: the first one listed.
    ///
    /// # Examples
    /// ```
    /// # use pcsc_session::Session;
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # simulator.add_reader("Simulated Reader 01 00").insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().reader("Simulated Reader 01 00");
    /// let session = options.provider(simulator.provider()).open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 01 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn reader(mut self, name: impl Into<ReaderName>) -> Self {
        self.reader = Some(name.into());
        self
    }

    /// Says whether other programs may use the card. Default: [`ShareMode::Shared`].
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
    pub fn share_mode(mut self, mode: ShareMode) -> Self {
        self.share_mode = mode;
        self
    }

    /// Says which protocols may be used. Default: T=0 or T=1; none for [`ShareMode::Direct`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Protocol, Protocols, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider()).protocols(Protocols::T1);
    /// let session = options.open()?;
    /// assert_eq!(session.protocol(), Protocol::T1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn protocols(mut self, protocols: Protocols) -> Self {
        self.protocols = Some(protocols);
        self
    }

    /// Says what is done with the card at the end. Default: [`Disposition::Reset`], so that no verified
    /// PIN is left for the next program.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Disposition, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider()).on_close(Disposition::Leave);
    /// let session = options.open()?;
    /// options.open()?.close()?;
    /// assert!(session.status().is_ok()); // the card was not reset
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn on_close(mut self, disposition: Disposition) -> Self {
        self.on_close = disposition;
        self
    }

    /// Takes another PC/SC than the system's: a library that was loaded, or a simulated one.
    ///
    /// Has no effect with [`open_in`](SessionOptions::open_in), whose context has its own.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Session;
    ///
    /// let simulator = pcsc_sim::Simulator::new();
    /// simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// let session = Session::options().provider(simulator.provider()).open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Says which rules [`execute`](Session::execute) applies. Default: those of [`ExchangeOptions::iso`], see [`ExchangeOptions`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{ExchangeOptions, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().exchange(ExchangeOptions::default());
    /// let mut session = options.provider(simulator.provider()).open()?;
    /// assert!(session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn exchange(mut self, options: ExchangeOptions) -> Self {
        self.exchange = options;
        self
    }

    /// Says whether the [log](crate#the-log) has the bytes of commands and answers. Default: no, since they may be secret
    /// though no rule says so; those of commands that carry secrets by their instruction, or are marked, never are.
    pub fn log_bytes(mut self, are_logged: bool) -> Self {
        self.logs_bytes = are_logged;
        self
    }

    /// Returns the protocols to ask for.
    fn wanted_protocols(&self) -> Protocols {
        self.protocols.unwrap_or(match self.share_mode {
            ShareMode::Direct => Protocols::empty(),
            ShareMode::Shared | ShareMode::Exclusive => Protocols::ANY,
        })
    }

    /// Opens the session, on a context of its own.
    ///
    /// Blocks as [`Session::open`] does.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Session::open_reader`].
    ///
    /// # Examples
    /// ```
    /// # use pcsc_session::Session;
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider());
    /// assert_eq!(options.open()?.reader_name(), &"Simulated Reader 00 00");
    /// reader.remove();
    /// assert!(options.open().unwrap_err().is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn open(&self) -> Result<Session, Error> {
        self.open_in(&self.establish()?)
    }

    /// Establishes a context on the provider that a session would use.
    ///
    /// # Errors
    /// As [`Context::establish_on`] and [`Context::establish`].
    pub fn establish(&self) -> Result<Context, Error> {
        match self.provider {
            Some(provider) => Context::establish_on(provider),
            None => Context::establish(),
        }
    }

    /// Opens the session on a context that exists.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Session::open_reader`].
    ///
    /// # Platform notes
    /// With pcsc-lite calls on one context wait for one another: sessions that are to run side by side
    /// need a context each, as [`open`](SessionOptions::open) gives them.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Context, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let context = Context::establish_on(simulator.provider())?;
    /// let session = Session::options().open_in(&context)?;
    /// assert_eq!(session.context().as_raw(), context.as_raw());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn open_in(&self, context: &Context) -> Result<Session, Error> {
        let (reader, is_chosen) = match &self.reader {
            Some(name) => (name.clone(), true),
            None => {
                let first = context.list_readers()?.into_iter().next();
                (first.ok_or(Error::NoReaders {})?, false)
            }
        };
        let opening = Opening {
            share_mode: self.share_mode,
            protocols: self.wanted_protocols(),
        };
        let card = TrackedCard::open(context, reader, is_chosen, opening, self.on_close)?;
        Ok(Session::new(Connection::new(
            card,
            self.exchange,
            self.logs_bytes,
        )))
    }
}
