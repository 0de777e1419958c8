//! Staying loaded on Windows, as the linker's `nodelete` has it elsewhere.

use std::ffi::c_void;

/// The address is one in the library, no name.
const FROM_ADDRESS: u32 = 4;
/// Whoever frees the library, it stays until the process ends.
const PIN: u32 = 1;

#[link(name = "kernel32")]
unsafe extern "system" {
    /// The system's; std does not have it.
    fn GetModuleHandleExW(flags: u32, address: *const u16, module: *mut *mut c_void) -> i32;
}

/// Has the library stay loaded: a program that frees it must not take the code away from under the thread that serves
/// events.
pub(crate) fn stay() {
    static HERE: u16 = 0;
    let mut module = std::ptr::null_mut();
    // SAFETY: the address is one of this library's, which is what the flag says, and the module's is that of a local.
    unsafe { GetModuleHandleExW(FROM_ADDRESS | PIN, &raw const HERE, &raw mut module) };
}
