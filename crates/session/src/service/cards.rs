//! A look at the cards in the readers, without connecting to them.

use crate::error::Error;
use crate::ffi::{Code, ReaderName, ReaderState, StateFlags};
use crate::service::context::Context;
use crate::service::watch::{CardSeen, Seen, Snapshot};
use std::time::{Duration, Instant};

/// How long a call may take that asks for one reader: with pcsc-lite 0.4 seconds where its card does not answer.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// A reader, and the card in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) reader: ReaderName,
    pub(crate) card: Option<CardSeen>,
}

impl Slot {
    /// Makes one of whose card nothing is known.
    pub(super) fn unseen(reader: ReaderName) -> Slot {
        Slot { reader, card: None }
    }

    /// Makes that of a reader that the service told of; none of one that it does not know.
    fn of(state: &ReaderState) -> Option<Slot> {
        let is_known = !state.event_state().contains(StateFlags::UNKNOWN);
        is_known.then(|| Slot {
            reader: state.name().clone(),
            card: CardSeen::of(state),
        })
    }
}

/// Looks at these readers. One that the service does not know any more is left out.
pub(super) fn look(context: &Context, readers: &[ReaderName]) -> Result<Vec<Slot>, Error> {
    let mut slots = Vec::with_capacity(readers.len());
    for readers in readers.chunks(ReaderState::AT_A_TIME) {
        look_at(context, readers, &mut slots)?;
    }
    Ok(slots)
}

/// Looks at these readers, where it will be done before the deadline.
pub(super) fn look_until(
    context: &Context,
    readers: &[ReaderName],
    deadline: Instant,
) -> Result<Option<Vec<Slot>>, Error> {
    let mut slots = Vec::with_capacity(readers.len());
    for reader in readers {
        if Instant::now() + LONGEST_LOOK > deadline {
            return Ok(None);
        }
        look_at(context, std::slice::from_ref(reader), &mut slots)?;
    }
    Ok(Some(slots))
}

fn look_at(context: &Context, readers: &[ReaderName], slots: &mut Vec<Slot>) -> Result<(), Error> {
    let mut states: Vec<ReaderState> = readers.iter().map(ReaderState::new).collect();
    match context.get_status_change(Some(Duration::ZERO), &mut states) {
        Err(error) if error.code() == Some(Code::UNKNOWN_READER) => {
            // Of one of them, for all.
            if readers.len() > 1 {
                for reader in readers {
                    look_at(context, std::slice::from_ref(reader), slots)?;
                }
            }
            return Ok(());
        }
        Err(error) if !error.is_timeout() => return Err(error),
        Ok(()) | Err(_) => {}
    }
    slots.extend(states.iter().filter_map(Slot::of));
    Ok(())
}

/// Returns the other readers with a card; none where that cannot be had.
pub(crate) fn cards_elsewhere(context: &Context, reader: &ReaderName) -> Vec<ReaderName> {
    let slots = context.list_readers().and_then(|mut listed| {
        listed.retain(|listed| listed != reader);
        look(context, &listed)
    });
    with_card(&slots.unwrap_or_default(), |_| true).cloned().collect()
}

/// Returns the readers whose card is such a one.
pub(super) fn with_card(
    slots: &[Slot],
    is_such: impl Fn(CardSeen) -> bool,
) -> impl Iterator<Item = &ReaderName> {
    let such = slots.iter().filter(move |slot| slot.card.is_some_and(&is_such));
    such.map(|slot| &slot.reader)
}

/// Returns the error that none of the cards is wanted.
pub(crate) fn no_matching_card<'a>(slots: impl IntoIterator<Item = &'a Slot>) -> Error {
    let (mut empty, mut mute, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for slot in slots {
        let list = match slot.card {
            None => &mut empty,
            Some(CardSeen::Mute) => &mut mute,
            Some(CardSeen::Answers(_)) => &mut other,
        };
        list.push(slot.reader.clone());
    }
    Error::NoMatchingCard {
        empty: empty.into(),
        mute: mute.into(),
        other: other.into(),
    }
}

impl Snapshot {
    /// Returns the readers with their cards.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let slot = |seen: &Seen| Slot {
            reader: seen.name.clone(),
            card: seen.card,
        };
        self.readers.iter().map(slot).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pcsc_iso7816::atr::Atr;

    #[test]
    fn what_the_service_tells_is_a_card_or_none() {
        let atr = Atr::new(&[0x3B, 0x00]);
        let card = |flags| Slot::of(&ReaderState::new("Reader").telling(flags, atr)).map(|slot| slot.card);
        let present = StateFlags::CHANGED | StateFlags::PRESENT;
        assert_eq!(card(present), Some(Some(CardSeen::Answers(atr))));
        assert_eq!(card(present | StateFlags::INUSE), card(present));
        assert_eq!(card(present | StateFlags::MUTE), Some(Some(CardSeen::Mute)));
        assert_eq!(card(StateFlags::CHANGED | StateFlags::EMPTY), Some(None));
        assert_eq!(card(present | StateFlags::UNAVAILABLE), Some(None));
        // So some libraries tell of a reader that has gone, where others fail the call.
        assert_eq!(card(StateFlags::UNKNOWN | StateFlags::UNAVAILABLE), None);
    }
}
