//! The C boundary: nothing that a program passes is more than an error code.

#[macro_use]
mod in_bytes;

use pcsc_sim::{FnCard, Simulator};
use pcsc_sys::*;
use std::ffi::CString;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Numbers that differ from run to run only by the seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // xorshift64, George Marsaglia, 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of(&mut self, choices: &[u64]) -> u64 {
        choices[self.next() as usize % choices.len()]
    }
}

/// Handles that any thread has opened, for the others to use and to close.
static HANDLES: [Mutex<SCARDHANDLE>; 64] = [const { Mutex::new(0) }; 64];

/// How many connections there have been: without any, nothing much would be tested.
static CONNECTED: AtomicUsize = AtomicUsize::new(0);

const NUMBERS: [u64; 9] = [0, 1, 2, 3, 4, 7, 264, 0xFFFF_FFFF, u64::MAX];

fn any_handle(random: &mut Random) -> SCARDHANDLE {
    match random.next() % 8 {
        0 => random.of(&NUMBERS) as SCARDHANDLE,
        1 => random.next() as SCARDHANDLE,
        _ => *HANDLES[random.next() as usize % HANDLES.len()].lock().unwrap(),
    }
}

/// One call with anything. None of them can block for long: waits have a time, and no transaction stays.
fn any_call(functions: &Functions, random: &mut Random, names: &[CString]) {
    let handle = any_handle(random);
    let number = random.of(&NUMBERS) as DWORD;
    let mut buffer = vec![0u8; random.of(&[0, 1, 2, 16, 300]) as usize];
    let mut len = if random.next() % 4 == 0 {
        0
    } else {
        buffer.len() as DWORD
    };
    let place = if random.next() % 4 == 0 {
        ptr::null_mut()
    } else {
        buffer.as_mut_ptr()
    };
    let length: *mut DWORD = if random.next() % 8 == 0 {
        ptr::null_mut()
    } else {
        &mut len
    };
    let input = [0u8, 0xB0, 0, 0];
    let input_place = if random.next() % 8 == 0 {
        ptr::null()
    } else {
        input.as_ptr()
    };
    let input_len = random.of(&[0, 1, 4]) as DWORD;
    let (mut out, mut protocol) = (0, 0);
    let name = match random.next() as usize % (names.len() + 1) {
        index if index < names.len() => names[index].as_ptr(),
        _ => ptr::null(),
    };
    let pci = SCARD_IO_REQUEST {
        dwProtocol: random.of(&[0, 1, 2, 4, 0x1000]) as DWORD,
        cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
    };
    let pci_place = if random.next() % 8 == 0 {
        ptr::null()
    } else {
        &raw const pci
    };
    let slot = &HANDLES[random.next() as usize % HANDLES.len()];
    match random.next() % 16 {
        0 => {
            // SAFETY: the result is a local, or there is none.
            unsafe { (functions.SCardEstablishContext)(number, ptr::null(), ptr::null(), &mut out) };
            let before = std::mem::replace(&mut *slot.lock().unwrap(), out);
            // SAFETY: any number may be passed.
            unsafe { (functions.SCardReleaseContext)(before) };
        }
        // SAFETY: any number may be passed.
        1 => drop(unsafe { (functions.SCardReleaseContext)(handle) }),
        // SAFETY: any number may be passed.
        2 => drop(unsafe { (functions.SCardIsValidContext)(handle) }),
        3 | 4 => {
            // SAFETY: the name is null or null-terminated, the results are locals.
            unsafe {
                (in_bytes!(functions, SCardConnect))(
                    handle,
                    name,
                    number % 4,
                    number,
                    &mut out,
                    &mut protocol,
                )
            };
            if out != 0 {
                CONNECTED.fetch_add(1, Ordering::Relaxed);
                *slot.lock().unwrap() = out;
            }
        }
        // Not exclusive: that would wait for all others to go.
        // SAFETY: the result is a local.
        5 => drop(unsafe { (functions.SCardReconnect)(handle, 2 + number % 2, 3, number, &mut protocol) }),
        // SAFETY: any number may be passed.
        6 => drop(unsafe { (functions.SCardDisconnect)(handle, number) }),
        7 => {
            // SAFETY: any number may be passed.
            if unsafe { (functions.SCardBeginTransaction)(handle) } == SCARD_S_SUCCESS {
                // SAFETY: as above.
                let code = unsafe { (functions.SCardEndTransaction)(handle, SCARD_LEAVE_CARD) };
                if code != SCARD_S_SUCCESS {
                    // The card was reset meanwhile, and the transaction is still open.
                    // SAFETY: as above.
                    unsafe { (functions.SCardDisconnect)(handle, SCARD_LEAVE_CARD) };
                }
            }
        }
        // SAFETY: each pointer is null, or points to what its length says.
        8 => drop(unsafe {
            (in_bytes!(functions, SCardStatus))(
                handle,
                place.cast(),
                length,
                ptr::null_mut(),
                &mut protocol,
                ptr::null_mut(),
                length,
            )
        }),
        9 => {
            let mut states = [const { None }; 3].map(|_: Option<()>| SCARD_READERSTATE {
                szReader: name,
                pvUserData: ptr::null_mut(),
                dwCurrentState: number,
                dwEventState: 0,
                cbAtr: 0,
                rgbAtr: [0; ATR_BUFFER_SIZE],
            });
            let (array, count) = if random.next() % 4 == 0 {
                (ptr::null_mut(), number)
            } else {
                (states.as_mut_ptr(), 3)
            };
            // SAFETY: the structures and their number, or null.
            unsafe { (in_bytes!(functions, SCardGetStatusChange))(handle, number % 5, array, count) };
        }
        // SAFETY: each pointer is null, or points to what its length says; a null buffer gets nothing.
        10 => drop(unsafe {
            let room = if place.is_null() {
                number
            } else {
                buffer.len() as DWORD
            };
            (functions.SCardControl)(handle, number, input_place, input_len, place, room, length)
        }),
        // SAFETY: each pointer is null, or points to what its length says.
        11 => drop(unsafe {
            (functions.SCardTransmit)(
                handle,
                pci_place,
                input_place,
                input_len,
                ptr::null_mut(),
                place,
                length,
            )
        }),
        // SAFETY: each pointer is null, or points to what its length says.
        12 => drop(unsafe { (in_bytes!(functions, SCardListReaders))(handle, name, place.cast(), length) }),
        // SAFETY: each pointer is null, or points to what its length says.
        13 => drop(unsafe { (in_bytes!(functions, SCardListReaderGroups))(handle, place.cast(), length) }),
        // SAFETY: any number may be passed.
        14 => drop(unsafe { (functions.SCardCancel)(handle) }),
        // SAFETY: each pointer is null, or points to what its length says.
        _ => drop(unsafe { (functions.SCardGetAttrib)(handle, number, place, length) }),
    }
}

#[test]
fn thirty_two_threads_pass_anything() {
    const THREADS: u64 = 32;
    const CALLS: usize = 3_000;
    let sim = Simulator::new();
    let readers = ["one", "two"].map(|name| sim.add_reader(name));
    let card = |number: u8| {
        FnCard::new(
            [0x3B, 0x80, 0x80, 0x01, number],
            |command: &[u8], response: &mut Vec<u8>| {
                response.extend_from_slice(command);
                response.extend([0x90, 0x00]);
            },
        )
    };
    let names = ["one", "two", "none", r"\\?PnP?\Notification", ""].map(|name| CString::new(name).unwrap());
    thread::scope(|scope| {
        let worker = |seed: u64| {
            let (functions, names) = (sim.provider().functions(), &names);
            scope.spawn(move || {
                let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                for _ in 0..CALLS {
                    any_call(functions, &mut random, names);
                }
            })
        };
        let workers: Vec<_> = (1..=THREADS).map(worker).collect();
        // Meanwhile cards and readers come and go, and now and then the service. That also frees who waits for a handle
        // that is lost: an exclusive connection that has become a shared one keeps its lock.
        for round in (0..u16::MAX).cycle() {
            if workers.iter().all(|worker| worker.is_finished()) {
                break;
            }
            readers[usize::from(round) % 2].insert(card(round as u8));
            if round % 3 == 0 {
                drop(readers[0].remove());
            }
            if round % 1_000 == 999 {
                sim.stop_service();
                sim.start_service();
            }
            sim.add_reader("none").unplug();
            thread::yield_now();
        }
    });
    for handle in &HANDLES {
        let handle = *handle.lock().unwrap();
        // SAFETY: any number may be passed.
        unsafe { (sim.provider().functions().SCardReleaseContext)(handle) };
    }
    let mut context = 0;
    // SAFETY: the result is a local.
    let code = unsafe {
        (sim.provider().functions().SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context)
    };
    assert_eq!(code, SCARD_S_SUCCESS, "it still serves");
    assert!(CONNECTED.load(Ordering::Relaxed) > 100);
}

#[test]
fn a_list_that_grows_between_two_calls_is_told_with_its_new_length() {
    let sim = Simulator::new();
    sim.add_reader("one");
    let functions = sim.provider().functions();
    let (mut context, mut len) = (0, 0);
    // SAFETY: the result is a local.
    unsafe { (functions.SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
    sim.after("SCardListReaders", 1, |sim| drop(sim.add_reader("late")));
    // SAFETY: no buffer, and the length is a local.
    let code =
        unsafe { (in_bytes!(functions, SCardListReaders))(context, ptr::null(), ptr::null_mut(), &mut len) };
    assert_eq!((code, len), (SCARD_S_SUCCESS, 5));
    let mut buffer = [0u8; 5];
    // SAFETY: the buffer has its length.
    let code = unsafe {
        (in_bytes!(functions, SCardListReaders))(context, ptr::null(), buffer.as_mut_ptr().cast(), &mut len)
    };
    assert_eq!((code, len), (SCARD_E_INSUFFICIENT_BUFFER, 10));
    // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
    unsafe { (functions.SCardReleaseContext)(context) };
}

/// A context and a card of a simulator whose cards echo the command.
fn echoing(sim: &Simulator) -> SCARDHANDLE {
    sim.add_reader("one").insert(FnCard::new(
        [0x3B, 0x00],
        |command: &[u8], response: &mut Vec<u8>| {
            response.extend_from_slice(command);
            response.extend([0x90, 0x00]);
        },
    ));
    let (mut context, mut card, mut protocol) = (0, 0, 0);
    // SAFETY: the result is a local.
    unsafe { (sim.provider().functions().SCardEstablishContext)(2, ptr::null(), ptr::null(), &mut context) };
    // SAFETY: the name is a constant, and the results are locals.
    let code = unsafe {
        (in_bytes!(sim.provider().functions(), SCardConnect))(
            context,
            c"one".as_ptr(),
            2,
            SCARD_PROTOCOL_T0,
            &mut card,
            &mut protocol,
        )
    };
    assert_eq!(code, SCARD_S_SUCCESS);
    card
}

const T0: SCARD_IO_REQUEST = SCARD_IO_REQUEST {
    dwProtocol: SCARD_PROTOCOL_T0,
    cbPciLength: size_of::<SCARD_IO_REQUEST>() as DWORD,
};

#[test]
fn lengths_that_no_memory_has_are_refused_and_nothing_is_executed() {
    let sim = Simulator::new();
    let card = echoing(&sim);
    let functions = sim.provider().functions();
    let half = DWORD::MAX / 2;
    for length in [65_549, half, half + 1, DWORD::MAX] {
        let (input, mut answer, mut len) = ([0u8; 4], [0x55u8; 300], 300);
        // SAFETY: a length above 65,548 is refused before anything is read.
        let code = unsafe {
            (functions.SCardTransmit)(
                card,
                &T0,
                input.as_ptr(),
                length,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &mut len,
            )
        };
        assert_eq!(
            (code, len, answer),
            (SCARD_E_INSUFFICIENT_BUFFER, 300, [0x55; 300])
        );
        // SAFETY: as above.
        let code = unsafe {
            (functions.SCardControl)(
                card,
                1,
                input.as_ptr().cast(),
                length,
                answer.as_mut_ptr().cast(),
                300,
                &mut len,
            )
        };
        assert_eq!((code, len, answer), (SCARD_E_INSUFFICIENT_BUFFER, 0, [0x55; 300]));
        // SAFETY: as above; elsewhere than on Windows what is above 264.
        let code = unsafe { (functions.SCardSetAttrib)(card, 0x0303, input.as_ptr(), length) };
        assert_eq!(code, SCARD_E_INSUFFICIENT_BUFFER);
    }
}

#[test]
fn a_command_and_its_answer_may_share_a_buffer_that_is_not_initialised() {
    let sim = Simulator::new();
    let card = echoing(&sim);
    let mut buffer = [const { std::mem::MaybeUninit::<u8>::uninit() }; 16];
    let place = buffer.as_mut_ptr().cast::<u8>();
    for offset in [0, 2] {
        // SAFETY: the buffer has room for both, and bytes are valid for any value.
        unsafe { place.copy_from([1, 2, 3, 4].as_ptr(), 4) };
        // SAFETY: inside of the buffer.
        let answer = unsafe { place.add(offset) };
        let mut len = DWORD::MAX;
        // SAFETY: four bytes are there to be read, and there is room for the answer of six.
        let code = unsafe {
            (sim.provider().functions().SCardTransmit)(card, &T0, place, 4, ptr::null_mut(), answer, &mut len)
        };
        assert_eq!((code, len), (SCARD_S_SUCCESS, 6));
        // SAFETY: the answer has been written there.
        let answer = unsafe { std::slice::from_raw_parts(answer, 6) };
        assert_eq!(answer, [1, 2, 3, 4, 0x90, 0x00]);
    }
}
