//! What speaks to pcscd, or to what is as it.

use std::path::Path;

/// A client of pcscd.
pub(crate) trait Client {
    const CANCELS_TRANSACTIONS: bool = false;

    /// The provider of a test's own; the library is where the harness has copied it to.
    fn provider(library: &Path) -> pcsc_sys::Provider;
}

/// The system's own.
#[cfg(any(feature = "load", feature = "link"))]
pub(crate) struct Library;

#[cfg(any(feature = "load", feature = "link"))]
impl Client for Library {
    #[allow(unused_variables, reason = "in link mode it is the library that is linked")]
    fn provider(library: &Path) -> pcsc_sys::Provider {
        // libpcsclite keeps the readers' states in one table for all contexts of a process. In link mode
        // there is one library for all tests, which run one after the other then.
        #[cfg(feature = "link")]
        return pcsc_sys::Provider::system().unwrap();
        // SAFETY: the harness copied the system's own libpcsclite there.
        #[cfg(not(feature = "link"))]
        unsafe { pcsc_sys::Provider::load(library) }.unwrap()
    }
}

/// None but the feature `native`.
#[cfg(feature = "native")]
pub(crate) struct Native;

#[cfg(feature = "native")]
impl Client for Native {
    const CANCELS_TRANSACTIONS: bool = true;

    fn provider(_: &Path) -> pcsc_sys::Provider {
        // A table of its own for each test: what watches a provider is shared, and is on one service.
        let functions: &_ = Box::leak(Box::new(*pcsc_sys::Functions::native()));
        // What is reachable is no leak to valgrind.
        static TABLES: std::sync::Mutex<Vec<&pcsc_sys::Functions>> = std::sync::Mutex::new(Vec::new());
        TABLES.lock().unwrap().push(functions);
        // SAFETY: the functions are those of `Provider::native`.
        unsafe { pcsc_sys::Provider::new(functions) }
    }
}
