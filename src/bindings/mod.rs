//! Types and constants: bindgen's output, one file for each platform, chosen by target.
//!
//! `PCSC_BINDINGS=write cargo xtask test bindings` writes the files. With the feature `bindgen` the build script makes the
//! platform's one from this machine's headers instead.
//!
//! The functions as the headers declare them are there for the comparison with the list only, and no part of the crate:
//!
//! ```compile_fail,E0603
//! let _ = pcsc_sys::header::SCardCancel;
//! ```
#![allow(missing_docs, reason = "generated: the names are those of the C headers")]

#[cfg_attr(all(not(feature = "bindgen"), windows), path = "windows.rs")]
#[cfg_attr(all(not(feature = "bindgen"), target_os = "macos"), path = "macos.rs")]
#[cfg_attr(
    all(not(feature = "bindgen"), not(any(windows, target_os = "macos"))),
    path = "pcsclite.rs"
)]
#[cfg_attr(feature = "bindgen", path = "generated.rs")]
#[allow(
    overflowing_literals,
    reason = "0x80100001 is negative where LONG has 32 bits, as in C"
)]
pub(crate) mod platform;

#[allow(
    unsafe_op_in_unsafe_fn,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    reason = "generated"
)]
pub(crate) mod part10;

mod layout;
