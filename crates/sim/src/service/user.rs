//! A connection as its reader knows it.

use super::code::Code;
use pcsc_sys::{SCARD_W_REMOVED_CARD, SCARD_W_RESET_CARD};
use std::sync::atomic::{AtomicU8, Ordering};

/// One of a reader's connections: its number, and what it is to be told.
#[derive(Debug)]
pub(crate) struct User {
    /// The reader's own: no two of its connections ever have the same.
    pub(crate) number: u64,
    event: AtomicU8,
}

/// What has happened to the card that a connection does not know of yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Event {
    None,
    Reset,
    Removed,
}

impl User {
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            event: AtomicU8::new(Event::None as u8),
        }
    }

    /// Tells the connection what has happened. The reader is locked.
    pub(crate) fn set_event(&self, event: Event) {
        self.event.store(event as u8, Ordering::Relaxed);
    }

    /// What a call gets that needs the card as it was: the last thing that has happened to it.
    #[inline]
    pub(crate) fn check_event(&self) -> Result<(), Code> {
        const RESET: u8 = Event::Reset as u8;
        const REMOVED: u8 = Event::Removed as u8;
        match self.event.load(Ordering::Relaxed) {
            RESET => Err(SCARD_W_RESET_CARD),
            REMOVED => Err(SCARD_W_REMOVED_CARD),
            _ => Ok(()),
        }
    }
}
