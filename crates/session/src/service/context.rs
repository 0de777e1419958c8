//! The connection to the service.

use crate::error::{Error, Platform};
use crate::ffi::{CallError, Code, ContextHandle, EstablishError, ReaderName, ReaderState, Unit, WholeError};
use crate::service::look;
use crate::service::recovered::Recovered;
use pcsc_sys::Provider;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
    handle: Arc<ContextHandle>,
}

const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Context>();
};

impl Context {
    /// Connects to the system's PC/SC service.
    ///
    /// Wraps `SCardEstablishContext` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardestablishcontext)).
    ///
    /// # Errors
    /// [`Error::Load`] where there is no library; `SCARD_E_NO_SERVICE` where the service does not run, and several codes where
    /// it cannot be reached, does not admit this user, is at its limit of clients, or is of another version than the library:
    /// [`Error::causes`] says which, after a look at the system that takes a second at most.
    ///
    /// # Platform notes
    /// On Windows the service runs only while there is a reader: without one this is `SCARD_E_NO_SERVICE`.
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
    /// As [`establish`](Context::establish), but for the look where the functions are not a library's.
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
        let handle = ContextHandle::establish(provider).map_err(|error| match error {
            EstablishError::TooManyPostponed(source) => Error::TooManyPostponed { source },
            EstablishError::Failed(CallError::Failed(code)) => Error::Pcsc {
                function: ESTABLISH,
                code,
                reader: None,
                causes: look::at_the_system(provider, code),
            },
            EstablishError::Failed(error) => Error::of_call(ESTABLISH, error, None),
        })?;
        look::admitted(provider);
        Ok(Context::of(handle))
    }

    /// Makes a context of this handle.
    pub(crate) fn of(handle: ContextHandle) -> Context {
        Context::shared(Arc::new(handle))
    }

    /// Makes a context that shares this handle.
    pub(crate) fn shared(handle: Arc<ContextHandle>) -> Context {
        Context { handle }
    }

    /// Returns the handle, where nobody shares it.
    pub(crate) fn into_handle(self) -> Result<ContextHandle, Context> {
        Arc::try_unwrap(self.handle).map_err(Context::shared)
    }

    pub(crate) fn handle(&self) -> &Arc<ContextHandle> {
        &self.handle
    }

    /// Returns the provider that this context was established on.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.handle.provider()
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
        self.handle
            .is_valid()
            .map_err(|error| Error::of_call("SCardIsValidContext", error, None))
    }

    /// Makes the context usable again where the service has gone and is back, and says whether it had:
    /// [`Recovered::ServiceBack`], else [`Recovered::Intact`]. Asks for the readers, which waits for no card.
    ///
    /// It is another context then, and this value alone has it: clones keep the old one, and recover by themselves or are
    /// cloned anew. So with sessions, which have their own [`recover`](crate::Session::recover); a monitor does by itself.
    ///
    /// # Errors
    /// As [`establish`](Context::establish) while the service is not back: the context is as it was, and it may be tried
    /// again. Other errors of [`list_readers`](Context::list_readers).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Context, Recovered};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let mut context = Context::establish_on(simulator.provider())?;
    /// assert_eq!(context.recover()?, Recovered::Intact);
    /// simulator.stop_service();
    /// assert!(context.recover().unwrap_err().is_service_down());
    /// simulator.start_service();
    /// assert_eq!(context.recover()?, Recovered::ServiceBack);
    /// assert_eq!(context.list_readers()?, ["Simulated Reader 00 00"]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn recover(&mut self) -> Result<Recovered, Error> {
        match self.list_readers() {
            Ok(_) => Ok(Recovered::Intact),
            Err(error) if error.is_service_down() => {
                *self = Context::establish_on(self.provider())?;
                Ok(Recovered::ServiceBack)
            }
            Err(error) => Err(error),
        }
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
        let list = self.handle.list_reader_groups();
        list.map_err(|error| unread("SCardListReaderGroups", error))
    }

    /// Waits until a reader is not as its state says, for as long as `timeout` says; for ever without one. With no reader,
    /// and with none but ignored ones, it returns at once.
    ///
    /// This is the C function and no more, for whoever has its loop already: a [`Monitor`](crate::Monitor) does what such
    /// loops do, and more exactly. What was told is in the states, after a timeout too.
    ///
    /// Wraps `SCardGetStatusChange` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetstatuschangew)).
    ///
    /// # Errors
    /// `SCARD_E_TIMEOUT`; `SCARD_E_CANCELLED`; `SCARD_E_UNKNOWN_READER` where one of the names is none;
    /// `SCARD_E_INVALID_PARAMETER` for more readers than the library takes (16 with pcsc-lite up to 1.9).
    ///
    /// # Platform notes
    /// With pcsc-lite all calls of the process wait while another one is made on this context: use one of its own. There
    /// it takes 0.4 seconds more for each card that does not answer, whatever the timeout.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Context, ReaderState, StateFlags};
    /// use std::time::Duration;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00");
    /// let context = Context::establish_on(simulator.provider())?;
    /// let mut states = [ReaderState::new("Simulated Reader 00 00").with_current_state(StateFlags::EMPTY, 0)];
    /// let waited = context.get_status_change(Some(Duration::from_millis(10)), &mut states);
    /// assert!(waited.unwrap_err().is_timeout());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardGetStatusChange")]
    pub fn get_status_change(
        &self,
        timeout: Option<Duration>,
        states: &mut [ReaderState],
    ) -> Result<(), Error> {
        self.handle
            .get_status_change(timeout, states)
            .map_err(|error| Error::of_call("SCardGetStatusChange", error, None))
    }

    /// Ends the [`get_status_change`](Context::get_status_change) that is under way on this context, or on a clone of it, in
    /// another thread. One that has not begun yet goes on, even where it is about to: repeat this until it has ended.
    ///
    /// Wraps `SCardCancel` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardcancel)).
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE`; with pcsc-lite what [`establish`](Context::establish) gives at the service's limit of clients,
    /// since this connects to it.
    #[doc(alias = "SCardCancel")]
    pub fn cancel(&self) -> Result<(), Error> {
        self.handle
            .cancel()
            .map_err(|error| Error::of_call("SCardCancel", error, None))
    }

    fn readers(&self, groups: Option<&[Unit]>) -> Result<Vec<ReaderName>, Error> {
        let list = self.handle.list_readers(groups);
        list.map_err(|error| unread("SCardListReaders", error))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("handle", &self.handle.as_raw())
            .finish_non_exhaustive()
    }
}

const ESTABLISH: &str = "SCardEstablishContext";

/// Lists the readers of the system's PC/SC; no reader is an empty list.
///
/// # Errors
/// [`Error::Load`] where there is no library; as [`Context::establish`] where there is no context.
///
/// # Platform notes
/// Windows runs the service only while there is a reader, and does not say why it does not run. So where it does not run the
/// list is empty, even where somebody has disabled the service: whoever must know asks [`Context::establish`], whose error is
/// the same for both.
///
/// # Examples
/// ```no_run
/// for name in pcsc_session::list_readers()? {
///     println!("{name}");
/// }
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub fn list_readers() -> Result<Vec<ReaderName>, Error> {
    let list = Context::establish().and_then(|context| context.list_readers());
    empty_without_service(Platform::CURRENT, list)
}

/// Makes a list that could not be had for want of a reader an empty one.
fn empty_without_service(
    platform: Platform,
    list: Result<Vec<ReaderName>, Error>,
) -> Result<Vec<ReaderName>, Error> {
    match list {
        // The second where the last reader goes between the two calls.
        Err(error)
            if platform == Platform::Windows
                && matches!(error.code(), Some(Code::NO_SERVICE | Code::SERVICE_STOPPED)) =>
        {
            Ok(Vec::new())
        }
        list => list,
    }
}

fn unread(function: &'static str, error: WholeError) -> Error {
    match error {
        WholeError::KeepsChanging => Error::KeepsChanging { function },
        WholeError::Failed(error) => Error::of_call(function, error, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_windows_a_service_that_waits_for_a_reader_lists_none() {
        for (platform, function, code, is_empty) in [
            (Platform::Windows, "SCardEstablishContext", Code::NO_SERVICE, true),
            (Platform::Windows, "SCardListReaders", Code::SERVICE_STOPPED, true),
            (
                Platform::Windows,
                "SCardEstablishContext",
                Code::ERROR_ACCESS_DENIED,
                false,
            ),
            (Platform::Linux, "SCardEstablishContext", Code::NO_SERVICE, false),
            (Platform::MacOs, "SCardEstablishContext", Code::NO_SERVICE, false),
        ] {
            let error = Error::pcsc(function, code, None);
            let list = empty_without_service(platform, Err(error.clone()));
            assert_eq!(list, if is_empty { Ok(Vec::new()) } else { Err(error) });
        }
    }
}
