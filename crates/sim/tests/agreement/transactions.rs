//! Transactions: nested, in the way of others, ended in all ways.

use crate::connecting::T1;
use crate::exchange::TAG_IFD_ATR;
use crate::recorder::{Recorder, UNSET};
use pcsc_sys::*;
use std::sync::mpsc;
use std::thread;

const T1_PROTOCOL: DWORD = SCARD_PROTOCOL_T1;

pub(crate) fn nested(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.begin(card);
    r.begin(card);
    r.transmit(card, T1_PROTOCOL, 1, 258);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.status(card);
}

pub(crate) fn not_begun(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.end(first, SCARD_LEAVE_CARD);
    r.end(first, SCARD_RESET_CARD);
    r.status(first);
    r.status(second);
    r.reconnect(first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.reconnect(second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.begin(first);
    for disposition in [
        SCARD_LEAVE_CARD,
        SCARD_RESET_CARD,
        SCARD_UNPOWER_CARD,
        SCARD_EJECT_CARD,
        4,
    ] {
        r.end(second, disposition);
    }
    r.end(first, SCARD_LEAVE_CARD);
}

pub(crate) fn ended_with_reset(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    for disposition in [SCARD_RESET_CARD, SCARD_UNPOWER_CARD] {
        r.begin(first);
        r.end(first, disposition);
        // On its own connection, too.
        r.status(first);
        r.transmit(first, T1_PROTOCOL, 1, 258);
        r.status(second);
        r.begin(second);
        r.reconnect(first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
        r.reconnect(second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
        r.status(first);
    }
}

/// A reconnection with a reset in the middle of one's own transaction.
pub(crate) fn ended_by_reset_meanwhile(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.begin(first);
    r.reconnect(first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD);
    r.end(first, SCARD_LEAVE_CARD);
    r.begin(second);
    r.reconnect(second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.begin(second);
    r.end(second, SCARD_LEAVE_CARD);
    r.end(first, SCARD_LEAVE_CARD);
}

pub(crate) fn blocked_begin(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let (first, second) = (r.shared(mine, 0), r.shared(other, 0));
    let functions = r.functions();
    for disposition in [SCARD_LEAVE_CARD, SCARD_RESET_CARD] {
        r.begin(first);
        let (began, has_begun) = mpsc::channel();
        let waiting = thread::spawn(move || {
            // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
            let code = unsafe { (functions.SCardBeginTransaction)(second) };
            began.send(code).unwrap();
        });
        r.transmit(first, T1_PROTOCOL, 1, 258);
        r.note(format!("still blocked: {}", has_begun.try_recv().is_err()));
        r.end(first, disposition);
        let code = has_begun.recv().unwrap();
        waiting.join().unwrap();
        r.code("begin of the other", code);
        r.end(second, SCARD_LEAVE_CARD);
        r.reconnect(first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
        r.reconnect(second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    }
}

type Call = fn(&Functions, SCARDHANDLE) -> LONG;

/// What waits for the end of another's transaction, and what does not.
pub(crate) fn blocked_others(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let (first, second) = (r.shared(mine, 0), r.shared(other, 0));
    let functions = r.functions();
    let calls: [(&str, Call); 4] = [
        ("transmit", |functions, card| {
            let pci = SCARD_IO_REQUEST {
                dwProtocol: T1_PROTOCOL,
                cbPciLength: 16,
            };
            let (mut answer, mut len) = ([0; 258], 258);
            // SAFETY: all of it lives through the call, with its own lengths.
            unsafe {
                (functions.SCardTransmit)(
                    card,
                    &pci,
                    [0, 0, 0, 0].as_ptr(),
                    4,
                    std::ptr::null_mut(),
                    answer.as_mut_ptr(),
                    &mut len,
                )
            }
        }),
        ("status", |functions, card| {
            let none = std::ptr::null_mut();
            // SAFETY: all pointers are null.
            unsafe {
                (functions.SCardStatus)(
                    card,
                    none,
                    none.cast(),
                    none.cast(),
                    none.cast(),
                    none.cast(),
                    none.cast(),
                )
            }
        }),
        ("reconnect", |functions, card| {
            let mut protocol = UNSET;
            // SAFETY: the result lives through the call.
            unsafe {
                (functions.SCardReconnect)(
                    card,
                    SCARD_SHARE_SHARED,
                    SCARD_PROTOCOL_ANY,
                    SCARD_LEAVE_CARD,
                    &mut protocol,
                )
            }
        }),
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        ("disconnect", |functions, card| unsafe {
            (functions.SCardDisconnect)(card, SCARD_RESET_CARD)
        }),
    ];
    for (name, call) in calls {
        r.begin(first);
        let (done, is_done) = mpsc::channel();
        let waiting = thread::spawn(move || done.send(call(functions, second)).unwrap());
        r.transmit(first, T1_PROTOCOL, 1, 258);
        r.note(format!("still blocked: {}", is_done.try_recv().is_err()));
        r.end(first, SCARD_LEAVE_CARD);
        r.code(name, is_done.recv().unwrap());
        waiting.join().unwrap();
    }
    r.status(first);
    let third = r.shared(other, 0);
    r.reconnect(first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.begin(first);
    r.control(third, 1, &[], 9);
    r.attribute(third, TAG_IFD_ATR, Some(99));
    r.set_attribute(third, SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, &[1]);
    r.end(third, SCARD_LEAVE_CARD);
    r.disconnect(third, SCARD_LEAVE_CARD);
    r.end(first, SCARD_LEAVE_CARD);
}

pub(crate) fn exclusive_transactions(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.end(card, SCARD_LEAVE_CARD);
    r.begin(card);
    r.begin(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.status(card);
}

pub(crate) fn becoming_shared(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    // The lock has stayed.
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    let second = r.shared(context, 0);
    r.status(second);
    r.disconnect(second, SCARD_LEAVE_CARD);
    r.reconnect(card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.begin(card);
    r.reconnect(card, SCARD_SHARE_DIRECT, 0, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.end(card, SCARD_LEAVE_CARD);
}

pub(crate) fn released_with_transaction(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let (first, second) = (r.shared(mine, 0), r.shared(other, 0));
    r.begin(first);
    r.release(mine);
    r.status(second);
    r.reconnect(second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.begin(second);
    r.end(second, SCARD_LEAVE_CARD);
    let mine = r.context();
    let third = r.shared(mine, 0);
    r.begin(third);
    r.disconnect(third, SCARD_LEAVE_CARD);
    r.begin(second);
    r.end(second, SCARD_LEAVE_CARD);
}

pub(crate) fn ejecting(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.begin(card);
    r.end(card, SCARD_EJECT_CARD);
    r.status(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.disconnect(card, SCARD_EJECT_CARD);
}
