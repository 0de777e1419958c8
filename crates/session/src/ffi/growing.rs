//! Values that C writes into a buffer whose length is not known before.

use crate::ffi::calls::Fill;
use crate::{Code, Error};

/// How often a value that grows between two calls is asked for again.
const ATTEMPTS: usize = 16;

/// Why a value could not be read whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It grew each time.
    KeepsChanging,
    /// C failed.
    Failed(Code),
}

impl Unread {
    /// The error of this C function, `failed` for a code of its own.
    pub(crate) fn into_error(self, function: &'static str, failed: impl FnOnce(Code) -> Error) -> Error {
        match self {
            Unread::KeepsChanging => Error::KeepsChanging { function },
            Unread::Failed(code) => failed(code),
        }
    }
}

/// Asks C with a buffer of `len` units, and again with a longer one, up to `max`, where that is too short. Returns the
/// buffer with what the call returned.
pub(crate) fn read<U: Copy + Default, R>(
    mut len: usize,
    max: usize,
    mut call: impl FnMut(&mut [U]) -> Result<R, Fill>,
) -> Result<(Vec<U>, R), Unread> {
    let mut buffer = Vec::new();
    for _ in 0..ATTEMPTS {
        buffer.resize(len, U::default());
        match call(&mut buffer) {
            Ok(result) => return Ok((buffer, result)),
            Err(Fill::TooShort(needed)) => len = needed.max(len).min(max),
            Err(Fill::Failed(code)) => return Err(Unread::Failed(code)),
        }
    }
    Err(Unread::KeepsChanging)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_grows_between_two_calls_is_read_whole() {
        let mut lengths = Vec::new();
        let read = read(4, 100, |buffer: &mut [u8]| {
            lengths.push(buffer.len());
            if lengths.len() < 3 {
                return Err(Fill::TooShort(buffer.len() + 10));
            }
            buffer[0] = 7;
            Ok(1)
        });
        let (buffer, len) = read.unwrap();
        assert_eq!((buffer.len(), buffer[0], len), (24, 7, 1));
        assert_eq!(lengths, [4, 14, 24]);
    }

    #[test]
    fn a_value_that_never_settles_ends() {
        let mut lengths = Vec::new();
        let read = read(4, 100, |buffer: &mut [u8]| -> Result<(), Fill> {
            lengths.push(buffer.len());
            Err(Fill::TooShort(usize::MAX))
        });
        assert_eq!(read, Err(Unread::KeepsChanging));
        assert_eq!(lengths.len(), ATTEMPTS);
        assert_eq!(lengths.last(), Some(&100));
    }
}
