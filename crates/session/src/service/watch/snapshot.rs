//! What is known of service, readers and cards at one moment.

use crate::error::Error;
use crate::ffi::{ReaderName, ReaderState, StateFlags};
use pcsc_iso7816::atr::Atr;

/// The service with its readers at one moment; later ones have higher numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// 0 before the first look.
    pub(crate) number: u64,
    /// How often the service was lost, or not there at first: what was known before is known no more.
    pub(crate) losses: u64,
    /// Why it was lost last.
    pub(crate) loss: Option<Error>,
    /// It is not back yet.
    pub(crate) is_lost: bool,
    /// The readers in the service's order; none without the service.
    pub(crate) readers: Vec<Seen>,
}

/// A reader as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) name: ReaderName,
    /// One that was pulled out and put back has another number.
    pub(crate) plugging: u64,
    /// How often a card was put in or taken out.
    pub(crate) changes: u64,
    pub(crate) card: Option<CardSeen>,
    pub(crate) sharing: Sharing,
}

/// A card as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CardSeen {
    Answers(Atr),
    /// It does not answer.
    Mute,
}

impl CardSeen {
    /// Returns the card that the service told of; none in a reader that does not answer. One that is still being powered has
    /// an empty answer to reset.
    pub(crate) fn of(state: &ReaderState) -> Option<CardSeen> {
        let flags = state.event_state();
        let is_present = flags.contains(StateFlags::PRESENT) && !flags.contains(StateFlags::UNAVAILABLE);
        is_present.then(|| {
            if flags.contains(StateFlags::MUTE) {
                CardSeen::Mute
            } else {
                CardSeen::Answers(*state.atr())
            }
        })
    }
}

/// How a card is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sharing {
    /// No program uses it.
    #[default]
    Free,
    /// One program or more use it, and others may.
    Shared,
    /// A program has it to itself.
    Exclusive,
}

impl Snapshot {
    /// Returns the reader of this name.
    pub(crate) fn reader(&self, name: &ReaderName) -> Option<&Seen> {
        self.readers.iter().find(|seen| seen.name == *name)
    }

    /// Returns why the service is not there, where it is not.
    pub(crate) fn present_loss(&self) -> Option<Error> {
        self.loss.clone().filter(|_| self.is_lost)
    }

    /// Tells whether it says the same, whatever its number.
    pub(crate) fn says_the_same_as(&self, other: &Snapshot) -> bool {
        // A service that was not there may be one that will not have this program, which no wait changes.
        let reason = |snapshot: &Snapshot| {
            let loss = snapshot.loss.as_ref();
            loss.map(|error| (error.code(), error.is_denied()))
        };
        (self.losses, self.is_lost) == (other.losses, other.is_lost)
            && reason(self) == reason(other)
            && self.readers == other.readers
    }
}
