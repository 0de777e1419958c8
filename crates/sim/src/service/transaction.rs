//! `SCardBeginTransaction` and `SCardEndTransaction`.

use super::attempt::Attempt;
use super::code::Code;
use super::connection::{Connection, check_available};
use super::disposition::check_disposition;
use super::power::Power;
use super::user::Event;
use pcsc_sys::{
    DWORD, SCARD_E_UNSUPPORTED_FEATURE, SCARD_EJECT_CARD, SCARD_LEAVE_CARD, SCARD_RESET_CARD,
    SCARD_UNPOWER_CARD,
};

/// Locks the card for a connection. Blocks, but not the context, while another one has it locked.
pub(crate) fn begin(connection: &Connection) -> Result<(), Code> {
    connection.attempt(|| begin_once(connection))
}

/// As [`begin`], but does not wait.
pub(crate) fn begin_once(connection: &Connection) -> Result<Attempt<'_, ()>, Code> {
    connection.context.ask_service()?;
    let mut state = connection.lock_reader()?;
    check_available(&state)?;
    connection.check_event()?;
    if state.sharing.begin(connection.user.number).is_ok() {
        Ok(Attempt::Done(()))
    } else {
        Ok(Attempt::Later(state))
    }
}

/// Unlocks the card once, after doing to it what `disposition` says.
///
/// The card is reset even where the connection has nothing to unlock, and the reset shows on this connection, too: that
/// is pcscd's way.
pub(crate) fn end(connection: &Connection, disposition: DWORD) -> Result<(), Code> {
    let _call = connection.begin_call()?;
    connection.context.ask_service()?;
    check_disposition(disposition)?;
    let reader = &connection.reader;
    let mut state = connection.lock_reader()?;
    connection.check_event()?;
    if disposition != SCARD_LEAVE_CARD {
        connection.check_sharing(&state)?;
    }
    let mut done = Ok(());
    match disposition {
        SCARD_RESET_CARD | SCARD_UNPOWER_CARD => {
            (state, done) = reader.power(state, Power::Reset);
            connection.context.await_service()?;
            connection.check_plugged(&state)?;
            state.tell(Event::Reset);
        }
        // No reader here has a motor.
        SCARD_EJECT_CARD => done = Err(SCARD_E_UNSUPPORTED_FEATURE),
        _ => {}
    }
    let unlocked = state.sharing.end(connection.user.number);
    reader.notify(&mut state);
    done.and(unlocked)
}
