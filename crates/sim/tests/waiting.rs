//! Waits for changes, and what ends them.

#[macro_use]
mod in_bytes;

use pcsc_sim::{FnCard, Limits, Reader, Simulator};
use pcsc_sys::*;
use std::ffi::CString;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const READER: &str = "one";
const PNP: &str = r"\\?PnP?\Notification";

fn establish(sim: &Simulator) -> SCARDCONTEXT {
    let mut context = 0;
    // SAFETY: the reserved pointers are null, and the result is a local.
    let code = unsafe {
        (sim.provider().functions().SCardEstablishContext)(
            SCARD_SCOPE_SYSTEM,
            ptr::null(),
            ptr::null(),
            &mut context,
        )
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    context
}

/// Asks for changes of readers; returns the code, and the states found.
fn changes(
    sim: &Simulator,
    context: SCARDCONTEXT,
    timeout: DWORD,
    readers: &[(&str, DWORD)],
) -> (LONG, Vec<DWORD>) {
    let names: Vec<CString> = readers
        .iter()
        .map(|(name, _)| CString::new(*name).unwrap())
        .collect();
    let state = |(name, &(_, current)): (&CString, &(&str, DWORD))| SCARD_READERSTATE {
        szReader: name.as_ptr(),
        pvUserData: ptr::null_mut(),
        dwCurrentState: current,
        dwEventState: 0,
        cbAtr: 0,
        rgbAtr: [0; ATR_BUFFER_SIZE],
    };
    let mut states: Vec<SCARD_READERSTATE> = names.iter().zip(readers).map(state).collect();
    // SAFETY: the structures and their number; the names live through the call.
    let code = unsafe {
        (in_bytes!(sim.provider().functions(), SCardGetStatusChange))(
            context,
            timeout,
            states.as_mut_ptr(),
            states.len() as DWORD,
        )
    };
    (code, states.iter().map(|state| state.dwEventState).collect())
}

fn release(sim: &Simulator, context: SCARDCONTEXT) -> LONG {
    // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
    unsafe { (sim.provider().functions().SCardReleaseContext)(context) }
}

fn card() -> FnCard<impl FnMut(&[u8], &mut Vec<u8>) + Send> {
    FnCard::new([0x3B, 0x00], |_: &[u8], response: &mut Vec<u8>| {
        response.extend([0x90, 0x00])
    })
}

/// Waits for ever for the readers to change, while `change` changes something; each only once the other is ready.
fn woken_by(
    readers: &[(&str, DWORD)],
    change: impl FnOnce(&Simulator, &Reader, SCARDCONTEXT) + Send,
) -> (LONG, Vec<DWORD>) {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    let context = establish(&sim);
    let (tell, told) = mpsc::channel();
    sim.before("SCardGetStatusChange", 1, move |_| tell.send(()).unwrap());
    let found = thread::scope(|scope| {
        let (end, ended) = mpsc::channel();
        let sim = &sim;
        scope.spawn(move || end.send(changes(sim, context, INFINITE, readers)).unwrap());
        told.recv().unwrap();
        change(sim, &reader, context);
        ended.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| {
            // For the thread to end, and the test with it.
            sim.stop_service();
            panic!("the wait has not ended with the change")
        })
    });
    release(&sim, context);
    found
}

#[test]
fn a_card_that_comes_ends_a_wait() {
    let (code, states) = woken_by(&[(READER, SCARD_STATE_EMPTY)], |_, reader, _| {
        reader.insert(card())
    });
    assert_eq!(code, SCARD_S_SUCCESS);
    assert_eq!(states, [1 << 16 | SCARD_STATE_PRESENT | SCARD_STATE_CHANGED]);
}

#[test]
fn a_reader_that_goes_ends_the_waits_for_it() {
    let known = [(READER, SCARD_STATE_EMPTY)];
    // One that goes before the wait begins is unknown: so until one has gone later.
    let (code, states) = (0..1_000)
        .map(|_| {
            woken_by(&known, |_, reader, _| {
                thread::yield_now();
                reader.unplug();
            })
        })
        .find(|(code, _)| *code != SCARD_E_UNKNOWN_READER)
        .unwrap();
    assert_eq!(code, SCARD_S_SUCCESS);
    assert_eq!(
        states,
        [SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_CHANGED]
    );
    let (code, states) = woken_by(&known, |_, reader, _| reader.set_available(false));
    assert_eq!(code, SCARD_S_SUCCESS);
    assert_eq!(states, [SCARD_STATE_UNAVAILABLE | SCARD_STATE_CHANGED]);
}

/// A change between the call's beginning and its wait would not show, as with pcscd: so it changes until it is seen.
fn until_seen(waiting: &thread::ScopedJoinHandle<'_, (LONG, Vec<DWORD>)>, mut change: impl FnMut()) {
    while !waiting.is_finished() {
        change();
        thread::yield_now();
    }
}

#[test]
fn readers_that_come_and_go_end_waits_for_the_pseudo_reader() {
    let sim = Simulator::new();
    sim.set_limits(Limits::NONE);
    let context = establish(&sim);
    for plug in [true, false] {
        // One more reader each time, or one less: the number alone tells.
        let mut readers: Vec<Reader> = (0..100).map(|_| sim.add_reader("many")).collect();
        let (code, states) = thread::scope(|scope| {
            let waiting = scope.spawn(|| changes(&sim, context, INFINITE, &[(PNP, 0)]));
            until_seen(&waiting, || {
                if plug {
                    readers.push(sim.add_reader("more"));
                } else if let Some(reader) = readers.pop() {
                    reader.unplug();
                } else {
                    readers.push(sim.add_reader("again"));
                }
            });
            waiting.join().unwrap()
        });
        assert_eq!((code, states), (SCARD_S_SUCCESS, vec![SCARD_STATE_CHANGED]));
    }
    release(&sim, context);
}

#[test]
fn the_end_of_the_service_ends_a_wait() {
    let sim = Simulator::new();
    sim.add_reader(READER);
    let context = establish(&sim);
    let (code, _) = thread::scope(|scope| {
        let waiting = scope.spawn(|| changes(&sim, context, INFINITE, &[(READER, SCARD_STATE_EMPTY)]));
        until_seen(&waiting, || sim.stop_service());
        waiting.join().unwrap()
    });
    assert!(
        code == SCARD_F_COMM_ERROR || code == SCARD_E_NO_SERVICE,
        "{code:X}"
    );
    assert_eq!(release(&sim, context), SCARD_E_NO_SERVICE);
    assert_eq!(release(&sim, context), SCARD_E_INVALID_HANDLE);
}

#[test]
fn a_wait_keeps_its_context_and_no_other() {
    let sim = Simulator::new();
    sim.add_reader(READER);
    let (context, other) = (establish(&sim), establish(&sim));
    let (tell, told) = mpsc::channel();
    sim.before("SCardGetStatusChange", 1, move |_| tell.send(()).unwrap());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| changes(&sim, context, INFINITE, &[(READER, SCARD_STATE_EMPTY)]));
        told.recv().unwrap();
        assert_eq!(
            changes(&sim, other, 0, &[(READER, SCARD_STATE_EMPTY)]).0,
            SCARD_E_TIMEOUT
        );
        assert_eq!(release(&sim, other), SCARD_S_SUCCESS);
        // A cancel before the wait does nothing: again and again until it has.
        while !waiting.is_finished() {
            let cancel = sim.provider().functions().SCardCancel;
            // SAFETY: the context is open until the waiting thread has ended, and may be cancelled from any thread.
            assert_eq!(unsafe { cancel(context) }, SCARD_S_SUCCESS);
            thread::yield_now();
        }
        let (code, states) = waiting.join().unwrap();
        assert_eq!((code, states), (SCARD_E_CANCELLED, vec![SCARD_STATE_EMPTY]));
    });
    assert_eq!(release(&sim, context), SCARD_S_SUCCESS);
}

#[test]
fn more_readers_than_pcscd_has_can_be_watched_at_once() {
    let sim = Simulator::new();
    sim.set_limits(Limits::NONE);
    let names: Vec<String> = (0..100).map(|number| format!("reader {number}")).collect();
    let readers: Vec<Reader> = names.iter().map(|name| sim.add_reader(name)).collect();
    let context = establish(&sim);
    let mut known: Vec<(&str, DWORD)> = names
        .iter()
        .map(|name| (name.as_str(), SCARD_STATE_EMPTY))
        .collect();
    known.push((PNP, 0));
    readers[99].insert(card());
    let (code, states) = changes(&sim, context, INFINITE, &known);
    assert_eq!(code, SCARD_S_SUCCESS);
    assert!(states[..99].iter().all(|&state| state == SCARD_STATE_EMPTY));
    assert_eq!(states[99], 1 << 16 | SCARD_STATE_PRESENT | SCARD_STATE_CHANGED);
    known.push((PNP, 0));
    assert_eq!(
        changes(&sim, context, INFINITE, &known).0,
        SCARD_E_INVALID_PARAMETER
    );
    release(&sim, context);
}

#[test]
fn thousand_waits_end_with_their_readers() {
    let sim = Simulator::new();
    sim.set_limits(Limits::NONE);
    let readers: Vec<Reader> = (0..1_000)
        .map(|number| sim.add_reader(format!("reader {number}")))
        .collect();
    thread::scope(|scope| {
        for number in 0..1_000 {
            let sim = &sim;
            let wait = move || {
                let context = establish(sim);
                let (code, _) = changes(
                    sim,
                    context,
                    60_000,
                    &[(format!("reader {number}").as_str(), SCARD_STATE_EMPTY)],
                );
                assert_eq!(code, SCARD_S_SUCCESS);
                release(sim, context);
            };
            thread::Builder::new()
                .stack_size(128 * 1024)
                .spawn_scoped(scope, wait)
                .unwrap();
        }
        for reader in &readers {
            reader.insert(card());
        }
    });
}

/// The end of a wait and the cancel that is refused: where programs are as many as the service takes, no wait is cancelled.
#[test]
fn a_cancel_that_comes_with_the_beginning_of_a_wait_is_refused_too() {
    let sim = Simulator::new();
    let _reader = sim.add_reader(READER);
    sim.set_limits(Limits::PCSCD.contexts(1));
    let context = establish(&sim);
    let ended = AtomicBool::new(false);
    let refused = thread::scope(|scope| {
        let cancelling = scope.spawn(|| {
            let mut refused = 0;
            while !ended.load(Ordering::Acquire) {
                // SAFETY: no pointer is passed.
                let code = unsafe { (sim.provider().functions().SCardCancel)(context) };
                assert!(
                    [SCARD_S_SUCCESS, SCARD_W_SECURITY_VIOLATION].contains(&code),
                    "{code:X}"
                );
                refused += usize::from(code != SCARD_S_SUCCESS);
            }
            refused
        });
        let codes: Vec<LONG> = (0..1000)
            .map(|_| changes(&sim, context, 1, &[(READER, SCARD_STATE_EMPTY)]).0)
            .collect();
        ended.store(true, Ordering::Release);
        assert_eq!(codes, [SCARD_E_TIMEOUT; 1000]);
        cancelling.join().unwrap()
    });
    assert!(refused > 0);
    release(&sim, context);
}
