//! What a child of `fork` needs of the library: that nobody was in the middle of starting a service.

use std::cell::Cell;
use std::mem::ManuallyDrop;

use crate::origin::{self, Held};

thread_local! {
    /// From before a fork to after it, which are of one thread on both sides. Nothing that is to be dropped with the thread:
    /// that would have to be registered for each thread that forks.
    static HELD: Cell<Option<ManuallyDrop<Held>>> = const { Cell::new(None) };
}

/// Has `fork` wait until no service is being started, in each process from here on.
pub(crate) fn prepare() {
    // SAFETY: the three are functions without arguments, and the library is never unloaded.
    unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
}

extern "C" fn before() {
    HELD.set(Some(ManuallyDrop::new(origin::hold())));
}

extern "C" fn after() {
    if let Some(held) = HELD.take() {
        drop(ManuallyDrop::into_inner(held));
    }
}
