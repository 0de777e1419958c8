//! The connection to the service.

use crate::ffi::calls::{self as raw, Fill};
use crate::ffi::growing;
use crate::ffi::growing::Unread;
use crate::service::reader_name::Unit;
use crate::{Code, Error, ReaderName};
use pcsc_sys::{Provider, SCARDCONTEXT};
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// Enough for the lists of nearly all machines, so that one call suffices: pcsc-lite's 16 readers with
/// names of up to 128 bytes.
const LIST: usize = 16 * 128 + 1;

/// A connection to the PC/SC service. Clones share it; it is released with the last of them.
///
/// # Platform notes
/// With pcsc-lite a call waits for the one under way on the same context, and the calls of the whole process wait with it:
/// while a card acts, do not call on its session's context, nor on a clone of it. What is to run side by side needs contexts
/// of its own. After `fork` the child must establish its own.
///
/// # Examples
/// ```
/// use pcsc_session::Context;
///
/// let simulator = pcsc_sim::Simulator::new();
/// simulator.add_reader("Simulated Reader 00 00");
/// let context = Context::establish_on(simulator.provider())?;
/// assert_eq!(context.list_readers()?, ["Simulated Reader 00 00"]);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    provider: Provider,
    handle: SCARDCONTEXT,
}

// The handle is a number and every C function may be called from any thread: PC/SC has no thread of its own.
const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Context>();
};

impl Drop for Inner {
    fn drop(&mut self) {
        raw::release_context(self.provider.functions(), self.handle);
    }
}

impl Context {
    /// Connects to the system's PC/SC service.
    ///
    /// Wraps `SCardEstablishContext` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardestablishcontext)).
    ///
    /// # Errors
    /// [`Error::Load`] where there is no library; `SCARD_E_NO_SERVICE` where the service does not run.
    ///
    /// # Platform notes
    /// On Windows the service also stops when the last reader goes.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// let context = pcsc_session::Context::establish_on(simulator.provider())?; // `establish()` for the system's
    /// context.is_valid()?;
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardEstablishContext")]
    pub fn establish() -> Result<Context, Error> {
        Context::establish_on(Provider::system()?)
    }

    /// Connects to the service of a library that was loaded, or to a simulated one.
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE` where the service does not run.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Context;
    ///
    /// let simulator = pcsc_sim::Simulator::new();
    /// let context = Context::establish_on(simulator.provider())?;
    /// assert!(context.is_valid().is_ok());
    /// simulator.stop_service();
    /// assert!(Context::establish_on(simulator.provider()).unwrap_err().is_service_down());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn establish_on(provider: Provider) -> Result<Context, Error> {
        let handle = raw::establish_context(provider.functions())
            .map_err(|code| failed("SCardEstablishContext", code))?;
        Ok(Context::of_handle(provider, handle))
    }

    /// A context that owns the handle: see [`from_raw`](Context::from_raw).
    pub(crate) fn of_handle(provider: Provider, handle: SCARDCONTEXT) -> Context {
        Context {
            inner: Arc::new(Inner { provider, handle }),
        }
    }

    /// Hands out the handle; it stays established and is the caller's to release.
    ///
    /// # Errors
    /// The context comes back where clones or sessions share it.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// let clone = context.clone();
    /// let context = context.into_raw().unwrap_err(); // the clone shares it
    /// drop(clone);
    /// let handle = context.into_raw().unwrap();
    /// // SAFETY: no pointer is passed, and the handle is the caller's now.
    /// let code = unsafe { (simulator.provider().functions().SCardReleaseContext)(handle) };
    /// assert_eq!(code, pcsc_sys::SCARD_S_SUCCESS);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn into_raw(self) -> Result<SCARDCONTEXT, Context> {
        match Arc::try_unwrap(self.inner) {
            // Its drop would release it.
            Ok(inner) => Ok(ManuallyDrop::new(inner).handle),
            Err(inner) => Err(Context { inner }),
        }
    }

    /// The C functions that this context was established with.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// assert!(std::ptr::eq(context.provider().functions(), simulator.provider().functions()));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.inner.provider
    }

    /// The handle, for C functions that this crate does not wrap. It stays this context's own.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// // SAFETY: no pointer is passed.
    /// let code = unsafe { (context.provider().functions().SCardIsValidContext)(context.as_raw()) };
    /// assert_eq!(code, pcsc_sys::SCARD_S_SUCCESS);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn as_raw(&self) -> SCARDCONTEXT {
        self.inner.handle
    }

    /// Checks that the context is still valid.
    ///
    /// Wraps `SCardIsValidContext`.
    ///
    /// # Errors
    /// `SCARD_E_INVALID_HANDLE` where it is not.
    ///
    /// # Platform notes
    /// pcsc-lite's client library answers this itself: it stays valid after the service died.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// assert!(context.is_valid().is_ok());
    /// simulator.fail("SCardIsValidContext", 1, pcsc_sys::SCARD_E_INVALID_HANDLE);
    /// assert!(context.is_valid().unwrap_err().is_service_down());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardIsValidContext")]
    pub fn is_valid(&self) -> Result<(), Error> {
        raw::is_valid_context(self.provider().functions(), self.as_raw())
            .map_err(|code| failed("SCardIsValidContext", code))
    }

    /// Lists the readers, in the service's order; no reader is an empty list.
    ///
    /// Wraps `SCardListReaders` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadersw)).
    /// Where the list grows between two calls it is asked for again, a bounded number of times.
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE` where the service has gone; [`Error::KeepsChanging`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// for name in context.list_readers()? {
    ///     println!("{name}");
    /// }
    /// # assert_eq!(context.list_readers()?.len(), 1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardListReaders")]
    pub fn list_readers(&self) -> Result<Vec<ReaderName>, Error> {
        self.readers(None)
    }

    /// Lists the readers of one group, by the group's name as [`list_reader_groups`](Context::list_reader_groups) gives it.
    ///
    /// # Errors
    /// As [`list_readers`](Context::list_readers).
    ///
    /// # Platform notes
    /// pcsc-lite has one group and lists all readers for every name.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// let groups = context.list_reader_groups()?;
    /// assert_eq!(context.list_readers_of(&groups[0])?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn list_readers_of(&self, group: impl Into<ReaderName>) -> Result<Vec<ReaderName>, Error> {
        let group = group.into();
        let Some(terminated) = group.terminated() else {
            return Ok(Vec::new());
        };
        // A multi-string of one: the name's own null and the list's.
        let groups: Vec<Unit> = terminated.iter().copied().chain([0]).collect();
        self.readers(Some(&groups))
    }

    /// Lists the groups of readers.
    ///
    /// Wraps `SCardListReaderGroups` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardlistreadergroupsw)).
    ///
    /// # Errors
    /// As [`list_readers`](Context::list_readers).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # let context = pcsc_session::Context::establish_on(simulator.provider())?;
    /// assert_eq!(context.list_reader_groups()?, ["SCard$DefaultReaders"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardListReaderGroups")]
    pub fn list_reader_groups(&self) -> Result<Vec<ReaderName>, Error> {
        multi_string("SCardListReaderGroups", |buffer| {
            raw::list_reader_groups(self.provider().functions(), self.as_raw(), buffer)
        })
    }

    fn readers(&self, groups: Option<&[Unit]>) -> Result<Vec<ReaderName>, Error> {
        multi_string("SCardListReaders", |buffer| {
            raw::list_readers(self.provider().functions(), self.as_raw(), groups, buffer)
        })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("handle", &self.inner.handle)
            .finish_non_exhaustive()
    }
}

/// Lists the readers of the system's PC/SC; no reader is an empty list.
///
/// # Errors
/// [`Error::Load`] where there is no library; `SCARD_E_NO_SERVICE` where the service does not run.
///
/// # Examples
/// ```no_run
/// for name in pcsc_session::list_readers()? {
///     println!("{name}");
/// }
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub fn list_readers() -> Result<Vec<ReaderName>, Error> {
    Context::establish()?.list_readers()
}

fn failed(function: &'static str, code: Code) -> Error {
    Error::Pcsc {
        function,
        code,
        reader: None,
    }
}

/// Reads a multi-string with a buffer that grows with it; a list without entries may also be an error of C.
fn multi_string(
    function: &'static str,
    fill: impl FnMut(&mut [Unit]) -> Result<usize, Fill>,
) -> Result<Vec<ReaderName>, Error> {
    match growing::read(LIST, MAX_LIST, fill) {
        Ok((units, len)) => Ok(ReaderName::list(&units[..len])),
        Err(Unread::Failed(Code::NO_READERS_AVAILABLE)) => Ok(Vec::new()),
        Err(unread) => Err(unread.into_error(function, |code| failed(function, code))),
    }
}

/// No list is longer: a library that asks for more is wrong.
const MAX_LIST: usize = 16 << 20;

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn no_readers_is_an_empty_list() {
        let list = multi_string("SCardListReaders", |_| {
            Err(Fill::Failed(Code::NO_READERS_AVAILABLE))
        });
        assert_eq!(list, Ok(Vec::new()));
    }
}
