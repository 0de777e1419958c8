//! The error of an end: what was to end comes back with it.

use super::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The error of what could not be ended, with what it was: a session, a transaction, a channel.
///
/// [`into_inner`](CloseError::into_inner) gives the value back; dropping it tries to end it once more. `?` turns this into
/// [`Error`], and where the value is `Send` and `'static`, as a session is, into `Box<dyn Error + Send + Sync>` and the like.
/// Its text is the error's.
///
/// # Examples
/// ```
/// use pcsc_session::Session;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// let session = Session::options().provider(simulator.provider()).open()?;
/// simulator.stop_service();
/// let error = session.close().unwrap_err();
/// assert!(error.error().is_service_down());
/// assert_eq!(*error.into_inner().reader_name(), "Simulated Reader 00 00");
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub struct CloseError<T> {
    // In a box, since an error is seldom and a result is not; in a mutex, which is never locked, so that a value that
    // several threads may not look at can be in an error that they may.
    content: Box<(Mutex<T>, Error)>,
}

impl<T> CloseError<T> {
    pub(crate) fn new(value: T, error: Error) -> CloseError<T> {
        CloseError {
            content: Box::new((Mutex::new(value), error)),
        }
    }

    /// Returns the error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.content.1
    }

    /// Gives back what could not be ended.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.into_parts().0
    }

    /// Gives back what could not be ended, and the error.
    #[must_use]
    pub fn into_parts(self) -> (T, Error) {
        let (value, error) = *self.content;
        (value.into_inner().unwrap_or_else(PoisonError::into_inner), error)
    }
}

impl<T> fmt::Display for CloseError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl<T> fmt::Debug for CloseError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloseError")
            .field("error", self.error())
            .finish_non_exhaustive()
    }
}

impl<T> std::error::Error for CloseError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error().source()
    }
}

/// Keeps the error and drops the value, so that `session.close()?` compiles.
impl<T> From<CloseError<T>> for Error {
    fn from(error: CloseError<T>) -> Error {
        error.into_parts().1
    }
}
