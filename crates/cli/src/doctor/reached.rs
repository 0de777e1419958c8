//! The service as it was reached, or why it was not.

use super::patience::{PATIENCE, is_late, within};
use pcsc_session::{Context, Error, Provider};
use std::cell::Cell;
use std::io;

/// A service that gave a context.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) provider: Provider,
    /// Until it is released.
    context: Option<Context>,
    /// Whether an answer has not come: then no other is waited for.
    is_silent: Cell<bool>,
}

/// Why there is no context.
#[derive(Debug)]
pub(super) enum Unreached {
    Failed(Error),
    /// Nothing came back in time.
    Silent,
    /// It could not be asked.
    NotAsked(io::Error),
}

impl Service {
    /// Asks for a context.
    pub(super) fn reach(provider: Result<Provider, Error>) -> Result<Service, Unreached> {
        let provider = provider.map_err(Unreached::Failed)?;
        match within(PATIENCE, move || Context::establish_on(provider)) {
            Ok(Ok(context)) => Ok(Service {
                provider,
                context: Some(context),
                is_silent: Cell::new(false),
            }),
            Ok(Err(error)) => Err(Unreached::Failed(error)),
            Err(error) if is_late(&error) => Err(Unreached::Silent),
            Err(error) => Err(Unreached::NotAsked(error)),
        }
    }

    /// Asks it for something that waits for no card.
    ///
    /// # Errors
    /// `TimedOut` where no answer comes, and ever after.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Context) -> T + Send + 'static,
    ) -> io::Result<T> {
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        if self.is_silent() {
            return Err(late());
        }
        let context = self.context.clone().ok_or_else(late)?;
        let answer = within(PATIENCE, move || question(&context));
        let is_silent = answer.as_ref().is_err_and(is_late);
        self.is_silent.set(is_silent);
        answer
    }

    /// Tells whether it has stopped answering.
    pub(super) fn is_silent(&self) -> bool {
        self.is_silent.get()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The service may have stopped meanwhile; it drops what this process had when that has ended.
        if let (Some(context), false) = (self.context.take(), self.is_silent()) {
            let _ = within(PATIENCE, move || drop(context));
        }
    }
}
