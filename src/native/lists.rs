//! `SCardListReaders` and `SCardListReaderGroups`.

use super::memory::allocate;
use super::{readers, registry};
use crate::arguments::{Buffer, Out, dword};
use crate::*;
use std::ffi::c_char;

/// The only group, as a multi-string.
const GROUPS: &[u8] = b"SCard$DefaultReaders\0\0";

/// Lists all readers, whatever group is asked for.
pub(super) unsafe extern "system" fn readers(
    context: SCARDCONTEXT,
    _groups: *const c_char,
    readers: *mut c_char,
    readers_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(readers_length) };
    let Some(given) = len.get() else {
        return SCARD_E_INVALID_PARAMETER;
    };
    let context = match registry::context(context) {
        Ok(context) => context,
        Err(code) => return code,
    };
    let look = match context.call(|connection| readers::look(connection, false)) {
        Ok(look) => look,
        Err(code) => {
            if code != SCARD_E_INVALID_HANDLE {
                len.set(0);
            }
            return code;
        }
    };
    let mut list = Vec::new();
    for reader in look.readers() {
        list.extend_from_slice(reader.name.as_bytes());
        list.push(0);
    }
    list.push(0);
    if list.len() == 1 {
        len.set(1);
        return SCARD_E_NO_READERS_AVAILABLE;
    }
    // SAFETY: the C function's caller promises so many bytes, or for this length a pointer.
    unsafe { give(&list, readers, given, len) }
}

/// Lists the one group, whether there is a service or not.
pub(super) unsafe extern "system" fn groups(
    context: SCARDCONTEXT,
    groups: *mut c_char,
    groups_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(groups_length) };
    let Some(given) = len.get() else {
        return SCARD_E_INVALID_PARAMETER;
    };
    match registry::context(context).and_then(|context| context.call(|_| Ok(()))) {
        // SAFETY: the C function's caller promises so many bytes, or for this length a pointer.
        Ok(()) => unsafe { give(GROUPS, groups, given, len) },
        Err(code) => code,
    }
}

/// # Safety
/// `buffer` is null, or has `given` writable bytes, or is the place of a pointer for `SCARD_AUTOALLOCATE`.
unsafe fn give(list: &[u8], buffer: *mut c_char, given: DWORD, len: Out<DWORD>) -> LONG {
    len.set(dword(list.len()));
    // SAFETY: the caller's promise is the same.
    unsafe { Buffer::new(buffer.cast::<u8>(), given, allocate) }.fill_whole(list)
}
