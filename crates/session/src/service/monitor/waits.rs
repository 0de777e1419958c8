//! Waits for a reader, for a card, and for its removal.

use super::Monitor;
use crate::error::Error;
use crate::ffi::{CallError, ReaderName};
use crate::service::watch::{CardSeen, Seen, Snapshot, Subscription, Woken};
use pcsc_iso7816::atr::Atr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A card in a reader, as a wait has found it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresentCard {
    /// The reader.
    pub reader: ReaderName,
    /// The card's answer to reset; empty of one that does not answer.
    pub atr: Atr,
    /// It does not answer.
    pub is_mute: bool,
    /// It was put in after the wait began.
    pub is_new: bool,
    identity: Identity,
}

/// Which card it was: the same in two looks where no insertion lies between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    watch: u64,
    losses: u64,
    plugging: u64,
    changes: u64,
}

/// One wait: until when, and for what.
pub(super) struct Wait {
    awaited: &'static str,
    timeout: Option<Duration>,
    /// None for ever, as for a time that is too far away to be told.
    deadline: Option<Instant>,
}

impl Wait {
    pub(super) fn new(awaited: &'static str, timeout: Option<Duration>) -> Wait {
        Wait {
            awaited,
            timeout,
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        }
    }

    /// Returns the error of a wait that was cancelled.
    pub(crate) fn cancelled(&self) -> Error {
        Error::Cancelled {
            awaited: self.awaited,
        }
    }

    /// Waits for a look after the one of this number.
    pub(super) fn for_look(&self, subscription: &Subscription, number: u64) -> Result<Arc<Snapshot>, Error> {
        match subscription.wait(number, self.deadline) {
            Woken::Changed(snapshot) => Ok(snapshot),
            Woken::Cancelled => Err(self.cancelled()),
            Woken::TimedOut => {
                let latest = subscription.latest();
                Err(Error::TimedOut {
                    awaited: self.awaited,
                    timeout: self.timeout.unwrap_or_default(),
                    loss: latest.loss.clone().filter(|_| latest.is_lost).map(Box::new),
                    failure: None,
                })
            }
            Woken::OfTheParent => Err(Error::of_call(
                "SCardGetStatusChange",
                CallError::OfTheParent,
                None,
            )),
        }
    }
}

impl Monitor {
    /// Waits until there is a reader that `is_wanted`, and returns its name; at once where there is one.
    ///
    /// Takes no event away from the iterator, and neither do the other waits.
    ///
    /// # Errors
    /// [`Error::TimedOut`], which says too where the service was not there; [`Error::Cancelled`]; why the service refuses
    /// this program, which no waiting changes.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Monitor;
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// let is_simulated = |name: &pcsc_session::ReaderName| name.to_string().contains("Simulated");
    /// let reader = monitor.wait_for_reader(is_simulated, Some(Duration::from_secs(10)))?;
    /// assert_eq!(reader, "Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn wait_for_reader(
        &mut self,
        mut is_wanted: impl FnMut(&ReaderName) -> bool,
        timeout: Option<Duration>,
    ) -> Result<ReaderName, Error> {
        self.wait_until("a reader", timeout, |monitor, snapshot, _| {
            let mut names = monitor.told_readers(snapshot).map(|seen| &seen.name);
            names.find(|name| is_wanted(name)).cloned()
        })
    }

    /// Waits until there is a card that `is_wanted`, and returns it; at once where there is one.
    ///
    /// # Errors
    /// As [`wait_for_reader`](Monitor::wait_for_reader).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Monitor, Session, iso7816::atr::AtrPattern};
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let timeout = Some(Duration::from_secs(10));
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// // Any card that answers.
    /// let card = monitor.wait_for_card(|card| !card.is_mute, timeout)?;
    /// let session = Session::options().provider(simulator.provider()).reader(&card.reader).open()?;
    /// # reader.swap(pcsc_sim::DemoCard::new());
    /// // The next one, of this kind.
    /// monitor.wait_for_removal(&card, timeout)?;
    /// let kind = AtrPattern::new(card.atr.as_bytes(), &[0xFF; 4]); // its first four bytes
    /// let next = monitor.wait_for_card(|card| kind.matches(&card.atr), timeout)?;
    /// assert_eq!(next.reader, "Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn wait_for_card(
        &mut self,
        mut is_wanted: impl FnMut(&PresentCard) -> bool,
        timeout: Option<Duration>,
    ) -> Result<PresentCard, Error> {
        self.wait_until("a card", timeout, |monitor, now, first| {
            let mut cards = monitor.cards_in(now, Some(first));
            cards.find(|card| is_wanted(card))
        })
    }

    /// Waits until this card is no longer in its reader: taken out, swapped for another, or gone with the reader or the
    /// service. At once where that is so.
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::Cancelled`].
    pub fn wait_for_removal(&mut self, card: &PresentCard, timeout: Option<Duration>) -> Result<(), Error> {
        let watch = self.subscription.watch_number();
        self.wait_until("the card's removal", timeout, |_, now, first| {
            let present = |look: &Snapshot| {
                let seen = look.reader(&card.reader).filter(|seen| seen.card.is_some())?;
                Some(identity(watch, look, seen))
            };
            // What another watch has counted says nothing: it is the card that was there first.
            let awaited = if card.identity.watch == watch {
                Some(card.identity)
            } else {
                present(first)
            };
            (awaited.is_none() || present(now) != awaited).then_some(())
        })
    }

    /// Returns the cards that are in the readers at the last look, without waiting.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let monitor = pcsc_session::Monitor::options().provider(simulator.provider()).start()?;
    /// for card in monitor.present_cards() {
    ///     println!("{}: {:X}", card.reader, card.atr);
    /// }
    /// # assert_eq!(monitor.present_cards().len(), 1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn present_cards(&self) -> Vec<PresentCard> {
        self.cards_in(&self.subscription.latest(), None).collect()
    }

    /// Looks at each snapshot from the latest one on, which is handed over as the first one too, until something is found.
    fn wait_until<R>(
        &mut self,
        awaited: &'static str,
        timeout: Option<Duration>,
        mut find: impl FnMut(&Monitor, &Snapshot, &Snapshot) -> Option<R>,
    ) -> Result<R, Error> {
        let wait = Wait::new(awaited, timeout);
        let mut first = self.subscription.latest();
        if first.number == 0 {
            first = wait.for_look(&self.subscription, 0)?;
        }
        let mut now = Arc::clone(&first);
        loop {
            if let Some(found) = find(self, &now, &first) {
                return Ok(found);
            }
            match &now.loss {
                Some(error) if now.is_lost && error.is_denied() => return Err(error.clone()),
                _ => {}
            }
            now = wait.for_look(&self.subscription, now.number)?;
        }
    }

    fn told_readers<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Seen> {
        let is_told = |seen: &&Seen| self.readers.is_empty() || self.readers.contains(&seen.name);
        snapshot.readers.iter().filter(is_told)
    }

    /// Returns the cards of one look; new are those that were not there at the first one.
    fn cards_in<'a>(
        &'a self,
        now: &'a Snapshot,
        first: Option<&'a Snapshot>,
    ) -> impl Iterator<Item = PresentCard> + 'a {
        let watch = self.subscription.watch_number();
        self.told_readers(now).filter_map(move |seen| {
            let (atr, is_mute) = match seen.card? {
                CardSeen::Answers(atr) => (atr, false),
                CardSeen::Mute => (Atr::new(&[]), true),
            };
            let card = identity(watch, now, seen);
            let was_there = |first: &Snapshot| {
                let before = first.reader(&seen.name);
                before.is_some_and(|seen| seen.card.is_some() && identity(watch, first, seen) == card)
            };
            Some(PresentCard {
                reader: seen.name.clone(),
                atr,
                is_mute,
                is_new: first.is_some_and(|first| !was_there(first)),
                identity: card,
            })
        })
    }
}

fn identity(watch: u64, snapshot: &Snapshot, seen: &Seen) -> Identity {
    Identity {
        watch,
        losses: snapshot.losses,
        plugging: seen.plugging,
        changes: seen.changes,
    }
}
