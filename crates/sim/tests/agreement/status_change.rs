//! Waiting for changes.

use crate::backend::READERS;
use crate::connecting::T1;
use crate::recorder::{Recorder, reader_state};
use pcsc_sys::*;
use std::ptr;
use std::sync::mpsc;
use std::thread;

const READER: &str = READERS[0];
const PNP: &str = r"\\?PnP?\Notification";

pub(crate) fn known_states(r: &mut Recorder) {
    let context = r.context();
    const KNOWN: [DWORD; 12] = [
        SCARD_STATE_UNAWARE,
        SCARD_STATE_EMPTY,
        SCARD_STATE_PRESENT,
        SCARD_STATE_PRESENT | SCARD_STATE_INUSE,
        SCARD_STATE_PRESENT | SCARD_STATE_EXCLUSIVE,
        SCARD_STATE_PRESENT | SCARD_STATE_MUTE,
        SCARD_STATE_EMPTY | SCARD_STATE_CHANGED,
        SCARD_STATE_CHANGED,
        SCARD_STATE_UNKNOWN,
        SCARD_STATE_UNAVAILABLE,
        SCARD_STATE_ATRMATCH,
        SCARD_STATE_PRESENT | SCARD_STATE_EMPTY,
    ];
    for known in KNOWN {
        r.changes(context, 0, &[(READER, known)]);
    }
    r.insert(0, &T1);
    for known in KNOWN {
        r.changes(context, 0, &[(READER, known)]);
        r.changes(context, 0, &[(READER, known), (READERS[1], SCARD_STATE_EMPTY)]);
    }
}

pub(crate) fn wrong_arguments(r: &mut Recorder) {
    let context = r.context();
    r.changes(context, 0, &[]);
    r.changes(0, 0, &[]);
    r.changes(0, 0, &[(READER, 0)]);
    r.changes(0, 0, &[(READER, SCARD_STATE_IGNORE)]);
    r.changes(context, 0, &[("no such reader", 0)]);
    // An empty name is not compared: pcsc-lite takes it for a place in its table that has no reader, and succeeds.
    r.changes(context, 0, &[(READER, 0), ("no such reader", SCARD_STATE_IGNORE)]);
    r.changes(context, 0, &[("no such reader", SCARD_STATE_UNKNOWN)]);
    r.changes(context, 0, &[(READER, 0); 16]);
    r.changes(context, 0, &[(READER, 0); 17]);
    let functions = r.functions();
    let mut states = [
        reader_state(c"Virtual 0 00 00", 0),
        reader_state(c"Virtual 0 00 00", 0),
    ];
    states[1].szReader = ptr::null();
    let array = states.as_mut_ptr();
    for (context, array, count) in [
        (context, ptr::null_mut(), 1),
        (context, ptr::null_mut(), 0),
        (context, array, 2),
        (0, array, 2),
    ] {
        // SAFETY: a null array is refused or of no length; a null name is refused.
        let code = unsafe { (functions.SCardGetStatusChange)(context, 0, array, count) };
        r.code("null", code);
    }
    r.note(format!("{:X}", states[0].dwEventState));
}

pub(crate) fn ignored(r: &mut Recorder) {
    let context = r.context();
    r.changes(context, INFINITE, &[(READER, SCARD_STATE_IGNORE)]);
    r.changes(
        context,
        INFINITE,
        &[
            (READER, SCARD_STATE_IGNORE | SCARD_STATE_PRESENT),
            (READERS[1], 0),
        ],
    );
    r.changes(
        context,
        0,
        &[(READER, SCARD_STATE_IGNORE), (READERS[1], SCARD_STATE_EMPTY)],
    );
    r.changes(context, INFINITE, &[("no such reader", SCARD_STATE_IGNORE)]);
}

pub(crate) fn in_use(r: &mut Recorder) {
    let (mine, other) = (r.context(), r.context());
    r.insert(0, &T1);
    let states = [
        SCARD_STATE_UNAWARE,
        SCARD_STATE_PRESENT,
        SCARD_STATE_PRESENT | SCARD_STATE_INUSE,
        SCARD_STATE_PRESENT | SCARD_STATE_EXCLUSIVE,
    ];
    let look = |r: &mut Recorder| {
        for known in states {
            r.changes(other, 0, &[(READER, known)]);
        }
    };
    let card = r.shared(mine, 0);
    look(r);
    let second = r.shared(mine, 0);
    r.disconnect(card, SCARD_LEAVE_CARD);
    look(r);
    r.reconnect(
        second,
        SCARD_SHARE_EXCLUSIVE,
        SCARD_PROTOCOL_ANY,
        SCARD_LEAVE_CARD,
    );
    look(r);
    r.disconnect(second, SCARD_LEAVE_CARD);
    look(r);
    r.remove(0);
    let direct = r.connect(mine, 0, SCARD_SHARE_DIRECT, 0);
    look(r);
    r.disconnect(direct, SCARD_LEAVE_CARD);
    let direct = r.connect(mine, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.note(format!("{}", direct == 0));
    look(r);
}

pub(crate) fn counts(r: &mut Recorder) {
    let context = r.context();
    let empty = r.changes(context, 0, &[(READER, 0)])[0];
    r.insert(0, &T1);
    let present = r.changes(context, 0, &[(READER, empty)])[0];
    r.changes(context, 0, &[(READER, present)]);
    r.remove(0);
    r.insert(0, &T1);
    // The same card again: the count alone tells.
    r.changes(context, 0, &[(READER, present)]);
    r.changes(context, 0, &[(READER, present & 0xFFFF)]);
    r.changes(context, 0, &[(READER, SCARD_STATE_PRESENT | 9 << 16)]);
    r.changes(context, 0, &[(READER, SCARD_STATE_PRESENT | 3 << 16)]);
    let card = r.shared(context, 0);
    r.status(card);
}

pub(crate) fn pseudo_reader(r: &mut Recorder) {
    let context = r.context();
    r.changes(context, 0, &[(PNP, 0)]);
    r.changes(context, 0, &[(PNP, 2 << 16)]);
    r.changes(context, 0, &[(&PNP.to_lowercase(), SCARD_STATE_UNKNOWN)]);
    r.changes(context, 0, &[(PNP, SCARD_STATE_IGNORE)]);
    r.changes(context, 0, &[(PNP, 0), (READER, 0)]);
    r.changes(context, 0, &[(READER, SCARD_STATE_EMPTY), (PNP, 0)]);
    r.changes(context, 50, &[(PNP, 0)]);
}

pub(crate) fn cancelling(r: &mut Recorder) {
    let context = r.context();
    r.cancel(context);
    // The cancel before has done nothing.
    r.changes(context, 10, &[(READER, SCARD_STATE_EMPTY)]);
    let functions = r.functions();
    let (tell, told) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let mut state = reader_state(c"Virtual 0 00 00", SCARD_STATE_EMPTY);
        // SAFETY: one structure, whose name is a constant.
        let code = unsafe { (functions.SCardGetStatusChange)(context, INFINITE, &mut state, 1) };
        tell.send((code, state.dwEventState)).unwrap();
    });
    // As a canceller must: again and again, since one that comes before the wait does nothing.
    let (code, event) = loop {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (functions.SCardCancel)(context) };
        assert_eq!(code, SCARD_S_SUCCESS);
        if let Ok(told) = told.recv_timeout(std::time::Duration::from_millis(20)) {
            break told;
        }
    };
    waiting.join().unwrap();
    r.code(&format!("cancelled {event:X}"), code);
    r.changes(context, 10, &[(READER, SCARD_STATE_EMPTY)]);
    r.list(context);
}

pub(crate) fn timeouts(r: &mut Recorder) {
    let context = r.context();
    r.changes(context, 0, &[(READER, SCARD_STATE_EMPTY)]);
    r.changes(context, 1, &[(READER, SCARD_STATE_EMPTY)]);
    r.changes(
        context,
        60,
        &[(READER, SCARD_STATE_EMPTY), (READERS[1], SCARD_STATE_EMPTY)],
    );
    r.changes(context, DWORD::MAX, &[(READER, SCARD_STATE_PRESENT)]);
    r.changes(context, INFINITE, &[(READER, 0)]);
}
