//! How many contexts and connections pcscd takes. Case 35 of the cases from the field.

use crate::recorder::{Recorder, UNSET};
use pcsc_sys::*;
use std::ptr;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const CONTEXTS: usize = 200;
const CONNECTIONS: usize = 200;

/// Tries to open a context; notes whether it was refused, which libpcsclite tells by one of two codes, as it happens.
#[track_caller]
fn refused_context(r: &mut Recorder, scope: DWORD) {
    let mut context = 0x77;
    // SAFETY: the reserved pointers are null, and `context` lives through the call.
    let code =
        unsafe { (r.functions().SCardEstablishContext)(scope, ptr::null(), ptr::null(), &mut context) };
    let refused = [SCARD_W_SECURITY_VIOLATION, SCARD_E_NO_SERVICE].contains(&code);
    r.note(format!("refused: {refused} {context:X}"));
}

/// Opens a context as soon as there is a place for it: pcscd frees those of clients that have gone in threads of its own.
#[track_caller]
fn in_a_free_place(functions: &Functions) -> SCARDCONTEXT {
    let end = Instant::now() + Duration::from_secs(20);
    let mut context = 0;
    loop {
        // SAFETY: the reserved pointers are null, and `context` lives through the call.
        let code = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
        if code == SCARD_S_SUCCESS {
            return context;
        }
        assert!(Instant::now() < end, "the place stays taken: {code:X}");
        thread::yield_now();
    }
}

/// Had by the program that fills a service: all run in one process, which may have no more than 1024 descriptors, and a
/// client of a service in the same process takes two.
static FILLS: Mutex<()> = Mutex::new(());

/// Takes all places. Who looked whether the daemon listens may have one for a moment.
#[track_caller]
fn all_contexts(r: &mut Recorder) -> Vec<SCARDCONTEXT> {
    r.hold(FILLS.lock().unwrap_or_else(PoisonError::into_inner));
    let all: Vec<_> = (0..CONTEXTS).map(|_| in_a_free_place(r.functions())).collect();
    all.iter().for_each(|&context| r.keep(context));
    all
}

pub(crate) fn too_many_contexts(r: &mut Recorder) {
    let all = all_contexts(r);
    refused_context(r, SCARD_SCOPE_SYSTEM);
    refused_context(r, 99);
    let functions = r.functions();
    // SAFETY: all pointers are null.
    let code = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), ptr::null_mut()) };
    r.code("no context", code);
    r.list(all[0]);
    r.list(all[CONTEXTS - 1]);
    // Without a wait there is nothing to cancel, and the service is not asked.
    r.cancel(all[1]);
    r.release(all[2]);
    let context = in_a_free_place(functions);
    refused_context(r, SCARD_SCOPE_SYSTEM);
    r.release(context);
}

/// To the service who cancels is a program more.
pub(crate) fn cancelling_at_the_limit(r: &mut Recorder) {
    let all = all_contexts(r);
    let (functions, context) = (r.functions(), all[0]);
    let waiting = thread::spawn(move || {
        let mut state = crate::recorder::reader_state(c"Virtual 0 00 00", SCARD_STATE_EMPTY);
        // SAFETY: one structure, whose name is a constant.
        unsafe { (functions.SCardGetStatusChange)(context, 20_000, &mut state, 1) }
    });
    // SAFETY: no pointer is passed.
    let cancel = || unsafe { (functions.SCardCancel)(context) };
    // It does nothing, and succeeds, until the wait is under way.
    let mut code = cancel();
    while code == SCARD_S_SUCCESS && !waiting.is_finished() {
        thread::yield_now();
        code = cancel();
    }
    let is_refusal = |code| [SCARD_W_SECURITY_VIOLATION, SCARD_E_NO_SERVICE].contains(&code);
    r.note(format!(
        "refused: {}, waits: {}",
        is_refusal(code),
        !waiting.is_finished()
    ));
    r.release(all[1]);
    // pcscd frees the place in a thread of its own.
    while is_refusal(code) && !waiting.is_finished() {
        thread::yield_now();
        code = cancel();
    }
    r.code("cancelled", code);
    r.code("waited", waiting.join().unwrap());
}

/// Opens so many shared connections of a reader; notes how many there were. The last one is returned.
#[track_caller]
fn shared(r: &mut Recorder, context: SCARDCONTEXT, name: &std::ffi::CStr, count: usize) -> SCARDHANDLE {
    let functions = r.functions();
    let (mut card, mut protocol, mut opened) = (0, UNSET, 0);
    for _ in 0..count {
        // SAFETY: the name is null-terminated, and the results live through the call.
        let code = unsafe {
            (functions.SCardConnect)(
                context,
                name.as_ptr(),
                SCARD_SHARE_SHARED,
                3,
                &mut card,
                &mut protocol,
            )
        };
        opened += usize::from(code == SCARD_S_SUCCESS);
    }
    r.note(format!("{opened} of {count}"));
    card
}

/// However many contexts they are of.
pub(crate) fn too_many_of_a_reader(r: &mut Recorder) {
    let (one, other) = (r.context(), r.context());
    r.insert(0, &crate::connecting::T1);
    let card = shared(r, one, c"Virtual 0 00 00", CONNECTIONS / 2);
    shared(r, other, c"Virtual 0 00 00", CONNECTIONS / 2);
    for context in [one, other] {
        r.shared(context, 0);
        r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
        r.connect(context, 0, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
        r.connect(context, 0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0);
    }
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
    r.disconnect(card, SCARD_LEAVE_CARD);
    let card = r.shared(other, 0);
    r.shared(one, 0);
    r.release(one);
    r.shared(other, 0);
    r.status(card);
}

/// However many readers they are of.
pub(crate) fn too_many_of_a_context(r: &mut Recorder) {
    let (one, other) = (r.context(), r.context());
    for reader in [0, 1] {
        r.insert(reader, &crate::connecting::T1);
    }
    let card = shared(r, one, c"Virtual 0 00 00", CONNECTIONS - 1);
    let last = r.connect(one, 1, SCARD_SHARE_DIRECT, 0);
    r.shared(one, 0);
    r.shared(one, 1);
    let never = r.connect(one, 1, SCARD_SHARE_DIRECT, SCARD_PROTOCOL_RAW);
    r.status(never);
    r.disconnect(never, SCARD_LEAVE_CARD);
    r.disconnect(last, SCARD_LEAVE_CARD);
    let last = r.shared(one, 1);
    r.disconnect(card, SCARD_LEAVE_CARD);
    r.disconnect(last, SCARD_LEAVE_CARD);
    // What could not be remembered is connected no more: the reader is another one's alone.
    let last = r.connect(one, 1, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.disconnect(last, SCARD_LEAVE_CARD);
    shared(r, one, c"Virtual 0 00 00", 2);
    r.connect(one, 1, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
    r.connect(other, 1, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
}
