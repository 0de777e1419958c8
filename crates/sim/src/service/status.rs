//! `SCardStatus`.

use super::atr::Atr;
use super::code::Code;
use super::connection::{Connection, check_available};
use super::reader::{Presence, ReaderState};
use pcsc_sys::{
    DWORD, SCARD_ABSENT, SCARD_E_READER_UNAVAILABLE, SCARD_NEGOTIABLE, SCARD_POWERED, SCARD_PRESENT,
    SCARD_SWALLOWED,
};

/// What a connection is told of its card.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) state: DWORD,
    pub(crate) protocol: DWORD,
    pub(crate) atr: Atr,
}

/// Tells the state of the card. Blocks, but not the context, while another connection has it locked.
pub(crate) fn status(connection: &Connection) -> Result<Status, Code> {
    loop {
        let call = connection.begin_call()?;
        connection.context.ask_service()?;
        // The library looks for the reader's name before it asks; a new reader of this name will not do.
        let world = &connection.context.world;
        if world.reader(connection.reader.name.as_bytes()).is_none() {
            return Err(SCARD_E_READER_UNAVAILABLE);
        }
        let state = connection.lock_reader()?;
        if connection.check_sharing(&state).is_err() {
            drop(call);
            drop(connection.reader.wait(state));
            continue;
        }
        connection.check_event()?;
        check_available(&state)?;
        return Ok(Status {
            state: number(&state),
            protocol: state.protocol,
            atr: state.atr,
        });
    }
}

/// A mask, with the count of events above it.
#[cfg(not(windows))]
fn number(state: &ReaderState) -> DWORD {
    let mask = match state.presence {
        Presence::Absent => SCARD_ABSENT,
        Presence::Mute => SCARD_PRESENT | SCARD_SWALLOWED,
        Presence::Unpowered => SCARD_PRESENT,
        Presence::Powered => SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE,
    };
    DWORD::from(state.events) << 16 | mask
}

/// One number on Windows.
#[cfg(windows)]
fn number(state: &ReaderState) -> DWORD {
    use pcsc_sys::{SCARD_PROTOCOL_UNDEFINED, SCARD_SPECIFIC};
    match state.presence {
        Presence::Absent => SCARD_ABSENT,
        Presence::Mute => SCARD_SWALLOWED,
        Presence::Unpowered => SCARD_PRESENT,
        Presence::Powered if state.protocol != SCARD_PROTOCOL_UNDEFINED => SCARD_SPECIFIC,
        Presence::Powered if state.powered => SCARD_NEGOTIABLE,
        Presence::Powered => SCARD_POWERED,
    }
}
