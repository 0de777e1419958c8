//! Memory that the service allocates for a program: `SCARD_AUTOALLOCATE`.

use super::lock;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{LazyLock, Mutex};

/// What is allocated and not freed yet, by address. One map for the process: a program may free it on any context.
static ALLOCATED: LazyLock<Mutex<HashMap<usize, Box<[u64]>>>> = LazyLock::new(Mutex::default);

/// Allocates so many bytes, zeroed and aligned for every type that a buffer can have.
pub(crate) fn allocate(bytes: usize) -> *mut c_void {
    let mut memory = vec![0u64; bytes.div_ceil(8).max(1)].into_boxed_slice();
    let pointer = memory.as_mut_ptr();
    lock(&ALLOCATED).insert(pointer.addr(), memory);
    pointer.cast()
}

/// Frees what [`allocate`] gave; false for an address that it did not give, or that is free already.
pub(crate) fn free(pointer: *const c_void) -> bool {
    lock(&ALLOCATED).remove(&pointer.addr()).is_some()
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
