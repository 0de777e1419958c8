//! The slot of a reader, and the card that is lent from it to act.

use crate::card::Card;
use std::fmt;

/// A reader's slot.
#[derive(Debug, Default)]
pub(crate) struct CardSlot {
    content: Content,
    /// How many cards were taken out: a card that acts is still this slot's where there was none since it was lent.
    removals: u64,
    /// The memory of the last answer, for the next one.
    answer: Vec<u8>,
}

#[derive(Default)]
enum Content {
    #[default]
    Empty,
    Idle(Box<dyn Card>),
    /// The card acts: it has been lent to the call that it acts for.
    Lent,
}

/// A card that has been taken out of its slot to act, with the buffer for its answer.
pub(crate) struct Acting {
    pub(crate) card: Box<dyn Card>,
    pub(crate) answer: Vec<u8>,
    removals: u64,
}

impl CardSlot {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.content, Content::Empty)
    }

    /// Whether the card acts for a call.
    #[inline]
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.content, Content::Lent)
    }

    /// Lends the card out to act; `None` where there is none, or it acts already.
    #[inline]
    pub(crate) fn lend(&mut self) -> Option<Acting> {
        let content = std::mem::replace(&mut self.content, Content::Lent);
        let Content::Idle(card) = content else {
            self.content = content;
            return None;
        };
        Some(Acting {
            card,
            answer: std::mem::take(&mut self.answer),
            removals: self.removals,
        })
    }

    /// Puts a card back that has acted; fails with it where it was removed meanwhile.
    #[inline]
    pub(crate) fn give_back(&mut self, acting: Acting) -> Result<(), Box<dyn Card>> {
        self.answer = acting.answer;
        if acting.removals != self.removals {
            return Err(acting.card);
        }
        self.content = Content::Idle(acting.card);
        Ok(())
    }

    /// Puts a card in, where none is.
    pub(crate) fn put(&mut self, card: Box<dyn Card>) {
        self.content = Content::Idle(card);
    }

    /// Takes the card out; `None` where there is none, and for one that acts, which does not come back.
    pub(crate) fn take(&mut self) -> Option<Box<dyn Card>> {
        if self.is_empty() {
            return None;
        }
        self.removals += 1;
        match std::mem::take(&mut self.content) {
            Content::Idle(card) => Some(card),
            Content::Lent | Content::Empty => None,
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Idle(_) => "Idle",
            Self::Lent => "Lent",
        })
    }
}
