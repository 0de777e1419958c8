//! Memory of a program: what the service allocates for it (`SCARD_AUTOALLOCATE`), and buffers for answers.

use super::lock::lock;
#[cfg(unix)]
use crate::fork_lock::lock_for_fork;
#[cfg(unix)]
use crate::forks::PATIENCE;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::Mutex;
#[cfg(unix)]
use std::sync::MutexGuard;

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

/// Locks what is allocated, for `fork`.
#[cfg(unix)]
pub(crate) fn lock_allocated() -> Option<MutexGuard<'static, BTreeSet<usize>>> {
    lock_for_fork(&ALLOCATED, PATIENCE)
}

/// A program's buffer for an answer, which is written at the end, all at once.
///
/// No slice: the buffer may be uninitialised, or the one that the call's input is in.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    pointer: *mut u8,
    length: usize,
    _borrow: PhantomData<&'a mut [u8]>,
}

impl<'a> From<&'a mut [u8]> for Room<'a> {
    fn from(buffer: &'a mut [u8]) -> Self {
        // SAFETY: so many bytes, which nobody else uses while they are borrowed.
        unsafe { Self::new(buffer.as_mut_ptr(), buffer.len()) }
    }
}

impl Room<'_> {
    /// # Safety
    /// `pointer` is null, or points to `length` bytes that may be written while the value exists. Callers state lengths
    /// that their buffers do not have: what must be there is as much of it as [`fill`](Room::fill) is given.
    pub(crate) unsafe fn new(pointer: *mut u8, length: usize) -> Self {
        Self {
            pointer,
            length: if pointer.is_null() { 0 } else { length },
            _borrow: PhantomData,
        }
    }

    /// Copies the bytes; false where there is no room for all of them, and then none.
    #[inline]
    pub(crate) fn fill(&self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.length;
        if fits && !self.pointer.is_null() {
            // SAFETY: not null, and `new`'s caller vouches for this part of it. The answer is the service's own memory.
            unsafe { self.pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        fits
    }
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
