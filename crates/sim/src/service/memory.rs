//! Memory that the service allocates for a program (`SCARD_AUTOALLOCATE`).

use super::lock::lock;
#[cfg(unix)]
use crate::fork_lock::lock_for_fork;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::sync::Mutex;
#[cfg(unix)]
use std::sync::MutexGuard;
#[cfg(unix)]
use std::time::Duration;

/// What is allocated and not freed yet. One set for the process: a program may free it on any context.
///
/// By addresses whose bits are turned over: to a leak checker they must be no pointers, or memory that the program has
/// lost would not count as lost.
static ALLOCATED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

/// Allocates so many bytes, zeroed and aligned for every type that a buffer can have; null where there is no memory.
///
/// By C's `calloc`, an allocation of its own for each: a program's tools see whose memory it is, and a program that
/// frees it by C's `free`, as it may with pcsc-lite, does no harm.
pub(crate) fn allocate(bytes: usize) -> *mut c_void {
    // SAFETY: any sizes may be asked for.
    let pointer = unsafe { libc::calloc(1, bytes.max(1)) };
    if !pointer.is_null() {
        lock(&ALLOCATED).insert(!pointer.addr());
    }
    pointer
}

/// Frees what [`allocate`] gave; false for an address that it did not give, or that is free already.
pub(crate) fn free(pointer: *mut c_void) -> bool {
    if !lock(&ALLOCATED).remove(&!pointer.addr()) {
        return false;
    }
    // SAFETY: `allocate` has given it, and only the call that takes it out of the set frees it.
    unsafe { libc::free(pointer) };
    true
}

/// Locks what is allocated, for `fork`; `None` after so long.
#[cfg(unix)]
pub(crate) fn lock_allocated(patience: Duration) -> Option<MutexGuard<'static, BTreeSet<usize>>> {
    lock_for_fork(&ALLOCATED, patience)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_allocated_is_freed_and_only_once() {
        let (one, none) = (allocate(1), allocate(0));
        assert!(!one.is_null() && !none.is_null() && one != none);
        assert!(free(one));
        assert!(!free(one));
        assert!(free(none));
        assert!(!free(std::ptr::null_mut()));
    }
}
