//! The type Monitor: what it knows, and how its events are taken.

use super::event::{Event, events};
use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::wait::Wait;
use crate::service::watch::{Canceller, Interest, Snapshot, Subscription, Woken, watch};
use pcsc_sys::Provider;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the first look is waited for.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// What happens to readers and cards: an iterator of [`Event`]s, and [waits](Monitor::wait_for_card) for what one needs.
///
/// It begins with what is so when it is started: an event for each reader that is there and for each card that is in it.
/// Between two calls nothing is lost: what changed meanwhile is told by the next ones, in the order of the readers; of a card
/// that came and went meanwhile [`Event::CardMissed`] or [`Event::CardSwapped`] tell, by the service's count of events. A
/// change of this very moment need not be seen yet: wait for it. It needs no reader, and no service: it goes on when the service ends and starts again, which it tells.
///
/// It blocks nobody else: one thread watches for all monitors of a provider, on a context of its own, and ends with the last
/// of them. Waiting costs no processor time; a wait and a cancel keep to their time, whatever the library does meanwhile.
///
/// # Platform notes
/// After `fork` the child's copy tells what it knew already, and then its waits are errors: it must start its own. With
/// pcsc-lite up to 2.2, and of cards in a reader that had none since the service began, what comes in the moment between two
/// calls of the library is seen at the next look: 50 milliseconds after the last news, twice as long after that, and so on up
/// to a minute. A drop waits for the thread of the last monitor for a tenth of a second at most.
///
/// # Examples
/// ```
/// use pcsc_session::{Event, Monitor};
///
/// let simulator = pcsc_sim::Simulator::new();
/// let reader = simulator.add_reader("Simulated Reader 00 00");
/// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
/// assert!(matches!(monitor.next(), Some(Event::ReaderAdded { .. })));
/// reader.insert(pcsc_sim::DemoCard::new());
/// let Some(Event::CardInserted { reader, atr, .. }) = monitor.next() else { panic!() };
/// println!("{reader}: {atr:X}");
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug)]
pub struct Monitor {
    pub(super) subscription: Subscription,
    /// The readers that are told of; none for all.
    readers: Vec<ReaderName>,
    /// The last look that events were made of.
    told: Option<Arc<Snapshot>>,
    pub(super) events: VecDeque<Event>,
}

impl Monitor {
    /// Subscribes, and waits for nothing.
    pub(super) fn new(
        provider: Provider,
        interest: Interest,
        readers: Vec<ReaderName>,
    ) -> Result<Monitor, Error> {
        Ok(Monitor {
            subscription: watch(provider, interest)?,
            readers,
            told: None,
            events: VecDeque::new(),
        })
    }

    /// Waits for the first look, with which the events begin.
    pub(super) fn begin(&mut self) {
        let deadline = Instant::now().checked_add(FIRST_LOOK);
        if let Woken::Changed(snapshot) = self.subscription.wait(0, deadline) {
            self.take(snapshot);
        }
    }

    /// Returns the number of the last look that was told; 0 before the first.
    pub(super) fn told_number(&self) -> u64 {
        self.told.as_ref().map_or(0, |told| told.number)
    }

    /// Returns what tells it of looks, for a wait that is none of its own.
    pub(crate) fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// Makes a handle that ends a wait of this monitor, in another thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.subscription.canceller()
    }

    /// Returns the next event. Blocks until there is one, for as long as `timeout` says; for ever without one.
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::Cancelled`]; `SCARD_E_INVALID_HANDLE` in a child of `fork`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Monitor;
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// let error = monitor.wait(Some(Duration::from_millis(10))).unwrap_err(); // there is no reader
    /// assert!(error.is_timeout());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardGetStatusChange")]
    pub fn wait(&mut self, timeout: Option<Duration>) -> Result<Event, Error> {
        let wait = Wait::new("an event", timeout);
        wait.begin(&self.subscription)?;
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let snapshot = wait.for_look(&self.subscription, self.told_number())?;
            self.take(snapshot);
        }
    }

    /// Tells whether this reader is one that it tells of.
    pub(super) fn tells_of(&self, listed: &ReaderName) -> bool {
        self.readers.is_empty() || self.readers.iter().any(|name| name.names(listed))
    }

    /// Makes events of what changed since the last look.
    pub(super) fn take(&mut self, now: Arc<Snapshot>) {
        let mut told = VecDeque::new();
        events(self.told.as_deref(), &now, &mut |event| {
            if event.reader().is_none_or(|name| self.tells_of(name)) {
                told.push_back(event);
            }
        });
        self.events.append(&mut told);
        self.told = Some(now);
    }
}

/// All events to come; a [cancel](Monitor::canceller) ends it, and it can be gone on with.
impl Iterator for Monitor {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.wait(None).ok()
    }
}
