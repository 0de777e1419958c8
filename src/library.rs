//! Where a table comes from: linked, loaded, or the system's own.

mod error;

pub use error::{Attempt, Failure, LoadError};

use crate::Functions;
#[cfg(any(feature = "load", feature = "link"))]
use crate::provider;

#[cfg(not(feature = "link"))]
use std::sync::atomic::{AtomicPtr, Ordering};
#[cfg(feature = "load")]
use std::sync::{Mutex, PoisonError, TryLockError};

/// The names under which the system's library is looked for, in this order.
#[cfg(all(feature = "load", not(feature = "link")))]
const SYSTEM: &[&str] = if cfg!(windows) {
    &["winscard.dll"]
} else if cfg!(target_os = "macos") {
    // Not on disk since macOS 11: the loader knows it all the same.
    &["/System/Library/Frameworks/PCSC.framework/PCSC"]
} else {
    &["libpcsclite.so.1", "libpcsclite.so"]
};

/// The table behind the free functions: [`Functions::UNLOADED`] until the library is loaded.
#[cfg(not(feature = "link"))]
static CURRENT: AtomicPtr<Functions> = AtomicPtr::new((&raw const UNLOADED).cast_mut());

#[cfg(not(feature = "link"))]
static UNLOADED: Functions = Functions::UNLOADED;

/// Returns the table that the free functions call.
#[cfg(not(feature = "link"))]
#[inline]
pub(crate) fn current() -> &'static Functions {
    // SAFETY: the pointer is that of `UNLOADED` or of a leaked table; both live for ever, and nobody writes to them.
    unsafe { &*CURRENT.load(Ordering::Acquire) }
}

impl Functions {
    /// Returns the system's PC/SC library: linked with the feature `link`, else loaded at the first call.
    ///
    /// Where none can be loaded, or without `load`, it is `Functions::native` with the feature `native`, and stays so. A
    /// library that can be loaded but is of another version than the machine's pcscd, as one in a container, is loaded: there
    /// `native` has to be without `load`.
    ///
    /// A loaded library is opened once, whatever the number of threads, and never closed. Where it cannot be loaded, the next
    /// call tries again, so that a program that is running notices an installation.
    ///
    /// # Errors
    /// [`LoadError`] where there is no usable library, or where the crate was built with neither
    /// `load` nor `link`; with `native` never, where that is.
    ///
    /// # Platform notes
    /// On Windows only `System32` is searched. With pcsc-lite from 2.1 the library may be a stub
    /// that looks for the real one when a context is established: that it loads says nothing about
    /// the service.
    ///
    /// # Examples
    /// ```
    /// match pcsc_sys::Functions::system() {
    ///     Ok(_functions) => println!("there is a PC/SC library"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// ```
    pub fn system() -> Result<&'static Functions, LoadError> {
        system()
    }

    /// Returns the linked library's functions.
    ///
    /// Only with the feature `link`.
    ///
    /// # Platform notes
    /// On Windows `SCardAccessNewReaderEvent`, `SCardReleaseNewReaderEvent` and `SCardReleaseAllEvents` are not linked, since
    /// few import libraries have them: their slots are those of [`Functions::UNSUPPORTED`]. So are, with the import
    /// library of mingw-w64 for 32 bits, those of `SCardAudit` and of what asks for a reader's icon, device type and
    /// device instance.
    #[cfg(feature = "link")]
    #[must_use]
    pub fn linked() -> &'static Functions {
        static LINKED: Functions = Functions::LINKED;
        provider::guard(&LINKED);
        &LINKED
    }

    /// Returns the functions that speak to pcscd without a library: see [`native`](crate::native).
    ///
    /// Only with the feature `native`, on Linux and the BSDs.
    ///
    /// # Examples
    /// ```
    /// let native = pcsc_sys::Functions::native();
    /// // SAFETY: the function looks the number up in its own tables.
    /// assert_eq!(unsafe { (native.SCardIsValidContext)(1) }, pcsc_sys::SCARD_E_INVALID_HANDLE);
    /// ```
    #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
    #[must_use]
    pub fn native() -> &'static Functions {
        &crate::native::TABLE
    }

    /// Loads a PC/SC library from a path, or from a name that the loader searches for.
    ///
    /// The library is never unloaded: its functions may be in use by any thread. Loading the same
    /// one again makes another table of the same functions. Only with the feature `load`.
    ///
    /// # Safety
    /// The library's initialisation runs, and its functions must be what their names say: those of
    /// PC/SC, with this platform's types. (`dlopen` and `LoadLibrary` can promise neither.) Its file
    /// is whole, and stays so: the loader ends the program with a signal where a file ends early.
    ///
    /// # Errors
    /// [`LoadError`] with the loader's own message where it cannot be opened, for an empty path or
    /// one to what is no file, such as a pipe, or with the symbol that the library lacks. A symbol
    /// that is [optional](Functions::is_optional) may be missing: its slot then answers
    /// `SCARD_E_UNSUPPORTED_FEATURE`.
    ///
    /// # Examples
    /// ```
    /// // SAFETY: there is no such library, so nothing of it runs.
    /// let error = unsafe { pcsc_sys::Functions::load("/no/such/library.so") }.unwrap_err();
    /// assert!(error.to_string().contains("/no/such/library.so"));
    /// ```
    #[cfg(feature = "load")]
    pub unsafe fn load(path: impl AsRef<std::ffi::OsStr>) -> Result<&'static Functions, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { open(path.as_ref()) }.map_err(|attempt| LoadError::new(vec![attempt]))
    }

    /// Tells whether these are a library's functions: linked, or loaded by [`system`](Functions::system) or
    /// [`load`](Functions::load). Those of a table that a program made itself, or a simulated service, are not.
    ///
    /// Loads nothing and waits for nothing: while another thread is loading a library, the answer may be that they are not.
    ///
    /// # Examples
    /// ```
    /// assert!(!pcsc_sys::Functions::UNSUPPORTED.is_of_a_library());
    /// if let Ok(functions) = pcsc_sys::Functions::system() {
    ///     // Not where the feature `native` stands in for one.
    ///     println!("{}", functions.is_of_a_library());
    /// }
    /// ```
    #[must_use]
    pub fn is_of_a_library(&self) -> bool {
        #[cfg(feature = "link")]
        if std::ptr::eq(self, Functions::linked()) {
            return true;
        }
        #[cfg(feature = "load")]
        return match KEPT.try_lock() {
            Ok(kept) => kept.iter().any(|kept| std::ptr::eq(self, *kept)),
            // A panic under the lock cannot leave half a table: it is pushed whole.
            Err(TryLockError::Poisoned(kept)) => {
                kept.into_inner().iter().any(|kept| std::ptr::eq(self, *kept))
            }
            // Held for a moment, or for ever in a child of a `fork` at that moment.
            Err(TryLockError::WouldBlock) => false,
        };
        #[cfg(not(feature = "load"))]
        false
    }

    /// Returns the oldest and the newest version of pcscd's protocol that these functions speak, major and minor: those of
    /// `Functions::native`. Others do not tell, and have `None`.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(pcsc_sys::Functions::UNSUPPORTED.protocol_versions(), None);
    /// ```
    #[must_use]
    pub fn protocol_versions(&self) -> Option<[(i32, i32); 2]> {
        #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
        if std::ptr::eq(self, Functions::native()) {
            return Some(crate::native::VERSIONS);
        }
        None
    }
}

#[cfg(feature = "link")]
#[allow(clippy::unnecessary_wraps, reason = "the same signature in every feature set")]
fn system() -> Result<&'static Functions, LoadError> {
    Ok(Functions::linked())
}

#[cfg(all(feature = "load", not(feature = "link")))]
fn system() -> Result<&'static Functions, LoadError> {
    static LOADED: Mutex<Option<&'static Functions>> = Mutex::new(None);
    // A panic under the lock cannot leave half a table: it is stored whole.
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(functions) = *loaded {
        return Ok(functions);
    }
    let mut attempts = Vec::new();
    for name in SYSTEM {
        // SAFETY: these are the names of the system's own PC/SC library.
        match unsafe { open(name.as_ref()) } {
            Ok(functions) => {
                *loaded = Some(functions);
                CURRENT.store(std::ptr::from_ref(functions).cast_mut(), Ordering::Release);
                return Ok(functions);
            }
            Err(attempt) => attempts.push(attempt),
        }
    }
    without_library(attempts).inspect(|functions| {
        // For good: contexts of these functions are not a library's, which may be installed later.
        *loaded = Some(*functions);
        CURRENT.store(std::ptr::from_ref(*functions).cast_mut(), Ordering::Release);
    })
}

#[cfg(not(any(feature = "load", feature = "link")))]
fn system() -> Result<&'static Functions, LoadError> {
    without_library(Vec::new()).inspect(|functions| {
        CURRENT.store(std::ptr::from_ref(*functions).cast_mut(), Ordering::Release);
    })
}

/// What there is without a library.
#[cfg(not(feature = "link"))]
fn without_library(attempts: Vec<Attempt>) -> Result<&'static Functions, LoadError> {
    let error = LoadError::new(attempts);
    #[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
    {
        drop(error);
        Ok(Functions::native())
    }
    #[cfg(not(all(feature = "native", not(any(windows, target_os = "macos")))))]
    Err(error)
}

/// The tables of all loaded libraries: they are meant to stay, and a leak checker sees that they are held.
#[cfg(feature = "load")]
static KEPT: Mutex<Vec<&Functions>> = Mutex::new(Vec::new());

/// Opens a library and fills a table from it; both stay for ever.
///
/// # Safety
/// As [`Functions::load`].
#[cfg(feature = "load")]
unsafe fn open(path: &std::ffi::OsStr) -> Result<&'static Functions, Attempt> {
    use std::path::Path;
    use std::ptr::NonNull;
    let failed = |failure| Attempt::new(path.to_string_lossy().into_owned(), failure);
    // For an empty path the loader opens the program itself, and for a pipe it waits until somebody writes.
    let is_path = Path::new(path).components().count() > 1;
    let is_other = is_path && std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if path.is_empty() || is_other {
        return Err(failed(Failure::NotOpened("it is no file".to_owned())));
    }
    // Some loaders end the name there, and open another library.
    if path.as_encoded_bytes().contains(&0) {
        return Err(failed(Failure::NotOpened("its name has a nul byte".to_owned())));
    }
    // SAFETY: the caller vouches for the library's initialisation.
    let library = unsafe { dlopen(path) }.map_err(|error| failed(Failure::not_opened(&error)))?;
    let symbol = |name: &str| {
        // SAFETY: the symbol is only read as an address here; whoever calls it takes its type from the list.
        let address = unsafe { library.get::<*mut core::ffi::c_void>(name.as_bytes()) };
        address.ok().and_then(|symbol| NonNull::new(*symbol))
    };
    // SAFETY: the caller vouches that the names are PC/SC's; the library is kept below, so the addresses stay valid.
    let functions = unsafe { Functions::from_symbols(symbol) };
    let functions = functions.map_err(|symbol| failed(Failure::MissingSymbol(symbol)))?;
    std::mem::forget(library);
    let functions: &'static Functions = Box::leak(Box::new(functions));
    provider::guard(functions);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push(functions);
    Ok(functions)
}

/// Opens a library as the platform wants it.
///
/// # Safety
/// As [`Functions::load`].
#[cfg(all(feature = "load", not(windows)))]
unsafe fn dlopen(path: &std::ffi::OsStr) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: the caller's promise.
    unsafe { libloading::Library::new(path) }
}

/// Opens a library as the platform wants it: a bare name in System32 only, or a planted DLL would run.
///
/// # Safety
/// As [`Functions::load`].
#[cfg(all(feature = "load", windows))]
unsafe fn dlopen(path: &std::ffi::OsStr) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::windows::{LOAD_LIBRARY_SEARCH_SYSTEM32, Library};
    let bare = std::path::Path::new(path).components().count() == 1;
    let flags = if bare { LOAD_LIBRARY_SEARCH_SYSTEM32 } else { 0 };
    // SAFETY: the caller's promise.
    unsafe { Library::load_with_flags(path, flags) }.map(Into::into)
}
