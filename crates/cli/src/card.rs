//! A session that ends as it must, whatever ends the program.

use crate::failure::Failure;
use crate::interrupt;
use pcsc_session::iso7816::atr::Atr;
use pcsc_session::{Disposition, Session, SessionOptions};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A session, which a signal ends too, after the command that is under way.
#[derive(Debug)]
pub(crate) struct Card(Arc<Mutex<Option<Session>>>);

impl Card {
    /// Opens a session.
    pub(crate) fn open(options: &SessionOptions) -> Result<Card, Failure> {
        let session = Arc::new(Mutex::new(Some(options.open()?)));
        let held = Arc::downgrade(&session);
        interrupt::at_end(move || {
            if let Some(session) = held.upgrade() {
                drop(lock(&session).take());
            }
        });
        Ok(Card(session))
    }

    /// Does something in the session.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Session) -> T) -> T {
        match &mut *lock(&self.0) {
            Some(session) => act(session),
            // A signal has ended it, and ends the program now.
            None => loop {
                thread::park();
            },
        }
    }

    /// Resets the card, and returns its answer.
    pub(crate) fn reset(&self) -> Result<Atr, Failure> {
        Ok(self.with(|session| {
            session.reconnect(Disposition::Reset)?;
            session.atr()
        })?)
    }

    /// Ends the session, and says whether that worked.
    pub(crate) fn close(self) -> Result<(), Failure> {
        match lock(&self.0).take() {
            Some(session) => Ok(session.close().map_err(pcsc_session::Error::from)?),
            None => Ok(()),
        }
    }
}

fn lock(session: &Mutex<Option<Session>>) -> MutexGuard<'_, Option<Session>> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
