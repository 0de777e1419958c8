//! A reader that does not answer its driver for a while.

use crate::backend::READERS;
use crate::connecting::T1;
use crate::recorder::Recorder;
use pcsc_sys::*;

/// Asks for the state as programs know it that know all sorts of things.
fn look(r: &mut Recorder, context: SCARDCONTEXT) {
    for known in [
        SCARD_STATE_UNAWARE,
        SCARD_STATE_UNAVAILABLE,
        SCARD_STATE_UNAVAILABLE | SCARD_STATE_INUSE,
        SCARD_STATE_UNAVAILABLE | SCARD_STATE_EXCLUSIVE,
        SCARD_STATE_UNAVAILABLE | 0x77_0000,
        SCARD_STATE_UNAVAILABLE | SCARD_STATE_UNKNOWN,
        SCARD_STATE_UNAVAILABLE | SCARD_STATE_MUTE | SCARD_STATE_PRESENT,
        SCARD_STATE_PRESENT,
        SCARD_STATE_EMPTY,
    ] {
        r.changes(context, 0, &[(READERS[0], known)]);
    }
}

pub(crate) fn away_in_use(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.take_away(0);
    look(r, context);
    r.status(card);
    r.begin(card);
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
    r.control(card, 1, &[], 9);
    r.attribute(card, SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, Some(64));
    r.set_attribute(card, SCARD_ATTR_ATR_STRING, &[1]);
    r.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.shared(context, 0);
    r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.bring_back(0, SCARD_STATE_PRESENT);
    look(r, context);
    r.status(card);
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
    r.shared(context, 0);
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
}

pub(crate) fn away_unused(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    r.take_away(0);
    look(r, context);
    r.shared(context, 0);
    r.bring_back(0, SCARD_STATE_PRESENT);
    look(r, context);
    let card = r.shared(context, 0);
    r.status(card);
}

pub(crate) fn away_while_exclusive(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.take_away(0);
    look(r, context);
    r.status(card);
    r.bring_back(0, SCARD_STATE_PRESENT);
    look(r, context);
    r.status(card);
    r.shared(context, 0);
}

pub(crate) fn empty_and_away(r: &mut Recorder) {
    let context = r.context();
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.take_away(0);
    look(r, context);
    r.status(direct);
    r.bring_back(0, SCARD_STATE_EMPTY);
    look(r, context);
    r.status(direct);
    r.reconnect(direct, SCARD_SHARE_DIRECT, 0, SCARD_LEAVE_CARD);
    let other = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    r.status(other);
}

pub(crate) fn removed_while_away(r: &mut Recorder) {
    let (mine, others) = (r.context(), r.context());
    r.insert(0, &T1);
    let card = r.shared(mine, 0);
    let other = r.shared(others, 0);
    r.begin(card);
    r.take_away(0);
    r.remove_unseen(0);
    look(r, mine);
    r.bring_back(0, SCARD_STATE_EMPTY);
    look(r, mine);
    r.status(card);
    r.status(other);
    r.insert(0, &T1);
    r.reconnect(other, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
    r.status(other);
}

/// What is done to a card whose reader is away shows for a moment: until pcscd asks the reader again.
pub(crate) fn ended_while_away(r: &mut Recorder) {
    let (mine, others) = (r.context(), r.context());
    r.insert(0, &T1);
    for disposition in [SCARD_RESET_CARD, SCARD_UNPOWER_CARD, SCARD_LEAVE_CARD] {
        let card = r.shared(mine, 0);
        let other = r.shared(others, 0);
        r.begin(card);
        r.take_away(0);
        r.end(card, disposition);
        r.take_away(0);
        look(r, mine);
        r.status(card);
        r.status(other);
        r.bring_back(0, SCARD_STATE_PRESENT);
        look(r, mine);
        for card in [card, other] {
            r.status(card);
            r.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
            r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
            r.disconnect(card, SCARD_LEAVE_CARD);
        }
    }
}

pub(crate) fn disconnected_while_away(r: &mut Recorder) {
    let (mine, others) = (r.context(), r.context());
    r.insert(0, &T1);
    for disposition in [SCARD_RESET_CARD, SCARD_UNPOWER_CARD] {
        let card = r.shared(mine, 0);
        let other = r.shared(others, 0);
        r.take_away(0);
        r.disconnect(card, disposition);
        r.take_away(0);
        r.status(other);
        r.transmit(other, SCARD_PROTOCOL_T1, 1, 258);
        r.bring_back(0, SCARD_STATE_PRESENT);
        look(r, mine);
        r.status(other);
        r.reconnect(other, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
        r.transmit(other, SCARD_PROTOCOL_T1, 1, 258);
        r.take_away(0);
        // The last one, too.
        r.disconnect(other, disposition);
        r.take_away(0);
        r.bring_back(0, SCARD_STATE_PRESENT);
        look(r, mine);
    }
}
