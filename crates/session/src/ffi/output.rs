//! What C writes into a buffer: how much, and what to do where the buffer is too short.

use super::code::Code;
use super::wrong_answer::{WrongAnswer, wide};
use pcsc_sys::{self as sys, DWORD, LONG};
use std::fmt;

/// How often a value that grows between two calls is asked for again.
const ATTEMPTS: usize = 16;

/// Why a call gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// It failed.
    Failed(Code),
    /// It answered what cannot be.
    Wrong(WrongAnswer),
    /// It was not made: this is a child of `fork`, and what it was for is the parent's.
    OfTheParent,
}

impl From<Code> for CallError {
    fn from(code: Code) -> CallError {
        CallError::Failed(code)
    }
}

impl From<WrongAnswer> for CallError {
    fn from(answer: WrongAnswer) -> CallError {
        CallError::Wrong(answer)
    }
}

impl From<CallError> for OutputError {
    fn from(error: CallError) -> OutputError {
        OutputError::Failed(error)
    }
}

impl From<CallError> for WholeError {
    fn from(error: CallError) -> WholeError {
        WholeError::Failed(error)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Failed(code) => code.fmt(f),
            CallError::Wrong(answer) => answer.fmt(f),
            CallError::OfTheParent => Code::INVALID_HANDLE.fmt(f),
        }
    }
}

/// Returns the result of a call whose status is `code`.
#[inline]
pub(super) fn check(code: LONG) -> Result<(), CallError> {
    if code == sys::SCARD_S_SUCCESS {
        Ok(())
    } else {
        Err(failed(code))
    }
}

#[cold]
fn failed(code: LONG) -> CallError {
    match Code::from_c(code) {
        Some(code) => CallError::Failed(code),
        None => CallError::Wrong(WrongAnswer::Code { given: wide(code) }),
    }
}

/// Returns the number of a slice's elements for C.
#[inline]
pub(super) fn length<T>(slice: &[T]) -> DWORD {
    // The largest number is SCARD_AUTOALLOCATE.
    DWORD::try_from(slice.len())
        .unwrap_or(DWORD::MAX)
        .min(DWORD::MAX - 1)
}

/// Checks how much C says that it wrote into a buffer.
#[inline]
pub(super) fn written<T>(returned: DWORD, buffer: &[T]) -> Result<usize, CallError> {
    match usize::try_from(returned) {
        Ok(written) if written <= buffer.len() => Ok(written),
        _ => Err(CallError::Wrong(WrongAnswer::Length {
            given: wide(returned),
            room: buffer.len(),
        })),
    }
}

/// Why C did not write a value into a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OutputError {
    /// It needs this many elements.
    BufferTooShort(usize),
    /// The call gave nothing.
    Failed(CallError),
}

/// Returns the result of a call that writes into `buffer` and says in `returned` how much it wrote, or needs.
pub(super) fn output<T>(code: LONG, returned: DWORD, buffer: &[T]) -> Result<usize, OutputError> {
    let needed = || usize::try_from(returned).unwrap_or(usize::MAX);
    match check(code) {
        Ok(()) => written(returned, buffer).map_err(OutputError::Failed),
        // A driver may say so of a buffer that is long enough: a longer one would not help.
        Err(CallError::Failed(Code::INSUFFICIENT_BUFFER)) if needed() > buffer.len() => {
            Err(OutputError::BufferTooShort(needed()))
        }
        Err(error) => Err(OutputError::Failed(error)),
    }
}

/// Why a value could not be read whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WholeError {
    /// It grew each time.
    KeepsChanging,
    /// The call gave nothing.
    Failed(CallError),
}

/// Asks C with a buffer of `len` elements, and again with a longer one, up to `max`, where that is too short. Returns the
/// buffer with what the call returned.
pub(crate) fn read_whole<U: Copy + Default, R>(
    mut len: usize,
    max: usize,
    mut call: impl FnMut(&mut [U]) -> Result<R, OutputError>,
) -> Result<(Vec<U>, R), WholeError> {
    let mut buffer = Vec::new();
    for _ in 0..ATTEMPTS {
        buffer.resize(len, U::default());
        match call(&mut buffer) {
            Ok(result) => return Ok((buffer, result)),
            Err(OutputError::BufferTooShort(needed)) => len = needed.max(len).min(max),
            Err(OutputError::Failed(error)) => return Err(WholeError::Failed(error)),
        }
    }
    Err(WholeError::KeepsChanging)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_grows_between_two_calls_is_read_whole() {
        let mut lengths = Vec::new();
        let read = read_whole(4, 100, |buffer: &mut [u8]| {
            lengths.push(buffer.len());
            if lengths.len() < 3 {
                return Err(OutputError::BufferTooShort(buffer.len() + 10));
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
        let read = read_whole(4, 100, |buffer: &mut [u8]| -> Result<(), OutputError> {
            lengths.push(buffer.len());
            Err(OutputError::BufferTooShort(usize::MAX))
        });
        assert_eq!(read, Err(WholeError::KeepsChanging));
        assert_eq!(lengths.len(), ATTEMPTS);
        assert_eq!(lengths.last(), Some(&100));
    }
}
