//! A table whose card answers as the test says; everything belongs to the calling thread.

use pcsc_session::Session;
use pcsc_sys::{
    DWORD, Functions, LONG, LPBYTE, LPCBYTE, LPCVOID, LPDWORD, LPSCARDCONTEXT, LPSCARDHANDLE, Provider,
    SCARDCONTEXT, SCARDHANDLE,
};
use pcsc_sys::{SCARD_E_INSUFFICIENT_BUFFER, SCARD_IO_REQUEST, SCARD_S_SUCCESS};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A unit of the texts that a session takes from C: a byte, on Windows one of UTF-16.
#[cfg(not(windows))]
type Unit = std::ffi::c_char;
/// A unit of the texts that a session takes from C: a byte, on Windows one of UTF-16.
#[cfg(windows)]
type Unit = u16;

/// A text of bytes as C has it; on Windows each of them is the character of that number.
fn units(bytes: &[u8]) -> Vec<Unit> {
    bytes.iter().map(|&byte| byte as Unit).collect()
}

thread_local! {
    /// What SCardTransmit does: its code, the bytes that it writes, the length that it claims.
    static ANSWER: RefCell<(LONG, Vec<u8>, DWORD)> = const { RefCell::new((SCARD_S_SUCCESS, Vec::new(), 0)) };
    static COMMAND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static BUFFER: Cell<DWORD> = const { Cell::new(0) };
    /// What the beginning of the receive buffer held when SCardTransmit got it.
    static FOUND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static TRANSMITS: Cell<usize> = const { Cell::new(0) };
    /// The handles that are given out.
    static CONTEXT: Cell<SCARDCONTEXT> = const { Cell::new(1) };
    static CARD: Cell<SCARDHANDLE> = const { Cell::new(2) };
    /// The list of readers, as it is.
    static LIST: RefCell<Vec<u8>> = RefCell::new([READER.as_bytes(), b"\0L\xE4ser\0\0"].concat());
    static PROTOCOL: Cell<DWORD> = const { Cell::new(pcsc_sys::SCARD_PROTOCOL_T1) };
    /// What each function but SCardTransmit and SCardConnect returns, from its next call on.
    static CODES: RefCell<BTreeMap<&'static str, LONG>> = const { RefCell::new(BTreeMap::new()) };
    /// How often each of these was called.
    static CALLS: RefCell<BTreeMap<&'static str, usize>> = const { RefCell::new(BTreeMap::new()) };
    /// What SCardControl, SCardSetAttrib and SCardReconnect got: a number and bytes.
    static GIVEN: RefCell<(DWORD, Vec<u8>)> = const { RefCell::new((0, Vec::new())) };
    /// What SCardControl, SCardGetAttrib and SCardStatus write; the rooms that they were offered.
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ROOMS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// The receive buffer of SCardTransmit, and what its beginning held when SCardDisconnect came.
    static RECEIVE: Cell<(*const u8, usize)> = const { Cell::new((std::ptr::null(), 0)) };
    static LEFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// The state that SCardStatus tells, and the length that it claims for the answer to reset.
    static STATE: Cell<DWORD> = const { Cell::new(pcsc_sys::SCARD_PRESENT) };
    static ATR_LEN: Cell<DWORD> = const { Cell::new(2) };
    /// The length that SCardControl, SCardGetAttrib, SCardStatus and SCardListReaders claim instead of the right one.
    static CLAIMED: Cell<Option<DWORD>> = const { Cell::new(None) };
    static CONNECT: Cell<LONG> = const { Cell::new(SCARD_S_SUCCESS) };
}

/// The name of the one reader.
pub(crate) const READER: &str = "Table 00";

/// Has the card answer these bytes.
pub(crate) fn answer(bytes: &[u8]) {
    answer_with(SCARD_S_SUCCESS, bytes, bytes.len() as DWORD);
}

/// Has the library give out these handles.
pub(crate) fn handles(context: SCARDCONTEXT, card: SCARDHANDLE) {
    CONTEXT.set(context);
    CARD.set(card);
}

/// Has the library list these bytes.
pub(crate) fn list_with(bytes: &[u8]) {
    LIST.with_borrow_mut(|list| *list = bytes.to_vec());
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

/// Has SCardStatus tell this state, and this length of the answer to reset.
pub(crate) fn status_with(state: DWORD, atr_len: DWORD) {
    STATE.set(state);
    ATR_LEN.set(atr_len);
}

/// Has the functions that write what [`output`] or [`list_with`] prepares claim this length.
pub(crate) fn claim(len: Option<DWORD>) {
    CLAIMED.set(len);
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

/// Has one of the functions return this code from now on.
pub(crate) fn returns(function: &'static str, code: LONG) {
    CODES.with_borrow_mut(|codes| codes.insert(function, code));
}

/// How often one of these functions was called.
pub(crate) fn calls(function: &'static str) -> usize {
    CALLS.with_borrow(|calls| calls.get(function).copied().unwrap_or(0))
}

/// Has SCardControl, SCardGetAttrib and SCardStatus write these bytes.
pub(crate) fn output(bytes: &[u8]) {
    OUTPUT.with_borrow_mut(|output| *output = bytes.to_vec());
}

/// The number and the bytes that one of these functions got last: code, attribute or disposition.
pub(crate) fn given() -> (DWORD, Vec<u8>) {
    GIVEN.with_borrow(Clone::clone)
}

/// The rooms that were offered since the last question.
pub(crate) fn rooms() -> Vec<usize> {
    ROOMS.take()
}

/// What the beginning of the receive buffer held when SCardDisconnect came.
pub(crate) fn left() -> Vec<u8> {
    LEFT.with_borrow(Vec::clone)
}

/// A session on the one reader.
pub(crate) fn session() -> Session {
    Session::options()
        .provider(provider())
        .reader(READER)
        .open()
        .unwrap()
}

/// The provider of the table.
pub(crate) fn provider() -> Provider {
    static TABLE: OnceLock<Functions> = OnceLock::new();
    let functions = TABLE.get_or_init(|| {
        let mut table = Functions::UNSUPPORTED;
        table.SCardEstablishContext = establish;
        table.SCardReleaseContext = release;
        table.SCardDisconnect = disconnect;
        table.SCardTransmit = transmit;
        table.SCardReconnect = reconnect;
        table.SCardBeginTransaction = begin;
        table.SCardEndTransaction = end;
        table.SCardControl = control;
        table.SCardGetAttrib = get_attribute;
        table.SCardSetAttrib = set_attribute;
        fill_text_functions(&mut table);
        table
    });
    // SAFETY: each of them keeps to the lengths that it is given, and the table lives for ever.
    unsafe { Provider::new(functions) }
}

/// Those of the functions with text that a session calls.
#[cfg(not(windows))]
fn fill_text_functions(table: &mut Functions) {
    table.SCardConnect = connect;
    table.SCardListReaders = list;
    table.SCardStatus = status;
}

/// Those of the functions with text that a session calls: in UTF-16.
#[cfg(windows)]
fn fill_text_functions(table: &mut Functions) {
    table.SCardConnectW = connect;
    table.SCardListReadersW = list;
    table.SCardStatusW = status;
}

unsafe extern "system" fn establish(_: DWORD, _: LPCVOID, _: LPCVOID, context: LPSCARDCONTEXT) -> LONG {
    // SAFETY: the session gives a context that lives through the call.
    unsafe { *context = CONTEXT.get() };
    called("SCardEstablishContext")
}

unsafe extern "system" fn release(_: SCARDCONTEXT) -> LONG {
    SCARD_S_SUCCESS
}

unsafe extern "system" fn connect(
    _: SCARDCONTEXT,
    _: *const Unit,
    _: DWORD,
    _: DWORD,
    card: LPSCARDHANDLE,
    protocol: LPDWORD,
) -> LONG {
    // SAFETY: the session gives results that live through the call.
    unsafe { *card = CARD.get() };
    // SAFETY: as above.
    unsafe { *protocol = PROTOCOL.get() };
    CONNECT.get()
}

unsafe extern "system" fn disconnect(_: SCARDHANDLE, disposition: DWORD) -> LONG {
    GIVEN.with_borrow_mut(|given| *given = (disposition, Vec::new()));
    // The buffer goes with its session: the next one has another.
    let (receive, room) = RECEIVE.replace((std::ptr::null(), 0));
    if !receive.is_null() {
        // SAFETY: the session that owns the buffer disconnects before it frees it, and the test has one session.
        let left = unsafe { std::slice::from_raw_parts(receive, room) };
        LEFT.with_borrow_mut(|kept| *kept = left.to_vec());
    }
    called("SCardDisconnect")
}

/// Counts a call; its code.
fn called(function: &'static str) -> LONG {
    CALLS.with_borrow_mut(|calls| *calls.entry(function).or_default() += 1);
    CODES.with_borrow(|codes| codes.get(function).copied().unwrap_or(SCARD_S_SUCCESS))
}

/// Keeps what a function got.
///
/// # Safety
/// `bytes` has `len` bytes, or `len` is 0.
unsafe fn keep(number: DWORD, bytes: LPCBYTE, len: DWORD) {
    let bytes = if len == 0 {
        Vec::new()
    } else {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(bytes, len as usize) }.to_vec()
    };
    GIVEN.with_borrow_mut(|given| *given = (number, bytes));
}

/// Writes what was prepared, or says how long it is: in bytes or in units of text.
///
/// # Safety
/// `buffer` has `room` of them.
unsafe fn write<T: Copy>(prepared: &[T], buffer: *mut T, room: DWORD, len: &mut DWORD, code: LONG) -> LONG {
    ROOMS.with_borrow_mut(|rooms| rooms.push(room as usize));
    *len = prepared.len() as DWORD;
    if code != SCARD_S_SUCCESS {
        return code;
    }
    if room < *len {
        return SCARD_E_INSUFFICIENT_BUFFER;
    }
    // SAFETY: there is room, as was just checked.
    unsafe { buffer.copy_from_nonoverlapping(prepared.as_ptr(), prepared.len()) };
    *len = CLAIMED.get().unwrap_or(*len);
    code
}

unsafe extern "system" fn reconnect(
    _: SCARDHANDLE,
    _: DWORD,
    _: DWORD,
    initialization: DWORD,
    protocol: LPDWORD,
) -> LONG {
    GIVEN.with_borrow_mut(|given| *given = (initialization, Vec::new()));
    // SAFETY: the session gives a result that lives through the call.
    unsafe { *protocol = PROTOCOL.get() };
    called("SCardReconnect")
}

unsafe extern "system" fn begin(_: SCARDHANDLE) -> LONG {
    called("SCardBeginTransaction")
}

unsafe extern "system" fn end(_: SCARDHANDLE, disposition: DWORD) -> LONG {
    GIVEN.with_borrow_mut(|given| *given = (disposition, Vec::new()));
    called("SCardEndTransaction")
}

unsafe extern "system" fn status(
    _: SCARDHANDLE,
    names: *mut Unit,
    names_len: LPDWORD,
    state: LPDWORD,
    protocol: LPDWORD,
    atr: LPBYTE,
    atr_len: LPDWORD,
) -> LONG {
    let code = called("SCardStatus");
    // SAFETY: the session gives results that live through the call.
    let names_len = unsafe { &mut *names_len };
    // SAFETY: as above.
    let atr_len = unsafe { &mut *atr_len };
    // SAFETY: as above.
    unsafe { *state = STATE.get() };
    // SAFETY: as above.
    unsafe { *protocol = PROTOCOL.get() };
    assert!(*atr_len >= 33);
    // SAFETY: the buffer has room for an answer to reset, as was just checked.
    unsafe { atr.copy_from_nonoverlapping([0x3B, 0x00].as_ptr(), 2) };
    *atr_len = ATR_LEN.get();
    let room = *names_len;
    let prepared = OUTPUT.with_borrow(|output| units(output));
    // SAFETY: the session's buffer has that room.
    unsafe { write(&prepared, names, room, names_len, code) }
}

unsafe extern "system" fn control(
    _: SCARDHANDLE,
    control_code: DWORD,
    input: LPCBYTE,
    input_len: DWORD,
    output: LPBYTE,
    room: DWORD,
    len: LPDWORD,
) -> LONG {
    // SAFETY: the session's input has that length.
    unsafe { keep(control_code, input, input_len) };
    // SAFETY: the session gives a length that lives through the call.
    let len = unsafe { &mut *len };
    let code = called("SCardControl");
    // SAFETY: the session's buffer has that room.
    OUTPUT.with_borrow(|prepared| unsafe { write(prepared, output, room, len, code) })
}

unsafe extern "system" fn get_attribute(
    _: SCARDHANDLE,
    attribute: DWORD,
    value: LPBYTE,
    len: LPDWORD,
) -> LONG {
    GIVEN.with_borrow_mut(|given| *given = (attribute, Vec::new()));
    // SAFETY: the session gives a length that lives through the call.
    let len = unsafe { &mut *len };
    let room = *len;
    let code = called("SCardGetAttrib");
    // SAFETY: the session's buffer has that room.
    OUTPUT.with_borrow(|prepared| unsafe { write(prepared, value, room, len, code) })
}

unsafe extern "system" fn set_attribute(
    _: SCARDHANDLE,
    attribute: DWORD,
    value: LPCBYTE,
    len: DWORD,
) -> LONG {
    // SAFETY: the session's value has that length.
    unsafe { keep(attribute, value, len) };
    called("SCardSetAttrib")
}

/// Lists the one reader, by a name that is not UTF-8 as well.
unsafe extern "system" fn list(_: SCARDCONTEXT, _: *const Unit, readers: *mut Unit, len: LPDWORD) -> LONG {
    let code = called("SCardListReaders");
    if code != SCARD_S_SUCCESS {
        return code;
    }
    let list = LIST.with_borrow(|list| units(list));
    // SAFETY: the session gives a length that lives through the call.
    let room = unsafe { len.replace(list.len() as DWORD) };
    if room < list.len() as DWORD {
        return SCARD_E_INSUFFICIENT_BUFFER;
    }
    // SAFETY: the session's buffer has `room` units.
    unsafe { readers.copy_from_nonoverlapping(list.as_ptr(), list.len()) };
    if let Some(claimed) = CLAIMED.get() {
        // SAFETY: as above.
        unsafe { *len = claimed };
    }
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
    // SAFETY: the session gives a length that lives through the call.
    let room = usize::try_from(unsafe { *receive_len }).unwrap().min(16);
    // SAFETY: the session's buffer has that room, all of it initialised.
    let before = unsafe { std::slice::from_raw_parts(receive, room) };
    RECEIVE.set((receive, room));
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
