//! `SCardTransmit`: one command to the card.

use super::code::Code;
use super::connection::{Connection, check_available};
use super::protocol::ANY_PROTOCOL;
use super::reader::{Presence, ReaderState};
use pcsc_sys::arguments::Room;
use pcsc_sys::{
    DWORD, MAX_BUFFER_SIZE_EXTENDED, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_NO_SMARTCARD,
    SCARD_E_NOT_TRANSACTED, SCARD_E_PROTO_MISMATCH, SCARD_F_INTERNAL_ERROR, SCARD_PROTOCOL_RAW,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::MutexGuard;

/// How a transmission failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The service says why, and that there are so many bytes for which the buffer is too short; else 0.
    Refused(Code, usize),
    /// The library alone says why: it leaves the length as it was.
    Unanswered(Code),
}

/// What a transmission returns: the length of the answer and the protocol that is active.
type Transmitted = Result<(usize, DWORD), Failed>;

/// A command, and where its answer goes.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) protocol: DWORD,
    /// `None` for one that is longer than any command.
    pub(crate) command: Option<&'a [u8]>,
    /// May be where the command is.
    pub(crate) room: Room<'a>,
    /// What is put in the place of the card's answer.
    pub(crate) instead: Option<Vec<u8>>,
}

/// Sends a command and copies the answer into its buffer.
///
/// Blocks, but not the context, while another connection has the card locked.
pub(crate) fn transmit(connection: &Connection, exchange: &mut Exchange<'_>) -> Transmitted {
    loop {
        if let Some(transmitted) = try_transmit(connection, exchange) {
            return transmitted;
        }
        if let Ok(state) = connection.lock_reader() {
            if connection.check_sharing(&state).is_err() {
                match connection.reader.wait_in_time(state) {
                    Ok(state) => drop(state),
                    Err(code) => return Err(Failed::Unanswered(code)),
                }
            }
        }
    }
}

/// As [`transmit`], but does nothing where another connection has the card locked.
#[inline]
pub(crate) fn try_transmit(connection: &Connection, exchange: &mut Exchange<'_>) -> Option<Transmitted> {
    let refused = |code| Some(Err(Failed::Refused(code, 0)));
    let unanswered = |code| Some(Err(Failed::Unanswered(code)));
    let _call = match connection.begin_call() {
        Ok(call) => call,
        Err(code) => return refused(code),
    };
    if exchange.command.is_none() {
        return unanswered(SCARD_E_INSUFFICIENT_BUFFER);
    }
    if let Err(code) = connection.context.ask_service() {
        return unanswered(code);
    }
    match connection.lock_idle_reader() {
        Ok(state) if connection.check_sharing(&state).is_ok() => Some(act(connection, state, exchange)),
        Ok(_) => None,
        Err(code) => refused(code),
    }
}

#[inline]
fn act(
    connection: &Connection,
    mut state: MutexGuard<'_, ReaderState>,
    exchange: &Exchange<'_>,
) -> Transmitted {
    let protocol = exchange.protocol;
    let refused = |code| Failed::Refused(code, 0);
    let reader = &connection.reader;
    check_available(&state).map_err(refused)?;
    connection.check_event().map_err(refused)?;
    if protocol != SCARD_PROTOCOL_RAW {
        if state.presence == Presence::Absent {
            return Err(refused(SCARD_E_NO_SMARTCARD));
        }
        if protocol != ANY_PROTOCOL && protocol != state.protocol {
            return Err(refused(SCARD_E_PROTO_MISMATCH));
        }
    }
    let active = state.protocol;
    let Some(mut acting) = state.slot.lend() else {
        return Err(refused(SCARD_E_NOT_TRANSACTED));
    };
    drop(state);

    acting.answer.clear();
    let acted = catch_unwind(AssertUnwindSafe(|| {
        let command = exchange.command.unwrap_or_default();
        acting.card.transmit(command, &mut acting.answer)
    }));
    if let Some(instead) = &exchange.instead {
        acting.answer.clear();
        acting.answer.extend_from_slice(instead);
    }
    let len = acting.answer.len();
    let result = if acted.is_err() {
        Err(refused(SCARD_F_INTERNAL_ERROR))
    } else if len > MAX_BUFFER_SIZE_EXTENDED {
        Err(refused(SCARD_E_NOT_TRANSACTED))
    } else if exchange.room.fill(&acting.answer) {
        Ok((len, active))
    } else {
        Err(Failed::Refused(SCARD_E_INSUFFICIENT_BUFFER, len))
    };

    let mut state = reader.lock();
    let returned = reader.return_card(&mut state, acting);
    let unplugged = !state.plugged;
    drop(state);
    connection.context.await_service().map_err(Failed::Unanswered)?;
    if returned.is_err() || unplugged {
        Err(refused(SCARD_E_NOT_TRANSACTED))
    } else {
        result
    }
}
