//! `SCardTransmit`: one command to the card.

use super::Code;
use super::connecting::ANY_PROTOCOL;
use super::connection::{Connection, check_available};
use super::faults::Answer;
use super::reader::{Presence, ReaderState};
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

/// Sends a command and copies the answer into `buffer`; returns its length and the protocol that is active.
///
/// Blocks, but not the context, while another connection has the card locked.
#[inline]
pub(crate) fn transmit(
    connection: &Connection,
    protocol: DWORD,
    command: &[u8],
    buffer: &mut [u8],
    answer: Answer,
) -> Result<(usize, DWORD), Failed> {
    loop {
        let cards = connection.lock().map_err(|code| Failed::Refused(code, 0))?;
        if command.len() > MAX_BUFFER_SIZE_EXTENDED {
            return Err(Failed::Unanswered(SCARD_E_INSUFFICIENT_BUFFER));
        }
        connection.context.ask_service().map_err(Failed::Unanswered)?;
        let state = connection
            .lock_idle_reader()
            .map_err(|code| Failed::Refused(code, 0))?;
        if connection.check_sharing(&state).is_ok() {
            return exchange(connection, state, protocol, command, buffer, answer);
        }
        drop(cards);
        drop(connection.reader.wait(state));
    }
}

#[inline]
fn exchange(
    connection: &Connection,
    state: MutexGuard<'_, ReaderState>,
    protocol: DWORD,
    command: &[u8],
    buffer: &mut [u8],
    fault: Answer,
) -> Result<(usize, DWORD), Failed> {
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
    let (state, acting) = reader.borrow_card(state);
    let Some(mut acting) = acting else {
        return Err(refused(SCARD_E_NOT_TRANSACTED));
    };
    drop(state);

    acting.answer.clear();
    let acted = catch_unwind(AssertUnwindSafe(|| {
        acting.card.transmit(command, &mut acting.answer)
    }));
    if let Answer::Instead(bytes) = fault {
        acting.answer.clear();
        acting.answer.extend_from_slice(&bytes);
    }
    let len = acting.answer.len();
    let result = if acted.is_err() {
        Err(refused(SCARD_F_INTERNAL_ERROR))
    } else if len > MAX_BUFFER_SIZE_EXTENDED {
        Err(refused(SCARD_E_NOT_TRANSACTED))
    } else if let Some(buffer) = buffer.get_mut(..len) {
        buffer.copy_from_slice(&acting.answer);
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
