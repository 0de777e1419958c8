//! Memory for a program (`SCARD_AUTOALLOCATE`), by C's `malloc` as libpcsclite has it: programs free it by `free`, too.

use std::ffi::c_void;

/// Allocates so many bytes; null where there is no memory.
pub(super) fn allocate(bytes: usize) -> *mut c_void {
    // SAFETY: any sizes may be asked for.
    unsafe { libc::calloc(1, bytes.max(1)) }
}

/// Frees it.
///
/// # Safety
/// `memory` is null, or [`allocate`] has given it and it was not freed.
pub(super) unsafe fn free(memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { libc::free(memory) };
}
