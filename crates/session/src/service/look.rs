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
    if !WAS_ADMITTED.load(Ordering::Relaxed) && provider.functions().is_of_a_library() {
        WAS_ADMITTED.store(true, Ordering::Relaxed);
    }
}

/// Returns the causes that are left, where there was something to see. Blocks for a second at most, and changes nothing.
///
/// Only for a library, the system's or one loaded by path: each asks the same service. That of a simulated service, and of a
/// table of a program's own, is not the one whose socket is on this machine.
#[cold]
pub(super) fn at_the_system(provider: Provider, code: Code) -> Option<Box<[Cause]>> {
    if !provider.functions().is_of_a_library() {
        return None;
    }
    #[cfg(not(any(windows, target_os = "macos")))]
    return surroundings::Surroundings::of_the_system(WAS_ADMITTED.load(Ordering::Relaxed))
        .causes(code)
        .map(Vec::into_boxed_slice);
    #[cfg(any(windows, target_os = "macos"))]
    {
        let _ = code;
        None
    }
}
