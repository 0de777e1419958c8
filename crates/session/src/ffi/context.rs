//! A context of the service, and the calls that need no card.

use super::code::Code;
use super::output::{CallError, OutputError, WholeError, check, length, output, read_whole};
use super::reader_name::ReaderName;
use super::reader_state::ReaderState;
use super::text::Unit;
use super::wrong_answer::WrongAnswer;
use pcsc_sys::{self as sys, DWORD, Provider, SCARDCONTEXT, TooManyPostponed};
use std::ptr;
use std::time::Duration;

/// The first buffer for a list: the names of 16 readers of pcsc-lite.
const LIST: usize = 16 * 128 + 1;

/// The longest list that is read, in units.
const MAX_LIST: usize = 16 << 20;

/// Takes the function for plain text of a table, on Windows that for UTF-16.
macro_rules! text {
    ($functions:expr, $plain:ident, $wide:ident) => {{
        #[cfg(not(windows))]
        let function = $functions.$plain;
        #[cfg(windows)]
        let function = $functions.$wide;
        function
    }};
}
pub(super) use text;

/// A context that is open, with the provider that opened it; its Drop releases it, in the process that opened it.
///
/// It is `Send` and `Sync`: its fields are numbers and a provider, and PC/SC's functions may be called from any thread, on
/// one context from several at a time; that nobody is in a call when it is released follows from the Drop, which has it
/// alone.
#[derive(Debug)]
pub(crate) struct ContextHandle {
    provider: Provider,
    handle: SCARDCONTEXT,
    /// The process that opened it: a child of `fork` has a copy of this value, and not the context.
    process: u32,
}

/// Why no context was established.
#[derive(Debug)]
pub(crate) enum EstablishError {
    /// Too many contexts wait for their release.
    TooManyPostponed(TooManyPostponed),
    /// The call gave nothing.
    Failed(CallError),
}

const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<ContextHandle>();
};

impl ContextHandle {
    /// Wraps `SCardEstablishContext`.
    pub(crate) fn establish(provider: Provider) -> Result<ContextHandle, EstablishError> {
        let mut handle = 0;
        let function = provider.functions().SCardEstablishContext;
        // SAFETY: the reserved pointers are null, as the function wants them, and `handle` is a local that outlives the
        // call; the function is C's, by the provider.
        let code = provider.establish(|| unsafe {
            function(sys::SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut handle)
        });
        let code = code.map_err(EstablishError::TooManyPostponed)?;
        check(code).map_err(EstablishError::Failed)?;
        if handle == 0 {
            return Err(EstablishError::Failed(WrongAnswer::NoHandle {}.into()));
        }
        // SAFETY: the provider just opened it, and nobody else has its number.
        Ok(unsafe { ContextHandle::from_raw(provider, handle) })
    }

    /// Takes a handle over.
    ///
    /// # Safety
    /// The provider opened the context, it is open, and it is this value's alone from now on.
    pub(crate) unsafe fn from_raw(provider: Provider, handle: SCARDCONTEXT) -> ContextHandle {
        ContextHandle {
            provider,
            handle,
            process: std::process::id(),
        }
    }

    /// Gives the handle away; it is not released.
    pub(crate) fn into_raw(self) -> SCARDCONTEXT {
        std::mem::ManuallyDrop::new(self).handle
    }

    pub(crate) fn as_raw(&self) -> SCARDCONTEXT {
        self.handle
    }

    #[inline]
    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// Tells whether this process opened it: a child of `fork` did not.
    pub(crate) fn is_own(&self) -> bool {
        self.process == std::process::id()
    }

    /// Refuses what a child of `fork` would do on its parent's context.
    pub(crate) fn check_process(&self) -> Result<(), CallError> {
        if self.is_own() {
            Ok(())
        } else {
            Err(CallError::OfTheParent)
        }
    }

    /// Wraps `SCardIsValidContext`.
    pub(crate) fn is_valid(&self) -> Result<(), CallError> {
        self.check_process()?;
        let function = self.provider.functions().SCardIsValidContext;
        // SAFETY: the function takes any number; that it is C's is the provider's promise.
        check(unsafe { function(self.handle) })
    }

    /// Wraps `SCardListReaders`; no readers is an empty list. `groups` is a multi-string.
    pub(crate) fn list_readers(&self, groups: Option<&[Unit]>) -> Result<Vec<ReaderName>, WholeError> {
        self.check_process()?;
        let function = text!(self.provider.functions(), SCardListReaders, SCardListReadersW);
        debug_assert!(groups.is_none_or(|groups| groups.ends_with(&[0, 0])));
        let groups = groups.map_or(ptr::null(), <[Unit]>::as_ptr);
        names(|buffer| {
            let mut len = length(buffer);
            // SAFETY: the context is open while this value lives; `groups` is null or the multi-string that the caller
            // borrows to this method; `buffer` has `len` units; both and `len` outlive the call.
            let code = unsafe {
                function(
                    self.handle,
                    groups.cast(),
                    buffer.as_mut_ptr().cast(),
                    &raw mut len,
                )
            };
            output(code, len, buffer)
        })
    }

    /// Wraps `SCardListReaderGroups`.
    pub(crate) fn list_reader_groups(&self) -> Result<Vec<ReaderName>, WholeError> {
        self.check_process()?;
        let function = text!(
            self.provider.functions(),
            SCardListReaderGroups,
            SCardListReaderGroupsW
        );
        names(|buffer| {
            let mut len = length(buffer);
            // SAFETY: the context is open while this value lives; `buffer` has `len` units, and both outlive the call.
            let code = unsafe { function(self.handle, buffer.as_mut_ptr().cast(), &raw mut len) };
            output(code, len, buffer)
        })
    }

    /// Wraps `SCardGetStatusChange`: blocks until a reader is not as its state says, or the time is over; for ever without
    /// one. What was told is in the states, after a timeout too.
    pub(crate) fn get_status_change(
        &self,
        timeout: Option<Duration>,
        states: &mut [ReaderState],
    ) -> Result<(), CallError> {
        self.check_process()?;
        let function = text!(
            self.provider.functions(),
            SCardGetStatusChange,
            SCardGetStatusChangeW
        );
        let raw: Option<Vec<_>> = states.iter().map(ReaderState::to_c).collect();
        let mut raw = raw.ok_or(Code::UNKNOWN_READER)?;
        let len = length(&raw);
        // SAFETY: the context is open while this value lives; `raw` has `len` structures, whose names are terminated and
        // borrowed from `states`, which outlive the call.
        let code = unsafe { function(self.handle, milliseconds(timeout), raw.as_mut_ptr(), len) };
        let result = check(code);
        for (state, raw) in states.iter_mut().zip(&raw) {
            state.take(raw)?;
        }
        result
    }

    /// Wraps `SCardCancel`: ends the wait that is under way on this context, in any thread; one that has not begun yet goes
    /// on.
    pub(crate) fn cancel(&self) -> Result<(), CallError> {
        self.check_process()?;
        let function = self.provider.functions().SCardCancel;
        // SAFETY: the context is open while this value lives.
        check(unsafe { function(self.handle) })
    }
}

/// Returns a time for C, at least as long; none is for ever.
fn milliseconds(timeout: Option<Duration>) -> DWORD {
    let Some(timeout) = timeout else {
        return sys::INFINITE;
    };
    let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
    // The largest number is for ever.
    DWORD::try_from(milliseconds).map_or(sys::INFINITE - 1, |number| number.min(sys::INFINITE - 1))
}

impl Drop for ContextHandle {
    fn drop(&mut self) {
        if !self.is_own() {
            return;
        }
        let (function, handle) = (self.provider.functions().SCardReleaseContext, self.handle);
        self.provider.release(move || {
            // SAFETY: the context is open, this value alone has it, and nobody is in a call on it, since such a call
            // borrows this value.
            unsafe { function(handle) };
        });
    }
}

/// Reads a multi-string whole; the code that says that there is nothing is an empty list.
fn names(call: impl FnMut(&mut [Unit]) -> Result<usize, OutputError>) -> Result<Vec<ReaderName>, WholeError> {
    match read_whole(LIST, MAX_LIST, call) {
        Ok((units, len)) => {
            ReaderName::list(&units[..len]).map_err(|answer| WholeError::Failed(answer.into()))
        }
        Err(WholeError::Failed(CallError::Failed(Code::NO_READERS_AVAILABLE))) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_one_that_c_can_hold() {
        assert_eq!(milliseconds(None), sys::INFINITE);
        assert_eq!(milliseconds(Some(Duration::ZERO)), 0);
        assert_eq!(milliseconds(Some(Duration::from_nanos(1))), 1);
        assert_eq!(milliseconds(Some(Duration::from_millis(7))), 7);
        assert_eq!(milliseconds(Some(Duration::MAX)), sys::INFINITE - 1);
        assert_eq!(
            milliseconds(Some(Duration::from_millis(0xFFFF_FFFF))),
            sys::INFINITE - 1
        );
    }

    #[test]
    fn no_readers_is_an_empty_list() {
        let list = names(|_| Err(OutputError::Failed(Code::NO_READERS_AVAILABLE.into())));
        assert_eq!(list, Ok(Vec::new()));
    }
}
