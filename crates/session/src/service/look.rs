//! One look at the system where the service would have no context: what it rules out of the causes that the code can have.

#[cfg(not(any(windows, target_os = "macos")))]
mod socket;
#[cfg(not(any(windows, target_os = "macos")))]
mod surroundings;

use crate::error::Cause;
use crate::ffi::Code;
use pcsc_sys::Provider;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the service has given this process a context before: so polkit lets it.
static WAS_ADMITTED: AtomicBool = AtomicBool::new(false);

/// Notes that the service has given this process a context.
pub(super) fn admitted(provider: Provider) {
    if !WAS_ADMITTED.load(Ordering::Relaxed) && asks_the_system(provider) {
        WAS_ADMITTED.store(true, Ordering::Relaxed);
    }
}

/// Returns the causes that are left, where there was something to see. Blocks for a second at most, and changes nothing.
///
/// Only where the system's service was asked.
#[cold]
pub(super) fn at_the_system(provider: Provider, code: Code) -> Option<Box<[Cause]>> {
    if !asks_the_system(provider) {
        return None;
    }
    #[cfg(not(any(windows, target_os = "macos")))]
    {
        let mut surroundings =
            surroundings::Surroundings::of_the_system(WAS_ADMITTED.load(Ordering::Relaxed));
        surroundings.client = provider.functions().protocol_versions();
        surroundings.causes(code).map(Vec::into_boxed_slice)
    }
    #[cfg(any(windows, target_os = "macos"))]
    {
        let _ = code;
        None
    }
}

/// Tells whether these functions ask the system's service, as those of a library do, the system's or one loaded by path, and
/// of pcsc-sys' client without one. That of a simulated service, and of a table of a program's own, is not the one whose
/// socket is on this machine.
fn asks_the_system(provider: Provider) -> bool {
    let functions = provider.functions();
    functions.is_of_a_library() || functions.protocol_versions().is_some()
}
