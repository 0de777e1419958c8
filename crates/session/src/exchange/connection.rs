//! A session's connection, which its transactions and channels share.

use crate::error::Error;
use crate::exchange::limits::Limits;
use crate::exchange::observer::Observer;
use crate::exchange::options::ExchangeOptions;
use crate::ffi::{Protocol, ReaderName};
use crate::service::{Context, TrackedCard};
use pcsc_iso7816::command::{Form, LongForm};
use pcsc_iso7816::ef_atr::ExtendedLengthInformation;
use pcsc_iso7816::status_word::StatusWord;
use std::cell::Cell;
use std::fmt;

/// SW1 of a success after which a proactive command waits: ETSI TS 102 221, 10.2.1.1.
const PROACTIVE: u8 = 0x91;

/// The connection to a reader and its card: what a session, its transactions and its channels share.
///
/// A [`Session`](crate::Session), a [`Transaction`](crate::Transaction) and a [`Channel`](crate::Channel) give it away by
/// `Deref`, so that each has these methods: what is asked of the service and of the reader, and the way to further logical
/// channels. Commands to the card go through those three: see [`CardChannel`](crate::CardChannel).
///
/// # Examples
/// ```
/// use pcsc_session::{Connection, Error, Session};
///
/// fn describe(connection: &Connection) -> Result<String, Error> {
///     Ok(format!("{}: {:X}", connection.reader_name(), connection.atr()?))
/// }
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// # let mut session = Session::options().provider(simulator.provider()).open()?;
/// println!("{}", describe(&session)?);
/// println!("{}", describe(&*session.transaction()?)?);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub struct Connection {
    pub(crate) card: TrackedCard,
    pub(super) options: Cell<ExchangeOptions>,
    /// What the present card and the reader say of long commands, once it was asked.
    pub(super) limits: Cell<Option<Limits>>,
    /// What the card says in DO 7F66 of EF.ATR/INFO, where that was read.
    pub(super) told: Cell<Option<ExtendedLengthInformation>>,
    sends_short_as_is: Cell<bool>,
    pub(super) observer: Observer,
}

impl Connection {
    pub(crate) fn new(card: TrackedCard, options: ExchangeOptions, observer: Observer) -> Connection {
        let connection = Connection {
            card,
            options: Cell::new(options),
            limits: Cell::new(None),
            told: Cell::new(None),
            sends_short_as_is: Cell::new(false),
            observer,
        };
        connection.reconsider();
        connection.observe_card();
        connection
    }

    /// Returns the reader's name.
    #[must_use]
    pub fn reader_name(&self) -> &ReaderName {
        self.card.reader()
    }

    /// Returns the active protocol.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.card.protocol()
    }

    /// Returns the context that the session was opened on.
    #[must_use]
    pub fn context(&self) -> Context {
        Context::shared(self.card.handle().context().clone())
    }

    /// Returns the rules that [`execute`](crate::CardChannel::execute) applies.
    pub fn exchange_options(&self) -> ExchangeOptions {
        self.options.get()
    }

    /// Changes the rules that [`execute`](crate::CardChannel::execute) applies, in the session and in all its channels.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::ExchangeOptions;
    ///
    /// let options = ExchangeOptions::default().get_response(false);
    /// session.set_exchange_options(options);
    /// assert_eq!(session.exchange_options(), options);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_exchange_options(&self, options: ExchangeOptions) {
        self.options.set(options);
        self.reconsider();
    }

    /// Whether a card has done what a command says, by an answer that no caller sees: with 91xx too where it is a UICC.
    pub(super) fn is_done(&self, status: StatusWord) -> bool {
        status.is_success() || self.options.get().proactive && status.sw1() == PROACTIVE
    }

    /// How many bytes of data one command carries, and asks for, in the short form.
    pub(super) fn max_short(&self) -> (usize, usize) {
        let options = self.options.get();
        (
            options.max_nc.map_or(255, |max| max.clamp(1, 255)),
            options.max_ne.map_or(256, |max| max.clamp(1, 256)),
        )
    }

    /// How many bytes of data one command carries, and asks for, with extended length; 0 where that form is not used. Its
    /// form was asked for before.
    pub(super) fn max_extended(&self) -> (usize, usize) {
        let options = self.options.get();
        let by_reader = match (options.long_form, self.limits.get()) {
            _ if options.short_form_only => 0,
            (Some(LongForm::Extended), _) => usize::MAX,
            (None, Some(limits)) => limits.max_extended,
            _ => 0,
        };
        let (nc, ne) = match self.told.get() {
            // No card gives answers without room for a byte: what says so says nothing.
            Some(told) if told.max_ne() == 0 => (told.max_nc(), Form::Short.max_ne()),
            Some(told) => (told.max_nc(), told.max_ne()),
            None => (Form::Extended.max_nc(), Form::Extended.max_ne()),
        };
        (
            by_reader.min(nc).min(options.max_nc.unwrap_or(usize::MAX)),
            by_reader
                .min(ne)
                .min(options.max_ne.map_or(usize::MAX, |max| max.max(1))),
        )
    }

    /// The form for a command with so many data bytes that the short one cannot carry, and whether it was chosen here;
    /// none where nothing says what the card takes. The service is asked the first time.
    pub(super) fn long_form(&self, nc: usize) -> Result<(Option<LongForm>, bool), Error> {
        let options = self.options.get();
        if options.short_form_only || options.long_form.is_some() {
            let is_allowed = |form: &LongForm| {
                !options.short_form_only && (*form != LongForm::Extended || nc <= self.max_extended().0)
            };
            return Ok((options.long_form.filter(is_allowed), false));
        }
        let limits = match self.limits.get() {
            Some(limits) => limits,
            None => Limits::ask(&self.card)?,
        };
        self.limits.set(Some(limits));
        let form = if limits.max_extended > 0 && nc <= self.max_extended().0 {
            Some(LongForm::Extended)
        } else if limits.names_chaining {
            Some(LongForm::Chaining)
        } else {
            None
        };
        Ok((form, true))
    }

    /// Whether a short command goes out as it is: neither the protocol nor a limit changes it.
    #[inline]
    pub(super) fn sends_short_as_is(&self) -> bool {
        self.sends_short_as_is.get()
    }

    /// Takes note of other options, another protocol or another card.
    pub(crate) fn reconsider(&self) {
        let options = self.options.get();
        let keeps_le = self.card.protocol() != Protocol::T0 || !options.t0_without_le;
        self.sends_short_as_is
            .set(keeps_le && self.max_short() == (255, 256));
    }

    /// Shows whoever observes that the card was connected to, anew where it was before.
    pub(crate) fn observe_card(&self) {
        self.observer.connected(&self.card);
    }

    /// Forgets what is known of the card: it may be another one.
    pub(crate) fn forget_card(&self) {
        self.limits.set(None);
        self.told.set(None);
        self.reconsider();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("reader", self.card.reader())
            .field("protocol", &self.card.protocol())
            .field("share_mode", &self.card.opening().share_mode)
            .field("on_close", &self.card.on_drop())
            .field("lost", &self.card.lost())
            .finish_non_exhaustive()
    }
}
