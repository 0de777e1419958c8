//! How a connection that was lost becomes usable again.

use super::TrackedCard;
use super::card_look::CardFate;
use super::codes::READER_GONE;
use crate::error::Error;
use crate::ffi::{CallError, CardStatus, Code, Disposition, Protocol, ShareMode, WholeError};
use crate::service::context::Context;
use crate::service::recovered::Recovered;
use std::sync::Arc;

/// How often in a row another program may reset the card in the middle of it.
const RESETS: usize = 16;

/// What makes a connection usable again.
#[derive(Clone, Copy)]
enum Way {
    /// `SCardReconnect`, after which this is what had happened.
    Reconnect(Recovered),
    /// `SCardConnect` on the same context.
    Connect,
    /// A context of its own, and `SCardConnect` on that.
    Establish,
}

impl Way {
    /// Returns the way back from what this code says.
    fn from(code: Code) -> Option<Way> {
        Some(match code {
            Code::RESET_CARD | Code::UNPOWERED_CARD | Code::UNRESPONSIVE_CARD => {
                Way::Reconnect(Recovered::Reset)
            }
            Code::REMOVED_CARD | Code::NO_SMARTCARD | Code::READER_UNAVAILABLE | Code::PROTO_MISMATCH => {
                Way::Reconnect(Recovered::CardReplaced)
            }
            // The two are one code on Windows.
            code if code == READER_GONE || code == Code::UNKNOWN_READER => Way::Connect,
            code if code.is_service_down() => Way::Establish,
            _ => return None,
        })
    }

    fn recovered(self) -> Recovered {
        match self {
            Way::Reconnect(recovered) => recovered,
            Way::Connect => Recovered::ReaderBack,
            Way::Establish => Recovered::ServiceBack,
        }
    }
}

impl TrackedCard {
    /// Makes the connection usable again, and says what had happened; asks whether something had, where nothing is known of
    /// it. Where it fails, the connection is as it was, and it may be tried again.
    pub(crate) fn recover(&mut self) -> Result<Recovered, Error> {
        let Some(mut way) = self.way_back()? else {
            return Ok(self.happened.replace(Recovered::Intact));
        };
        for _ in 0..RESETS {
            self.happened.set(self.happened.get().or_worse(way.recovered()));
            let (recovered, result) = (self.happened.get(), self.go(way));
            let Err(error) = result else {
                self.happened.set(Recovered::Intact);
                return Ok(recovered);
            };
            match self.next_way(way, &error) {
                Some(next) => way = next,
                None => return Err(error),
            }
        }
        Err(self.error("SCardReconnect", Code::RESET_CARD))
    }

    /// Reconnects after a reset, unless the card was taken out since.
    pub(crate) fn reconnect_after_reset(&mut self) -> Result<(), Error> {
        const FUNCTION: &str = "SCardStatus";
        // The last event is what the service tells; a reconnection would take it away.
        match self.handle.status() {
            Err(WholeError::Failed(CallError::Failed(code))) if is_more_than_a_reset(code) => {
                Err(self.failed(FUNCTION, code))
            }
            _ => self.reconnect(self.opening, Disposition::Leave),
        }
    }

    /// Tells whether the card's protocol says that it was reset while it was being connected, of which pcsc-lite tells in no
    /// other way.
    pub(super) fn is_reset_by_protocol(&self, status: &CardStatus) -> bool {
        self.is_other_protocol(status) && status.protocol != Protocol::RAW
    }

    /// Tells whether the card does not use the protocol of this connection any more, be it by a reset or by another program's
    /// connection without a protocol, which pcsc-lite takes over for all.
    pub(super) fn is_other_protocol(&self, status: &CardStatus) -> bool {
        self.opening.share_mode != ShareMode::Direct && status.protocol != self.protocol
    }

    /// Returns what will have happened to a card of which nothing is known to have happened yet.
    fn after_paying(&self) -> Recovered {
        match self.owed.get() {
            Disposition::Leave => Recovered::Intact,
            _ => Recovered::Reset,
        }
    }

    /// Returns the way back; none where nothing is lost.
    fn way_back(&self) -> Result<Option<Way>, Error> {
        if let Some(way) = self.lost.get().and_then(Way::from) {
            return Ok(Some(way));
        }
        match self.status() {
            Ok(status) if self.is_reset_by_protocol(&status) => Ok(Some(Way::Reconnect(Recovered::Reset))),
            // It is refused, as long as the card goes without a protocol.
            Ok(status) if self.is_other_protocol(&status) => Ok(Some(Way::Reconnect(Recovered::Intact))),
            Ok(_) if self.owes() => Ok(Some(Way::Reconnect(self.after_paying()))),
            Ok(_) => Ok(None),
            Err(error) => match self.what_it_says(&error).and_then(Way::from) {
                Some(way) => Ok(Some(way)),
                None => Err(error),
            },
        }
    }

    /// Returns the code for what an error of a call says of the connection.
    fn what_it_says(&self, error: &Error) -> Option<Code> {
        let of_call = error.code().filter(|code| !code.is_service_down());
        match self.lost.get() {
            // These calls take no value: where the reader is listed, it is another one of this name, whatever was known before.
            Some(lost) if of_call == Some(READER_GONE) && !lost.is_service_down() => of_call,
            Some(lost) => Some(lost),
            None => of_call,
        }
    }

    fn go(&mut self, way: Way) -> Result<(), Error> {
        match way {
            Way::Reconnect(Recovered::Reset) => self.reconnect_after_reset(),
            Way::Reconnect(_) => match self.reconnect(self.opening, Disposition::Leave) {
                // A direct connection needs no card, but pcsc-lite's service does for this call.
                Err(Error::NoCard { .. }) if self.opening.share_mode == ShareMode::Direct => {
                    self.connect_anew(&Context::shared(self.handle.context().clone()))
                }
                result => result,
            },
            Way::Connect => self.connect_anew(&Context::shared(self.handle.context().clone())),
            Way::Establish => self.connect_anew(&Context::establish_on(self.handle.context().provider())?),
        }
    }

    /// Returns the way to go on after one has failed; none where only waiting helps.
    fn next_way(&self, failed: Way, error: &Error) -> Option<Way> {
        let code = match failed {
            Way::Establish => return None,
            Way::Connect if error.is_service_down() => return Some(Way::Establish),
            Way::Connect => return None,
            Way::Reconnect(_) => self.what_it_says(error)?,
        };
        // What was known before is no reason to try once more.
        if code == Code::RESET_CARD && error.code() != Some(Code::RESET_CARD) {
            return None;
        }
        match (Way::from(code)?, failed) {
            (next @ (Way::Connect | Way::Establish), _) => Some(next),
            // Reset once more.
            (next @ Way::Reconnect(_), _) if code == Code::RESET_CARD => Some(next),
            (
                next @ Way::Reconnect(Recovered::CardReplaced),
                Way::Reconnect(Recovered::Intact | Recovered::Reset),
            ) if code != Code::PROTO_MISMATCH => Some(next),
            // Windows says so of a connection to a reader that was pulled out, and is back.
            (Way::Reconnect(_), _) if code == Code::READER_UNAVAILABLE => {
                let is_there = matches!(
                    self.look_at_card(),
                    CardFate::There | CardFate::Present | CardFate::Mute | CardFate::Reset
                );
                is_there.then_some(Way::Connect)
            }
            (Way::Reconnect(_), _) => None,
        }
    }

    /// Connects to the reader of the same name in the same way; the old connection is ended where it still is one.
    fn connect_anew(&mut self, context: &Context) -> Result<(), Error> {
        let happened = self.happened.get();
        if !self.lost.get().is_some_and(Code::is_service_down) {
            // A new connection to the same reader would wait for them.
            self.end_transactions_still_held()?;
        }
        let open = || TrackedCard::open(context, self.reader.clone(), true, self.opening, self.on_drop());
        // Where the time for waits is over while the service connects, the context is given up: not one of other sessions.
        let provider = self.handle.context().provider();
        let is_shared = Arc::strong_count(context.handle()) > 2;
        let new = match is_shared {
            true => provider.wait_until(None, open).unwrap_or_else(open),
            false => open(),
        };
        let mut old = std::mem::replace(self, new?);
        self.happened.set(happened);
        if old.lost.get().is_some_and(Code::is_service_down) {
            // Its number was the old service's.
            old.handle.forget();
        }
        // What the end is to do with the card is for the end of the session.
        old.forget_transactions();
        old.handle.set_on_drop(Disposition::Leave);
        Ok(())
    }
}

fn is_more_than_a_reset(code: Code) -> bool {
    Way::from(code).is_some_and(|way| !matches!(way, Way::Reconnect(Recovered::Reset)))
}
