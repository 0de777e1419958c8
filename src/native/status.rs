//! `SCardStatus`.

use super::connection::check;
use super::memory::allocate;
use super::{readers, registry};
use crate::arguments::{Buffer, Out, dword};
use crate::*;
use pcsclite_wire::{Command, message};
use std::ffi::c_char;

pub(super) unsafe extern "system" fn status(
    card: SCARDHANDLE,
    name: *mut c_char,
    name_length: LPDWORD,
    state: LPDWORD,
    protocol: LPDWORD,
    atr: LPBYTE,
    atr_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let state = unsafe { Out::new(state) };
    // SAFETY: as above.
    let protocol = unsafe { Out::new(protocol) };
    // SAFETY: as above, and initialised.
    let name_length = unsafe { Out::new(name_length) };
    // SAFETY: as above.
    let atr_length = unsafe { Out::new(atr_length) };
    state.set(0);
    protocol.set(0);
    let (name_room, atr_room) = (name_length.get().unwrap_or(0), atr_length.get().unwrap_or(0));
    // SAFETY: the C function's caller promises so many bytes, or for this length a pointer; without a length, none.
    let name = unsafe { Buffer::new(name.cast::<u8>(), name_room, allocate) };
    // SAFETY: as above.
    let atr = unsafe { Buffer::new(atr, atr_room, allocate) };
    name_length.set(0);
    atr_length.set(0);
    let card = match registry::card(card) {
        Ok(card) => card,
        Err(code) => return code,
    };
    let request = message::Status {
        card: card.number,
        code: 0,
    };
    let found = card.call_if_free(|connection| {
        let look = readers::look(connection, false)?;
        let reader = look.reader(&card.reader).ok_or(SCARD_E_READER_UNAVAILABLE)?;
        check(connection.ask(Command::STATUS, &request)?.code)?;
        Ok(*reader)
    });
    let reader = match found {
        Ok(reader) => reader,
        Err(code) => return code,
    };
    let bytes = reader.atr().unwrap_or_default();
    let terminated = [&card.reader[..], &[0]].concat();
    name_length.set(dword(terminated.len()));
    atr_length.set(dword(bytes.len()));
    // Where a number has 32 bits, a state that no service has would not fit beside the count.
    state.set((DWORD::from(reader.event_counter) << 16).wrapping_add(reader.state.into()));
    protocol.set(reader.protocol.into());
    let named = name.fill(&terminated);
    if named != SCARD_S_SUCCESS && named != SCARD_E_INSUFFICIENT_BUFFER {
        return named;
    }
    let answered = atr.fill(bytes);
    if answered == SCARD_S_SUCCESS {
        named
    } else {
        answered
    }
}
