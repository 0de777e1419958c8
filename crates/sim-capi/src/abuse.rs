//! Every exported function, called with what no program should pass, from 32 threads at a time.
//!
//! A plain run tells that nothing panics, blocks or crashes. `cargo xtask test sim-boundary` repeats it under valgrind
//! and, with a nightly compiler, under AddressSanitizer.

mod abuser;

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pcsc_sim::config::Config;
use pcsc_sim::{DemoCard, Reader, Simulator};
use pcsc_sys::*;

use crate::{functions, service};
use abuser::{ALONE, Abuser, CONTEXTS, TOGETHER};

const THREADS: u64 = 32;
const CALLS: u64 = 4000;

/// Calls an exported function.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: each pointer is null, or points to a local of the abuser's; each length is not greater than what is
        // there, or belongs to a null pointer, or is 0 beside a pointer to nothing; but for
        // input that is longer than anything, which is refused before it is read.
        unsafe { functions::$function($($argument),*) }
    }};
}

/// Readers beside the one that is there by default.
const READERS: &str = r#"
[[reader]]
name = "Restless Reader 00 00"

[[reader]]
name = "Equipped Reader 00 00"
card.kind = "demo"
feature = [{ tag = 6, code = 0x42330006 }]
control = [{ code = 0x42330006, answer = "01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 90 00" }]
attribute = [{ id = 0x00010100, value = "53 69 6D 00" }]
"#;

type Call = fn(&mut Abuser) -> bool;

/// One entry for each exported function; says whether it succeeded.
const CALLS_OF: &[(&str, Call)] = &[
    ("SCardEstablishContext", |a| {
        let scope = a.one_of(&[0, 1, 2, 3, DWORD::MAX]);
        let reserved = a.nothing().cast();
        let context = a.maybe_handle();
        let code = call!(SCardEstablishContext(scope, reserved, reserved, context));
        a.share(&CONTEXTS, code)
    }),
    ("SCardReleaseContext", |a| {
        let handle = a.seldom_open(|a| a.any_handle(&CONTEXTS));
        call!(SCardReleaseContext(handle)) == SCARD_S_SUCCESS
    }),
    ("SCardIsValidContext", |a| {
        let handle = a.any_handle(&CONTEXTS);
        call!(SCardIsValidContext(handle)) == SCARD_S_SUCCESS
    }),
    ("SCardConnect", |a| {
        let mut context = 0;
        let alone = a.next() % 2 == 0
            && call!(SCardEstablishContext(0, ptr::null(), ptr::null(), &mut context)) == SCARD_S_SUCCESS;
        if !alone {
            context = a.any_handle(&CONTEXTS);
        }
        let name = a.name();
        let (mode, protocols) = (a.one_of(&[0, 1, 2, 2, 2, 3, 9]), a.one_of(&[0, 2, 3, 7]));
        let (card, protocol) = (a.maybe_handle(), a.maybe_number());
        let code = call!(SCardConnect(context, name, mode, protocols, card, protocol));
        // An exclusive connection would keep all others off.
        if code == SCARD_S_SUCCESS && mode == SCARD_SHARE_EXCLUSIVE {
            call!(SCardDisconnect(a.handle, SCARD_LEAVE_CARD));
        }
        if alone && (code != SCARD_S_SUCCESS || mode == SCARD_SHARE_EXCLUSIVE) {
            call!(SCardReleaseContext(context));
        }
        a.share(if alone { &ALONE } else { &TOGETHER }, code)
    }),
    ("SCardReconnect", |a| {
        // Not exclusive: that waits until all others have gone.
        let (card, mode) = (a.any_card(), a.one_of(&[0, 2, 2, 3, 9]));
        let (protocols, disposition) = (a.one_of(&[0, 2, 3]), a.some_disposition());
        let protocol = a.maybe_number();
        call!(SCardReconnect(card, mode, protocols, disposition, protocol)) == SCARD_S_SUCCESS
    }),
    ("SCardDisconnect", |a| {
        let (card, disposition) = (a.seldom_open(Abuser::any_card), a.some_disposition());
        call!(SCardDisconnect(card, disposition)) == SCARD_S_SUCCESS
    }),
    ("SCardBeginTransaction", |a| {
        let card = a.any_handle(&ALONE);
        let begun = call!(SCardBeginTransaction(card)) == SCARD_S_SUCCESS;
        // One that another thread's reset keeps open would hold up all others.
        if begun && call!(SCardEndTransaction(card, SCARD_LEAVE_CARD)) != SCARD_S_SUCCESS {
            call!(SCardDisconnect(card, SCARD_LEAVE_CARD));
        }
        begun
    }),
    ("SCardEndTransaction", |a| {
        let card = a.any_handle(&ALONE);
        let begun = call!(SCardBeginTransaction(card)) == SCARD_S_SUCCESS;
        let disposition = a.some_disposition();
        let ended = call!(SCardEndTransaction(card, disposition)) == SCARD_S_SUCCESS;
        if begun && !ended {
            call!(SCardDisconnect(card, SCARD_LEAVE_CARD));
        }
        ended
    }),
    ("SCardStatus", |a| {
        let card = a.any_card();
        let (name, name_len) = a.text();
        let (state, protocol) = (a.maybe_number(), a.maybe_other());
        let (atr, mut atr_len) = a.bytes();
        let code = call!(SCardStatus(
            card,
            name,
            name_len,
            state,
            protocol,
            atr,
            &mut atr_len
        ));
        free_if(a, code)
    }),
    ("SCardGetStatusChange", status_change),
    ("SCardControl", |a| {
        let (card, code) = (
            a.any_card(),
            a.one_of(&[0, CM_IOCTL_GET_FEATURE_REQUEST, 0x4233_0006, DWORD::MAX]),
        );
        let ((input, input_len), (output, output_len)) = (a.input(), a.bytes());
        let returned = a.maybe_number();
        call!(SCardControl(
            card,
            code,
            input.cast_const(),
            input_len,
            output,
            output_len,
            returned
        )) == SCARD_S_SUCCESS
    }),
    ("SCardTransmit", |a| {
        let pci = SCARD_IO_REQUEST {
            dwProtocol: a.one_of(&[0, 1, 2, 2, 2, 2, 2, 4, 99]),
            cbPciLength: 16,
        };
        let mut received = pci;
        let (send, receive) = (
            a.unless(8, (&raw const pci).cast_mut()),
            a.unless(2, &raw mut received),
        );
        let command = [0x00u8, 0xA4, 0x04, 0x00, 0x00];
        let (command, len) = match a.next() % 6 {
            0 => (ptr::null_mut(), a.one_of(&[0, 5, DWORD::MAX])),
            1 => (a.nothing(), 0),
            2 => (a.own(&command), a.one_of(&[DWORD::MAX / 2 + 1, DWORD::MAX])),
            _ => {
                let len = a.one_of(&[0, 1, 4, 5, 5, 5]);
                (a.own(&command[..len as usize]), len)
            }
        };
        let command = command.cast_const();
        let card = a.any_card();
        let (answer, answer_len) = a.bytes();
        a.count = answer_len;
        let answer_len = a.maybe_count();
        call!(SCardTransmit(
            card, send, command, len, receive, answer, answer_len
        )) == SCARD_S_SUCCESS
    }),
    ("SCardListReaderGroups", |a| {
        let context = a.any_handle(&CONTEXTS);
        let (text, len) = a.text();
        let code = call!(SCardListReaderGroups(context, text, len));
        free_if(a, code)
    }),
    ("SCardListReaders", |a| {
        let (context, groups) = (a.any_handle(&CONTEXTS), a.name());
        let (text, len) = a.text();
        let code = call!(SCardListReaders(context, groups, text, len));
        free_if(a, code)
    }),
    #[cfg(not(target_os = "macos"))]
    ("SCardFreeMemory", |a| {
        let (context, memory) = (a.any_handle(&CONTEXTS), a.nothing());
        call!(SCardFreeMemory(context, memory.cast())) == SCARD_S_SUCCESS
    }),
    ("SCardCancel", |a| {
        let context = a.any_handle(&CONTEXTS);
        call!(SCardCancel(context)) == SCARD_S_SUCCESS
    }),
    ("SCardGetAttrib", |a| {
        let (card, attribute) = (
            a.any_card(),
            a.one_of(&[
                0,
                SCARD_ATTR_DEVICE_FRIENDLY_NAME_A,
                SCARD_ATTR_VENDOR_NAME,
                DWORD::MAX,
            ]),
        );
        let (text, len) = a.text();
        let code = call!(SCardGetAttrib(card, attribute, text.cast(), len));
        free_if(a, code)
    }),
    ("SCardSetAttrib", |a| {
        let (card, attribute) = (
            a.any_card(),
            a.one_of(&[0, SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, SCARD_ATTR_VENDOR_NAME]),
        );
        let (value, len) = a.input();
        call!(SCardSetAttrib(card, attribute, value.cast_const(), len)) == SCARD_S_SUCCESS
    }),
    #[cfg(not(windows))]
    ("pcsc_stringify_error", |a| {
        let code = a.one_of(&[0, SCARD_E_TIMEOUT as DWORD, 0x8010_0001, DWORD::MAX]);
        !call!(pcsc_stringify_error(code as LONG)).is_null()
    }),
];

fn status_change(a: &mut Abuser) -> bool {
    let context = a.any_handle(&CONTEXTS);
    let state = SCARD_READERSTATE {
        szReader: a.name(),
        pvUserData: ptr::null_mut(),
        dwCurrentState: a.one_of(&[SCARD_STATE_UNAWARE, SCARD_STATE_IGNORE, DWORD::MAX]),
        dwEventState: 0,
        cbAtr: a.one_of(&[0, 33, DWORD::MAX]),
        rgbAtr: [0; ATR_BUFFER_SIZE],
    };
    let mut states = vec![state; a.next() % 3];
    let (states, count) = match a.next() % 5 {
        0 => (ptr::null_mut(), a.one_of(&[0, 1, DWORD::MAX])),
        _ => (states.as_mut_ptr(), states.len() as DWORD),
    };
    let timeout = a.one_of(&[0, 1, 3]);
    call!(SCardGetStatusChange(context, timeout, states, count)) == SCARD_S_SUCCESS
}

/// Frees what was allocated, on a context of its own: any other may be closed meanwhile.
fn free_if(a: &mut Abuser, code: LONG) -> bool {
    #[cfg(not(target_os = "macos"))]
    if !a.memory.is_null() {
        let mut context = 0;
        let opened = call!(SCardEstablishContext(0, ptr::null(), ptr::null(), &mut context));
        assert_eq!(opened, SCARD_S_SUCCESS);
        assert_eq!(call!(SCardFreeMemory(context, a.memory.cast())), SCARD_S_SUCCESS);
        // What the service did not allocate is refused. The same address once more might be another thread's by now.
        assert_eq!(
            call!(SCardFreeMemory(context, a.own(&[0]).cast_const().cast())),
            SCARD_E_INVALID_PARAMETER
        );
        call!(SCardReleaseContext(context));
        a.memory = ptr::null_mut();
    }
    code == SCARD_S_SUCCESS
}

/// Says whether the simulator has this function of its table, and pointers for it to read.
fn is_of_the_simulator(name: &str) -> bool {
    !cfg!(windows) || !Functions::is_optional(name) || ["SCardFreeMemory", "SCardSetAttrib"].contains(&name)
}

#[test]
fn every_exported_function_is_abused() {
    let exported = functions::EXPORTED;
    assert_eq!(exported.len(), Functions::NAMES.len());
    // Windows' have two names where they take text, and the simulator's are the same function; what it lacks reads nothing.
    let mut expected: Vec<_> = exported
        .iter()
        .copied()
        .filter(|&name| is_of_the_simulator(name))
        .collect();
    if cfg!(windows) {
        expected.retain(|name| !name.ends_with('W'));
    }
    let short = |name: &&'static str| {
        if cfg!(windows) {
            name.trim_end_matches('A')
        } else {
            name
        }
    };
    let mut abused: Vec<_> = CALLS_OF.iter().map(|(name, _)| *name).collect();
    abused.sort_by_key(|name| expected.iter().position(|it| short(it) == *name));
    assert_eq!(abused, expected.iter().map(short).collect::<Vec<_>>());
}

/// Has cards and a reader come and go, and another program in the way, until the abuse has ended.
fn come_and_go(simulator: &Simulator, restless: &Reader, ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        restless.insert(DemoCard::new());
        let passing = simulator.add_reader("Passing Reader 00 00");
        passing.insert(DemoCard::new().t0());
        thread::sleep(Duration::from_millis(1));
        // It fails where others have the reader, or have settled a protocol that is none of the card's.
        let _ = restless.other_program().and_then(|mut other| other.reset());
        restless.remove();
        passing.set_available(false);
        thread::sleep(Duration::from_millis(1));
        passing.set_available(true);
        passing.unplug();
    }
}

#[test]
fn abuse_from_32_threads_gives_codes_and_nothing_else() {
    let succeeded: Vec<AtomicUsize> = CALLS_OF.iter().map(|_| AtomicUsize::new(0)).collect();
    let simulator = service::simulator().unwrap();
    // The contexts that are opened and never closed are many.
    simulator.set_limits(pcsc_sim::Limits::NONE);
    let config = Config::parse(READERS).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let readers = config.plug_into(&simulator);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| come_and_go(&simulator, &readers[0], &ended));
        let abuse = |seed| {
            let succeeded = &succeeded;
            scope.spawn(move || {
                let mut abuser = Abuser::new(seed);
                for _ in 0..CALLS {
                    abuser.begin();
                    let index = abuser.next() % CALLS_OF.len();
                    if CALLS_OF[index].1(&mut abuser) {
                        succeeded[index].fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        };
        let abusing: Vec<_> = (1..=THREADS).map(abuse).collect();
        let abused = abusing.into_iter().map(thread::ScopedJoinHandle::join);
        let abused: Vec<_> = abused.collect();
        ended.store(true, Ordering::Relaxed);
        for abused in abused {
            abused.unwrap();
        }
    });
    readers.iter().for_each(Reader::unplug);
    // Abuse that never gets past the first check would show nothing.
    for ((name, _), count) in CALLS_OF.iter().zip(&succeeded) {
        assert!(count.load(Ordering::Relaxed) > 0, "{name} never succeeded");
    }
    let mut context = 0;
    assert_eq!(
        call!(SCardEstablishContext(0, ptr::null(), ptr::null(), &mut context)),
        SCARD_S_SUCCESS
    );
    let mut names = [0; 64];
    let mut len = 64;
    let code = call!(SCardListReaders(
        context,
        ptr::null(),
        names.as_mut_ptr(),
        &mut len
    ));
    assert_eq!((code, len), (SCARD_S_SUCCESS, 24));
    assert_eq!(call!(SCardReleaseContext(context)), SCARD_S_SUCCESS);
}
