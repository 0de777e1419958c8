//! The seam: a table of C functions that somebody vouches for.

use crate::{Functions, LoadError};
use std::fmt;

/// A PC/SC whose C functions can be called: a table for which somebody vouches.
///
/// The safe crates on top call C through one. [`system`](Provider::system) is the machine's own; a simulated service gives
/// its own away safely; [`new`](Provider::new) and [`load`](Provider::load) are for whoever can promise what no compiler
/// checks.
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
}

impl Provider {
    /// Takes the system's PC/SC: see [`Functions::system`].
    ///
    /// # Errors
    /// [`LoadError`] where there is no library.
    pub fn system() -> Result<Provider, LoadError> {
        Functions::system().map(|functions| Provider { functions })
    }

    /// Makes a provider of a table.
    ///
    /// # Safety
    /// Each function of the table does what the C function of its name does, by its documentation in this crate: it keeps
    /// to the lengths that it is given, keeps no pointer after it returns, and may be called from any thread for as long as
    /// the program runs.
    #[must_use]
    pub const unsafe fn new(functions: &'static Functions) -> Provider {
        Provider { functions }
    }

    /// Loads the PC/SC library at `path`: see [`Functions::load`].
    ///
    /// # Errors
    /// [`LoadError`] where it cannot be opened, or lacks a function.
    ///
    /// # Safety
    /// As [`Functions::load`].
    #[cfg(feature = "load")]
    pub unsafe fn load(path: impl AsRef<std::ffi::OsStr>) -> Result<Provider, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { Functions::load(path) }.map(|functions| Provider { functions })
    }

    /// The table.
    #[must_use]
    pub const fn functions(self) -> &'static Functions {
        self.functions
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}
