//! How a session becomes usable again, whatever happened.

use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::{Interest, Monitor, Pace, Recovered, Seen, Snapshot, Subscription, Wait, watch};
use crate::session::session::Session;
use std::time::{Duration, Instant};

/// What is waited for, as errors say it.
const AWAITED: &str = "the session's recovery";

/// The first try after news, where no news say that it is time.
const SOON: Duration = Duration::from_millis(50);

/// How often it is tried where nothing tells when it is time, and how often readers are looked for where nothing tells of
/// them.
const POLL: Duration = Duration::from_secs(1);

impl Session {
    /// Makes the session usable again, whatever happened, and says what that was. No command is repeated: what was under
    /// way is the program's to begin anew, by what the card has forgotten.
    ///
    /// Where nothing is known to be lost the service is asked whether something is. After a reset or a removal it
    /// reconnects ([`Disposition::Leave`](crate::Disposition::Leave), unless the end of a transaction was to reset the card and
    /// could not: then that is done now, and a transaction that could not be ended is); where the reader was pulled out and is
    /// back it connects anew, by the same name, share mode and protocols, on the session's context; where the service was
    /// lost, on a new context of the session's own. A session that [`close`](Session::close) gave back comes back so as well. The rules of
    /// exchange, what becomes of the card at the end, and the log stay as they are; what was learnt of the card is
    /// forgotten. In a child of `fork` the session gets a context of the child's own.
    ///
    /// The table in the repository's `docs/recovery.md` says for each loss what its error says and what the card has
    /// forgotten.
    ///
    /// # Errors
    /// Where it cannot be used yet; it may be tried again later, and [`recover_within`](Session::recover_within) waits:
    /// [`Error::NoCard`]; [`Error::InvalidReader`] where the reader is not back; `SCARD_E_READER_UNAVAILABLE` while it does
    /// not answer; `SCARD_E_SHARING_VIOLATION` where another program has the card to itself by now; as
    /// [`Context::establish`](crate::Context::establish) where the service is not back.
    ///
    /// # Platform notes
    /// With pcsc-lite it waits while another handle holds a transaction, in C, where only the end of the service ends it: see
    /// [`transaction`](Session::transaction).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Recovered, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// let select = [0x00, 0xA4, 0x04, 0x00, 0x00];
    /// # reader.swap(pcsc_sim::DemoCard::new());
    /// assert!(session.transmit(&select).unwrap_err().is_card_removed());
    /// match session.recover()? {
    ///     Recovered::Intact => {}                            // nothing was lost
    ///     Recovered::Reset => { /* select and verify again */ }
    ///     _ => { /* it may be another card: look which one it is */ }
    /// }
    /// assert!(session.transmit(&select)?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn recover(&mut self) -> Result<Recovered, Error> {
        let result = self.connection.card.recover();
        if !matches!(result, Ok(Recovered::Intact)) {
            self.buffers.wipe();
            self.connection.forget_card();
            if result.is_ok() {
                self.connection.observe_card();
            }
        }
        result
    }

    /// Does what [`recover`](Session::recover) does, and waits until it can be done: until service, reader and card are
    /// back, for as long as `timeout` says; for ever without one.
    ///
    /// It waits as a [`Monitor`](crate::Monitor) does, which costs no processor time.
    ///
    /// # Errors
    /// [`Error::TimedOut`], with why the last try failed; within a second what no waiting changes, as that this user may not
    /// reach the service.
    ///
    /// # Platform notes
    /// The time is kept but for what `recover` itself waits for with libpcsclite; on [`Provider::native`](crate::Provider) it is
    /// kept there, too, but for a connection, which may take three seconds.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Recovered;
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # let card = reader.remove().unwrap();
    /// let error = session.recover_within(Some(Duration::from_millis(20))).unwrap_err();
    /// assert!(error.is_timeout(), "{error}");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let recovered = session.recover_within(Some(Duration::from_secs(10)))?;
    /// assert_eq!(recovered, Recovered::CardReplaced);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn recover_within(&mut self, timeout: Option<Duration>) -> Result<Recovered, Error> {
        self.recover_in(&Wait::new(AWAITED, timeout), None)
    }

    /// Does what [`recover_within`](Session::recover_within) does, until the monitor's [`Canceller`](crate::Canceller) ends it.
    ///
    /// The monitor is one of the session's provider. No event is taken away from it. A cancel does not interrupt a call of C.
    ///
    /// # Errors
    /// As [`recover_within`](Session::recover_within); [`Error::Cancelled`], after which it may be tried again.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Monitor, Session};
    /// use std::thread;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// let canceller = monitor.canceller();
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// # let card = reader.remove().unwrap();
    /// let waiting = thread::spawn(move || session.recover_with(&mut monitor, None)); // no card
    /// canceller.cancel();
    /// assert!(waiting.join().unwrap().unwrap_err().is_cancelled());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn recover_with(
        &mut self,
        monitor: &mut Monitor,
        timeout: Option<Duration>,
    ) -> Result<Recovered, Error> {
        let wait = Wait::new(AWAITED, timeout);
        wait.begin(monitor.subscription())?;
        self.recover_in(&wait, Some(monitor.subscription()))
    }

    /// Tries until it is recovered; waits for what this subscription tells, or one of its own.
    fn recover_in(&mut self, wait: &Wait, told: Option<&Subscription>) -> Result<Recovered, Error> {
        let mut own = None;
        let mut news: Option<News> = None;
        let mut denials = 0;
        loop {
            // The time counts in C as well, where the provider can end its waits.
            let provider = self.card().handle().context().provider();
            let error = match provider.wait_until(wait.deadline(), || self.recover()) {
                Some(recovered) => recovered,
                None => self.recover(),
            };
            let error = match error {
                Ok(recovered) => return Ok(recovered),
                Err(error) => error,
            };
            denials = if error.is_denied() { denials + 1 } else { 0 };
            if denials == DENIALS {
                return Err(error);
            }
            if wait.is_over() {
                return Err(if error.is_service_down() {
                    wait.timed_out(Some(error), None)
                } else {
                    wait.timed_out(None, Some(error))
                });
            }
            let subscription = match (told, &mut own) {
                (Some(told), _) => told,
                (None, Some(own)) => own,
                (None, own @ None) => own.insert(self.watch()?),
            };
            match &mut news {
                Some(news) => news.come(wait, subscription, &error)?,
                None => news = Some(News::of(subscription, self.reader_name())),
            }
        }
    }

    /// Begins to be told of readers and cards.
    fn watch(&self) -> Result<Subscription, Error> {
        let interest = Interest {
            poll: POLL,
            sharing: None,
        };
        watch(self.card().handle().context().provider(), interest)
    }
}

/// How often in a row it must be that this user or this program may not reach the service, until that is believed: a service
/// that is about to end refuses a connection in the same way.
const DENIALS: usize = 5;

/// What is told of a session's service, reader and card.
struct News {
    reader: ReaderName,
    /// The number of the last look, and what it said.
    number: u64,
    known: Known,
    tries: Pace,
}

/// What one look said: how often the service was lost, whether it still is, and what is seen of the reader.
type Known = (u64, bool, Option<Seen>);

impl News {
    /// Takes note of the last look; what comes after the next try is not missed.
    fn of(subscription: &Subscription, reader: &ReaderName) -> News {
        let latest = subscription.latest();
        News {
            number: latest.number,
            known: known(&latest, reader),
            reader: reader.clone(),
            tries: Pace::new(SOON),
        }
    }

    /// Waits until something has changed, or until it is time to try all the same.
    fn come(&mut self, wait: &Wait, subscription: &Subscription, error: &Error) -> Result<(), Error> {
        let is_told = error.is_card_removed() || error.is_reader_gone() || error.is_service_down();
        let pause = self.tries.wait(if is_told { Duration::MAX } else { POLL });
        let end = Instant::now() + pause;
        while let Some(snapshot) = wait.for_look_until(subscription, self.number, Some(end))? {
            self.number = snapshot.number;
            let now = known(&snapshot, &self.reader);
            if now != self.known {
                self.known = now;
                self.tries.restart();
                return Ok(());
            }
        }
        Ok(())
    }
}

fn known(snapshot: &Snapshot, reader: &ReaderName) -> Known {
    (
        snapshot.losses,
        snapshot.is_lost,
        snapshot.reader(reader).cloned(),
    )
}
