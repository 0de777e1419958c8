//! `SCardListReaders` and `SCardListReaderGroups`.

use super::calling::on_context;
use super::function::Function;
use super::text::{Text, multi_string};
use crate::service::memory;
use crate::service::reader_name::Unit;
use pcsc_sys::arguments::{Buffer, Out, dword};
use pcsc_sys::{
    DWORD, LONG, LPDWORD, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER, SCARD_E_NO_READERS_AVAILABLE,
    SCARDCONTEXT,
};

/// pcsc-lite's only group.
const GROUP: &str = "SCard$DefaultReaders";

/// Lists all readers, whatever group is asked for.
pub(super) unsafe extern "system" fn readers<T: Text>(
    context: SCARDCONTEXT,
    _groups: *const T,
    readers: *mut T,
    readers_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(readers_length) };
    on_context(context, Function::ListReaders, |context| {
        let Some(given) = len.get() else {
            return SCARD_E_INVALID_PARAMETER;
        };
        let Some(context) = context else {
            return SCARD_E_INVALID_HANDLE;
        };
        let context = &context.context;
        let call = match context.begin_call() {
            Ok(call) => call,
            Err(code) => return code,
        };
        if let Err(code) = context.ask_service() {
            len.set(0);
            return code;
        }
        let names = context
            .world
            .list()
            .into_iter()
            .map(|reader| T::Unit::of_name(&reader.name));
        let list = multi_string(names);
        drop(call);
        if list.len() == 1 {
            len.set(1);
            return SCARD_E_NO_READERS_AVAILABLE;
        }
        // SAFETY: the C function's caller promises so many units, or for this length a pointer.
        unsafe { give(&list, readers.cast(), given, len) }
    })
}

/// Lists the one group. The library answers this itself, whether there is a service or not.
pub(super) unsafe extern "system" fn groups<T: Text>(
    context: SCARDCONTEXT,
    groups: *mut T,
    groups_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(groups_length) };
    on_context(context, Function::ListReaderGroups, |context| {
        let Some(given) = len.get() else {
            return SCARD_E_INVALID_PARAMETER;
        };
        let Some(context) = context else {
            return SCARD_E_INVALID_HANDLE;
        };
        if let Err(code) = context.context.begin_call().map(drop) {
            return code;
        }
        let list = multi_string([<T::Unit>::of_text(GROUP)]);
        // SAFETY: the C function's caller promises so many units, or for this length a pointer.
        unsafe { give(&list, groups.cast(), given, len) }
    })
}

/// # Safety
/// `buffer` is null, or has `given` writable units, or is the place of a pointer for `SCARD_AUTOALLOCATE`.
unsafe fn give<U: Unit>(list: &[U], buffer: *mut U, given: DWORD, len: Out<DWORD>) -> LONG {
    len.set(dword(list.len()));
    // SAFETY: the caller's promise is the same.
    unsafe { Buffer::new(buffer, given, memory::allocate) }.fill_whole(list)
}
