//! What the gate is made of: the standard library's parts, or in a model those with which loom goes through all interleavings.

#[cfg(all(test, loom))]
pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(all(test, loom)))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard};

/// A thread that has not ended.
#[cfg(all(test, loom))]
pub(super) type Thread = loom::thread::ThreadId;

/// A thread that has not ended: the address of something of its own.
#[cfg(not(all(test, loom)))]
pub(super) type Thread = usize;

#[cfg(all(test, loom))]
pub(super) fn this_thread() -> Thread {
    loom::thread::current().id()
}

/// `std::thread::current` panics at the end of a thread, where its last values are dropped: perhaps sessions.
#[cfg(not(all(test, loom)))]
pub(super) fn this_thread() -> Thread {
    thread_local! {
        static OWN: u8 = const { 0 };
    }
    OWN.with(|own| std::ptr::from_ref(own).addr())
}
