//! Opening a session as soon as there is something to open.

use crate::error::Error;
use crate::ffi::{Code, ReaderName, ShareMode, spawn_quiet_thread};
use crate::service::{
    CardSeen, Context, Interest, Monitor, Seen, Sharing, Snapshot, Subscription, TrackedCard, Wait,
    no_matching_card, watch,
};
use crate::session::opening::SessionOptions;
use crate::session::session::Session;
use pcsc_sys::Provider;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What is waited for, as errors say it.
const AWAITED: &str = "a session";

/// How often to look for the service, and for readers, where nothing tells of them.
const POLL: Duration = Duration::from_millis(250);

/// How long the service has to answer a first connection, however short the wait is.
const PATIENCE: Duration = Duration::from_secs(2);

/// The time between two tries, where a look says that there is something to open: twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl SessionOptions {
    /// Opens the session on a context of its own and on the monitor's provider, as soon as there is something to open; waits
    /// for as long as `timeout` says, for ever without one. The monitor's [`Canceller`](crate::Canceller) ends it.
    ///
    /// It waits for what [`wait`](SessionOptions::wait) does, and as exactly; that time itself has no effect here. Readers
    /// that the monitor does not tell of can be chosen as well, and no event is taken away from it. A cancel does not
    /// interrupt a call of C: one that connects powers the card, and with pcsc-lite waits for another program's transaction.
    ///
    /// # Errors
    /// As [`open`](SessionOptions::open); [`Error::TimedOut`], whose source says what was missing; [`Error::Cancelled`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Monitor, Session};
    /// use std::thread;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// let canceller = monitor.canceller();
    /// let waiting = thread::spawn(move || Session::options().open_with(&mut monitor, None)); // no card
    /// canceller.cancel();
    /// assert!(waiting.join().unwrap().unwrap_err().is_cancelled());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn open_with(&self, monitor: &mut Monitor, timeout: Option<Duration>) -> Result<Session, Error> {
        let subscription = monitor.subscription();
        let pending = Pending::new(self, subscription.provider(), timeout);
        pending.wait.begin(subscription)?;
        match pending.first_try() {
            ControlFlow::Break(done) => done,
            ControlFlow::Continue(failure) => pending.open_when_seen(subscription, failure),
        }
    }

    /// Opens the session as [`wait`](SessionOptions::wait) says.
    pub(super) fn open_within(&self, timeout: Duration) -> Result<Session, Error> {
        let pending = Pending::new(self, self.provider_or_system()?, Some(timeout));
        let failure = match pending.first_try() {
            ControlFlow::Break(done) => return done,
            ControlFlow::Continue(failure) => failure,
        };
        if pending.wait.is_over() {
            return Err(pending.wait.timed_out(None, failure));
        }
        let interest = Interest {
            poll: POLL,
            sharing: None,
        };
        let subscription = watch(pending.provider, interest)?;
        let result = pending.open_when_seen(&subscription, failure);
        if result.is_err() {
            // The end of the watch may take longer than the caller was told. Where no thread starts, it is dropped here.
            let _ = spawn_quiet_thread("pcsc-unwatch", move || drop(subscription));
        }
        result
    }
}

/// A session that is waited for.
struct Pending<'a> {
    options: &'a SessionOptions,
    provider: Provider,
    wait: Wait,
}

/// What a look at the readers says.
enum Look {
    /// There is nothing to open: why, where that is known.
    Nothing(Option<Error>),
    /// It is worth a try.
    Something(Prospect),
    /// No waiting changes this.
    Failure(Error),
}

/// What is there to be opened, by a look.
#[derive(PartialEq)]
struct Prospect {
    /// How often the service was lost before.
    losses: u64,
    /// The reader, with its card; none where the list of readers must tell.
    seen: Option<Seen>,
}

/// The tries so far.
#[derive(Default)]
struct Tries {
    last: Option<(Prospect, Instant)>,
    pause: Duration,
}

impl<'a> Pending<'a> {
    fn new(options: &'a SessionOptions, provider: Provider, timeout: Option<Duration>) -> Pending<'a> {
        Pending {
            options,
            provider,
            wait: Wait::new(AWAITED, timeout),
        }
    }

    /// Tries to open it without a look of a watch. What it goes on with is why that failed, where it was tried.
    fn first_try(&self) -> ControlFlow<Result<Session, Error>, Option<Error>> {
        let opened = self.establish().and_then(|context| {
            let reader = self.options.choice.choose_until(&context, self.wait.deadline())?;
            let session = reader.map(|reader| self.connect(&context, reader));
            session.transpose()
        });
        match opened {
            Ok(Some(session)) => ControlFlow::Break(Ok(session)),
            Ok(None) => ControlFlow::Continue(None),
            Err(error) if is_passing(&error) => ControlFlow::Continue(Some(error)),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }

    /// Opens it when a look says that it can be.
    fn open_when_seen(
        &self,
        subscription: &Subscription,
        mut failure: Option<Error>,
    ) -> Result<Session, Error> {
        let mut now = subscription.latest();
        let mut tries = Tries::default();
        loop {
            let mut due = None;
            match self.look_at(&now) {
                Look::Nothing(why) => failure = why.map(|why| in_place_of(failure.as_ref(), why)).or(failure),
                Look::Failure(error) => return Err(error),
                Look::Something(prospect) => {
                    due = tries.due(&prospect);
                    if due.is_none_or(|due| due <= Instant::now()) {
                        match self.try_to_open(&prospect) {
                            Err(error) if is_passing(&error) => failure = Some(error),
                            done => return done,
                        }
                        due = Some(tries.note(prospect));
                    }
                }
            }
            match self.wait.for_look_until(subscription, now.number, due)? {
                Some(snapshot) => now = snapshot,
                None if self.wait.is_over() => {
                    return Err(self.wait.timed_out(now.present_loss(), failure));
                }
                None => {}
            }
        }
    }

    /// Tells what a look says of the choice.
    fn look_at(&self, now: &Snapshot) -> Look {
        if now.number == 0 {
            return Look::Nothing(None);
        }
        if now.is_lost {
            return match &now.loss {
                Some(error) if error.is_denied() => Look::Failure(error.clone()),
                loss => Look::Nothing(loss.clone()),
            };
        }
        let choice = &self.options.choice;
        let slots = now.slots();
        let seen = match choice.among(&slots) {
            Ok(reader) => now.reader(&reader).cloned(),
            // The list has readers of which a look may not tell yet.
            Err(Error::AmbiguousReader { .. }) if !choice.is_by_card() => None,
            Err(error) if is_passing(&error) => return Look::Nothing(Some(error)),
            Err(error) => return Look::Failure(error),
        };
        match &seen {
            Some(Seen { name, card, .. })
                if !matches!(card, Some(CardSeen::Answers(_)))
                    && self.options.share_mode != ShareMode::Direct =>
            {
                let told = slots
                    .iter()
                    .filter(|slot| slot.reader == *name || slot.card.is_some());
                Look::Nothing(Some(no_matching_card(told)))
            }
            _ => Look::Something(Prospect {
                losses: now.losses,
                // Its own tries may change who uses the card.
                seen: seen.map(|seen| Seen {
                    sharing: Sharing::Free,
                    ..seen
                }),
            }),
        }
    }

    fn try_to_open(&self, prospect: &Prospect) -> Result<Session, Error> {
        let context = self.establish()?;
        let choice = &self.options.choice;
        let reader = match &prospect.seen {
            Some(seen) if choice.is_by_card() => seen.name.clone(),
            _ => choice.choose(&context)?,
        };
        self.connect(&context, reader)
    }

    /// Establishes a context. A service that takes the connection and says nothing, as one that was stopped with SIGSTOP, keeps
    /// C waiting for ever: it is left to a thread, which ends with the service's answer, or with the service.
    fn establish(&self) -> Result<Context, Error> {
        let Some(deadline) = self.wait.deadline() else {
            return Context::establish_on(self.provider);
        };
        let (answer, answered) = mpsc::sync_channel(1);
        let provider = self.provider;
        let spawned = spawn_quiet_thread("pcsc-establish", move || {
            // What comes too late is released.
            let _ = answer.send(Context::establish_on(provider));
        });
        if spawned.is_err() {
            return Context::establish_on(self.provider);
        }
        let patience = deadline.saturating_duration_since(Instant::now()).max(PATIENCE);
        answered.recv_timeout(patience).unwrap_or_else(|_| {
            Err(Error::TimedOut {
                awaited: "an answer of the service to SCardEstablishContext",
                timeout: patience,
                loss: None,
                failure: None,
            })
        })
    }

    /// Connects, on a context of its own: where the provider can end it, a wait for another program's transaction ends with
    /// the time.
    fn connect(&self, context: &Context, reader: ReaderName) -> Result<Session, Error> {
        let connect = || self.options.connect(context, reader.clone());
        match self.provider.wait_until(self.wait.deadline(), connect) {
            Some(connected) => connected,
            None => connect(),
        }
    }
}

impl Tries {
    /// Returns when to try, where that is not at once.
    fn due(&self, prospect: &Prospect) -> Option<Instant> {
        let (last, time) = self.last.as_ref()?;
        Some(*time + if last == prospect { self.pause } else { FIRST_PAUSE })
    }

    /// Takes note of a try that failed, and returns when the next one is due.
    fn note(&mut self, prospect: Prospect) -> Instant {
        let is_same = self.last.as_ref().is_some_and(|(last, _)| *last == prospect);
        self.pause = if is_same {
            (self.pause * 2).min(LONGEST_PAUSE)
        } else {
            FIRST_PAUSE
        };
        let now = Instant::now();
        self.last = Some((prospect, now));
        now + self.pause
    }
}

/// Returns why there is nothing, in the words of the call that failed before where they still say it.
fn in_place_of(before: Option<&Error>, now: Error) -> Error {
    match (before, now) {
        (
            Some(Error::NoCard {
                function,
                code,
                reader,
                ..
            }),
            Error::NoMatchingCard { empty, other, .. },
        ) if *empty == [reader.clone()] => Error::NoCard {
            function,
            code: *code,
            reader: reader.clone(),
            with_card: other.into_vec(),
        },
        (_, now) => now,
    }
}

/// Tells whether waiting may change it.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::InvalidReader { name, .. } => TrackedCard::is_possible(name),
        Error::KeepsChanging { .. } => true,
        Error::Pcsc { code, .. } => {
            let is_about_the_card = matches!(
                *code,
                Code::UNRESPONSIVE_CARD
                    | Code::UNPOWERED_CARD
                    | Code::RESET_CARD
                    | Code::NOT_READY
                    | Code::COMM_ERROR
                    // Of a wait for another program's transaction.
                    | Code::TIMEOUT
            );
            let is_gone = error.is_service_down() || error.is_reader_gone() || error.is_card_removed();
            (is_gone || is_about_the_card) && !error.is_denied()
        }
        error => error.is_reader_gone() || error.is_card_removed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_between_tries_doubles_while_nothing_changes() {
        let prospect = |losses| Prospect { losses, seen: None };
        let mut tries = Tries::default();
        assert_eq!(tries.due(&prospect(0)), None);
        for pause in [20, 40, 80, 160, 320, 640, 1000, 1000] {
            let due = tries.note(prospect(0));
            assert_eq!(tries.pause, Duration::from_millis(pause));
            assert_eq!(tries.due(&prospect(0)), Some(due));
        }
        assert!(tries.due(&prospect(1)) < tries.due(&prospect(0)));
        tries.note(prospect(1));
        assert_eq!(tries.pause, FIRST_PAUSE);
    }

    #[test]
    fn waiting_does_not_help_where_it_changes_nothing() {
        let of_connect = |code| Error::pcsc("SCardConnect", code, Some("Reader".into()));
        for error in [
            of_connect(Code::SHARING_VIOLATION),
            of_connect(Code::PROTO_MISMATCH),
            Error::InvalidReader {
                name: "a\0b".into(),
                available: Vec::new(),
            },
            Error::AmbiguousReader {
                choice: "reader".to_owned(),
                candidates: Vec::new(),
            },
            Error::NoThread {
                kind: std::io::ErrorKind::Other,
            },
        ] {
            assert!(!is_passing(&error), "{error}");
        }
        for error in [
            of_connect(Code::UNRESPONSIVE_CARD),
            of_connect(Code::READER_UNAVAILABLE),
            of_connect(Code::NO_SERVICE),
            Error::pcsc("SCardEstablishContext", Code::NO_SERVICE, None),
            Error::NoReaders {},
            no_matching_card([]),
        ] {
            assert!(is_passing(&error), "{error}");
        }
    }
}
