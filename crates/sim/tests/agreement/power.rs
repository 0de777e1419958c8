//! A card that no program is connected to: pcscd takes its power after a while. Case 32 of the cases from the field.

use crate::connecting::{BOTH, T0, T1};
use crate::recorder::Recorder;
use pcsc_sys::*;

const NAME: &str = "Virtual 0 00 00";

/// The card forgets, and what programs are told of it stays as it was, but for the protocol.
pub(crate) fn unused(r: &mut Recorder) {
    let context = r.context();
    r.insert_counting(0, &T1);
    let card = r.shared(context, 0);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
    r.disconnect(card, SCARD_LEAVE_CARD);
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.status(direct);
    r.transmit(direct, SCARD_PROTOCOL_T1, 0, 258);
    r.lose_power(0, direct);
    r.status(direct);
    r.changes(context, 0, &[(NAME, SCARD_STATE_UNAWARE)]);
    r.transmit(direct, SCARD_PROTOCOL_T1, 0, 258);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    let card = r.shared(context, 0);
    r.status(card);
    r.changes(context, 0, &[(NAME, SCARD_STATE_UNAWARE)]);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
}

/// A card that nobody has connected to since it came.
pub(crate) fn never_used(r: &mut Recorder) {
    let context = r.context();
    r.insert_counting(0, &BOTH);
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, SCARD_PROTOCOL_RAW);
    r.transmit(direct, SCARD_PROTOCOL_RAW, 0, 258);
    r.lose_power(0, direct);
    r.status(direct);
    let card = r.connect(context, 0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0);
    r.transmit(card, SCARD_PROTOCOL_T0, 0, 258);
    r.status(direct);
    // The second time, too, and with the protocol settled anew.
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.lose_power(0, direct);
    let card = r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    let card = if card == 0 {
        r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1)
    } else {
        card
    };
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
}

/// The end of the context is that of its connections.
pub(crate) fn released(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert_counting(0, &T0);
    let card = r.shared(mine, 0);
    r.transmit(card, SCARD_PROTOCOL_T0, 0, 258);
    r.begin(card);
    r.release(mine);
    let direct = r.connect(other, 0, SCARD_SHARE_DIRECT, 0);
    r.lose_power(0, direct);
    let card = r.shared(other, 0);
    r.transmit(card, SCARD_PROTOCOL_T0, 0, 258);
}

/// A reset gives the card its power, of which the service takes no notice: the next connection powers it once more.
pub(crate) fn reset_without_power(r: &mut Recorder) {
    let context = r.context();
    r.insert_counting(0, &T1);
    // Its protocol is settled, for it to be seen to go.
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, SCARD_PROTOCOL_RAW);
    r.lose_power(0, direct);
    r.reconnect(direct, SCARD_SHARE_DIRECT, 0, SCARD_RESET_CARD);
    r.status(direct);
    r.transmit(direct, SCARD_PROTOCOL_RAW, 0, 258);
    r.transmit(direct, SCARD_PROTOCOL_RAW, 0, 258);
    let card = r.shared(context, 0);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
    r.status(direct);
    // And where the direct connection itself comes to use the card, it does not.
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.lose_power(0, direct);
    r.reconnect(direct, SCARD_SHARE_DIRECT, 0, SCARD_RESET_CARD);
    r.transmit(direct, SCARD_PROTOCOL_RAW, 0, 258);
    r.reconnect(direct, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.transmit(direct, SCARD_PROTOCOL_T1, 0, 258);
    let card = r.shared(context, 0);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
}

/// A connection that fails for its protocol has powered the card, which then counts as in use.
pub(crate) fn failed_connection(r: &mut Recorder) {
    let context = r.context();
    r.insert_counting(0, &T1);
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, SCARD_PROTOCOL_RAW);
    r.lose_power(0, direct);
    r.connect(context, 0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0);
    r.transmit(direct, SCARD_PROTOCOL_RAW, 0, 258);
    let card = r.shared(context, 0);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
}
