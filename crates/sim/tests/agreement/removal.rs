//! Cards that are taken out or reset while connections have them.

use crate::connecting::{T0, T1};
use crate::exchange::TAG_IFD_ATR;
use crate::recorder::Recorder;
use pcsc_sys::*;

const SHARED: DWORD = SCARD_SHARE_SHARED;
const ANY: DWORD = SCARD_PROTOCOL_ANY;

/// All that a connection can do.
fn everything(r: &mut Recorder, card: SCARDHANDLE) {
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
    r.transmit(card, SCARD_PROTOCOL_RAW, 1, 258);
    r.begin(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.attribute(card, TAG_IFD_ATR, Some(99));
    r.set_attribute(card, SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, &[1]);
    r.control(card, CM_IOCTL_GET_FEATURE_REQUEST, &[], 99);
}

pub(crate) fn removed_and_back(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.remove(0);
    everything(r, card);
    r.connect(context, 0, SHARED, ANY);
    r.reconnect(card, SHARED, ANY, SCARD_LEAVE_CARD);
    everything(r, card);
    r.insert(0, &T0);
    everything(r, card);
    r.reconnect(card, SHARED, ANY, SCARD_LEAVE_CARD);
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_T0, 1, 258);
    r.remove(0);
    r.disconnect(card, SCARD_RESET_CARD);
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.status(card);
}

pub(crate) fn removed_then_reset(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.remove(0);
    r.reconnect(first, SHARED, ANY, SCARD_RESET_CARD);
    r.status(first);
    r.status(second);
    r.disconnect(first, SCARD_RESET_CARD);
    r.status(second);
    r.reconnect(second, SHARED, ANY, SCARD_UNPOWER_CARD);
    r.disconnect(second, SCARD_UNPOWER_CARD);
}

pub(crate) fn removed_while_exclusive(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, ANY);
    r.remove(0);
    r.status(card);
    r.connect(context, 0, SHARED, ANY);
    r.insert(0, &T1);
    r.status(card);
    r.reconnect(card, SCARD_SHARE_EXCLUSIVE, ANY, SCARD_LEAVE_CARD);
    r.begin(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.begin(card);
    r.end(card, SCARD_LEAVE_CARD);
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.shared(context, 0);
}

pub(crate) fn removed_in_transaction(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.begin(first);
    r.remove(0);
    r.end(first, SCARD_LEAVE_CARD);
    r.insert(0, &T1);
    r.end(first, SCARD_LEAVE_CARD);
    r.reconnect(second, SHARED, ANY, SCARD_LEAVE_CARD);
    r.begin(second);
    r.end(second, SCARD_LEAVE_CARD);
    r.reconnect(first, SHARED, ANY, SCARD_LEAVE_CARD);
    r.end(first, SCARD_LEAVE_CARD);
}

pub(crate) fn reset_by_another(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let (card, resetting) = (r.shared(mine, 0), r.shared(other, 0));
    r.disconnect(resetting, SCARD_RESET_CARD);
    everything(r, card);
    r.disconnect(card, SCARD_LEAVE_CARD);
    let card = r.shared(mine, 0);
    everything(r, card);
}
