//! `SCardDisconnect`, and the end of connections with their context's.

use super::code::Code;
use super::connection::Connection;
use super::disposition::check_disposition;
use super::power::Power;
use super::user::Event;
use pcsc_sys::{DWORD, SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_UNPOWER_CARD};

/// Ends a connection and does to the card what `disposition` says.
///
/// But for leaving the card, this waits until no other connection has it locked, and the context with it.
pub(crate) fn disconnect(connection: &Connection, disposition: DWORD) -> Result<(), Code> {
    let call = connection.begin_call()?;
    connection.context.ask_service()?;
    check_disposition(disposition)?;
    detach(connection, disposition)?;
    connection.close(&call);
    Ok(())
}

/// Ends a connection whose context is released.
pub(crate) fn abandon(connection: &Connection) {
    let disposition = {
        let mut state = connection.reader.lock();
        let untouched = connection.check_event().is_ok();
        if state.sharing.release_lock(connection.user.number) && untouched {
            connection.reader.notify(&mut state);
            SCARD_RESET_CARD
        } else {
            SCARD_LEAVE_CARD
        }
    };
    // Fails where the service has just been stopped, and then there is nothing left to end.
    let _ = detach(connection, disposition);
}

/// Ends a connection of which its program never learns; the card is left as it is.
pub(crate) fn take_back(connection: &Connection) {
    // Fails as above.
    let _ = detach(connection, SCARD_LEAVE_CARD);
}

/// Takes a connection off its reader. A reader that is gone has nothing to take it off.
fn detach(connection: &Connection, disposition: DWORD) -> Result<(), Code> {
    let reader = &connection.reader;
    let mut state = reader.lock();
    loop {
        connection.context.await_service()?;
        state.take_power_if_due();
        if !state.plugged {
            return Ok(());
        }
        if disposition == SCARD_LEAVE_CARD || connection.check_sharing(&state).is_ok() {
            break;
        }
        state = connection.context.wait_for_turn(reader, state)?;
    }
    state.sharing.release_lock(connection.user.number);
    let power = match disposition {
        SCARD_RESET_CARD => Some(Power::Reset),
        SCARD_UNPOWER_CARD => Some(Power::Down),
        _ => None,
    };
    if let Some(power) = power {
        state.tell(Event::Reset);
        // The card's failure is no failure of the connection's end.
        state = reader.power(state, power).0;
        // The reader was unlocked meanwhile: another run of the service knows nothing of this connection.
        connection.context.await_service()?;
    }
    if state.dismiss(&connection.user) {
        if state.connections.is_empty() {
            state.last_left();
        }
        reader.notify(&mut state);
    }
    Ok(())
}
