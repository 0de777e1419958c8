//! A service that stops, and is back.

use crate::backend::READERS;
use crate::connecting::T1;
use crate::recorder::Recorder;
use pcsc_sys::*;
use std::ptr;
use std::sync::mpsc;
use std::thread;

/// All that a program can do whose service has gone.
fn everything(r: &mut Recorder, context: SCARDCONTEXT, card: SCARDHANDLE) {
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
    r.begin(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, 9);
    r.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.reconnect(card, 9, 9, 9);
    r.attribute(card, SCARD_ATTR_ATR_STRING, Some(33));
    r.attribute(card, SCARD_ATTR_ATR_STRING, None);
    r.attribute(card, SCARD_ATTR_ATR_STRING, Some(265));
    r.set_attribute(card, SCARD_ATTR_ATR_STRING, &[1]);
    r.control(card, 1, &[], 9);
    r.connect(context, 0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
    r.connect(context, 0, 9, 0);
    r.list(context);
    r.changes(context, 0, &[(READERS[0], 0)]);
    r.changes(context, 0, &[]);
    r.cancel(context);
    r.is_valid(context);
    let functions = r.functions();
    let mut len = 0;
    // SAFETY: no buffer is passed.
    let code = unsafe { (functions.SCardListReaderGroups)(context, ptr::null_mut(), &mut len) };
    r.code(&format!("groups {len}"), code);
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(card, 9);
}

pub(crate) fn stopped(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.begin(card);
    r.stop_service();
    everything(r, context, card);
    let functions = r.functions();
    // Not compared: whether it is cleared depends on whether the service has left its socket.
    let mut none = 0;
    for scope in [SCARD_SCOPE_SYSTEM, 9] {
        // SAFETY: the reserved pointers are null, and the result is a local.
        let code = unsafe { (functions.SCardEstablishContext)(scope, ptr::null(), ptr::null(), &mut none) };
        r.code("establish", code);
    }
    r.release(context);
    r.is_valid(context);
    r.status(card);
    let before = r.context();
    r.start_service();
    let after = r.context();
    r.list(after);
    r.list(before);
    r.insert(0, &T1);
    let card = r.shared(after, 0);
    r.status(card);
}

pub(crate) fn back_again(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.stop_service();
    r.start_service();
    everything(r, context, card);
    r.release(context);
    r.release(context);
}

pub(crate) fn stopped_in_a_wait(r: &mut Recorder) {
    let context = r.context();
    let functions = r.functions();
    let (tell, told) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let mut state = crate::recorder::reader_state(c"Virtual 0 00 00", SCARD_STATE_EMPTY);
        tell.send(()).unwrap();
        // SAFETY: one structure, whose name is a constant.
        unsafe { (functions.SCardGetStatusChange)(context, INFINITE, &mut state, 1) }
    });
    told.recv().unwrap();
    r.stop_service();
    let code = waiting.join().unwrap();
    // Where it ended before the wait began, the library finds no service, or takes an end with a request on its way for a
    // refusal.
    r.note(format!(
        "{}",
        [SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE, SCARD_W_SECURITY_VIOLATION].contains(&code)
    ));
    r.release(context);
}
