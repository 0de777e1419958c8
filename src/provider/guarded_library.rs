//! The libraries whose disconnections and releases are kept apart: each has one gate in a process.
//!
//! Nothing here takes a lock but the gate's own, which a child process does not share: one that a thread of its parent held
//! at the `fork` would never be free.

use super::release_gate::{Disconnection, Release, ReleaseGate, TooManyPostponed};
use crate::{DWORD, Functions, LONG, SCARDCONTEXT, SCARDHANDLE};
use std::ptr::{self, fn_addr_eq};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Whether this platform's library is pcsc-lite.
#[cfg(any(feature = "load", feature = "link"))]
const IS_PCSC_LITE: bool = cfg!(not(any(windows, target_os = "macos")));

/// A library that was linked or loaded, known by the functions that must not run at the same time.
pub(crate) struct GuardedLibrary {
    disconnect: unsafe extern "system" fn(SCARDHANDLE, DWORD) -> LONG,
    release: unsafe extern "system" fn(SCARDCONTEXT) -> LONG,
    /// Null, or one that is leaked: of this process, or of the one that this was forked from.
    gate: AtomicPtr<ReleaseGate>,
    added_before: Option<&'static GuardedLibrary>,
}

/// The library that was added last; null, or leaked.
static ADDED_LAST: AtomicPtr<GuardedLibrary> = AtomicPtr::new(ptr::null_mut());

fn added_last() -> Option<&'static GuardedLibrary> {
    let last = ADDED_LAST.load(Ordering::Acquire);
    // SAFETY: it is null or a leaked library, of which only the atomic gate is written to.
    unsafe { last.as_ref() }
}

/// Finds the library that a table's functions are of.
pub(super) fn of(functions: &Functions) -> Option<&'static GuardedLibrary> {
    // A linked library is there before anybody has asked for its table.
    #[cfg(feature = "link")]
    let _ = Functions::linked();
    find(added_last(), functions)
}

fn find(
    added_last: Option<&'static GuardedLibrary>,
    functions: &Functions,
) -> Option<&'static GuardedLibrary> {
    std::iter::successors(added_last, |library| library.added_before).find(|library| {
        fn_addr_eq(library.disconnect, functions.SCardDisconnect)
            || fn_addr_eq(library.release, functions.SCardReleaseContext)
    })
}

/// Has the disconnections and releases of a library kept apart from now on, where it is pcsc-lite.
#[cfg(any(feature = "load", feature = "link"))]
pub(crate) fn guard(functions: &Functions) {
    if !IS_PCSC_LITE {
        return;
    }
    let mut last = added_last();
    while find(last, functions).is_none() {
        let library = Box::into_raw(Box::new(GuardedLibrary {
            disconnect: functions.SCardDisconnect,
            release: functions.SCardReleaseContext,
            gate: AtomicPtr::new(ptr::null_mut()),
            added_before: last,
        }));
        let expected = last.map_or(ptr::null_mut(), |last| ptr::from_ref(last).cast_mut());
        let added = ADDED_LAST.compare_exchange(expected, library, Ordering::AcqRel, Ordering::Acquire);
        if added.is_ok() {
            return;
        }
        // Another thread has added one, perhaps this: nobody has seen the box.
        // SAFETY: it is the box of above, which was not given to anybody.
        drop(unsafe { Box::from_raw(library) });
        last = added_last();
    }
}

impl GuardedLibrary {
    pub(super) fn make_room(&self) -> Result<(), TooManyPostponed> {
        self.gate().make_room()
    }

    /// A gate that says that this is another process by now was left by `fork` in one of the releases that it ran.
    pub(super) fn begin_disconnection(&self) -> Disconnection<'static> {
        loop {
            if let Some(disconnection) = self.gate().begin_disconnection() {
                return disconnection;
            }
        }
    }

    pub(super) fn release(&self, release: Release) {
        self.gate().release(release);
    }

    /// Returns the gate of this process. A child process finds its parent's, as it was at the `fork`: with the calls of
    /// threads that the child does not have, and with releases that are the parent's. It leaves that as it is.
    pub(super) fn gate(&self) -> &'static ReleaseGate {
        let found = self.gate.load(Ordering::Acquire);
        // SAFETY: it is null or a leaked gate, which nobody borrows mutably.
        let of_some_process = unsafe { found.as_ref() };
        if let Some(gate) = of_some_process.filter(|gate| gate.is_of_this_process()) {
            return gate;
        }
        let own = Box::into_raw(Box::new(ReleaseGate::of_this_process()));
        let stored = self
            .gate
            .compare_exchange(found, own, Ordering::AcqRel, Ordering::Acquire);
        let gate = match stored {
            Ok(_) => own,
            Err(other_threads) => {
                // SAFETY: it is the box of above, which was not given to anybody.
                drop(unsafe { Box::from_raw(own) });
                other_threads
            }
        };
        // SAFETY: it is a leaked gate, this thread's or another one's of this process; nobody borrows it mutably.
        unsafe { &*gate }
    }
}

#[cfg(all(
    test,
    not(loom),
    not(any(windows, target_os = "macos")),
    any(feature = "load", feature = "link")
))]
mod tests;
