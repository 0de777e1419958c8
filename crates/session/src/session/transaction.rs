//! A time in which no other program reaches the card.

use crate::error::{CloseError, Error};
use crate::exchange::{CardChannel, Connection, Exchange, sealed};
use crate::ffi::{Code, Disposition, Protocols, ShareMode};
use crate::service::{Monitor, Recovered, Wait};
use crate::session::session::Session;
use std::ops::Deref;
use std::time::{Duration, Instant};

/// What is waited for, as errors say it.
const AWAITED: &str = "a transaction";

/// The first and the longest pause between two attempts while another program has a transaction.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// A time in which no other program reaches the card; it ends on drop.
///
/// It borrows the session, takes commands by [`CardChannel`], and has what can be asked of a [`Connection`]. Its drop leaves the card as it is, unless [`on_drop`](Transaction::on_drop) says
/// otherwise. The session cannot be replaced meanwhile, nor begin another transaction.
///
/// # Examples
/// ```
/// use pcsc_session::CardChannel;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// let mut transaction = session.transaction()?;
/// transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// transaction.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00])?;
/// transaction.end(pcsc_session::Disposition::Leave)?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
///
/// It cannot be exchanged for another session:
/// ```compile_fail,E0596
/// # fn exchange(mut one: pcsc_session::Session, mut other: pcsc_session::Session) {
/// let mut transaction = one.transaction().unwrap();
/// std::mem::swap(&mut *transaction, &mut other);
/// # }
/// ```
/// Nor does it begin another one:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let nested = transaction.transaction().unwrap();
/// # }
/// ```
/// Nor does its session, meanwhile:
/// ```compile_fail,E0499
/// # use pcsc_session::CardChannel;
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let nested = session.transaction_or_recover().unwrap();
/// transaction.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
/// # }
/// ```
/// Nor a channel in it:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let channel = transaction.open_channel().unwrap();
/// let nested = channel.transaction().unwrap();
/// # }
/// ```
/// Nor whatever takes commands:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let card: &mut dyn pcsc_session::CardChannel = &mut transaction;
/// let nested = card.transaction().unwrap();
/// # }
/// ```
/// Nor what they share:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let connection: &pcsc_session::Connection = &transaction;
/// let nested = connection.transaction().unwrap();
/// # }
/// ```
/// It does not give its session away, by which one could:
/// ```compile_fail,E0308
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let session: &mut pcsc_session::Session = &mut transaction;
/// let nested = session.transaction().unwrap();
/// # }
/// ```
/// Nor does one begin beside an open channel, which would not know of it:
/// ```compile_fail,E0502
/// # use pcsc_session::CardChannel;
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut channel = session.open_channel().unwrap();
/// let transaction = session.transaction().unwrap();
/// channel.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
/// # }
/// ```
/// Nor is a session recovered inside of one, which would end it:
/// ```compile_fail,E0599
/// # fn recover(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// transaction.recover().unwrap();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction ends when it is dropped"]
pub struct Transaction<'a> {
    session: &'a mut Session,
    on_drop: Disposition,
    has_ended: bool,
}

impl Session {
    /// Begins a transaction. Blocks while another handle has one, of this program or another.
    ///
    /// Wraps `SCardBeginTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardbegintransaction)).
    ///
    /// # Errors
    /// `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`, `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where
    /// the connection is lost; [`Error::ReaderGone`] where the reader was pulled out.
    ///
    /// # Platform notes
    /// Windows resets a card whose transaction is idle for more than 5 seconds. With pcsc-lite the wait for another handle's
    /// transaction is one inside the library, which asks again every 0.1 seconds (2.01 seconds for one of 2 seconds, with pcscd
    /// 1.9.9): no timeout and no cancel ends it, only the end of the service. So it is with status, transmit and reconnect. Where
    /// the session is on [`Provider::native`](crate::Provider), [`transaction_within`](Session::transaction_within) waits no
    /// longer than it is told. The repository's `docs/recovery.md` says what else a program can do.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::CardChannel;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut transaction = session.transaction()?;
    /// assert!(transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status().is_success());
    /// drop(transaction); // other programs may go on
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardBeginTransaction")]
    pub fn transaction(&mut self) -> Result<Transaction<'_>, Error> {
        self.card().begin_transaction()?;
        Ok(Transaction::begun(self))
    }

    /// Begins a transaction, and waits no longer than this for the one that another handle has. In it no other program's stands
    /// in the way of status, transmit and reconnect either.
    ///
    /// # Errors
    /// As [`transaction`](Session::transaction); [`Error::TimedOut`], after which the session is as it was.
    /// `SCARD_E_UNSUPPORTED_FEATURE` where the provider's waits cannot be ended, and nothing was begun: libpcsclite's,
    /// Windows' and macOS', which wait in C. On [`Provider::native`](crate::Provider) and on a simulator they can.
    ///
    /// # Platform notes
    /// pcscd takes 0.1 seconds for the answer that another handle has one: by so much the wait may be longer, also one of no
    /// time at all.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Session;
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let options = Session::options().provider(simulator.provider());
    /// # let mut other = options.open()?;
    /// # let mut session = options.open()?;
    /// let held = other.transaction()?; // another program's
    /// let error = session.transaction_within(Duration::from_millis(20)).unwrap_err();
    /// assert!(error.is_timeout(), "{error}");
    /// drop(held);
    /// let transaction = session.transaction_within(Duration::from_secs(10))?;
    /// # drop(transaction);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transaction_within(&mut self, timeout: Duration) -> Result<Transaction<'_>, Error> {
        let wait = Wait::new(AWAITED, Some(timeout));
        match wait.deadline() {
            Some(deadline) => {
                if !self.card().begin_transaction_until(deadline)? {
                    return Err(self.is_in_the_way(&wait));
                }
            }
            // So far away that no clock tells it.
            None => self.card().begin_transaction()?,
        }
        Ok(Transaction::begun(self))
    }

    /// Does what [`transaction_within`](Session::transaction_within) does, for ever without a time, until the monitor's
    /// [`Canceller`](crate::Canceller) ends it.
    ///
    /// The monitor is one of the session's provider. No event is taken away from it.
    ///
    /// # Errors
    /// As [`transaction_within`](Session::transaction_within); [`Error::Cancelled`], after which the session is as it was.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Disposition, Monitor, Session};
    /// use std::thread;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// let options = Session::options().provider(simulator.provider());
    /// # let mut other = options.open()?;
    /// let mut session = options.on_close(Disposition::Leave).open()?; // a reset would wait at its end
    /// let held = other.transaction()?; // another program's
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// let canceller = monitor.canceller();
    /// let waiting = thread::spawn(move || session.transaction_with(&mut monitor, None).map(drop));
    /// canceller.cancel();
    /// assert!(waiting.join().unwrap().unwrap_err().is_cancelled());
    /// # drop(held);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transaction_with(
        &mut self,
        monitor: &mut Monitor,
        timeout: Option<Duration>,
    ) -> Result<Transaction<'_>, Error> {
        let wait = Wait::new(AWAITED, timeout);
        let subscription = monitor.subscription();
        wait.begin(subscription)?;
        let mut number = subscription.latest().number;
        let (mut pause, longest) = PAUSES;
        // Attempts, since a cancel is the monitor's and does not reach into C.
        while !self.card().begin_transaction_until(Instant::now())? {
            if wait.is_over() {
                return Err(self.is_in_the_way(&wait));
            }
            let until = Some(Instant::now() + pause);
            pause = longest.min(pause * 2);
            while let Some(snapshot) = wait.for_look_until(subscription, number, until)? {
                number = snapshot.number;
            }
        }
        Ok(Transaction::begun(self))
    }

    /// Returns the error of a wait for another program's transaction that was too long.
    fn is_in_the_way(&self, wait: &Wait) -> Error {
        let held = self
            .card()
            .error("SCardBeginTransaction", Code::SHARING_VIOLATION);
        wait.timed_out(None, Some(held))
    }

    /// Begins a transaction on a card that other programs reset, and says whether one did: [`Recovered::Reset`], after which
    /// the application is to be selected again and the PIN verified, inside the transaction; else [`Recovered::Intact`].
    ///
    /// Where several programs end with the default disposition, a reset, now and then one comes between an opening or a
    /// reconnection and the beginning. This reconnects ([`Disposition::Leave`]) and begins again, up to 16 times. Inside the
    /// transaction no other program resets the card, but for the platform's note.
    ///
    /// # Errors
    /// As [`transaction`](Session::transaction), and as [`reconnect`](Session::reconnect): what is more than a reset is for
    /// [`recover`](Session::recover). `SCARD_W_RESET_CARD` where the resets go on.
    ///
    /// # Platform notes
    /// pcscd looks whether somebody has a transaction and then resets, not at the same moment: a reset that was about to come
    /// may come in a transaction that has just begun. Its next command says so, and this is called again.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{CardChannel, Command, Recovered, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let options = Session::options().provider(simulator.provider());
    /// # let mut session = options.open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// # options.open()?.close()?;
    /// let (mut card, recovered) = session.transaction_or_recover()?;
    /// if recovered != Recovered::Intact {
    ///     card.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// }
    /// # assert_eq!(recovered, Recovered::Reset);
    /// card.execute(&Command::get_challenge(8))?.ok()?;
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transaction_or_recover(&mut self) -> Result<(Transaction<'_>, Recovered), Error> {
        let mut recovered = Recovered::Intact;
        let mut resets = 0;
        loop {
            let Err(error) = self.card().begin_unreset_transaction() else {
                return Ok((Transaction::begun(self), recovered));
            };
            resets += 1;
            if !error.is_card_reset() || resets > RESETS {
                return Err(error);
            }
            recovered = Recovered::Reset;
            let result = self.connection.card.reconnect_after_reset();
            self.buffers.wipe();
            self.connection.forget_card();
            match result {
                // Once more: the next beginning tells.
                Err(error) if !error.is_card_reset() => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// How often in a row another program may reset the card before a transaction begins.
const RESETS: usize = 16;

impl<'a> Transaction<'a> {
    fn begun(session: &'a mut Session) -> Transaction<'a> {
        Transaction {
            session,
            on_drop: Disposition::Leave,
            has_ended: false,
        }
    }

    /// Says what the drop does with the card. Default: it leaves it as it is.
    ///
    /// With [`Disposition::Reset`] no verified PIN is left for the next program where `?` ends the transaction.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{CardChannel, Command, Disposition, Error, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// fn sign(session: &mut Session, pin: &[u8]) -> Result<(), Error> {
    ///     let mut card = session.transaction()?.on_drop(Disposition::Reset);
    ///     card.execute(&Command::verify(0x81, pin)?)?.ok()?;
    ///     card.execute(&Command::select_file(&[0x3F, 0x77]))?.ok()?; // fails: the card is reset
    ///     card.end(Disposition::Reset)?;
    ///     Ok(())
    /// }
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// # session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// assert!(sign(&mut session, &DemoCard::PIN).is_err());
    /// assert!(session.status().unwrap_err().is_card_reset());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn on_drop(mut self, disposition: Disposition) -> Self {
        self.on_drop = disposition;
        self
    }

    /// Ends the transaction and does with the card what `disposition` says.
    ///
    /// Wraps `SCardEndTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardendtransaction)).
    ///
    /// # Errors
    /// The transaction comes back with what the C function returned; dropping it tries the same once more, and
    /// [`Session::reconnect`] or [`Session::recover`] ends what then still is held, and resets the card where that was asked for
    /// here. `?` takes the error and drops the transaction.
    ///
    /// # Platform notes
    /// With pcsc-lite a reset counts as one by another program, for this session too: reconnect.
    #[doc(alias = "SCardEndTransaction")]
    pub fn end(mut self, disposition: Disposition) -> Result<(), CloseError<Transaction<'a>>> {
        match self.session.card().end_transaction(disposition) {
            Ok(()) => {
                self.has_ended = true;
                Ok(())
            }
            Err(error) => {
                self.on_drop = disposition;
                Err(CloseError::new(self, error))
            }
        }
    }

    /// Connects to the card again, inside the transaction: see [`Session::reconnect`].
    ///
    /// # Errors
    /// As [`Session::reconnect`].
    ///
    /// # Platform notes
    /// On Windows the transaction has ended then.
    pub fn reconnect(&mut self, initialization: Disposition) -> Result<(), Error> {
        self.session.reconnect(initialization)
    }

    /// Connects to the card again with another share mode or other protocols, inside the transaction: see
    /// [`Session::reconnect_as`].
    ///
    /// # Errors
    /// As [`Session::reconnect_as`].
    ///
    /// # Platform notes
    /// On Windows the transaction has ended then.
    pub fn reconnect_as(
        &mut self,
        share_mode: ShareMode,
        protocols: Protocols,
        initialization: Disposition,
    ) -> Result<(), Error> {
        self.session.reconnect_as(share_mode, protocols, initialization)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.session.card().drop_transaction(self.on_drop);
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.session
    }
}

impl sealed::Sealed for Transaction<'_> {
    fn exchange_inside(&mut self, _: sealed::Inside) -> Exchange<'_> {
        self.session.exchange()
    }

    fn connection_inside(&self, _: sealed::Inside) -> &Connection {
        self.session
    }
}

impl CardChannel for Transaction<'_> {}
