//! Memory of a program: what the service allocates for it (`SCARD_AUTOALLOCATE`), and buffers for answers.

use super::lock::lock;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{LazyLock, Mutex};

/// What is allocated and not freed yet, by address. One map for the process: a program may free it on any context.
static ALLOCATED: LazyLock<Mutex<HashMap<usize, Allocation>>> = LazyLock::new(Mutex::default);

/// What `Box::into_raw` has given. No `Box`: that would be the only one who may write what it points to.
struct Allocation(*mut [u64]);

// SAFETY: the map does nothing with the pointer but give it to the call that frees it, on whatever thread that is.
unsafe impl Send for Allocation {}

/// Allocates so many bytes, zeroed and aligned for every type that a buffer can have.
pub(crate) fn allocate(bytes: usize) -> *mut c_void {
    let memory = Box::into_raw(vec![0u64; bytes.div_ceil(8).max(1)].into_boxed_slice());
    let pointer = memory.cast::<c_void>();
    lock(&ALLOCATED).insert(pointer.addr(), Allocation(memory));
    pointer
}

/// Frees what [`allocate`] gave; false for an address that it did not give, or that is free already.
pub(crate) fn free(pointer: *const c_void) -> bool {
    let Some(Allocation(memory)) = lock(&ALLOCATED).remove(&pointer.addr()) else {
        return false;
    };
    // SAFETY: it came from `Box::into_raw`, and was in the map, which only this call has taken it out of.
    drop(unsafe { Box::from_raw(memory) });
    true
}

/// A program's buffer for an answer, which is written at the end, all at once.
///
/// No slice: the buffer may be uninitialised, or the one that the call's input is in.
#[derive(Debug)]
pub(crate) struct Room {
    pointer: *mut u8,
    length: usize,
}

impl Room {
    /// # Safety
    /// `pointer` is null, or points to `length` bytes that may be written while the value exists. Callers state lengths
    /// that their buffers do not have: what must be there is as much of it as [`fill`](Room::fill) is given.
    pub(crate) unsafe fn new(pointer: *mut u8, length: usize) -> Self {
        Self {
            pointer,
            length: if pointer.is_null() { 0 } else { length },
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
        assert!(!free(std::ptr::null()));
    }
}
