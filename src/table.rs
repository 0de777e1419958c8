//! What the list in `functions.rs` becomes: the table, its names, and the ways to fill it.

#[cfg(not(feature = "link"))]
use crate::SCARD_E_NO_SERVICE;
use crate::{LONG, SCARD_E_UNSUPPORTED_FEATURE};
use core::ffi::c_char;

/// What a C function returns where there is no library to ask.
pub(crate) trait Answer {
    /// The function does not exist in this library.
    fn unsupported() -> Self;
    /// There is no library.
    #[cfg(not(feature = "link"))]
    fn no_service() -> Self;
}

impl Answer for LONG {
    fn unsupported() -> LONG {
        SCARD_E_UNSUPPORTED_FEATURE
    }
    #[cfg(not(feature = "link"))]
    fn no_service() -> LONG {
        SCARD_E_NO_SERVICE
    }
}

impl Answer for *const c_char {
    fn unsupported() -> *const c_char {
        c"this library has no text for its codes".as_ptr()
    }
    #[cfg(not(feature = "link"))]
    fn no_service() -> *const c_char {
        c"no PC/SC library could be loaded".as_ptr()
    }
}

/// A null handle, as Windows returns where there is no event.
#[cfg(windows)]
impl Answer for crate::HANDLE {
    fn unsupported() -> crate::HANDLE {
        core::ptr::null_mut()
    }
    #[cfg(not(feature = "link"))]
    fn no_service() -> crate::HANDLE {
        core::ptr::null_mut()
    }
}

#[cfg(windows)]
impl Answer for () {
    fn unsupported() {}
    #[cfg(not(feature = "link"))]
    fn no_service() {}
}

/// What the list's type of an argument shares with the header's, where they differ: both are pointers of one kind.
#[allow(
    dead_code,
    reason = "Rust 1.85 does not see the use in constants without a name"
)]
pub(crate) trait Pointer {
    const IS_CONST: bool;
}

impl<T> Pointer for *const T {
    const IS_CONST: bool = true;
}

impl<T> Pointer for *mut T {
    const IS_CONST: bool = false;
}

/// Makes the table, the extern block and the free functions of the list.
///
/// An entry is `KIND fn NAME(ARGUMENTS) -> TYPE;` with its documentation before it:
///
/// - `required`: a library without it is refused when it is loaded;
/// - `optional`: some libraries lack it, its slot then answers `SCARD_E_UNSUPPORTED_FEATURE`;
/// - `unlinked32`: optional, and not linked for 32-bit mingw-w64, whose import library lacks it;
/// - `unlinked`: optional, and never linked, since an import library may lack it.
///
/// `TYPE as HEADER` is for an argument whose type the header gives as `HEADER`; both are pointers, constant or not.
/// `, macos "SYMBOL"` after the type names the symbol that macOS has for it.
macro_rules! functions {
    ($(
        $(#[doc = $doc:literal])*
        $(#[cfg($($cfg:tt)*)])?
        $kind:ident fn $name:ident($($arg:ident: $type:ty $(as $header:ty)?),* $(,)?) -> $return:ty $(, macos $macos:literal)?;
    )*) => {
        /// A provider of PC/SC: one pointer for each C function.
        ///
        /// Linking, loading and simulating are three ways to fill this table, and nothing above it
        /// knows which. A table of your own starts from [`Functions::UNSUPPORTED`].
        ///
        /// # Examples
        /// ```
        /// use pcsc_sys::{Functions, LONG, SCARDCONTEXT, SCARD_E_UNSUPPORTED_FEATURE, SCARD_S_SUCCESS};
        ///
        /// unsafe extern "system" fn valid(_context: SCARDCONTEXT) -> LONG {
        ///     SCARD_S_SUCCESS
        /// }
        ///
        /// let mut mine = Functions::UNSUPPORTED;
        /// mine.SCardIsValidContext = valid;
        /// // SAFETY: neither function looks at its argument.
        /// unsafe {
        ///     assert_eq!((mine.SCardIsValidContext)(1), SCARD_S_SUCCESS);
        ///     assert_eq!((mine.SCardReleaseContext)(1), SCARD_E_UNSUPPORTED_FEATURE);
        /// }
        /// ```
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct Functions {
            $(
                #[doc = concat!("See [`", stringify!($name), "`](crate::", stringify!($name), ").")]
                $(#[cfg($($cfg)*)])?
                pub $name: unsafe extern "system" fn($($type),*) -> $return,
            )*
        }

        impl Functions {
            /// The symbol of each function, as the platform's library exports it, in the order of the list.
            ///
            /// # Examples
            /// ```
            /// assert!(pcsc_sys::Functions::NAMES.contains(&"SCardTransmit"));
            /// ```
            pub const NAMES: &'static [&'static str] = &[
                $( $(#[cfg($($cfg)*)])? symbol!($name $($macos)?), )*
            ];

            /// Tells whether only some libraries export this symbol, so that loading does without it.
            ///
            /// A symbol that is not in [`Functions::NAMES`] is not optional.
            ///
            /// # Examples
            /// ```
            /// assert!(pcsc_sys::Functions::is_optional("pcsc_stringify_error") || cfg!(windows));
            /// assert!(!pcsc_sys::Functions::is_optional("SCardTransmit"));
            /// ```
            #[must_use]
            pub fn is_optional(symbol: &str) -> bool {
                $( $(#[cfg($($cfg)*)])? if symbol == symbol!($name $($macos)?) { return stringify!($kind) != "required"; } )*
                false
            }

            /// The base for a table of your own: each function answers `SCARD_E_UNSUPPORTED_FEATURE`
            /// (or null, where it returns a handle).
            ///
            /// # Examples
            /// ```
            /// use pcsc_sys::{Functions, SCARDCONTEXT, LONG};
            ///
            /// unsafe extern "system" fn always_valid(_context: SCARDCONTEXT) -> LONG {
            ///     pcsc_sys::SCARD_S_SUCCESS
            /// }
            ///
            /// let mut table = Functions::UNSUPPORTED;
            /// table.SCardIsValidContext = always_valid;
            /// // SAFETY: neither function reads its argument.
            /// let codes = unsafe { ((table.SCardIsValidContext)(1), (table.SCardCancel)(1)) };
            /// assert_eq!(codes, (pcsc_sys::SCARD_S_SUCCESS, pcsc_sys::SCARD_E_UNSUPPORTED_FEATURE));
            /// ```
            pub const UNSUPPORTED: Functions = Functions {
                $( $(#[cfg($($cfg)*)])? $name: {
                    unsafe extern "system" fn $name($(_: $type),*) -> $return {
                        <$return as $crate::table::Answer>::unsupported()
                    }
                    $name
                }, )*
            };

            /// Each function looks for the system's library when it is called, so that the first
            /// call of a free function loads it.
            #[cfg(not(feature = "link"))]
            pub(crate) const UNLOADED: Functions = Functions {
                $( $(#[cfg($($cfg)*)])? $name: {
                    unsafe extern "system" fn $name($($arg: $type),*) -> $return {
                        match Functions::system() {
                            // SAFETY: the caller's promises for this function are those of the library's own.
                            Ok(functions) => unsafe { (functions.$name)($($arg),*) },
                            Err(_) => <$return as $crate::table::Answer>::no_service(),
                        }
                    }
                    $name
                }, )*
            };

            /// Fills the table from a library, by the address that `symbol` has for a name.
            ///
            /// # Errors
            /// The first required symbol that the library lacks.
            ///
            /// # Safety
            /// Each address that `symbol` returns is that of the C function of this name, and stays valid for ever.
            #[cfg(feature = "load")]
            pub(crate) unsafe fn from_symbols(
                symbol: impl Fn(&str) -> Option<core::ptr::NonNull<core::ffi::c_void>>,
            ) -> Result<Functions, &'static str> {
                let mut functions = Functions::UNSUPPORTED;
                $(
                    $(#[cfg($($cfg)*)])?
                    match symbol(symbol!($name $($macos)?)) {
                        // SAFETY: the caller vouches that this is the function's address; a data and a
                        // function pointer have the same size on every platform that PC/SC runs on.
                        Some(address) => functions.$name = unsafe {
                            core::mem::transmute::<
                                core::ptr::NonNull<core::ffi::c_void>,
                                unsafe extern "system" fn($($type),*) -> $return,
                            >(address)
                        },
                        None if stringify!($kind) == "required" => return Err(symbol!($name $($macos)?)),
                        None => {}
                    }
                )*
                Ok(functions)
            }

            /// The linked library's functions.
            #[cfg(feature = "link")]
            pub(crate) const LINKED: Functions = Functions {
                $( $(#[cfg($($cfg)*)])? $name: linked!($kind $name), )*
            };
        }

        #[cfg(feature = "link")]
        mod free {
            use super::*;
            unsafe extern "system" {
                $(
                    $(#[doc = $doc])*
                    $(#[cfg($($cfg)*)])?
                    $(#[cfg_attr(target_os = "macos", link_name = $macos)])?
                    pub fn $name($($arg: $type),*) -> $return;
                )*
            }
        }

        #[cfg(not(feature = "link"))]
        mod free {
            use super::*;
            $(
                $(#[doc = $doc])*
                $(#[cfg($($cfg)*)])?
                #[inline]
                pub unsafe extern "system" fn $name($($arg: $type),*) -> $return {
                    // SAFETY: the caller's promises for this function are those of the table's own.
                    unsafe { (crate::library::current().$name)($($arg),*) }
                }
            )*
        }

        pub use free::*;

        // A signature that is not the header's does not compile.
        $(
            $(#[cfg($($cfg)*)])?
            const _: unsafe extern "system" fn($(header!($type $(, $header)?)),*) -> $return = $crate::bindings::platform::header::$name;

            $(#[cfg($($cfg)*)])?
            const _: () = {
                $($(assert!(
                    <$type as $crate::table::Pointer>::IS_CONST == <$header as $crate::table::Pointer>::IS_CONST,
                    concat!(stringify!($name), ": ", stringify!($arg), " is constant in the list or in the header, not in both")
                );)?)*
            };
        )*
    };
}

/// The symbol of an entry: its name, or macOS' own where it has one.
#[cfg(target_os = "macos")]
macro_rules! symbol {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $macos:literal) => {
        $macos
    };
}
#[cfg(not(target_os = "macos"))]
macro_rules! symbol {
    ($name:ident $($macos:literal)?) => {
        stringify!($name)
    };
}

/// The type that the header gives an argument.
macro_rules! header {
    ($type:ty) => {
        $type
    };
    ($type:ty, $header:ty) => {
        $header
    };
}

/// The slot of an entry in link mode.
#[cfg(feature = "link")]
macro_rules! linked {
    (unlinked $name:ident) => {
        Functions::UNSUPPORTED.$name
    };
    (unlinked32 $name:ident) => {
        if cfg!(all(target_arch = "x86", target_env = "gnu")) {
            Functions::UNSUPPORTED.$name
        } else {
            $name
        }
    };
    ($kind:ident $name:ident) => {
        $name
    };
}
