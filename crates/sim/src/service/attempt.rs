//! One attempt at what another connection's transaction stands in the way of, and waiting for the next one.
//!
//! pcscd answers such an attempt with `SCARD_E_SHARING_VIOLATION`, and its client library tries again; here the calls of
//! the C functions wait, and a served program is answered as pcscd answers.

use super::code::Code;
use super::connection::Connection;
use super::reader::ReaderState;
use std::sync::MutexGuard;

/// What an attempt comes to.
#[derive(Debug)]
pub(crate) enum Attempt<'a, T> {
    Done(T),
    /// The reader is to change first; it is locked until it is waited for.
    Later(MutexGuard<'a, ReaderState>),
}

impl Connection {
    /// Attempts something until it is done or fails. Blocks, but not the context, while it is not to be done.
    pub(crate) fn attempt<'a, T>(
        &'a self,
        mut once: impl FnMut() -> Result<Attempt<'a, T>, Code>,
    ) -> Result<T, Code> {
        loop {
            match self.attempt_once(&mut once)? {
                Attempt::Done(done) => return Ok(done),
                Attempt::Later(state) => drop(self.reader.wait_in_time(state)?),
            }
        }
    }

    /// Attempts something in a call of its own.
    pub(crate) fn attempt_once<'a, T>(
        &'a self,
        once: impl FnOnce() -> Result<Attempt<'a, T>, Code>,
    ) -> Result<Attempt<'a, T>, Code> {
        let _call = self.begin_call()?;
        once()
    }
}
