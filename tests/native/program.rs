//! A program that calls every function that asks the service, once.

use crate::service::{ANSWER, ATR, READER};
use pcsc_sys::*;
use std::ffi::{CString, c_char};
use std::ptr;

pub(crate) fn reader() -> CString {
    CString::new(READER).unwrap()
}

pub(crate) fn establish() -> (LONG, SCARDCONTEXT) {
    let mut context = 0x77;
    let function = Functions::native().SCardEstablishContext;
    // SAFETY: null reserved pointers, and a context that lives through the call.
    let code = unsafe { function(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context) };
    (code, context)
}

pub(crate) fn release(context: SCARDCONTEXT) -> LONG {
    // SAFETY: the function looks the number up.
    unsafe { (Functions::native().SCardReleaseContext)(context) }
}

/// The readers' names, one after the other.
pub(crate) fn list(context: SCARDCONTEXT) -> (LONG, String) {
    let mut buffer = [0u8; 2049];
    let mut len = 2049;
    let function = Functions::native().SCardListReaders;
    // SAFETY: no group, and a buffer of the length given.
    let code = unsafe { function(context, ptr::null(), buffer.as_mut_ptr().cast(), &mut len) };
    let names = String::from_utf8_lossy(&buffer[..buffer.len().min(len as usize)]).into_owned();
    (code, names.trim_end_matches('\0').to_owned())
}

pub(crate) fn connect(context: SCARDCONTEXT) -> (LONG, SCARDHANDLE) {
    let (mut card, mut protocol) = (0, 0);
    let function = Functions::native().SCardConnect;
    // SAFETY: the name is a C string, and the results live through the call.
    let code = unsafe {
        function(
            context,
            reader().as_ptr(),
            SCARD_SHARE_SHARED,
            SCARD_PROTOCOL_ANY,
            &mut card,
            &mut protocol,
        )
    };
    (code, card)
}

pub(crate) fn transmit(card: SCARDHANDLE, room: usize) -> (LONG, Vec<u8>) {
    send(card, &[0x00, 0xCA, 0x00, 0x00, 0x00], room)
}

/// Sends a command, and returns what is answered.
pub(crate) fn send(card: SCARDHANDLE, command: &[u8], room: usize) -> (LONG, Vec<u8>) {
    let mut answer = vec![0xEE; room];
    let mut len = room as DWORD;
    let function = Functions::native().SCardTransmit;
    // SAFETY: the command and its length, and a buffer of the length given.
    let code = unsafe {
        function(
            card,
            SCARD_PCI_T1,
            command.as_ptr(),
            command.len() as DWORD,
            ptr::null_mut(),
            answer.as_mut_ptr(),
            &mut len,
        )
    };
    answer.truncate(len as usize);
    (code, answer)
}

/// Sends a control code with its input, and returns what is answered.
pub(crate) fn control(card: SCARDHANDLE, input: &[u8], room: usize) -> (LONG, Vec<u8>) {
    let mut answer = vec![0xEE; room];
    let mut len = 0;
    let function = Functions::native().SCardControl;
    // SAFETY: the input and its length, and a buffer of the length given.
    let code = unsafe {
        function(
            card,
            1,
            input.as_ptr().cast(),
            input.len() as DWORD,
            answer.as_mut_ptr().cast(),
            room as DWORD,
            &mut len,
        )
    };
    answer.truncate(len as usize);
    (code, answer)
}

/// Asks for changes of the reader, and returns its state.
pub(crate) fn changes(context: SCARDCONTEXT, name: &CString, known: DWORD, timeout: DWORD) -> (LONG, DWORD) {
    let mut state = SCARD_READERSTATE {
        szReader: name.as_ptr(),
        pvUserData: ptr::null_mut(),
        dwCurrentState: known,
        dwEventState: 0,
        cbAtr: 0,
        rgbAtr: [0; 33],
    };
    let function = Functions::native().SCardGetStatusChange;
    // SAFETY: one structure, whose name lives through the call.
    let code = unsafe { function(context, timeout, &mut state, 1) };
    (code, state.dwEventState)
}

/// The reader's state as a program knows it.
pub(crate) const KNOWN: DWORD = 1 << 16 | SCARD_STATE_PRESENT;

/// Calls everything, and returns what each call has returned. A call that succeeds has the right results.
pub(crate) fn run() -> Vec<(&'static str, LONG)> {
    let functions = Functions::native();
    let mut codes = Vec::new();
    let (code, context) = establish();
    codes.push(("establish", code));
    let (code, names) = list(context);
    assert!(code != 0 || names.as_bytes() == READER, "{names}");
    codes.push(("list", code));
    let (code, _) = changes(context, &reader(), KNOWN, 1);
    assert_ne!(code, 0, "nothing has changed");
    codes.push(("changes", code));
    let (code, card) = connect(context);
    codes.push(("connect", code));
    codes.push(("status", status(card)));
    // SAFETY: the function looks the number up.
    codes.push(("begin", unsafe { (functions.SCardBeginTransaction)(card) }));
    let (code, answer) = transmit(card, 258);
    assert!(code != 0 || answer == ANSWER, "{answer:X?}");
    codes.push(("transmit", code));
    let (code, answer) = control(card, &[1, 2], 16);
    assert!(code != 0 || answer == ANSWER, "{answer:X?}");
    codes.push(("control", code));
    let mut value = [0; 33];
    let mut len = 33;
    // SAFETY: a buffer of the length given.
    let code =
        unsafe { (functions.SCardGetAttrib)(card, SCARD_ATTR_ATR_STRING, value.as_mut_ptr(), &mut len) };
    assert!(code != 0 || value[..len as usize] == ATR);
    codes.push(("attribute", code));
    // SAFETY: a value and its length.
    codes.push(("set", unsafe {
        (functions.SCardSetAttrib)(card, 1, ATR.as_ptr(), 4)
    }));
    // SAFETY: the function looks the number up.
    codes.push(("end", unsafe {
        (functions.SCardEndTransaction)(card, SCARD_LEAVE_CARD)
    }));
    let mut protocol = 0;
    // SAFETY: the result lives through the call.
    let code =
        unsafe { (functions.SCardReconnect)(card, SCARD_SHARE_SHARED, 3, SCARD_LEAVE_CARD, &mut protocol) };
    codes.push(("reconnect", code));
    // SAFETY: the function looks the number up.
    codes.push(("disconnect", unsafe {
        (functions.SCardDisconnect)(card, SCARD_LEAVE_CARD)
    }));
    codes.push(("release", release(context)));
    codes
}

fn status(card: SCARDHANDLE) -> LONG {
    let (mut name, mut atr) = ([0u8; 128], [0u8; 33]);
    let (mut name_len, mut atr_len, mut state, mut protocol) = (128, 33, 0, 0);
    let function = Functions::native().SCardStatus;
    // SAFETY: the buffers have the lengths given, and all results live through the call.
    let code = unsafe {
        function(
            card,
            name.as_mut_ptr().cast::<c_char>(),
            &mut name_len,
            &mut state,
            &mut protocol,
            atr.as_mut_ptr(),
            &mut atr_len,
        )
    };
    if code == 0 {
        assert_eq!(&name[..name_len as usize], reader().as_bytes_with_nul());
        assert_eq!(
            (&atr[..atr_len as usize], state, protocol),
            (&ATR[..], 0x1_0034, 2)
        );
    }
    code
}
