//! What the service has told of its readers so far, from which follow the next question and what is seen.

use super::snapshot::{CardSeen, Seen, Sharing};
use crate::error::Platform;
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
    /// The platform counts insertions and removals, from 0 on.
    counts_always: bool,
    /// A count was told.
    has_counted: bool,
}

#[derive(Debug)]
struct Entry {
    seen: Seen,
    /// What was told last, to be handed back; nothing where it was not asked yet.
    told: Option<(StateFlags, u16)>,
    /// Up to which count what happened is in what is seen; it may be yet to come.
    counted: u16,
    was_unavailable: bool,
    /// What cannot have come after what was told before was told, once.
    is_doubted: bool,
    /// The service said that it does not know this name: it is asked for no more, while it stays listed.
    is_refused: bool,
    /// It was so before, at any time.
    was_refused: bool,
    /// Since when a card is present that is still being powered.
    powering: Option<Instant>,
}

impl Known {
    /// Makes what is known at first on this platform: macOS may count nothing.
    pub(super) fn on(platform: Platform) -> Known {
        Known {
            counts_always: platform != Platform::MacOs,
            ..Known::default()
        }
    }

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
                    Entry::plugged(name, self.pluggings)
                }
            };
            self.readers.push(entry);
        }
    }

    /// Tells whether a list lacks a reader that is known, or has some where none is known.
    pub(super) fn differs_from(&self, names: &[ReaderName]) -> bool {
        let is_missing = |entry: &Entry| !names.contains(&entry.seen.name);
        self.readers.iter().any(is_missing) || self.readers.is_empty() && !names.is_empty()
    }

    /// Tells whether the service did not know this name before, while it was listed as now.
    pub(super) fn was_refused(&self, name: &ReaderName) -> bool {
        self.find(name).is_some_and(|entry| entry.was_refused)
    }

    /// Takes note that a reader of this name is another one than before.
    pub(super) fn plug_anew(&mut self, name: &ReaderName) {
        if let Some(entry) = self.readers.iter_mut().find(|entry| entry.seen.name == *name) {
            self.pluggings += 1;
            *entry = Entry::plugged(name.clone(), self.pluggings);
        }
    }

    fn find(&self, name: &ReaderName) -> Option<&Entry> {
        self.readers.iter().find(|entry| entry.seen.name == *name)
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
            self.has_counted |= state.event_count() != 0;
            let entry = &mut self.readers[index];
            let is_of_another = entry.is_of_another(state);
            if (is_of_another || entry.is_from_before(state))
                && !std::mem::replace(&mut entry.is_doubted, true)
            {
                // libpcsclite hands out what another thread of this program was told before, now and then: the next question is
                // answered at once, and tells.
                continue;
            }
            if is_of_another {
                self.pluggings += 1;
                self.readers[index] = Entry::plugged(state.name().clone(), self.pluggings);
            }
            self.readers[index].is_doubted = false;
            self.readers[index].take(state, now, self.counts_always || self.has_counted);
        }
    }

    /// Takes note that the service does not know a name which it lists: where it does again, after [`retry`](Self::retry), it
    /// is another reader's.
    pub(super) fn refuse(&mut self, name: &ReaderName) {
        if let Some(entry) = self.readers.iter_mut().find(|entry| entry.seen.name == *name) {
            self.pluggings += 1;
            *entry = Entry::plugged(name.clone(), self.pluggings);
            entry.is_refused = true;
            entry.was_refused = true;
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
    /// Makes one of a reader that has just been plugged in.
    fn plugged(name: ReaderName, plugging: u64) -> Entry {
        Entry {
            seen: Seen {
                name,
                plugging,
                changes: 0,
                card: None,
                sharing: Sharing::Free,
            },
            told: None,
            counted: 0,
            was_unavailable: false,
            is_doubted: false,
            is_refused: false,
            was_refused: false,
            powering: None,
        }
    }

    fn take(&mut self, state: &ReaderState, now: Instant, is_counting: bool) {
        let flags = state.event_state().difference(StateFlags::CHANGED);
        let is_first = self.told.is_none();
        let is_unavailable = flags.contains(StateFlags::UNAVAILABLE);
        // Of a reader that does not answer no count may be told.
        let count = match (state.event_count(), self.told) {
            (0, Some((_, before))) if is_unavailable => before,
            (count, _) => count,
        };
        self.told = Some((flags, count));
        let card = CardSeen::of(state);
        if is_first {
            self.counted = count;
        }
        if matches!(card, Some(CardSeen::Answers(atr)) if atr.as_bytes().is_empty()) {
            let since = *self.powering.get_or_insert(now);
            if now.duration_since(since) < POWERING {
                // It is looked at again before it is told; that another one is gone is told at once.
                if self.seen.card.is_some() && self.changes_up_to(count) != 0 {
                    self.counted = self.counted.wrapping_add(1);
                    self.change_to(None, 1);
                }
                return;
            }
        }
        self.powering = None;
        let mut changes = self.changes_up_to(count);
        self.counted = self.counted.wrapping_add(changes as u16);
        let is_flipped = self.seen.card.is_some() != card.is_some();
        let is_answering = !is_unavailable && !self.was_unavailable;
        if is_flipped && changes == 0 && is_counting && is_answering && !is_first {
            // pcsc-lite's service tells of a card before it counts it, and was asked between the two.
            self.counted = self.counted.wrapping_add(1);
        }
        if self.was_unavailable && !is_unavailable {
            // That it answers again has been counted too.
            changes = changes.saturating_sub(1);
        }
        self.was_unavailable = is_unavailable;
        let is_another = matches!(
            (self.seen.card, card),
            (Some(CardSeen::Answers(before)), Some(CardSeen::Answers(now))) if before != now
        );
        // Without a count another card shows by its answer to reset alone; with one, a reset has changed that.
        if is_another && !is_counting {
            changes = changes.max(2);
        }
        if is_first {
            self.seen.card = card;
        } else {
            self.change_to(card, changes);
        }
        self.seen.sharing = if flags.contains(StateFlags::EXCLUSIVE) {
            Sharing::Exclusive
        } else if flags.contains(StateFlags::INUSE) {
            Sharing::Shared
        } else {
            Sharing::Free
        };
    }

    /// Returns how many insertions and removals the count tells that are not in what is seen.
    fn changes_up_to(&self, count: u16) -> u64 {
        match count.wrapping_sub(self.counted) {
            // What is seen is ahead of the count.
            0x8000.. => 0,
            changes => changes.into(),
        }
    }

    /// Takes note of the card after so many insertions and removals, or as many more as make sense: an even number where
    /// there is a card as before, or none as before.
    fn change_to(&mut self, card: Option<CardSeen>, changes: u64) {
        let is_flipped = self.seen.card.is_some() != card.is_some();
        self.seen.changes += changes + (changes + u64::from(is_flipped)) % 2;
        self.seen.card = card;
    }

    /// Tells whether a card is told to be as it was before the last change, which was told and is yet to be counted: any later one
    /// comes after its count.
    fn is_from_before(&self, state: &ReaderState) -> bool {
        let count = state.event_count();
        let is_ahead =
            matches!(self.told, Some((_, told)) if told == count && self.counted == told.wrapping_add(1));
        is_ahead && self.seen.card.is_some() != CardSeen::of(state).is_some()
    }

    /// Tells whether a count is that of another reader under the same name: it begins at 0 and never falls.
    fn is_of_another(&self, state: &ReaderState) -> bool {
        let Some((_, before)) = self.told else {
            return false;
        };
        let is_told = state.event_count() != 0 || !state.event_state().contains(StateFlags::UNAVAILABLE);
        is_told && state.event_count().wrapping_sub(before) > u16::MAX / 2
    }
}
