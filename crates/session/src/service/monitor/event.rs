//! What happens to readers and cards, and how it follows from two looks.

use crate::error::Error;
use crate::ffi::ReaderName;
use crate::service::watch::{CardSeen, Seen, Sharing, Snapshot};
use pcsc_iso7816::atr::Atr;
use std::fmt;

/// What happened, as a [`Monitor`](crate::Monitor) tells it.
///
/// The events together are always the present state: whoever begins with nothing and follows them knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A reader is there.
    #[non_exhaustive]
    ReaderAdded {
        /// The reader.
        reader: ReaderName,
    },
    /// A reader was pulled out, and the card in it with it.
    #[non_exhaustive]
    ReaderRemoved {
        /// The reader.
        reader: ReaderName,
    },
    /// A card is in a reader, and answers.
    #[non_exhaustive]
    CardInserted {
        /// The reader.
        reader: ReaderName,
        /// The card's answer to reset; empty of a card that is not powered within a second: [`Event::AtrChanged`] tells it then.
        atr: Atr,
    },
    /// A card is in a reader and does not answer: it may be the wrong way round, or broken, or not for this reader.
    #[non_exhaustive]
    CardMute {
        /// The reader.
        reader: ReaderName,
    },
    /// There is no card in a reader any more; or the reader does not answer, so that its card cannot be used.
    #[non_exhaustive]
    CardRemoved {
        /// The reader.
        reader: ReaderName,
    },
    /// The card was taken out and one put in, perhaps the same, between two looks.
    #[non_exhaustive]
    CardSwapped {
        /// The reader.
        reader: ReaderName,
        /// The present card's answer to reset.
        atr: Atr,
    },
    /// A card, or several, came and went between two looks: nothing is known of it.
    #[non_exhaustive]
    CardMissed {
        /// The reader.
        reader: ReaderName,
    },
    /// A card answers with other bytes than before, and is the same: it was reset, or has been powered at last.
    #[non_exhaustive]
    AtrChanged {
        /// The reader.
        reader: ReaderName,
        /// The card's answer to reset now.
        atr: Atr,
    },
    /// A card is used by others than before. A card is [`Sharing::Free`] until something else is told of it.
    ///
    /// # Platform notes
    /// pcsc-lite ends no wait when a card comes into use: this is told with the next other event, or as soon as
    /// [`MonitorOptions::sharing`](crate::MonitorOptions::sharing) says.
    #[non_exhaustive]
    SharingChanged {
        /// The reader.
        reader: ReaderName,
        /// How it is used now.
        sharing: Sharing,
    },
    /// The service has gone, or is not there: nothing is known of readers and cards any more, and sessions have to
    /// [`recover`](crate::Session::recover).
    ///
    /// # Platform notes
    /// Windows runs the service only while there is a reader: its end is told as the removal of the readers there.
    #[non_exhaustive]
    ServiceLost {
        /// Why, and what can be done about it.
        error: Error,
    },
    /// The service is back: its readers and their cards are told anew.
    #[non_exhaustive]
    ServiceBack {},
}

impl Event {
    /// Returns the reader that the event is about; none where it is about the service.
    #[must_use]
    pub fn reader(&self) -> Option<&ReaderName> {
        match self {
            Event::ReaderAdded { reader }
            | Event::ReaderRemoved { reader }
            | Event::CardInserted { reader, .. }
            | Event::CardMute { reader }
            | Event::CardRemoved { reader }
            | Event::CardSwapped { reader, .. }
            | Event::CardMissed { reader }
            | Event::AtrChanged { reader, .. }
            | Event::SharingChanged { reader, .. } => Some(reader),
            Event::ServiceLost { .. } | Event::ServiceBack {} => None,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::ReaderAdded { reader } => write!(f, "{reader}: reader added"),
            Event::ReaderRemoved { reader } => write!(f, "{reader}: reader removed"),
            Event::CardInserted { reader, atr } => write!(f, "{reader}: card inserted, {atr:X}"),
            Event::CardMute { reader } => write!(f, "{reader}: card inserted, which does not answer"),
            Event::CardRemoved { reader } => write!(f, "{reader}: card removed"),
            Event::CardSwapped { reader, atr } => write!(f, "{reader}: card swapped, {atr:X}"),
            Event::CardMissed { reader } => write!(f, "{reader}: a card came and went unseen"),
            Event::AtrChanged { reader, atr } => {
                write!(f, "{reader}: card answers with another ATR, {atr:X}")
            }
            Event::SharingChanged { reader, sharing } => {
                let sharing = match sharing {
                    Sharing::Free => "not in use",
                    Sharing::Shared => "in use",
                    Sharing::Exclusive => "in exclusive use",
                };
                write!(f, "{reader}: card {sharing}")
            }
            Event::ServiceLost { error } => write!(f, "service lost: {error}"),
            Event::ServiceBack {} => f.write_str("service back"),
        }
    }
}

/// Tells what lies between two looks; before the first there is nothing.
pub(super) fn events(before: Option<&Snapshot>, now: &Snapshot, tell: &mut dyn FnMut(Event)) {
    let was_lost = before.is_some_and(|before| before.is_lost);
    let is_same_run = before.is_some_and(|before| before.losses == now.losses && !was_lost);
    let lose = |tell: &mut dyn FnMut(Event)| {
        if let Some(error) = now.loss.clone() {
            tell(Event::ServiceLost { error });
        }
    };
    match before {
        Some(before) if is_same_run => {
            readers(&before.readers, &now.readers, tell);
            return;
        }
        None if now.is_lost => lose(tell),
        None => {}
        Some(before) => {
            // Each loss has an end before the next one.
            if was_lost && (!now.is_lost || before.losses != now.losses) {
                tell(Event::ServiceBack {});
            }
            if before.losses != now.losses {
                lose(tell);
                if !now.is_lost {
                    tell(Event::ServiceBack {});
                }
            }
        }
    }
    if !now.is_lost {
        readers(&[], &now.readers, tell);
    }
}

/// Tells what lies between two lists of readers.
fn readers(before: &[Seen], now: &[Seen], tell: &mut dyn FnMut(Event)) {
    let find = |list: &[Seen], one: &Seen| {
        let is_it = |seen: &&Seen| seen.plugging == one.plugging && seen.name == one.name;
        list.iter().find(is_it).cloned()
    };
    for gone in before.iter().filter(|seen| find(now, seen).is_none()) {
        tell(Event::ReaderRemoved {
            reader: gone.name.clone(),
        });
    }
    for seen in now {
        let known = find(before, seen);
        if known.is_none() {
            tell(Event::ReaderAdded {
                reader: seen.name.clone(),
            });
        }
        let (changes, card, sharing) = known.map_or_else(Default::default, |known| {
            (known.changes, known.card, known.sharing)
        });
        // What was before the reader was seen first is no news.
        let changes = if find(before, seen).is_none() {
            0
        } else {
            seen.changes - changes
        };
        cards(card, changes, seen, tell);
        let sharing = if changes == 0 { sharing } else { Sharing::Free };
        if seen.card.is_some() && seen.sharing != sharing {
            tell(Event::SharingChanged {
                reader: seen.name.clone(),
                sharing: seen.sharing,
            });
        }
    }
}

/// Tells what became of a card, after so many insertions and removals.
fn cards(before: Option<CardSeen>, changes: u64, now: &Seen, tell: &mut dyn FnMut(Event)) {
    let reader = || now.name.clone();
    let inserted = |card: CardSeen| match card {
        CardSeen::Answers(atr) => Event::CardInserted {
            reader: reader(),
            atr,
        },
        CardSeen::Mute => Event::CardMute { reader: reader() },
    };
    let missed = || Event::CardMissed { reader: reader() };
    match (before, now.card) {
        (None, None) if changes > 0 => tell(missed()),
        (None, None) => {}
        (None, Some(card)) => {
            if changes > 1 {
                tell(missed());
            }
            tell(inserted(card));
        }
        (Some(_), None) => {
            tell(Event::CardRemoved { reader: reader() });
            if changes > 1 {
                tell(missed());
            }
        }
        (Some(_), Some(CardSeen::Answers(atr))) if changes > 0 => {
            tell(Event::CardSwapped {
                reader: reader(),
                atr,
            });
        }
        (Some(_), Some(CardSeen::Mute)) if changes > 0 => {
            tell(Event::CardRemoved { reader: reader() });
            tell(Event::CardMute { reader: reader() });
        }
        // It answers no more, or at last.
        (Some(CardSeen::Answers(_)), Some(card @ CardSeen::Mute))
        | (Some(CardSeen::Mute), Some(card @ CardSeen::Answers(_))) => tell(inserted(card)),
        (Some(CardSeen::Answers(before)), Some(CardSeen::Answers(atr))) if before != atr => {
            tell(Event::AtrChanged {
                reader: reader(),
                atr,
            });
        }
        (Some(CardSeen::Answers(_)), Some(CardSeen::Answers(_)))
        | (Some(CardSeen::Mute), Some(CardSeen::Mute)) => {}
    }
}
