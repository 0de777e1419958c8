//! How a session is opened and how it ends.

use crate::{Context, Error, ExchangeOptions, Protocols, ReaderName, Session};
use pcsc_sys::{self as sys, DWORD, Provider};

/// Whether other programs may use the card at the same time.
///
/// # Examples
/// ```
/// use pcsc_session::{Session, ShareMode};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// let options = Session::options().provider(simulator.provider());
/// let session = options.open()?; // shared
/// let error = options.clone().share_mode(ShareMode::Exclusive).open().unwrap_err();
/// assert!(error.is_sharing_violation());
/// # drop(session);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ShareMode {
    /// Others may use it too; a [transaction](Session::transaction) keeps them out for a while.
    #[default]
    Shared,
    /// Nobody else may use it.
    Exclusive,
    /// The reader itself, with or without a card, for [control commands](Session::control).
    ///
    /// # Platform notes
    /// Shared with pcsc-lite, exclusive on Windows.
    Direct,
}

impl ShareMode {
    pub(crate) const fn to_c(self) -> DWORD {
        match self {
            ShareMode::Shared => sys::SCARD_SHARE_SHARED,
            ShareMode::Exclusive => sys::SCARD_SHARE_EXCLUSIVE,
            ShareMode::Direct => sys::SCARD_SHARE_DIRECT,
        }
    }
}

/// What is done with the card when a session, a transaction or a connection ends.
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
/// options.open()?.close()?; // leaves the card as it is
/// assert!(session.status().is_ok());
/// Session::options().provider(simulator.provider()).open()?.close()?; // resets it
/// assert!(session.status().unwrap_err().is_card_reset());
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Nothing: a verified PIN stays verified for the next program.
    Leave,
    /// It is reset: it forgets its verified PINs and its selected application.
    #[default]
    Reset,
    /// It loses its power, which also resets it.
    Unpower,
    /// It is ejected, where the reader can do that.
    Eject,
}

impl Disposition {
    pub(crate) const fn to_c(self) -> DWORD {
        match self {
            Disposition::Leave => sys::SCARD_LEAVE_CARD,
            Disposition::Reset => sys::SCARD_RESET_CARD,
            Disposition::Unpower => sys::SCARD_UNPOWER_CARD,
            Disposition::Eject => sys::SCARD_EJECT_CARD,
        }
    }
}

/// How to open a session: [`Session::options`] makes one, [`open`](SessionOptions::open) uses it.
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
    pub(crate) reader: Option<ReaderName>,
    pub(crate) share_mode: ShareMode,
    protocols: Option<Protocols>,
    pub(crate) on_close: Disposition,
    provider: Option<Provider>,
    pub(crate) exchange: ExchangeOptions,
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

    /// Says which rules [`execute`](Session::execute) applies. Default: all of them, see [`ExchangeOptions`].
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

    /// The protocols to ask for.
    pub(crate) fn wanted_protocols(&self) -> Protocols {
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
        Session::connect(context.clone(), self)
    }
}
