//! Contexts, share modes, protocols, reconnection, dispositions.

use crate::recorder::{Recorder, UNSET};
use pcsc_sys::*;
use std::ptr;

pub(crate) const T0: [u8; 3] = [0x3B, 0x01, 0xAA];
pub(crate) const T1: [u8; 5] = [0x3B, 0x81, 0x01, 0xBB, 0x3B];
pub(crate) const BOTH: [u8; 6] = [0x3B, 0x81, 0x80, 0x01, 0xCC, 0xCC];

const SHARED: DWORD = SCARD_SHARE_SHARED;
const EXCLUSIVE: DWORD = SCARD_SHARE_EXCLUSIVE;
const DIRECT: DWORD = SCARD_SHARE_DIRECT;
const ANY: DWORD = SCARD_PROTOCOL_ANY;

pub(crate) fn contexts(r: &mut Recorder) {
    let first = r.context();
    let second = r.context();
    r.note(format!("two: {}", first != second));
    r.is_valid(first);
    r.list(second);
    r.release(first);
    r.is_valid(first);
    r.list(first);
    r.release(first);
    r.cancel(first);
    r.cancel(second);
    r.is_valid(0);
    r.is_valid(-1);
    let functions = r.functions();
    for scope in [0, 1, 2, 3, 4, DWORD::MAX] {
        let mut context = 0x77;
        // SAFETY: the reserved pointers are null, and `context` lives through the call.
        let code =
            unsafe { (functions.SCardEstablishContext)(scope, ptr::null(), ptr::null(), &mut context) };
        r.code(&format!("scope {scope} {}", context == 0), code);
        if code == SCARD_S_SUCCESS {
            r.release(context);
        }
    }
    // SAFETY: all pointers are null.
    let code = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), ptr::null_mut()) };
    r.code("no context", code);
}

pub(crate) fn modes(r: &mut Recorder) {
    let context = r.context();
    r.shared(context, 0);
    r.insert(0, &T1);
    for mode in [0, 4, DWORD::MAX] {
        r.connect(context, 0, mode, ANY);
        r.connect(context, 0, mode, 0);
    }
    for protocols in [0, 8, 0x10, 0x1000, 0x8000_0000, ANY | 8] {
        let card = r.connect(context, 0, SHARED, protocols);
        r.disconnect(card, SCARD_RESET_CARD);
    }
    r.connect_to(context, "no such reader", SHARED, ANY);
    r.connect_to(context, "", SHARED, ANY);
    r.connect_to(context, "virtual 0 00 00", SHARED, ANY);
    r.connect_to(context, &"x".repeat(128), SHARED, ANY);
    r.connect_to(context, &"x".repeat(129), SHARED, ANY);
    r.connect_to(12345, "Virtual 0 00 00", SHARED, ANY);
    r.connect_to(12345, &"x".repeat(129), SHARED, ANY);
    let functions = r.functions();
    let name = c"Virtual 0 00 00";
    let (mut card, mut protocol) = (0x77, UNSET);
    let (card_place, protocol_place): (*mut SCARDHANDLE, *mut DWORD) = (&mut card, &mut protocol);
    for (context, name, card, protocol) in [
        (context, ptr::null(), card_place, protocol_place),
        (context, name.as_ptr(), ptr::null_mut(), protocol_place),
        (context, name.as_ptr(), card_place, ptr::null_mut()),
        (1, ptr::null(), card_place, ptr::null_mut()),
    ] {
        // SAFETY: the name is null or null-terminated; the other pointers are null or live through the call.
        let code = unsafe { (functions.SCardConnect)(context, name, SHARED, ANY, card, protocol) };
        r.code("null", code);
    }
    // SAFETY: null is refused.
    let code = unsafe { (functions.SCardReconnect)(1, SHARED, ANY, SCARD_LEAVE_CARD, ptr::null_mut()) };
    r.code("null", code);
    r.note(format!("{card} {protocol:X}"));
}

pub(crate) fn exclusive_and_others(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let card = r.connect(mine, 0, EXCLUSIVE, ANY);
    r.status(card);
    r.connect(other, 0, SHARED, ANY);
    r.connect(other, 0, EXCLUSIVE, ANY);
    r.connect(other, 0, DIRECT, 0);
    r.connect(mine, 0, SHARED, ANY);
    r.disconnect(card, SCARD_LEAVE_CARD);
    let card = r.shared(other, 0);
    r.connect(mine, 0, EXCLUSIVE, ANY);
    r.connect(mine, 0, EXCLUSIVE, SCARD_PROTOCOL_T0);
    let second = r.shared(mine, 0);
    r.status(second);
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(second, SCARD_LEAVE_CARD);
    let card = r.connect(mine, 0, EXCLUSIVE, ANY);
    r.disconnect(card, SCARD_LEAVE_CARD);
}

pub(crate) fn direct_without_card(r: &mut Recorder) {
    let context = r.context();
    let card = r.connect(context, 0, DIRECT, 0);
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_T0, 0, 258);
    r.transmit(card, SCARD_PROTOCOL_RAW, 0, 258);
    r.transmit(card, SCARD_PROTOCOL_UNDEFINED, 0, 258);
    r.begin(card);
    r.end(card, SCARD_RESET_CARD);
    r.end(card, SCARD_LEAVE_CARD);
    r.reconnect(card, SHARED, ANY, SCARD_LEAVE_CARD);
    r.reconnect(card, DIRECT, 0, SCARD_LEAVE_CARD);
    r.reconnect(card, DIRECT, 0, SCARD_RESET_CARD);
    r.status(card);
    r.disconnect(card, SCARD_UNPOWER_CARD);
    let card = r.connect(context, 0, DIRECT, SCARD_PROTOCOL_RAW);
    r.status(card);
    r.disconnect(card, SCARD_RESET_CARD);
    let card = r.connect(context, 0, DIRECT, 0);
    r.status(card);
}

pub(crate) fn direct_then_shared(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &BOTH);
    let direct = r.connect(context, 0, DIRECT, 0);
    r.status(direct);
    r.transmit(direct, SCARD_PROTOCOL_T1, 0, 258);
    r.transmit(direct, SCARD_PROTOCOL_UNDEFINED, 0, 258);
    let card = r.connect(context, 0, SHARED, SCARD_PROTOCOL_T0);
    r.status(direct);
    r.transmit(direct, SCARD_PROTOCOL_T0, 0, 258);
    r.connect(context, 0, DIRECT, 0);
    r.reconnect(direct, SHARED, SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD);
    r.reconnect(direct, SHARED, ANY, SCARD_LEAVE_CARD);
    r.disconnect(card, SCARD_LEAVE_CARD);
}

pub(crate) fn protocols_of_t0(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T0);
    r.connect(context, 0, SHARED, SCARD_PROTOCOL_T1);
    let card = r.connect(context, 0, SHARED, SCARD_PROTOCOL_T0);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
    r.transmit(card, SCARD_PROTOCOL_T0, 3, 258);
    r.transmit(card, 0x1000, 3, 258);
    r.transmit(card, 0, 3, 258);
    r.transmit(card, ANY, 3, 258);
    r.reconnect(card, SHARED, SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD);
    r.reconnect(card, SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD);
    r.transmit(card, SCARD_PROTOCOL_T0, 3, 258);
    r.status(card);
    r.reconnect(card, SHARED, ANY, SCARD_LEAVE_CARD);
    r.status(card);
}

pub(crate) fn protocols_of_both(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &BOTH);
    let first = r.connect(context, 0, SHARED, SCARD_PROTOCOL_T0);
    r.connect(context, 0, SHARED, SCARD_PROTOCOL_T1);
    let second = r.shared(context, 0);
    r.transmit(second, SCARD_PROTOCOL_T0, 1, 258);
    r.reconnect(second, SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD);
    r.status(first);
    r.reconnect(first, SHARED, SCARD_PROTOCOL_T0, SCARD_LEAVE_CARD);
    r.reconnect(first, SHARED, ANY, SCARD_LEAVE_CARD);
    r.status(first);
    r.disconnect(first, SCARD_LEAVE_CARD);
    r.disconnect(second, SCARD_LEAVE_CARD);
    // The protocol stays a moment after its last connection.
    r.connect(context, 0, SHARED, SCARD_PROTOCOL_T0);
}

pub(crate) fn raw(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.connect(context, 0, SHARED, SCARD_PROTOCOL_RAW);
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_RAW, 2, 258);
    r.transmit(card, SCARD_PROTOCOL_T1, 2, 258);
    r.connect(context, 0, SHARED, ANY);
    r.connect(context, 0, SHARED, ANY | SCARD_PROTOCOL_RAW);
}

pub(crate) fn reconnecting(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &BOTH);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.reconnect(first, SHARED, ANY, SCARD_RESET_CARD);
    r.status(first);
    r.status(second);
    r.transmit(second, SCARD_PROTOCOL_T1, 1, 258);
    r.begin(second);
    r.end(second, SCARD_LEAVE_CARD);
    r.reconnect(second, SHARED, ANY, SCARD_UNPOWER_CARD);
    r.status(first);
    r.reconnect(first, SHARED, SCARD_PROTOCOL_T0, SCARD_LEAVE_CARD);
    r.status(first);
    r.reconnect(first, DIRECT, 0, SCARD_LEAVE_CARD);
    r.status(first);
    for initialization in [SCARD_EJECT_CARD, 4, DWORD::MAX] {
        r.reconnect(first, SHARED, ANY, initialization);
    }
    r.reconnect(first, 0, ANY, SCARD_LEAVE_CARD);
    r.reconnect(first, SHARED, 0, SCARD_RESET_CARD);
    r.status(second);
    r.reconnect(first, SHARED, SCARD_PROTOCOL_RAW, SCARD_LEAVE_CARD);
    r.status(first);
}

pub(crate) fn reconnecting_exclusively(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let first = r.shared(mine, 0);
    let second = r.shared(other, 0);
    let functions = r.functions();
    // Blocks until the other one has gone.
    let waiting = std::thread::spawn(move || {
        let mut protocol = UNSET;
        // SAFETY: the result lives through the call.
        let code =
            unsafe { (functions.SCardReconnect)(first, EXCLUSIVE, ANY, SCARD_LEAVE_CARD, &mut protocol) };
        (code, protocol)
    });
    r.status(second);
    r.disconnect(second, SCARD_LEAVE_CARD);
    let (code, protocol) = waiting.join().unwrap();
    r.code(&format!("reconnect {protocol}"), code);
    r.connect(other, 0, SHARED, ANY);
    r.reconnect(first, EXCLUSIVE, ANY, SCARD_RESET_CARD);
    r.status(first);
    r.disconnect(first, SCARD_LEAVE_CARD);
    let second = r.shared(other, 0);
    r.status(second);
}

pub(crate) fn dispositions(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let watching = r.shared(context, 0);
    for disposition in [
        SCARD_LEAVE_CARD,
        SCARD_RESET_CARD,
        SCARD_UNPOWER_CARD,
        SCARD_EJECT_CARD,
        4,
        DWORD::MAX,
    ] {
        let card = r.shared(context, 0);
        r.disconnect(card, disposition);
        r.status(watching);
        r.reconnect(watching, SHARED, ANY, SCARD_LEAVE_CARD);
        r.status(watching);
        r.disconnect(card, SCARD_LEAVE_CARD);
        r.status(card);
    }
}

pub(crate) fn unpowered(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.disconnect(first, SCARD_UNPOWER_CARD);
    r.status(second);
    r.transmit(second, SCARD_PROTOCOL_T1, 0, 258);
    r.reconnect(second, SHARED, ANY, SCARD_LEAVE_CARD);
    r.status(second);
    r.transmit(second, SCARD_PROTOCOL_T1, 0, 258);
    r.connect(context, 0, SHARED, ANY);
    r.reconnect(second, SHARED, ANY, SCARD_RESET_CARD);
    r.status(second);
    r.shared(context, 0);
    r.disconnect(second, SCARD_UNPOWER_CARD);
}

/// A card without power that is used all the same: with its last program it is powered again.
pub(crate) fn unpowered_twice(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    for mode in [SHARED, EXCLUSIVE] {
        let (first, second) = (r.shared(context, 0), r.shared(context, 0));
        r.disconnect(first, SCARD_UNPOWER_CARD);
        r.reconnect(second, mode, ANY, SCARD_LEAVE_CARD);
        r.status(second);
        r.disconnect(second, SCARD_LEAVE_CARD);
        let third = r.shared_at_last(context, 0);
        r.status(third);
        r.disconnect(third, SCARD_RESET_CARD);
    }
}

/// A direct connection does not power the card, so that the next one does.
pub(crate) fn unpowered_then_direct(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.disconnect(first, SCARD_UNPOWER_CARD);
    r.reconnect(second, DIRECT, 0, SCARD_LEAVE_CARD);
    r.status(second);
    // vsmartcard's reader has no power to take: the card answers.
    r.transmit(second, SCARD_PROTOCOL_RAW, 1, 258);
    let third = r.shared(context, 0);
    r.status(third);
    r.status(second);
}

/// Power does not unset a protocol that was settled without it.
pub(crate) fn unpowered_then_raw(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.disconnect(card, SCARD_UNPOWER_CARD);
    let direct = r.connect(context, 0, DIRECT, SCARD_PROTOCOL_RAW);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    r.shared(context, 0);
    let card = r.connect(context, 0, SHARED, SCARD_PROTOCOL_RAW);
    r.status(card);
}

/// An ATR that no reader has room for.
pub(crate) fn mute(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &[0x3B; 34]);
    r.connect(context, 0, SHARED, ANY);
    r.connect(context, 0, EXCLUSIVE, ANY);
    let card = r.connect(context, 0, DIRECT, 0);
    r.status(card);
    r.reconnect(card, SHARED, ANY, SCARD_LEAVE_CARD);
    r.reconnect(card, SHARED, ANY, SCARD_RESET_CARD);
    r.status(card);
    r.changes(context, 0, &[("Virtual 0 00 00", SCARD_STATE_UNAWARE)]);
}

pub(crate) fn handles(r: &mut Recorder) {
    let (context, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    for handle in [0, 1, -1, context] {
        r.status(handle);
        r.begin(handle);
        r.end(handle, SCARD_LEAVE_CARD);
        r.end(handle, 9);
        r.reconnect(handle, SHARED, ANY, 9);
        r.disconnect(handle, 9);
        r.transmit(handle, SCARD_PROTOCOL_T1, 0, 258);
        r.attribute(handle, SCARD_ATTR_ATR_STRING, Some(33));
        r.set_attribute(handle, SCARD_ATTR_ATR_STRING, &[1]);
        r.control(handle, 1, &[], 9);
    }
    for handle in [0, 1, -1, card] {
        r.is_valid(handle);
        r.list(handle);
        r.changes(handle, 0, &[("Virtual 0 00 00", 0)]);
        r.cancel(handle);
        r.release(handle);
    }
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.release(other);
    r.list(context);
}

pub(crate) fn releasing(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let (first, second, watching) = (r.shared(mine, 0), r.shared(mine, 0), r.shared(other, 0));
    r.release(mine);
    r.status(first);
    r.status(second);
    r.status(watching);
    r.disconnect(watching, SCARD_LEAVE_CARD);
    let mine = r.context();
    let card = r.connect(mine, 0, EXCLUSIVE, ANY);
    r.release(mine);
    r.status(card);
    let card = r.connect(other, 0, EXCLUSIVE, ANY);
    r.status(card);
}
