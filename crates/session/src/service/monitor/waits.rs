//! Waits for a reader, for a card, and for its removal.

use super::monitor::Monitor;
use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::wait::Wait;
use crate::service::watch::{CardSeen, Seen, Snapshot};
use pcsc_iso7816::atr::Atr;
use std::sync::Arc;
use std::time::Duration;

/// A card in a reader, as a wait has found it.
#[derive(Clone, Debug)]
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

impl PresentCard {
    /// Tells whether this and another one, of monitors of the same provider, are one card that was not taken out in between.
    #[must_use]
    pub fn is_same_as(&self, other: &PresentCard) -> bool {
        self.identity == other.identity && self.reader == other.reader
    }
}

/// Which card it was: the same in two looks where no insertion lies between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    watch: u64,
    losses: u64,
    plugging: u64,
    changes: u64,
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

    /// Waits until there is no card in this reader, whichever it was, or there is no such reader; at once where that is so.
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::Cancelled`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Monitor, Session};
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// let session = Session::options().provider(simulator.provider()).open()?;
    /// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
    /// # reader.remove();
    /// println!("Please take the card out.");
    /// monitor.wait_for_empty(session.reader_name(), Some(Duration::from_secs(10)))?;
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn wait_for_empty(&mut self, reader: &ReaderName, timeout: Option<Duration>) -> Result<(), Error> {
        self.wait_until("an empty reader", timeout, |_, now, _| {
            let is_there = |seen: &&Seen| reader.names(&seen.name) && seen.card.is_some();
            (!now.readers.iter().any(|seen| is_there(&seen))).then_some(())
        })
    }

    /// Returns the readers that are there at the last look, without waiting.
    #[must_use]
    pub fn readers(&self) -> Vec<ReaderName> {
        let now = self.subscription.latest();
        self.told_readers(&now).map(|seen| seen.name.clone()).collect()
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
        wait.begin(&self.subscription)?;
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
        snapshot.readers.iter().filter(|seen| self.tells_of(&seen.name))
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
