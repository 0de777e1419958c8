//! How transactions end, and what becomes of those that could not be ended.

use super::TrackedCard;
use super::codes::{READER_GONE, is_reconnectable};
use crate::error::Error;
use crate::ffi::{CallError, Code, Disposition};
use crate::service::recovered::Recovered;

const FUNCTION: &str = "SCardEndTransaction";

impl TrackedCard {
    /// Wraps `SCardEndTransaction`. It is called after a loss too where the handle may still hold the transaction: the service
    /// goes on holding that of a reader that does not answer, or of a card that uses another protocol.
    pub(crate) fn end_transaction(&self, disposition: Disposition) -> Result<(), Error> {
        let lost = self.lost.get();
        match lost {
            Some(code) if !may_hold(code) => return Err(self.error(FUNCTION, code)),
            _ => {}
        }
        self.handle
            .end_transaction(disposition)
            .map_err(|error| match (lost, error) {
                // What was known before says more.
                (Some(lost), CallError::Failed(code)) if !code.is_service_down() => {
                    self.error(FUNCTION, lost)
                }
                (_, error) => self.failed(FUNCTION, error),
            })
    }

    /// Ends a transaction whose owner is dropped: there is nobody to tell.
    ///
    /// What the service refuses to end now, after a reset of the card, it would keep others out by after a reconnection; so
    /// that is to end it, and to do to the card what was asked for, but for a reset that has already been.
    pub(crate) fn drop_transaction(&self, disposition: Disposition) {
        if self.lost.get().is_some_and(|code| !may_hold(code)) {
            return;
        }
        let Err(error) = self.handle.end_transaction(disposition) else {
            return;
        };
        let has_lost = self.lost.get().is_some();
        let code = match &error {
            CallError::Failed(code) => Some(*code),
            CallError::Wrong(_) | CallError::OfTheParent => None,
        };
        if !has_lost || code.is_some_and(Code::is_service_down) {
            // It takes note of what that says.
            let _ = self.failed(FUNCTION, error);
        }
        let holds_none = code.is_some_and(|code| code == Code::NOT_TRANSACTED || code == READER_GONE);
        if holds_none || self.lost.get().is_some_and(|code| !may_hold(code)) {
            return;
        }
        self.transactions_still_held
            .set(self.transactions_still_held.get() + 1);
        if code != Some(Code::RESET_CARD) && disposition != Disposition::Leave {
            // One that comes back is to be used: it is reset in place of being ejected.
            self.owed.set(match disposition {
                Disposition::Eject => Disposition::Reset,
                other => other,
            });
        }
    }

    /// Tells whether a reconnection has something to end, or to do to the card.
    pub(super) fn owes(&self) -> bool {
        self.transactions_still_held.get() > 0 || self.owed.get() != Disposition::Leave
    }

    /// Returns what the end of the connection does to the card: where that is nothing, what the end of a transaction has not
    /// done.
    pub(super) fn at_the_end(&self) -> Disposition {
        match self.handle.on_drop() {
            Disposition::Leave => self.owed.get(),
            chosen => chosen,
        }
    }

    /// Takes note that there is no transaction any more.
    pub(super) fn forget_transactions(&self) {
        self.transactions_still_held.set(0);
        self.owed.set(Disposition::Leave);
    }

    /// Takes the lock of exclusive use again, which pcsc-lite's service gives up when the card is taken out, and a reconnection
    /// that stays exclusive does not take: without it each end of a transaction is refused. There it is a transaction of the
    /// connection's own, which its end gives back.
    pub(super) fn take_exclusive_lock(&self) -> Result<(), Error> {
        if cfg!(any(windows, target_os = "macos")) {
            return Ok(());
        }
        let begun = self.begin_transaction();
        if begun.is_err() {
            self.happened
                .set(self.happened.get().or_worse(Recovered::CardReplaced));
        }
        begun
    }

    /// Tells whether it is known that the card was taken out.
    pub(super) fn is_other_card(&self) -> bool {
        self.happened.get() == Recovered::CardReplaced
            || matches!(
                self.lost.get(),
                Some(Code::REMOVED_CARD | Code::NO_SMARTCARD | Code::READER_UNAVAILABLE)
            )
    }

    /// Begins a transaction that ends on drop, leaving the card as it is.
    pub(crate) fn hold(&self) -> Result<Held<'_>, Error> {
        self.begin_transaction()?;
        Ok(Held { card: self })
    }

    /// Ends the transactions that could not be ended before.
    pub(super) fn end_transactions_still_held(&self) -> Result<(), Error> {
        while self.transactions_still_held.get() > 0 {
            match self.handle.end_transaction(Disposition::Leave) {
                // Reset once more: it is still held, and the next reconnection ends it.
                Err(CallError::Failed(Code::RESET_CARD)) => {
                    return Err(self.failed(FUNCTION, Code::RESET_CARD));
                }
                // Where a removal or the reconnection ended it already, there is none to end.
                Ok(()) | Err(_) => self
                    .transactions_still_held
                    .set(self.transactions_still_held.get() - 1),
            }
        }
        Ok(())
    }
}

impl Drop for TrackedCard {
    fn drop(&mut self) {
        let disposition = self.at_the_end();
        self.handle.set_on_drop(disposition);
    }
}

/// Tells whether the service may hold a transaction of a connection that is lost to this. It ends those of a card that was
/// taken out by itself.
fn may_hold(lost: Code) -> bool {
    is_reconnectable(lost) && !matches!(lost, Code::REMOVED_CARD | Code::NO_SMARTCARD)
}

/// A transaction that ends on drop, leaving the card as it is.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    card: &'a TrackedCard,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.card.drop_transaction(Disposition::Leave);
    }
}
