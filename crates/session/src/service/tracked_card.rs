//! A connection to a card, and what has become of it.

mod card_look;
mod codes;
mod loss;
mod recovery;
mod transaction_end;

use crate::error::{Cause, Error};
use crate::ffi::{
    CallError, CardHandle, Code, ContextHandle, Disposition, Opening, Protocol, ReaderName, ShareMode, Unit,
    WrongAnswer,
};
use crate::service::context::Context;
use crate::service::recovered::Recovered;
use codes::is_reconnectable;
use pcsc_sys::{MAX_READERNAME, SCARDHANDLE};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

/// The longest name of a reader with its null; pcsc-lite would take the beginning of a longer one for the whole.
const LONGEST_NAME: usize = if cfg!(any(windows, target_os = "macos")) {
    usize::MAX
} else {
    MAX_READERNAME
};

/// A connection to a reader and its card.
///
/// Once a call has shown that it is lost, the calls that need it are not made any more: they return what was found, until
/// [`reconnect`](TrackedCard::reconnect) succeeds.
#[derive(Debug)]
pub(crate) struct TrackedCard {
    handle: CardHandle,
    reader: ReaderName,
    protocol: Protocol,
    opening: Opening,
    /// The code that ended it, where one did.
    lost: Cell<Option<Code>>,
    /// What is known to have happened since it was usable, the worst of it.
    happened: Cell<Recovered>,
    /// Whether its end was asked for where the service had gone: there is nothing left that could be reconnected.
    is_given_up: bool,
    /// Transactions that could not be ended: the service may still hold them.
    transactions_still_held: Cell<u32>,
    /// What their ends were to do to the card and have not done.
    owed: Cell<Disposition>,
}

impl TrackedCard {
    /// Connects to the reader of this name. `is_chosen` where the name is the caller's: an unknown one is an error of its
    /// own then.
    pub(crate) fn open(
        context: &Context,
        reader: ReaderName,
        is_chosen: bool,
        opening: Opening,
        on_drop: Disposition,
    ) -> Result<TrackedCard, Error> {
        let Some(terminated) = possible_name(&reader) else {
            return Err(Error::InvalidReader {
                available: context.list_readers()?,
                name: reader,
            });
        };
        match CardHandle::connect(context.handle(), terminated, opening) {
            Ok((mut handle, protocol)) => {
                handle.set_on_drop(on_drop);
                Ok(TrackedCard::of(handle, reader, protocol, opening))
            }
            // Windows says of an empty slot that the card was removed.
            Err(CallError::Failed(code @ (Code::NO_SMARTCARD | Code::REMOVED_CARD))) => Err(Error::NoCard {
                function: CONNECT,
                code,
                reader,
                with_card: Vec::new(),
            }),
            Err(CallError::Failed(code)) if is_chosen => Err(unknown_reader(context, reader, code)),
            Err(error) => Err(Error::of_call(CONNECT, error, Some(reader))),
        }
    }

    /// Tells whether a reader can have this name.
    pub(crate) fn is_possible(name: &ReaderName) -> bool {
        possible_name(name).is_some()
    }

    fn of(handle: CardHandle, reader: ReaderName, protocol: Protocol, opening: Opening) -> TrackedCard {
        TrackedCard {
            handle,
            reader,
            protocol,
            opening,
            lost: Cell::new(None),
            happened: Cell::new(Recovered::Intact),
            is_given_up: false,
            transactions_still_held: Cell::new(0),
            owed: Cell::new(Disposition::Leave),
        }
    }

    /// Makes a connection of a handle that was opened elsewhere, whose reader and protocol are asked of the service. Where
    /// that fails, the handle is not ended.
    pub(crate) fn take_over(handle: CardHandle, opening: Opening) -> Result<TrackedCard, Error> {
        let mut card = TrackedCard::of(handle, ReaderName::from(""), Protocol::UNDEFINED, opening);
        match card.identify() {
            Ok(()) => Ok(card),
            Err(error) => {
                card.handle.forget();
                Err(match error {
                    Error::Pcsc { function, code, .. } if code.is_invalid_handle() => {
                        Error::UnknownHandle { function }
                    }
                    // Nothing is known of the reader yet.
                    Error::Pcsc { function, code, .. } | Error::ReaderGone { function, code, .. } => {
                        Error::pcsc(function, code, None)
                    }
                    error => error,
                })
            }
        }
    }

    /// Asks the service which reader this is, and by which protocol its card is talked to.
    fn identify(&mut self) -> Result<(), Error> {
        let status = self.status()?;
        let reader = status.readers.into_iter().next().ok_or(WrongAnswer::NoName {});
        let known = reader.and_then(|reader| Ok((reader, status.protocol.check_listed()?)));
        let (reader, protocol) = known.map_err(|answer| self.failed("SCardStatus", answer))?;
        self.reader = reader;
        self.protocol = protocol;
        self.handle.set_protocol(protocol);
        Ok(())
    }

    /// Gives the handle away with its context; it is not ended.
    pub(crate) fn give_handle_away(&mut self) -> (Arc<ContextHandle>, SCARDHANDLE) {
        self.handle.give_away()
    }

    #[inline]
    pub(crate) fn handle(&self) -> &CardHandle {
        &self.handle
    }

    #[inline]
    pub(crate) fn reader(&self) -> &ReaderName {
        &self.reader
    }

    #[inline]
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn opening(&self) -> Opening {
        self.opening
    }

    pub(crate) fn on_drop(&self) -> Disposition {
        self.handle.on_drop()
    }

    /// Returns the code that ended it, where one did.
    pub(crate) fn lost(&self) -> Option<Code> {
        self.lost.get()
    }

    /// Returns the error for a call that needs the card, where the connection is lost.
    #[inline]
    pub(crate) fn check(&self, function: &'static str) -> Result<(), Error> {
        match self.lost.get() {
            None => Ok(()),
            Some(code) => Err(self.error(function, code)),
        }
    }

    /// Returns the error for a call in a child of `fork`; the calls to come are refused too then.
    pub(crate) fn check_process(&self, function: &'static str) -> Result<(), Error> {
        self.handle
            .check_process()
            .map_err(|error| self.failed(function, error))
    }

    /// Returns the error for a call that needs the reader alone, where that or the service is gone.
    pub(crate) fn check_reader(&self, function: &'static str) -> Result<(), Error> {
        match self.lost.get() {
            Some(code) if !is_reconnectable(code) => Err(self.error(function, code)),
            _ => Ok(()),
        }
    }

    /// Wraps `SCardReconnect`; whatever was found before, it is tried.
    pub(crate) fn reconnect(&mut self, opening: Opening, initialization: Disposition) -> Result<(), Error> {
        const FUNCTION: &str = "SCardReconnect";
        if self.is_given_up {
            self.check(FUNCTION)?;
        }
        let initialization = match initialization {
            Disposition::Leave => self.owed.get(),
            chosen => chosen,
        };
        match self.handle.reconnect(opening, initialization) {
            Ok(protocol) if !opening.allows(protocol) => {
                // It is connected, by a protocol that was not asked for: nothing goes to the card.
                self.lost.set(Some(Code::PROTO_MISMATCH));
                Err(self.error(FUNCTION, Code::PROTO_MISMATCH))
            }
            Ok(protocol) => {
                let is_other_card = self.is_other_card();
                let was_exclusive = self.opening.share_mode == ShareMode::Exclusive;
                self.lost.set(None);
                self.opening = opening;
                self.protocol = protocol;
                self.owed.set(Disposition::Leave);
                self.end_transactions_still_held()?;
                if is_other_card && was_exclusive && opening.share_mode == ShareMode::Exclusive {
                    self.take_exclusive_lock()?;
                }
                self.happened.set(Recovered::Intact);
                Ok(())
            }
            Err(CallError::Failed(code @ (Code::NO_SMARTCARD | Code::REMOVED_CARD))) => {
                self.lost.set(Some(Code::REMOVED_CARD));
                // The service ends the transactions of a card that was taken out.
                self.forget_transactions();
                Err(Error::NoCard {
                    function: FUNCTION,
                    code,
                    reader: self.reader.clone(),
                    with_card: Vec::new(),
                })
            }
            // That is said of the argument, not of the reader.
            Err(CallError::Failed(code @ Code::INVALID_VALUE)) if initialization == Disposition::Eject => {
                Err(Error::Pcsc {
                    function: FUNCTION,
                    code,
                    reader: Some(self.reader.clone()),
                    causes: Some([Cause::ValueRefused {}].into()),
                })
            }
            Err(error) => {
                if let CallError::Wrong(WrongAnswer::Protocol { .. }) = error {
                    // It is connected, by whatever protocol: nothing goes to the card.
                    self.lost.set(Some(Code::PROTO_MISMATCH));
                }
                Err(self.failed(FUNCTION, error))
            }
        }
    }

    /// Wraps `SCardDisconnect`, with what its drop does to the card.
    pub(crate) fn disconnect(&mut self) -> Result<(), Error> {
        const FUNCTION: &str = "SCardDisconnect";
        if self.lost.get().is_some_and(Code::is_service_down) {
            self.handle.forget();
            self.is_given_up = true;
            return self.check(FUNCTION);
        }
        let disposition = self.at_the_end();
        self.handle
            .disconnect(disposition)
            .map_err(|error| self.failed(FUNCTION, error))
    }

    /// Wraps `SCardBeginTransaction`.
    pub(crate) fn begin_transaction(&self) -> Result<(), Error> {
        const FUNCTION: &str = "SCardBeginTransaction";
        self.check(FUNCTION)?;
        self.handle
            .begin_transaction()
            .map_err(|error| self.failed(FUNCTION, error))
    }

    /// Does the same, but waits for another program's transaction until then; whether it has begun.
    pub(crate) fn begin_transaction_until(&self, deadline: Instant) -> Result<bool, Error> {
        const FUNCTION: &str = "SCardBeginTransaction";
        self.check(FUNCTION)?;
        let provider = self.handle.context().provider();
        let begun = provider.wait_until(Some(deadline), || self.handle.begin_transaction());
        match begun {
            Some(Ok(())) => Ok(true),
            Some(Err(CallError::Failed(Code::TIMEOUT))) => Ok(false),
            Some(Err(error)) => Err(self.failed(FUNCTION, error)),
            None => Err(Error::Pcsc {
                function: FUNCTION,
                code: Code::UNSUPPORTED_FEATURE,
                reader: Some(self.reader.clone()),
                causes: Some([Cause::WaitsWithoutEnd {}].into()),
            }),
        }
    }

    /// Begins a transaction on a card that was not reset before it: asks once more after it has begun, when nobody resets the
    /// card any more, since pcsc-lite looks for a reset before it takes the card, and not at the same moment.
    pub(crate) fn begin_unreset_transaction(&self) -> Result<(), Error> {
        self.begin_transaction()?;
        let result = match self.status() {
            Ok(status) if self.is_reset_by_protocol(&status) => {
                Err(self.failed("SCardStatus", Code::RESET_CARD))
            }
            Ok(status) if self.is_other_protocol(&status) => {
                Err(self.failed("SCardStatus", Code::PROTO_MISMATCH))
            }
            result => result.map(drop),
        };
        if result.is_err() {
            self.drop_transaction(Disposition::Leave);
        }
        result
    }
}

/// Returns the units of a name that a reader can have, for C.
fn possible_name(name: &ReaderName) -> Option<&[Unit]> {
    name.terminated().filter(|units| units.len() <= LONGEST_NAME)
}

const CONNECT: &str = "SCardConnect";

/// Returns the error of a name that was chosen: that there is no such reader, where the list of readers says so too.
fn unknown_reader(context: &Context, name: ReaderName, code: Code) -> Error {
    let doubtful = [
        Code::UNKNOWN_READER,
        Code::INVALID_VALUE,
        Code::INVALID_PARAMETER,
        Code::NO_READERS_AVAILABLE,
    ];
    if doubtful.contains(&code) {
        match context.list_readers() {
            Ok(available) if !available.contains(&name) => return Error::InvalidReader { name, available },
            Ok(_) | Err(_) => {}
        }
    }
    Error::pcsc(CONNECT, code, Some(name))
}
