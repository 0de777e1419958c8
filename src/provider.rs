//! The seam: a table of C functions that somebody vouches for.

mod guarded_library;
mod release_gate;
#[cfg(doctest)]
mod safe_code;

use crate::{Functions, LoadError, deadline};
use guarded_library::GuardedLibrary;
use std::fmt;
use std::time::Instant;

#[cfg(any(feature = "load", feature = "link"))]
pub(crate) use guarded_library::guard;
pub use release_gate::TooManyPostponed;

/// A PC/SC whose C functions can be called: a table for which somebody vouches.
///
/// The safe crates on top call C through one. [`system`](Provider::system) is the machine's own; a simulated service gives
/// its own away safely; [`new`](Provider::new) and [`load`](Provider::load) are for whoever can promise what no compiler
/// checks. The table under a provider never changes.
///
/// # Platform notes
/// pcsc-lite's library crashes where one thread releases a context while another one disconnects a card. Whoever owns
/// handles makes three calls through [`establish`](Provider::establish), [`disconnect`](Provider::disconnect) and
/// [`release`](Provider::release), which keep the two apart, in all threads and for all providers of the same library.
/// They do nothing of their own where the functions are no library's, as those of a simulator; nor on Windows and macOS.
///
/// # Examples
/// ```
/// match pcsc_sys::Provider::system() {
///     Ok(provider) => println!("{provider:?}"),
///     Err(error) => println!("{error}"), // what was tried, and what to install
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Provider {
    functions: &'static Functions,
    library: Option<&'static GuardedLibrary>,
    ends_waits: bool,
}

impl Provider {
    /// Takes the system's PC/SC: see [`Functions::system`].
    ///
    /// # Errors
    /// [`LoadError`] where there is no library.
    pub fn system() -> Result<Provider, LoadError> {
        Functions::system().map(Provider::of)
    }

    /// Makes a provider of a table.
    ///
    /// Where its `SCardDisconnect` or its `SCardReleaseContext` is that of a library which this crate has linked or loaded,
    /// calls of the two are kept apart as for that library's own provider.
    ///
    /// # Safety
    /// Each function of the table does what the C function of its name does, by its documentation in this crate: it keeps
    /// to the lengths that it is given, keeps no pointer after it returns, and may be called from any thread for as long as
    /// the program runs, whatever other threads call meanwhile.
    ///
    /// pcsc-lite's own functions do not keep the last promise. So they must be recognised: take them from
    /// [`Functions::system`] or [`Functions::load`], and leave one of the two above as it is. The free functions of this
    /// crate, and your own that call the library, have other addresses.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sys::{Functions, LONG, Provider, SCARDCONTEXT, SCARD_S_SUCCESS};
    ///
    /// unsafe extern "system" fn valid(_context: SCARDCONTEXT) -> LONG {
    ///     SCARD_S_SUCCESS
    /// }
    ///
    /// static MINE: Functions = {
    ///     let mut mine = Functions::UNSUPPORTED;
    ///     mine.SCardIsValidContext = valid;
    ///     mine
    /// };
    /// // SAFETY: `valid` touches no memory, and the others only say that they are not there.
    /// let provider = unsafe { Provider::new(&MINE) };
    /// assert!(std::ptr::eq(provider.functions(), &MINE));
    /// ```
    #[must_use]
    pub unsafe fn new(functions: &'static Functions) -> Provider {
        Provider::of(functions)
    }

    /// Loads the PC/SC library at `path`: see [`Functions::load`].
    ///
    /// # Errors
    /// [`LoadError`] where it cannot be opened, or lacks a function.
    ///
    /// # Safety
    /// As [`Functions::load`]; and its functions may be called from any thread, whatever other threads call meanwhile, but
    /// for what pcsc-lite cannot do (see [`Provider`]).
    ///
    /// # Platform notes
    /// From pcsc-lite 2.1 on, `libpcsclite.so.1` may be a stub in front of `libpcsclite_real.so.1`. Load one of them and not
    /// both: their functions have different addresses, so that they are two libraries to this crate.
    #[cfg(feature = "load")]
    pub unsafe fn load(path: impl AsRef<std::ffi::OsStr>) -> Result<Provider, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { Functions::load(path) }.map(Provider::of)
    }

    /// Takes the functions that speak to pcscd without a library: see [`native`](crate::native).
    ///
    /// Only with the feature `native`, on Linux and the BSDs.
    ///
    /// # Examples
    /// ```
    /// let provider = pcsc_sys::Provider::native();
    /// assert!(!provider.functions().is_of_a_library());
    /// ```
    #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
    #[must_use]
    pub fn native() -> Provider {
        Provider::of(Functions::native())
    }

    /// Says that the table's calls wait for another program's transaction until [`wait_deadline`](crate::wait_deadline) and
    /// no longer, and return `SCARD_E_TIMEOUT` then: `SCardBeginTransaction`, `SCardReconnect`, `SCardStatus`, `SCardTransmit`
    /// and `SCardConnect`, of which the last may give the context up.
    ///
    /// For makers of tables. `Provider::native` and a simulator's provider do that by themselves.
    #[must_use]
    pub const fn with_ending_waits(self) -> Provider {
        Provider {
            ends_waits: true,
            ..self
        }
    }

    /// Tells whether [`wait_until`](Provider::wait_until) can end waits for another program's transaction.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
    /// assert!(pcsc_sys::Provider::native().ends_waits());
    /// ```
    #[must_use]
    pub const fn ends_waits(self) -> bool {
        self.ends_waits
    }

    /// Makes calls in this thread that wait for another program's transaction until `deadline` and no longer; for ever without
    /// one. A deadline that is over makes each one attempt. None, and `call` has not run, where this provider's waits cannot
    /// be ended, as those of libpcsclite and Windows, which are inside of them.
    ///
    /// For authors of a safe layer: `call` makes C calls of this provider, which return `SCARD_E_TIMEOUT` then. `SCardConnect`
    /// may take longer, since the service powers the card in it: three seconds with `native`. After its
    /// `SCARD_E_TIMEOUT` the context may have no service any more: connect so on a context of nobody else's.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sys::{LONG, Provider, SCARDHANDLE};
    /// use std::time::Instant;
    ///
    /// /// Begins a transaction where no other program has one.
    /// ///
    /// /// # Safety
    /// /// The card is connected.
    /// unsafe fn try_begin(provider: Provider, card: SCARDHANDLE) -> Option<LONG> {
    ///     provider.wait_until(Some(Instant::now()), || {
    ///         // SAFETY: the card is connected.
    ///         unsafe { (provider.functions().SCardBeginTransaction)(card) }
    ///     })
    /// }
    /// ```
    pub fn wait_until<R>(self, deadline: Option<Instant>, call: impl FnOnce() -> R) -> Option<R> {
        self.ends_waits.then(|| deadline::set_during(deadline, call))
    }

    /// Returns the table.
    #[must_use]
    pub const fn functions(self) -> &'static Functions {
        self.functions
    }

    /// Makes a call of `SCardEstablishContext`, unless too many contexts wait for their release.
    ///
    /// For authors of a safe layer: `call` makes the C call. It may disconnect, release and establish through a provider
    /// itself. It is not made at the same time as anything in particular: a library adds contexts to its table while others
    /// are searched for.
    ///
    /// # Errors
    /// [`TooManyPostponed`], and `call` has not run. What comes before it is a wait of up to 100 milliseconds.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sys::{LONG, Provider, SCARD_SCOPE_SYSTEM, SCARDCONTEXT, TooManyPostponed};
    /// use std::ptr;
    ///
    /// fn establish(provider: Provider, context: &mut SCARDCONTEXT) -> Result<LONG, TooManyPostponed> {
    ///     let function = provider.functions().SCardEstablishContext;
    ///     // SAFETY: the reserved pointers are null, and `context` lives through the call.
    ///     provider.establish(|| unsafe { function(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), context) })
    /// }
    /// ```
    pub fn establish<R>(self, call: impl FnOnce() -> R) -> Result<R, TooManyPostponed> {
        if let Some(library) = self.library {
            library.make_room()?;
        }
        Ok(call())
    }

    /// Makes a call of `SCardDisconnect`, while no context is released in another thread.
    ///
    /// For authors of a safe layer: `call` makes the C call. It may disconnect, release and establish through a provider
    /// itself. Waits while another thread releases contexts; and, where releases are postponed, up to 100 milliseconds for
    /// other disconnections to end, so that the releases have their turn. At its end this thread runs the postponed
    /// releases, unless another disconnection is under way.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sys::{LONG, Provider, SCARD_RESET_CARD, SCARDHANDLE};
    ///
    /// /// # Safety
    /// /// The card is connected, and nobody else disconnects it.
    /// unsafe fn disconnect(provider: Provider, card: SCARDHANDLE) -> LONG {
    ///     // SAFETY: the card is connected, and the caller's alone.
    ///     provider.disconnect(|| unsafe { (provider.functions().SCardDisconnect)(card, SCARD_RESET_CARD) })
    /// }
    /// ```
    pub fn disconnect<R>(self, call: impl FnOnce() -> R) -> R {
        // Its drop ends the disconnection, after a panic too.
        let _under_way = self.library.map(GuardedLibrary::begin_disconnection);
        call()
    }

    /// Makes a call of `SCardReleaseContext`, now or when no card is being disconnected any more.
    ///
    /// For authors of a safe layer: `call` makes the C call, and nobody uses the context any more. A release waits for no
    /// disconnection, since that may take as long as another program's transaction: it is postponed, and run by the thread
    /// that ends the last disconnection. So `call` may run in any thread that makes one of these three calls; it should take
    /// nothing that such a thread may hold, as a lock, and wait for no other thread. It may disconnect, release and establish
    /// through a provider itself.
    ///
    /// One release runs at a time. A panic in one lets the others run, and goes on in the thread that ran them. What is
    /// postponed at the end of the process is not run, nor in a child process after `fork`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sys::{Provider, SCARDCONTEXT};
    ///
    /// /// # Safety
    /// /// The context is established, and nobody uses it any more.
    /// unsafe fn release(provider: Provider, context: SCARDCONTEXT) {
    ///     provider.release(move || {
    ///         // SAFETY: the context is open, and this closure's alone.
    ///         unsafe { (provider.functions().SCardReleaseContext)(context) };
    ///     });
    /// }
    /// ```
    pub fn release(self, call: impl FnOnce() + Send + 'static) {
        match self.library {
            Some(library) => library.release(Box::new(call)),
            None => call(),
        }
    }

    fn of(functions: &'static Functions) -> Provider {
        Provider {
            functions,
            library: guarded_library::of(functions),
            ends_waits: is_native(functions),
        }
    }
}

/// Tells whether what waits in a table is the client's that needs no library.
fn is_native(functions: &Functions) -> bool {
    #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
    let native = std::ptr::fn_addr_eq(
        functions.SCardBeginTransaction,
        crate::native::TABLE.SCardBeginTransaction,
    );
    #[cfg(not(all(feature = "native", not(any(windows, target_os = "macos")))))]
    let native = {
        let _ = functions;
        false
    };
    native
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
