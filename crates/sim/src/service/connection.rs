//! A program's connection to a reader.

use super::code::Code;
use super::context::{Call, Context};
use super::reader::{Reader, ReaderState};
use super::user::User;
use pcsc_sys::{
    LONG, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE, SCARD_E_READER_UNAVAILABLE,
    SCARD_E_SHARING_VIOLATION,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard};

/// What calls on a connection get whose reader was pulled out.
///
/// pcscd looks for a connection in all its readers, and one that it does not find is to it an odd number. Windows has a code
/// for a reader that cannot be used now; its code for an unknown one is about names.
const READER_PULLED_OUT: LONG = if cfg!(windows) {
    SCARD_E_READER_UNAVAILABLE
} else {
    SCARD_E_INVALID_VALUE
};

/// A connection, from `SCardConnect` to `SCardDisconnect`.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) context: Arc<Context>,
    pub(crate) reader: Arc<Reader>,
    /// What the reader knows it by.
    pub(crate) user: Arc<User>,
    is_closed: AtomicBool,
}

impl Connection {
    pub(crate) fn new(context: Arc<Context>, reader: Arc<Reader>, user: Arc<User>) -> Self {
        Self {
            context,
            reader,
            user,
            is_closed: AtomicBool::new(false),
        }
    }

    /// What a call gets that needs the card as it was: the last thing that has happened to it.
    #[inline]
    pub(crate) fn check_event(&self) -> Result<(), Code> {
        self.user.check_event()
    }

    /// Begins a call on this connection, after the one that is under way on its context.
    #[inline]
    pub(crate) fn begin_call(&self) -> Result<Call<'_>, Code> {
        let call = self.context.begin_call()?;
        // Another thread's call may have closed it meanwhile.
        if self.is_closed.load(Ordering::Relaxed) {
            Err(SCARD_E_INVALID_HANDLE)
        } else {
            Ok(call)
        }
    }

    /// Makes this call the last one.
    pub(crate) fn close(&self, call: &Call<'_>) {
        self.is_closed.store(true, Ordering::Relaxed);
        call.remove_connection();
    }

    /// Locks the reader, where service and reader still have this connection.
    #[inline]
    pub(crate) fn lock_reader(&self) -> Result<MutexGuard<'_, ReaderState>, Code> {
        let mut state = self.reader.lock();
        self.context.ask_service()?;
        self.check_plugged(&state)?;
        state.take_power_if_due();
        Ok(state)
    }

    /// Whether the reader is plugged in.
    #[inline]
    pub(crate) fn check_plugged(&self, state: &ReaderState) -> Result<(), Code> {
        if state.plugged {
            Ok(())
        } else {
            Err(READER_PULLED_OUT)
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
