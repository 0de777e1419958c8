//! A table whose card answers as the test says; everything belongs to the calling thread.

use pcsc_session::{Functions, Session};
use pcsc_sys::{
    DWORD, LONG, LPBYTE, LPCBYTE, LPCSTR, LPCVOID, LPDWORD, LPSCARDCONTEXT, LPSCARDHANDLE, LPSTR,
    SCARDCONTEXT, SCARDHANDLE,
};
use pcsc_sys::{SCARD_E_INSUFFICIENT_BUFFER, SCARD_IO_REQUEST, SCARD_S_SUCCESS};
use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

thread_local! {
    /// What SCardTransmit does: its code, the bytes that it writes, the length that it claims.
    static ANSWER: RefCell<(LONG, Vec<u8>, DWORD)> = const { RefCell::new((SCARD_S_SUCCESS, Vec::new(), 0)) };
    static COMMAND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static BUFFER: Cell<DWORD> = const { Cell::new(0) };
    /// What the beginning of the receive buffer held when SCardTransmit got it.
    static FOUND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static TRANSMITS: Cell<usize> = const { Cell::new(0) };
    static PROTOCOL: Cell<DWORD> = const { Cell::new(pcsc_sys::SCARD_PROTOCOL_T1) };
    static CONNECT: Cell<LONG> = const { Cell::new(SCARD_S_SUCCESS) };
}

/// The name of the one reader.
pub(crate) const READER: &str = "Table 00";

/// Has the card answer these bytes.
pub(crate) fn answer(bytes: &[u8]) {
    answer_with(SCARD_S_SUCCESS, bytes, bytes.len() as DWORD);
}

/// Has SCardTransmit return this code, write these bytes and claim this length.
pub(crate) fn answer_with(code: LONG, bytes: &[u8], claimed: DWORD) {
    ANSWER.with_borrow_mut(|answer| *answer = (code, bytes.to_vec(), claimed));
}

/// Has SCardConnect return this code and this protocol.
pub(crate) fn connect_with(code: LONG, protocol: DWORD) {
    CONNECT.set(code);
    PROTOCOL.set(protocol);
}

/// The command that SCardTransmit got last.
pub(crate) fn command() -> Vec<u8> {
    COMMAND.with_borrow(Vec::clone)
}

/// The length of the receive buffer that SCardTransmit got last.
pub(crate) fn buffer() -> DWORD {
    BUFFER.get()
}

/// What the first bytes of the receive buffer held when SCardTransmit got it last.
pub(crate) fn found() -> Vec<u8> {
    FOUND.with_borrow(Vec::clone)
}

/// How often SCardTransmit was called.
pub(crate) fn transmits() -> usize {
    TRANSMITS.get()
}

/// A session on the one reader.
pub(crate) fn session() -> Session {
    Session::options()
        .provider(functions())
        .reader(READER)
        .open()
        .unwrap()
}

/// The table.
pub(crate) fn functions() -> &'static Functions {
    static TABLE: OnceLock<Functions> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Functions::UNSUPPORTED;
        table.SCardEstablishContext = establish;
        table.SCardReleaseContext = release;
        table.SCardConnect = connect;
        table.SCardDisconnect = disconnect;
        table.SCardListReaders = list;
        table.SCardTransmit = transmit;
        table
    })
}

unsafe extern "system" fn establish(_: DWORD, _: LPCVOID, _: LPCVOID, context: LPSCARDCONTEXT) -> LONG {
    // SAFETY: the session gives a context that lives through the call.
    unsafe { *context = 1 };
    SCARD_S_SUCCESS
}

unsafe extern "system" fn release(_: SCARDCONTEXT) -> LONG {
    SCARD_S_SUCCESS
}

unsafe extern "system" fn connect(
    _: SCARDCONTEXT,
    _: LPCSTR,
    _: DWORD,
    _: DWORD,
    card: LPSCARDHANDLE,
    protocol: LPDWORD,
) -> LONG {
    // SAFETY: the session gives results that live through the call.
    unsafe { *card = 2 };
    // SAFETY: as above.
    unsafe { *protocol = PROTOCOL.get() };
    CONNECT.get()
}

unsafe extern "system" fn disconnect(_: SCARDHANDLE, _: DWORD) -> LONG {
    SCARD_S_SUCCESS
}

/// Lists the one reader, by a name that is not UTF-8 as well.
unsafe extern "system" fn list(_: SCARDCONTEXT, _: LPCSTR, readers: LPSTR, len: LPDWORD) -> LONG {
    let list = b"Table 00\0L\xE4ser\0\0";
    // SAFETY: the session gives a length that lives through the call.
    let room = unsafe { len.replace(list.len() as DWORD) };
    if room < list.len() as DWORD {
        return SCARD_E_INSUFFICIENT_BUFFER;
    }
    // SAFETY: the session's buffer has `room` bytes.
    unsafe {
        readers
            .cast::<u8>()
            .copy_from_nonoverlapping(list.as_ptr(), list.len())
    };
    SCARD_S_SUCCESS
}

unsafe extern "system" fn transmit(
    _: SCARDHANDLE,
    _: *const SCARD_IO_REQUEST,
    send: LPCBYTE,
    send_len: DWORD,
    _: *mut SCARD_IO_REQUEST,
    receive: LPBYTE,
    receive_len: LPDWORD,
) -> LONG {
    TRANSMITS.set(TRANSMITS.get() + 1);
    // SAFETY: the session's command has `send_len` bytes.
    let sent = unsafe { std::slice::from_raw_parts(send, send_len as usize) };
    COMMAND.with_borrow_mut(|command| {
        command.clear();
        command.extend_from_slice(sent);
    });
    // SAFETY: the session's buffer has 65,548 bytes, all of them initialised.
    let before = unsafe { std::slice::from_raw_parts(receive, 16) };
    FOUND.with_borrow_mut(|found| {
        found.clear();
        found.extend_from_slice(before);
    });
    ANSWER.with_borrow(|(code, bytes, claimed)| {
        // SAFETY: the session gives a length that lives through the call.
        BUFFER.set(unsafe { receive_len.replace(*claimed) });
        assert!(bytes.len() <= BUFFER.get() as usize);
        // SAFETY: the session's buffer has at least that many bytes, as was just checked.
        unsafe { receive.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        *code
    })
}
