//! The client without a library on a real pcscd: what ends its waits, and how much it takes. What it costs is counted by the
//! stage `cost`.
#![cfg(all(target_os = "linux", feature = "native"))]

#[path = "conformance/service/mod.rs"]
#[allow(dead_code, unused_macros, reason = "the conformance suite's services")]
mod service;

use pcsc_sys::*;
use service::{DEADLINE, Service, client, real};
use std::ffi::CString;
use std::ptr;
use std::sync::mpsc;
use std::time::Duration;

type Native = real::Real<client::Native>;

fn daemon() -> Native {
    let mut service = Native::start(1);
    service.insert(
        0,
        pcsc_sim::FnCard::new([0x3B, 0x80, 0x01, 0x81], |_, response| {
            response.extend([1, 2, 0x90, 0x00]);
        }),
    );
    service
}

fn try_to_establish() -> (LONG, SCARDCONTEXT) {
    let mut context = 0;
    let function = Functions::native().SCardEstablishContext;
    // SAFETY: null reserved pointers, and a context that lives through the call.
    let code = unsafe { function(SCARD_SCOPE_SYSTEM, ptr::null(), ptr::null(), &mut context) };
    (code, context)
}

fn establish() -> SCARDCONTEXT {
    let (code, context) = try_to_establish();
    assert_eq!(code, 0, "{code:X}");
    context
}

fn release(context: SCARDCONTEXT) {
    // SAFETY: no other thread uses it.
    assert_eq!(unsafe { (Functions::native().SCardReleaseContext)(context) }, 0);
}

fn connect(context: SCARDCONTEXT, reader: &str) -> SCARDHANDLE {
    let (reader, mut card, mut protocol) = (CString::new(reader).unwrap(), 0, 0);
    let function = Functions::native().SCardConnect;
    // SAFETY: the name is a C string, and the results live through the call.
    let code = unsafe {
        function(
            context,
            reader.as_ptr(),
            SCARD_SHARE_SHARED,
            3,
            &mut card,
            &mut protocol,
        )
    };
    assert_eq!(code, 0, "{code:X}");
    card
}

fn transmit(card: SCARDHANDLE) -> LONG {
    let (command, mut answer, mut len) = ([0u8, 0xCA, 0, 0, 0], [0u8; 258], 258);
    let function = Functions::native().SCardTransmit;
    // SAFETY: the buffers have the lengths given.
    let code = unsafe {
        function(
            card,
            SCARD_PCI_T1,
            command.as_ptr(),
            5,
            ptr::null_mut(),
            answer.as_mut_ptr(),
            &mut len,
        )
    };
    assert!(code != 0 || answer[..len as usize] == [1, 2, 0x90, 0x00]);
    code
}

/// Another program's transaction is waited for, and the wait is ended: by cancelling, or with the transaction.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn what_waits_for_a_transaction_can_be_cancelled() {
    type Call = fn(SCARDHANDLE) -> LONG;
    let functions = Functions::native();
    let calls: [Call; 4] = [
        // SAFETY: the function looks the number up.
        |card| unsafe { (Functions::native().SCardBeginTransaction)(card) },
        transmit,
        |card| {
            let mut protocol = 0;
            // SAFETY: the result lives through the call.
            unsafe {
                (Functions::native().SCardReconnect)(
                    card,
                    SCARD_SHARE_SHARED,
                    3,
                    SCARD_LEAVE_CARD,
                    &mut protocol,
                )
            }
        },
        |card| {
            let null = ptr::null_mut();
            // SAFETY: all results are unwanted.
            unsafe {
                (Functions::native().SCardStatus)(
                    card,
                    ptr::null_mut(),
                    null,
                    null,
                    null,
                    ptr::null_mut(),
                    null,
                )
            }
        },
    ];
    let service = daemon();
    let (first, second) = (establish(), establish());
    let (holder, card) = (
        connect(first, &service.reader(0)),
        connect(second, &service.reader(0)),
    );
    // SAFETY: the functions look the numbers up.
    let begin = || assert_eq!(unsafe { (functions.SCardBeginTransaction)(holder) }, 0);
    let end = |card| {
        // SAFETY: as above.
        let code = unsafe { (functions.SCardEndTransaction)(card, SCARD_LEAVE_CARD) };
        assert_eq!(code, 0);
    };
    for (number, call) in calls.into_iter().enumerate() {
        begin();
        let (sender, code) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                sender.send(call(card)).unwrap();
                // No cancellation of the first one comes any more.
                goes_on.recv_timeout(DEADLINE).unwrap();
                sender.send(call(card)).unwrap();
            });
            // Once it has begun, the first cancellation ends it; before that it does nothing.
            let code_of_wait = loop {
                // SAFETY: the function looks the number up.
                assert_eq!(unsafe { (functions.SCardCancel)(second) }, 0);
                match code.recv_timeout(Duration::from_millis(5)) {
                    Ok(code) => break code,
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(error) => panic!("{error}"),
                }
            };
            assert_eq!(code_of_wait, SCARD_E_CANCELLED, "{number}");
            go_on.send(()).unwrap();
            // The second call waits until the transaction ends. Another thread can use the context meanwhile.
            assert!(code.recv_timeout(Duration::from_millis(50)).is_err(), "{number}");
            // SAFETY: the function looks the number up.
            assert_eq!(unsafe { (functions.SCardIsValidContext)(second) }, 0);
            end(holder);
            assert_eq!(code.recv_timeout(DEADLINE), Ok(0), "{number}");
        });
        if number == 0 {
            end(card);
        }
    }
    release(first);
    release(second);
}

/// All readers that there can be, and the pseudo-reader beside them.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn sixteen_readers_and_the_pseudo_reader_are_one_array() {
    let service = Native::start(16);
    let names = (0..16).map(|reader| service.reader(reader));
    let names = names.chain([r"\\?PnP?\Notification".to_owned()]);
    let names: Vec<CString> = names.map(|name| CString::new(name).unwrap()).collect();
    let mut states: Vec<SCARD_READERSTATE> = names
        .iter()
        .map(|name| SCARD_READERSTATE {
            szReader: name.as_ptr(),
            pvUserData: ptr::null_mut(),
            dwCurrentState: SCARD_STATE_UNAWARE,
            dwEventState: 0,
            cbAtr: 0,
            rgbAtr: [0; 33],
        })
        .collect();
    let context = establish();
    let function = Functions::native().SCardGetStatusChange;
    // SAFETY: so many structures, whose names live through the call.
    let code = unsafe { function(context, 1000, states.as_mut_ptr(), 17) };
    assert_eq!(code, 0);
    for state in &states[..16] {
        assert_eq!(
            state.dwEventState & 0xFFFF,
            SCARD_STATE_EMPTY | SCARD_STATE_CHANGED
        );
    }
    assert_eq!(states[16].dwEventState & 0xFFFF, 0);
    release(context);
}

/// As many clients as pcscd takes, and one more.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn two_hundred_clients_are_served_and_one_more_is_refused() {
    let service = daemon();
    let (mut clients, refused) = service::fill(|| match try_to_establish() {
        (0, context) => Ok((context, connect(context, &service.reader(0)))),
        (code, _) => Err(code),
    });
    // The connection is closed before the request, or after it.
    let codes = [SCARD_W_SECURITY_VIOLATION, SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE];
    assert!(codes.contains(&refused), "{refused:X}");
    std::thread::scope(|scope| {
        for (_, card) in &clients {
            scope.spawn(|| (0..3).for_each(|_| assert_eq!(transmit(*card), 0)));
        }
    });
    // A place that becomes free is had; the service takes a moment to see that it is.
    release(clients.pop().unwrap().0);
    let begin = std::time::Instant::now();
    let context = loop {
        match try_to_establish() {
            (0, context) => break context,
            (code, _) => assert!(begin.elapsed() < DEADLINE, "{code:X}"),
        }
    };
    clients.into_iter().for_each(|(context, _)| release(context));
    release(context);
}
