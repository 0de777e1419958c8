//! What the service has told of its readers so far, from which follow the next question and what is seen.

use super::snapshot::{CardSeen, Seen, Sharing};
use crate::ffi::{ReaderName, ReaderState, StateFlags};
use std::time::{Duration, Instant};

/// How long a card may be present without an answer to reset, and without being called mute, until it is taken for one
/// that has none: it is being powered.
const POWERING: Duration = Duration::from_secs(1);

/// The readers of one connection to the service.
#[derive(Debug, Default)]
pub(super) struct Known {
    readers: Vec<Entry>,
    /// How many readers have been plugged in.
    pluggings: u64,
}

#[derive(Debug)]
struct Entry {
    seen: Seen,
    /// What was told last, to be handed back; nothing where it was not asked yet.
    told: Option<(StateFlags, u16)>,
    /// The service said that it does not know this name: it is asked for no more, while it stays listed.
    is_refused: bool,
    /// Since when a card is present that is still being powered.
    powering: Option<Instant>,
}

impl Known {
    /// Takes note of the list of readers.
    pub(super) fn list(&mut self, names: Vec<ReaderName>) {
        let mut before = std::mem::take(&mut self.readers);
        for name in names {
            // A list may have a name twice: the service tells of one of them.
            if self.readers.iter().any(|entry| entry.seen.name == name) {
                continue;
            }
            let known = before.iter().position(|entry| entry.seen.name == name);
            let entry = match known {
                Some(index) => before.swap_remove(index),
                None => {
                    self.pluggings += 1;
                    Entry {
                        seen: Seen {
                            name,
                            plugging: self.pluggings,
                            changes: 0,
                            card: None,
                            sharing: Sharing::Free,
                        },
                        told: None,
                        is_refused: false,
                        powering: None,
                    }
                }
            };
            self.readers.push(entry);
        }
    }

    /// Returns the states to hand to the service.
    pub(super) fn questions(&self) -> Vec<ReaderState> {
        let asked = self.readers.iter().filter(|entry| !entry.is_refused);
        asked
            .map(|entry| {
                let (flags, count) = entry.told.unwrap_or((StateFlags::UNAWARE, 0));
                ReaderState::new(&entry.seen.name).with_current_state(flags, count)
            })
            .collect()
    }

    /// Tells whether a reader has not been asked yet, so that the next question is answered at once.
    pub(super) fn has_unasked(&self) -> bool {
        self.readers
            .iter()
            .any(|entry| !entry.is_refused && entry.told.is_none())
    }

    /// Tells whether the events of all readers are counted, so that a card which comes and goes before the wait begins ends
    /// it: counts are compared from 1 on.
    pub(super) fn is_counting(&self) -> bool {
        let is_counted = |entry: &Entry| !entry.is_refused && matches!(entry.told, Some((_, 1..)));
        self.readers.iter().all(is_counted)
    }

    /// Tells whether a card is being powered.
    pub(super) fn is_powering(&self) -> bool {
        self.readers.iter().any(|entry| entry.powering.is_some())
    }

    /// Takes note of what the service told of each reader that it was asked for.
    pub(super) fn take(&mut self, states: &[ReaderState], now: Instant) {
        for state in states {
            let index = self
                .readers
                .iter()
                .position(|entry| entry.seen.name == *state.name());
            let Some(index) = index else { continue };
            if state.event_state().is_empty() && state.event_count() == 0 {
                // The call has not come so far.
                continue;
            }
            if state.event_state().contains(StateFlags::UNKNOWN) {
                // Pulled out; where the list has it all the same, it was put back.
                self.readers.remove(index);
                continue;
            }
            self.readers[index].take(state, now);
        }
    }

    /// Takes note that the service does not know a name which it lists; it is asked for again after [`retry`](Self::retry).
    pub(super) fn refuse(&mut self, name: &ReaderName) {
        for entry in &mut self.readers {
            entry.is_refused |= entry.seen.name == *name;
        }
    }

    /// Has the names that were refused asked for again.
    pub(super) fn retry(&mut self) {
        for entry in &mut self.readers {
            entry.is_refused = false;
        }
    }

    /// Returns the readers that the service has told of, as they are seen.
    pub(super) fn seen(&self) -> Vec<Seen> {
        let told = self.readers.iter().filter(|entry| entry.told.is_some());
        told.map(|entry| entry.seen.clone()).collect()
    }

    /// Forgets all readers: the service has gone.
    pub(super) fn forget(&mut self) {
        self.readers.clear();
    }
}

impl Entry {
    fn take(&mut self, state: &ReaderState, now: Instant) {
        let flags = state.event_state().difference(StateFlags::CHANGED);
        let is_usable = !flags.contains(StateFlags::UNAVAILABLE);
        let card = CardSeen::of(state);
        if matches!(card, Some(CardSeen::Answers(atr)) if atr.as_bytes().is_empty()) {
            let since = *self.powering.get_or_insert(now);
            if now.duration_since(since) < POWERING {
                // Handed back as it was told, and looked at again before it is told.
                self.told = Some((flags, self.counted(state)));
                return;
            }
        }
        self.powering = None;
        self.count(state, card, is_usable);
        self.seen.card = card;
        self.seen.sharing = if flags.contains(StateFlags::EXCLUSIVE) {
            Sharing::Exclusive
        } else if flags.contains(StateFlags::INUSE) {
            Sharing::Shared
        } else {
            Sharing::Free
        };
        self.told = Some((flags, self.counted(state)));
    }

    /// Returns the count that was told; of a reader that does not answer none is told, and it stays.
    fn counted(&self, state: &ReaderState) -> u16 {
        match (state.event_count(), self.told) {
            (0, Some((_, before))) if state.event_state().contains(StateFlags::UNAVAILABLE) => before,
            (count, _) => count,
        }
    }

    /// Counts what has happened since the last time: an even number where there is a card as before, or none as before.
    fn count(&mut self, state: &ReaderState, card: Option<CardSeen>, is_usable: bool) {
        let Some((_, before)) = self.told else { return };
        let counted = if is_usable {
            u64::from(state.event_count().wrapping_sub(before))
        } else {
            0
        };
        let (was, is) = (self.seen.card.is_some(), card.is_some());
        // Without a count another card shows by its answer to reset alone; with one, a reset has changed that.
        let is_counting = before != 0 || state.event_count() != 0;
        let is_another = matches!(
            (self.seen.card, card),
            (Some(CardSeen::Answers(before)), Some(CardSeen::Answers(now))) if before != now
        );
        self.seen.changes += match (was == is, counted) {
            (true, 0) if is_another && !is_counting => 2,
            (true, 0) => 0,
            // An event that was no card's, as that of a reader which did not answer for a while, makes a pair with it.
            (true, counted) => counted + counted % 2,
            (false, counted) => counted.max(1) + (counted.max(1) + 1) % 2,
        };
    }
}
