//! Whatever a service lists, `list_readers` gives names without NUL, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_session::Context;
use pcsc_sys::{
    DWORD, Functions, LONG, LPCSTR, LPCVOID, LPDWORD, LPSCARDCONTEXT, LPSTR, Provider,
    SCARD_E_INSUFFICIENT_BUFFER, SCARD_S_SUCCESS, SCARDCONTEXT,
};
use std::cell::RefCell;
use std::sync::OnceLock;

thread_local! {
    /// What the service lists.
    static LIST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn provider() -> Provider {
    static TABLE: OnceLock<Functions> = OnceLock::new();
    let functions = TABLE.get_or_init(|| {
        let mut table = Functions::UNSUPPORTED;
        table.SCardEstablishContext = establish;
        table.SCardReleaseContext = release;
        table.SCardListReaders = list;
        table
    });
    // SAFETY: each of them keeps to the lengths that it is given, and the table lives for ever.
    unsafe { Provider::new(functions) }
}

unsafe extern "system" fn establish(_: DWORD, _: LPCVOID, _: LPCVOID, context: LPSCARDCONTEXT) -> LONG {
    // SAFETY: the caller gives a context that lives through the call.
    unsafe { *context = 1 };
    SCARD_S_SUCCESS
}

unsafe extern "system" fn release(_: SCARDCONTEXT) -> LONG {
    SCARD_S_SUCCESS
}

unsafe extern "system" fn list(_: SCARDCONTEXT, _: LPCSTR, readers: LPSTR, len: LPDWORD) -> LONG {
    LIST.with_borrow(|list| {
        // SAFETY: the caller gives a length that lives through the call.
        let room = unsafe { len.replace(list.len() as DWORD) };
        if readers.is_null() {
            return SCARD_S_SUCCESS;
        }
        if room < list.len() as DWORD {
            return SCARD_E_INSUFFICIENT_BUFFER;
        }
        // SAFETY: the caller's buffer has `room` bytes, which are enough.
        unsafe {
            readers
                .cast::<u8>()
                .copy_from_nonoverlapping(list.as_ptr(), list.len())
        };
        SCARD_S_SUCCESS
    })
}

fuzz_target!(|bytes: &[u8]| {
    LIST.with_borrow_mut(|list| {
        list.clear();
        list.extend_from_slice(bytes);
    });
    let context = Context::establish_on(provider()).expect("the table's function succeeds");
    if let Ok(names) = context.list_readers() {
        for name in &names {
            assert!(!name.as_bytes().contains(&0) && !name.as_bytes().is_empty());
            let _ = (name.to_string(), format!("{name:?}"));
        }
        let total: usize = names.iter().map(|name| name.as_bytes().len()).sum();
        assert!(total <= bytes.len());
    }
});
