//! How a session is opened and how it ends.

use crate::error::Error;
#[cfg(feature = "record")]
use crate::exchange::Recorder;
use crate::exchange::{Connection, ExchangeOptions, Observer};
use crate::ffi::{Disposition, Opening, Protocols, ReaderName, ShareMode};
use crate::service::{Context, ReaderChoice, TrackedCard, cards_elsewhere};
use crate::session::session::Session;
use pcsc_sys::Provider;
use std::time::Duration;

impl Session {
    /// Opens a session on the first reader, shared, with T=0 or T=1.
    ///
    /// Blocks while the service powers the card, and with pcsc-lite while another handle holds a transaction; does not
    /// wait for a card: [`SessionOptions::wait`] does.
    ///
    /// # Errors
    /// [`Error::NoReaders`] where there is none; [`Error::NoCard`] where its slot is empty, with the other readers that have a
    /// card: a look at them, and at none where the session opens, takes 0.4 seconds more with pcsc-lite for each mute card;
    /// [`Error::Load`] without a library; `SCARD_E_NO_SERVICE` where the service does not run;
    /// `SCARD_E_SHARING_VIOLATION` where another program keeps the card to itself;
    /// `SCARD_E_PROTO_MISMATCH` where the card has no such protocol, or uses another one already.
    ///
    /// # Platform notes
    /// With pcsc-lite the wait for a transaction of another handle is one inside the daemon, as long as the transaction (2.03
    /// seconds for one of 2 seconds, with pcscd 1.9.9): no timeout and no cancel ends it, only the end of the service. What is
    /// in exclusive use is an error at once. The repository's `docs/recovery.md` says what a program can do.
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
/// By default: the first reader, as it is now, shared, T=0 or T=1, the card reset at the end, the system's PC/SC.
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
    pub(super) choice: ReaderChoice,
    wait: Option<Duration>,
    pub(super) share_mode: ShareMode,
    protocols: Option<Protocols>,
    on_close: Disposition,
    provider: Option<Provider>,
    exchange: ExchangeOptions,
    observer: Observer,
}

impl SessionOptions {
    /// Takes the reader of this name, which must be exact: [`ReaderChoice::Name`].
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
        self.choice = ReaderChoice::name(name);
        self
    }

    /// Says which reader is meant. Default: [`ReaderChoice::First`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{ReaderChoice, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// # simulator.add_reader("Simulated Reader 01 00").insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider());
    /// let session = options.choose(ReaderChoice::part("reader 01")).open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 01 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn choose(mut self, choice: ReaderChoice) -> Self {
        self.choice = choice;
        self
    }

    /// Has [`open`](SessionOptions::open) wait for so long until there is something to open: for the service, a reader that
    /// is meant, a card in it that answers. Default: not at all.
    ///
    /// What no waiting changes is an error at once: a choice that several readers fit, a card that another program keeps to
    /// itself or that has no such protocol, a service that refuses this program. Else it is [`Error::TimedOut`] at the end,
    /// whose source says what was missing. To be able to cancel, see [`open_with`](SessionOptions::open_with).
    ///
    /// The time is kept to within 50 milliseconds, but a call of C that is under way ends by itself: the one that connects
    /// powers the card, and with libpcsclite waits for another program's transaction; on [`Provider::native`](crate::Provider)
    /// that wait ends, too, when the call has taken three seconds and the time is over. A service that takes the connection and does
    /// not answer, as one that hangs, has two seconds at least: the context is established by a thread. Where it does not open at
    /// once another one watches the readers, as for a [`Monitor`](crate::Monitor).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{ReaderChoice, Session};
    /// use std::thread;
    /// use std::time::Duration;
    ///
    /// let simulator = pcsc_sim::Simulator::new();
    /// let reader = simulator.add_reader("Simulated Reader 00 00");
    /// let options = Session::options().provider(simulator.provider());
    /// let options = options.choose(ReaderChoice::FirstWithCard).wait(Duration::from_secs(10));
    /// let person = thread::spawn(move || reader.insert(pcsc_sim::DemoCard::new()));
    /// let session = options.open()?;
    /// assert_eq!(session.reader_name(), &"Simulated Reader 00 00");
    /// # person.join().unwrap();
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn wait(mut self, time: Duration) -> Self {
        self.wait = Some(time);
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
        self.observer.logs_bytes = are_logged;
        self
    }

    /// Has the session write what goes to the card and comes back into a recording. Default: none.
    ///
    /// What carries a secret by its instruction, or is marked, is left out: see [`Recorder`]. The card's answer to reset takes
    /// one more call of the service when the session begins, and after each recovery.
    #[cfg(feature = "record")]
    pub fn record(mut self, recorder: &Recorder) -> Self {
        self.observer.recorder = Some(recorder.clone());
        self
    }

    /// Says whether the recording has the bytes of commands and answers that carry secrets, too. Default: no.
    ///
    /// PINs and keys are in the file then, for whoever reads it.
    #[cfg(feature = "record")]
    pub fn record_secrets(mut self, are_recorded: bool) -> Self {
        self.observer.records_secrets = are_recorded;
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
    /// Blocks as [`Session::open`] does, and for as long as [`wait`](SessionOptions::wait) says.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Session::open_reader`]; [`Error::AmbiguousReader`], [`Error::NoMatchingReader`] and
    /// [`Error::NoMatchingCard`] by the [`ReaderChoice`]; [`Error::TimedOut`].
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
        match self.wait {
            Some(time) => self.open_within(time),
            None => self.open_in(&self.establish()?),
        }
    }

    /// Establishes a context on the provider that a session would use.
    ///
    /// # Errors
    /// As [`Context::establish_on`] and [`Context::establish`].
    pub fn establish(&self) -> Result<Context, Error> {
        Context::establish_on(self.provider_or_system()?)
    }

    pub(super) fn provider_or_system(&self) -> Result<Provider, Error> {
        match self.provider {
            Some(provider) => Ok(provider),
            None => Ok(Provider::system()?),
        }
    }

    /// Opens the session on a context that exists. Does not [wait](SessionOptions::wait).
    ///
    /// # Errors
    /// As [`open`](SessionOptions::open).
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
        let reader = self.choice.choose(context)?;
        self.connect(context, reader).map_err(|error| match error {
            Error::NoCard {
                function,
                code,
                reader,
                ..
            } => Error::NoCard {
                function,
                code,
                with_card: cards_elsewhere(context, &reader),
                reader,
            },
            error => error,
        })
    }

    /// Connects to this reader.
    pub(super) fn connect(&self, context: &Context, reader: ReaderName) -> Result<Session, Error> {
        let is_chosen = matches!(self.choice, ReaderChoice::Name(_));
        let opening = Opening {
            share_mode: self.share_mode,
            protocols: self.wanted_protocols(),
        };
        let card = TrackedCard::open(context, reader, is_chosen, opening, self.on_close)?;
        Ok(Session::new(Connection::new(
            card,
            self.exchange,
            self.observer.clone(),
        )))
    }
}
