//! Raw bindings to PC/SC, the interface between programs and smart cards: every C function, type and constant of
//! pcsc-lite, macOS and Windows, under its C name.
//!
//! The functions are free functions and, in [`Functions`], fields of a table. By default the system's library is loaded
//! when the program makes its first call; where there is none, that call returns `SCARD_E_NO_SERVICE`.
//!
//! ```
//! use pcsc_sys::*;
//! use std::ptr;
//!
//! let mut context: SCARDCONTEXT = 0;
//! // SAFETY: the reserved pointers are null, and the context is a local.
//! let code = unsafe { SCardEstablishContext(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context) };
//! if code == SCARD_S_SUCCESS {
//!     // SAFETY: the context is open, and nobody else uses it.
//!     unsafe { SCardReleaseContext(context) };
//! } else if let Err(error) = Functions::system() {
//!     println!("{error}"); // the libraries that were tried, and what to install
//! }
//! ```
//!
//! # Features
//! Any set of them builds.
//!
//! - `load` (default): the system's library is opened at the first call; nothing is needed to build.
//! - `link`: it is linked, through pkg-config, as a framework or by its import library; this wins over `load`.
//!   `PCSC_LIB_DIR` and `PCSC_LIB_NAME` say where it is instead. Build scripts of dependent packages get the folder of the
//!   headers as `DEP_PCSC_INCLUDE`: `PCSC_INCLUDE_DIR`, else `../include/PCSC` seen from `PCSC_LIB_DIR`, else what
//!   pkg-config says.
//! - `native`: `Provider::native`, a client of pcscd that needs no library, as static programs and containers do. Alone it
//!   is the system's PC/SC, with `load` where no library can be loaded, with `link` never. Linux and the BSDs; elsewhere it
//!   does nothing.
//! - `bindgen`: types and constants are made from this machine's headers, found by pkg-config or in `PCSC_INCLUDE_DIR`.
//!   The committed ones serve, with a warning, where a target's headers are not here, and on macOS, whose own headers
//!   lack too much: `PCSC_INCLUDE_DIR` may name pcsc-lite's there.
//!
//! # Platform notes
//! On Windows the functions that take text exist in two variants, `...A` and `...W`; the plain names are the `A` ones, as
//! in C without `UNICODE`.
#![allow(
    non_snake_case,
    non_camel_case_types,
    non_upper_case_globals,
    reason = "the names are C's"
)]

#[macro_use]
mod table;

#[doc(hidden)]
pub mod arguments;
mod bindings;
mod deadline;
#[cfg(not(windows))]
#[doc(hidden)]
pub mod error_text;
mod escaped;
mod functions;
mod library;
mod macros;
#[cfg(all(feature = "native", not(any(windows, target_os = "macos"))))]
pub mod native;
mod provider;

pub use bindings::{part10::*, platform::*};
pub use deadline::wait_deadline;
pub use escaped::Escaped;
pub use functions::*;
pub use library::{Attempt, Failure, LoadError};
pub use macros::*;
pub use provider::{Provider, TooManyPostponed};
