//! `SCardStatus`.

use super::atr::Atr;
use super::attempt::Attempt;
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
    connection.attempt(|| {
        // The library looks for the reader's name before it asks; a new reader of this name will not do.
        connection.context.ask_service()?;
        let world = &connection.context.world;
        if world.reader(connection.reader.name.as_bytes()).is_none() {
            return Err(SCARD_E_READER_UNAVAILABLE);
        }
        status_once(connection)
    })
}

/// As [`status`], but does not wait, and does not mind what other reader has the name.
pub(crate) fn status_once(connection: &Connection) -> Result<Attempt<'_, Status>, Code> {
    connection.context.ask_service()?;
    let state = connection.lock_reader()?;
    if connection.check_sharing(&state).is_err() {
        return Ok(Attempt::Later(state));
    }
    connection.check_event()?;
    check_available(&state)?;
    Ok(Attempt::Done(Status {
        state: number(&state),
        protocol: state.protocol,
        atr: state.atr,
    }))
}

/// A mask, with the count of events above it.
#[cfg(not(windows))]
fn number(state: &ReaderState) -> DWORD {
    DWORD::from(state.events) << 16 | mask(state)
}

/// What is in the slot, as pcsc-lite has it.
#[cfg(not(windows))]
pub(crate) fn mask(state: &ReaderState) -> DWORD {
    match state.presence {
        Presence::Absent => SCARD_ABSENT,
        Presence::Mute => SCARD_PRESENT | SCARD_SWALLOWED,
        Presence::Unpowered => SCARD_PRESENT,
        Presence::Powered => SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE,
    }
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
