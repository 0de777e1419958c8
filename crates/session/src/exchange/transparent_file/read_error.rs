//! The error of a file that was not read whole, with what was read of it.

use crate::error::Error;
use std::fmt;
use zeroize::Zeroizing;

/// The error of a file that was not read whole, with what was read before: [`into_inner`](ReadError::into_inner) gives it.
///
/// `?` turns this into [`Error`]. What was read is wiped on drop; `Debug` shows its length alone.
pub struct ReadError {
    data: Zeroizing<Vec<u8>>,
    error: Box<Error>,
}

impl ReadError {
    pub(super) fn new(data: Zeroizing<Vec<u8>>, error: Error) -> ReadError {
        ReadError {
            data,
            error: Box::new(error),
        }
    }

    /// Returns the error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Gives back what was read, from the beginning of the file; wiping it is the caller's then.
    #[must_use]
    pub fn into_inner(self) -> Vec<u8> {
        self.into_parts().0
    }

    /// Gives back what was read, from the beginning of the file, and the error.
    #[must_use]
    pub fn into_parts(mut self) -> (Vec<u8>, Error) {
        (std::mem::take(&mut *self.data), *self.error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadError")
            .field("error", &self.error)
            .field("len", &self.data.len())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// Keeps the error and drops what was read.
impl From<ReadError> for Error {
    fn from(error: ReadError) -> Error {
        error.into_parts().1
    }
}
