//! Calls that meet one another in the middle: a card that acts, a reset, a start of the service.

#[macro_use]
mod in_bytes;

use pcsc_sim::{Card, FnCard, Reader, Simulator};
use pcsc_sys::*;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);

/// Runs a call that could block for ever; fails the test where it does.
#[track_caller]
fn in_time<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(call()));
    told.recv_timeout(DEADLINE).expect("the call returns")
}

fn establish(functions: &Functions) -> SCARDCONTEXT {
    let mut context = 0;
    // SAFETY: the reserved pointers are null, and the result is a local.
    let code = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
    assert_eq!(code, SCARD_S_SUCCESS);
    context
}

fn transmit(functions: &Functions, card: SCARDHANDLE) -> LONG {
    let (mut answer, mut len) = ([0; 2], 2);
    let pci = SCARD_IO_REQUEST {
        dwProtocol: SCARD_PROTOCOL_T0,
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    };
    // SAFETY: all of it lives through the call, with its own lengths.
    unsafe {
        (functions.SCardTransmit)(
            card,
            &pci,
            [0; 4].as_ptr(),
            4,
            ptr::null_mut(),
            answer.as_mut_ptr(),
            &mut len,
        )
    }
}

fn connect(functions: &Functions, context: SCARDCONTEXT, mode: DWORD) -> (LONG, SCARDHANDLE) {
    let (mut card, mut protocol) = (0, 0);
    // SAFETY: the name is a constant, and the results are locals.
    let code = unsafe {
        (in_bytes!(functions, SCardConnect))(
            context,
            c"one".as_ptr(),
            mode,
            SCARD_PROTOCOL_T0,
            &mut card,
            &mut protocol,
        )
    };
    (code, card)
}

/// A card that tells of each reset, and ends it when it may.
struct Resetting {
    tell: Sender<()>,
    may_go_on: Option<Receiver<()>>,
}

impl Card for Resetting {
    fn atr(&self) -> &[u8] {
        &[0x3B, 0x00]
    }

    fn transmit(&mut self, _: &[u8], response: &mut Vec<u8>) {
        response.extend([0x90, 0x00]);
    }

    fn reset(&mut self) {
        self.tell.send(()).expect("the test lives");
        if let Some(may_go_on) = &self.may_go_on {
            may_go_on.recv().expect("the test lives");
        }
    }
}

/// A world with such a card, which has been reset for its insertion.
fn held_world() -> (Simulator, Reader, Receiver<()>, Sender<()>) {
    let sim = Simulator::new();
    let (tell, told) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    go_on.send(()).unwrap();
    let reader = sim.add_reader("one");
    reader.insert(Resetting {
        tell,
        may_go_on: Some(may_go_on),
    });
    told.recv_timeout(DEADLINE).unwrap();
    (sim, reader, told, go_on)
}

#[test]
fn a_service_that_two_threads_start_runs() {
    let (sim, _, told, go_on) = held_world();
    sim.stop_service();
    thread::scope(|scope| {
        let first = scope.spawn(|| sim.start_service());
        told.recv_timeout(DEADLINE).unwrap();
        // The first start has the card; this one does not wait for it.
        sim.start_service();
        let context = establish(sim.provider().functions());
        let (code, card) = connect(sim.provider().functions(), context, SCARD_SHARE_DIRECT);
        assert_eq!(code, SCARD_S_SUCCESS);
        go_on.send(()).unwrap();
        first.join().unwrap();
        // The end of the first start takes nothing from those that are connected.
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = unsafe { (sim.provider().functions().SCardDisconnect)(card, SCARD_LEAVE_CARD) };
        assert_eq!(code, SCARD_S_SUCCESS);
    });
    establish(sim.provider().functions());
}

/// A program connects while the card is reset for another thread's call, which takes nothing from it when it ends.
#[track_caller]
fn assert_usable_while_reset(
    functions: &'static Functions,
    told: &Receiver<()>,
    go_on: &Sender<()>,
    call: impl Fn() + Clone + Send + 'static,
) {
    let first = thread::spawn(call.clone());
    told.recv_timeout(DEADLINE).unwrap();
    in_time(call);
    let (code, card) = in_time(move || connect(functions, establish(functions), SCARD_SHARE_SHARED));
    assert_eq!(code, SCARD_S_SUCCESS);
    go_on.send(()).unwrap();
    first.join().unwrap();
    assert_eq!(transmit(functions, card), SCARD_S_SUCCESS);
}

#[test]
fn a_reader_that_two_threads_bring_back_is_usable() {
    let (sim, reader, told, go_on) = held_world();
    reader.set_available(false);
    assert_usable_while_reset(sim.provider().functions(), &told, &go_on, move || {
        reader.set_available(true)
    });
}

#[test]
fn a_card_of_a_service_that_two_threads_start_is_usable() {
    let (sim, _, told, go_on) = held_world();
    sim.stop_service();
    assert_usable_while_reset(sim.provider().functions(), &told, &go_on, move || {
        sim.start_service()
    });
}

#[test]
fn a_disconnection_of_a_service_that_has_ended_ends_no_new_connection() {
    let (sim, _, told, go_on) = held_world();
    let functions = sim.provider().functions();
    let (code, card) = connect(functions, establish(functions), SCARD_SHARE_SHARED);
    assert_eq!(code, SCARD_S_SUCCESS);
    // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
    let ends = thread::spawn(move || unsafe { (functions.SCardDisconnect)(card, SCARD_RESET_CARD) });
    told.recv_timeout(DEADLINE).unwrap();
    sim.stop_service();
    sim.start_service();
    let context = establish(functions);
    assert_eq!(
        connect(functions, context, SCARD_SHARE_EXCLUSIVE).0,
        SCARD_S_SUCCESS
    );
    go_on.send(()).unwrap();
    assert_eq!(ends.join().unwrap(), SCARD_F_COMM_ERROR);
    let third = in_time(move || connect(functions, establish(functions), SCARD_SHARE_SHARED).0);
    assert_eq!(third, SCARD_E_SHARING_VIOLATION);
}

#[test]
fn a_handle_that_is_not_open_waits_for_no_card() {
    let sim = Simulator::new();
    let (tell, told) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    sim.add_reader("one").insert(FnCard::new(
        [0x3B, 0x00],
        move |_: &[u8], response: &mut Vec<u8>| {
            tell.send(()).unwrap();
            may_go_on.recv().unwrap();
            response.extend([0x90, 0x00]);
        },
    ));
    let functions = sim.provider().functions();
    let (_, card) = connect(functions, establish(functions), SCARD_SHARE_SHARED);
    let acts = thread::spawn(move || transmit(functions, card));
    told.recv_timeout(DEADLINE).unwrap();
    // The same index, with another count of uses.
    for other in [card & 0x3_FFFF, card ^ (1 << 18), card | 1 << 30] {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let code = in_time(move || unsafe { (functions.SCardEndTransaction)(other, SCARD_LEAVE_CARD) });
        assert_eq!(code, SCARD_E_INVALID_HANDLE);
    }
    go_on.send(()).unwrap();
    assert_eq!(acts.join().unwrap(), SCARD_S_SUCCESS);
}

#[test]
fn two_that_both_want_the_card_to_themselves_reset_it_once_each() {
    let sim = Simulator::new();
    let (tell, told) = mpsc::channel();
    sim.add_reader("one").insert(Resetting {
        tell,
        may_go_on: None,
    });
    told.recv_timeout(DEADLINE).unwrap();
    let functions = sim.provider().functions();
    let cards = [(); 2].map(|()| connect(functions, establish(functions), SCARD_SHARE_SHARED).1);
    let waiting = cards.map(|card| {
        let mut protocol = 0;
        // SAFETY: the result is the closure's own.
        thread::spawn(move || unsafe {
            (functions.SCardReconnect)(card, SCARD_SHARE_EXCLUSIVE, 3, SCARD_RESET_CARD, &mut protocol)
        })
    });
    for _ in &waiting {
        told.recv_timeout(DEADLINE).unwrap();
    }
    // Two that wake each other reset the card some ten thousand times in this time.
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
    sim.stop_service();
    for waiting in waiting {
        assert_ne!(waiting.join().unwrap(), SCARD_S_SUCCESS);
    }
}

/// Two programs that meet a card without power, round by round: in each it is reset once, for both.
#[track_caller]
fn assert_powered_once(
    use_card: impl Fn(&Functions, SCARDCONTEXT, SCARDHANDLE) -> LONG + Sync,
    unpower: bool,
) {
    let sim = Simulator::new();
    let resets = Arc::new(AtomicUsize::new(0));
    let reader = sim.add_reader("one");
    reader.insert(Slow(Arc::clone(&resets)));
    let functions = sim.provider().functions();
    for round in 0..20 {
        let contexts = [(); 3].map(|()| establish(functions));
        let cards = if unpower {
            let cards = contexts.map(|context| connect(functions, context, SCARD_SHARE_SHARED).1);
            // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
            unsafe { (functions.SCardDisconnect)(cards[2], SCARD_UNPOWER_CARD) };
            cards
        } else {
            assert!(reader.power_off());
            [0; 3]
        };
        let before = resets.load(Ordering::SeqCst);
        let start = Barrier::new(2);
        let (start, use_card) = (&start, &use_card);
        let codes = thread::scope(|scope| {
            [0, 1]
                .map(|program| {
                    scope.spawn(move || {
                        start.wait();
                        use_card(functions, contexts[program], cards[program])
                    })
                })
                .map(|program| program.join().unwrap())
        });
        assert_eq!(codes, [SCARD_S_SUCCESS; 2]);
        assert_eq!(resets.load(Ordering::SeqCst) - before, 1, "round {round}");
        for context in contexts {
            // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
            unsafe { (functions.SCardReleaseContext)(context) };
        }
    }
}

#[test]
fn a_card_that_two_programs_connect_to_at_once_is_powered_once() {
    assert_powered_once(
        |functions, context, _| connect(functions, context, SCARD_SHARE_SHARED).0,
        false,
    );
}

#[test]
fn a_card_that_two_programs_reconnect_to_at_once_is_powered_once() {
    let reconnect = |functions: &Functions, _, card| {
        let mut protocol = 0;
        // SAFETY: the result is a local.
        unsafe { (functions.SCardReconnect)(card, SCARD_SHARE_SHARED, 3, SCARD_LEAVE_CARD, &mut protocol) }
    };
    assert_powered_once(reconnect, true);
}

/// A card that counts its resets, and takes its time for each, for another call to come meanwhile.
struct Slow(Arc<AtomicUsize>);

impl Card for Slow {
    fn atr(&self) -> &[u8] {
        &[0x3B, 0x00]
    }

    fn transmit(&mut self, _: &[u8], response: &mut Vec<u8>) {
        response.extend([0x90, 0x00]);
    }

    fn reset(&mut self) {
        thread::sleep(Duration::from_millis(2));
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_connection_that_its_contexts_release_meets_is_ended_with_it() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    reader.insert(FnCard::new([0x3B, 0x00], |_: &[u8], response: &mut Vec<u8>| {
        response.extend([0x90, 0x00]);
    }));
    let functions = sim.provider().functions();
    for _ in 0..2_000 {
        let context = establish(functions);
        let start = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                connect(functions, context, SCARD_SHARE_SHARED)
            });
            start.wait();
            // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
            let code = unsafe { (functions.SCardReleaseContext)(context) };
            assert_eq!(code, SCARD_S_SUCCESS);
        });
    }
    // No connection is left, which would keep the card in use, and the service alive.
    assert!(reader.power_off());
    drop((reader, sim));
    let mut context = 0;
    // SAFETY: the reserved pointers are null, and the result is a local.
    let code = unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
    assert_eq!(code, SCARD_E_NO_SERVICE);
}

#[test]
fn a_control_handler_may_call_its_own_reader() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    let own = reader.clone();
    reader.on_control(move |_, _, _| {
        own.set_attribute(1, [1]);
        own.on_control(|_, _, _| Err(SCARD_E_UNEXPECTED));
        Ok(())
    });
    let functions = sim.provider().functions();
    let (_, card) = connect(functions, establish(functions), SCARD_SHARE_DIRECT);
    let control = move || {
        let mut returned = 0;
        // SAFETY: no buffers, and the result is a local.
        unsafe { (functions.SCardControl)(card, 1, ptr::null(), 0, ptr::null_mut(), 0, &mut returned) }
    };
    assert_eq!(in_time(control), SCARD_S_SUCCESS);
    assert_eq!(in_time(control), SCARD_E_UNEXPECTED);
}
