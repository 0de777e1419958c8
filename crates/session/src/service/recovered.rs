//! What was lost before a connection or a context was made usable again.

/// What had happened, as [`Session::recover`](crate::Session::recover) tells it.
///
/// Of several things that had happened it is the one after which most is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "it says what the card has forgotten"]
pub enum Recovered {
    /// Nothing was lost: the card is as it was.
    Intact,
    /// Another program reset the card, or took its power: the selected application, verified PINs and open channels are
    /// forgotten.
    ///
    /// # Platform notes
    /// The service keeps the last event alone: a card that was taken out and put back, and then reset by another program
    /// before this session made any call, shows as reset.
    Reset,
    /// The card was taken out and one put in, perhaps the same, or its reader did not answer for a while: nothing is known
    /// of the card.
    CardReplaced,
    /// The reader was pulled out and one of its name is there again: the session has a new connection to it.
    ReaderBack,
    /// The connection to the service was lost: the session has a new one, of its own, and a new connection to the reader of
    /// this name. Of a [`Context`](crate::Context): it is another one.
    ServiceBack,
}

impl Recovered {
    pub(super) fn or_worse(self, other: Recovered) -> Recovered {
        if other as u8 > self as u8 { other } else { self }
    }
}
