//! A program's connection to a reader.

use super::code::Code;
use super::context::{Cards, Context};
use super::handles::CONNECTIONS;
use super::power::Power;
use super::reader::{Presence, Reader, ReaderState};
use super::user::{Event, User};
use pcsc_sys::{
    DWORD, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE, SCARD_E_READER_UNAVAILABLE,
    SCARD_E_SHARING_VIOLATION, SCARD_EJECT_CARD, SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_UNPOWER_CARD,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard};

/// A connection, from `SCardConnect` to `SCardDisconnect`.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) handle: u32,
    pub(crate) context: Arc<Context>,
    pub(crate) reader: Arc<Reader>,
    /// What the reader knows it by.
    pub(crate) user: Arc<User>,
    closed: AtomicBool,
}

impl Connection {
    pub(crate) fn new(handle: u32, context: Arc<Context>, reader: Arc<Reader>, user: Arc<User>) -> Self {
        Self {
            handle,
            context,
            reader,
            user,
            closed: AtomicBool::new(false),
        }
    }

    /// What a call gets that needs the card as it was: the last thing that has happened to it.
    #[inline]
    pub(crate) fn check_event(&self) -> Result<(), Code> {
        self.user.check_event()
    }

    /// Begins a call on this connection, after the one that is under way on its context.
    #[inline]
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Cards>, Code> {
        let cards = self.context.lock()?;
        // Another thread's call may have closed it meanwhile.
        if self.closed.load(Ordering::Relaxed) {
            Err(SCARD_E_INVALID_HANDLE)
        } else {
            Ok(cards)
        }
    }

    /// Locks the reader, where service and reader still have this connection.
    #[inline]
    pub(crate) fn lock_reader(&self) -> Result<MutexGuard<'_, ReaderState>, Code> {
        let state = self.reader.lock();
        self.context.ask_service()?;
        self.check_plugged(&state)?;
        Ok(state)
    }

    /// pcscd looks for a connection in all its readers, and one that it does not find is to it an odd number.
    #[inline]
    pub(crate) fn check_plugged(&self, state: &ReaderState) -> Result<(), Code> {
        if state.plugged {
            Ok(())
        } else {
            Err(SCARD_E_INVALID_VALUE)
        }
    }

    /// As [`lock_reader`](Connection::lock_reader), when the card does not act for another call.
    #[inline]
    pub(crate) fn lock_idle_reader(&self) -> Result<MutexGuard<'_, ReaderState>, Code> {
        let mut state = self.lock_reader()?;
        while state.slot.is_lent() {
            drop(self.reader.wait(state));
            state = self.lock_reader()?;
        }
        Ok(state)
    }

    /// Whether this connection may act on the card now.
    #[inline]
    pub(crate) fn check_sharing(&self, state: &ReaderState) -> Result<(), Code> {
        if state.sharing.is_free_for(self.user.number) {
            Ok(())
        } else {
            Err(SCARD_E_SHARING_VIOLATION)
        }
    }
}

/// Whether the reader answers its driver.
#[inline]
pub(crate) fn check_available(state: &ReaderState) -> Result<(), Code> {
    if state.available {
        Ok(())
    } else {
        Err(SCARD_E_READER_UNAVAILABLE)
    }
}

/// Refuses a disposition that is none.
pub(crate) fn check_disposition(disposition: DWORD) -> Result<(), Code> {
    match disposition {
        SCARD_LEAVE_CARD | SCARD_RESET_CARD | SCARD_UNPOWER_CARD | SCARD_EJECT_CARD => Ok(()),
        _ => Err(SCARD_E_INVALID_VALUE),
    }
}

/// Ends a connection and does to the card what `disposition` says.
///
/// But for leaving the card, this waits until no other connection has it locked, and the context with it.
pub(crate) fn disconnect(connection: &Connection, disposition: DWORD) -> Result<(), Code> {
    let mut cards = connection.lock()?;
    connection.context.ask_service()?;
    check_disposition(disposition)?;
    detach(connection, disposition)?;
    connection.closed.store(true, Ordering::Relaxed);
    cards.remove(connection);
    // A number is locked before its context is.
    drop(cards);
    CONNECTIONS.close(connection.handle);
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

/// Takes a connection off its reader. A reader that is gone has nothing to take it off.
fn detach(connection: &Connection, disposition: DWORD) -> Result<(), Code> {
    let reader = &connection.reader;
    let mut state = reader.lock();
    loop {
        connection.context.await_service()?;
        if !state.plugged {
            return Ok(());
        }
        if disposition == SCARD_LEAVE_CARD || connection.check_sharing(&state).is_ok() {
            break;
        }
        state = reader.wait(state);
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
        if state.presence == Presence::Unpowered && state.connections.is_empty() {
            // Now that nobody uses the card, the next connection powers it. At once: pcscd refuses it for a while
            // before.
            state.powered = false;
        }
        reader.notify(&mut state);
    }
    Ok(())
}
