//! Transmitting allocates nothing. A program of its own: what is logged allocates, and the logger is one for a whole program.

#[path = "boundary/table.rs"]
#[allow(
    dead_code,
    reason = "the table of the program `boundary`, of which this one needs less"
)]
mod table;

use crate::table::{answer, answer_with, session, transmits};
use pcsc_session::{Command, ExchangeOptions, LongForm};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Whether freed memory is searched for the secret, and how often that was there.
    static SEARCHED: Cell<bool> = const { Cell::new(false) };
    static FREED_SECRETS: Cell<usize> = const { Cell::new(0) };
}

/// What is secret in these tests: many of these bytes in a row.
const SECRET: u8 = 0xA5;

/// Counts what the calling thread allocates; searches what it frees.
struct Counting;

// SAFETY: every call goes to the system's allocator with the arguments that it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // Buffers, whose bytes are all initialised: by the zeros, if by nothing else.
        if SEARCHED.get() && layout.align() == 1 {
            // SAFETY: the block is the caller's, who gives it back.
            let block = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
            if block.windows(16).any(|bytes| bytes == [SECRET; 16]) {
                FREED_SECRETS.set(FREED_SECRETS.get() + 1);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn transmitting_allocates_nothing_after_the_first_call() {
    let mut session = session();
    answer(&[0x90, 0x00]);
    let select = [0x00, 0xA4, 0x04, 0x00, 0x00];
    let verify = [0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32];
    session.transmit(&select).unwrap();
    let before = ALLOCATIONS.get();
    for _ in 0..1000 {
        assert!(session.transmit(&select).unwrap().status().is_success());
        assert!(session.transmit(&verify).unwrap().status().is_success());
        assert!(session.transmit_sensitive(&select).unwrap().status().is_success());
    }
    assert_eq!(ALLOCATIONS.get(), before);
}

#[test]
fn executing_allocates_nothing() {
    let mut session = session();
    answer(&[0x90, 0x00]);
    let data = [0x5A; 255];
    let mut run = || {
        session
            .execute(&Command::select_aid(&data[..16]))
            .unwrap()
            .ok()
            .unwrap();
        session
            .execute(&Command::verify(0x81, &data).unwrap())
            .unwrap()
            .ok()
            .unwrap();
        session.execute(&Command::get_challenge(8)).unwrap().ok().unwrap();
    };
    // The table keeps what it got, and needs memory for that.
    run();
    let before = ALLOCATIONS.get();
    (0..100).for_each(|_| run());
    assert_eq!(ALLOCATIONS.get(), before);
}

#[test]
fn a_long_command_allocates_the_first_time_alone() {
    for form in [LongForm::Extended, LongForm::Chaining] {
        let mut session = session();
        answer(&[0x90, 0x00]);
        session.set_exchange_options(ExchangeOptions::iso().long_form(Some(form)));
        let data = vec![0x5A; 32_768];
        session
            .execute(&Command::put_data(0x0101, &data))
            .unwrap()
            .ok()
            .unwrap();
        let before = ALLOCATIONS.get();
        session
            .execute(&Command::put_data(0x0101, &data))
            .unwrap()
            .ok()
            .unwrap();
        session
            .execute(&Command::put_data(0x0101, &data).sensitive())
            .unwrap()
            .ok()
            .unwrap();
        assert_eq!(ALLOCATIONS.get(), before, "{form}");
    }
}

#[test]
fn reading_32_kib_allocates_the_first_time_alone() {
    for (form, part, commands) in [(LongForm::Extended, 32_768, 1), (LongForm::Chaining, 256, 128)] {
        let mut session = session();
        session.set_exchange_options(ExchangeOptions::iso().long_form(Some(form)));
        let mut bytes = vec![0x5A; part];
        bytes.extend([0x90, 0x00]);
        answer(&bytes);
        let mut data = Vec::new();
        session
            .transparent_file()
            .with_len(32_768)
            .read_into(&mut data)
            .unwrap();
        let (allocations, before) = (ALLOCATIONS.get(), transmits());
        session
            .transparent_file()
            .with_len(32_768)
            .read_into(&mut data)
            .unwrap();
        assert_eq!(ALLOCATIONS.get(), allocations, "{form}");
        assert_eq!((transmits() - before, data.len()), (commands, 32_768), "{form}");
    }
}

#[test]
fn no_way_of_reading_allocates_after_the_first_command() {
    for (with_len, into) in [(true, false), (true, true), (false, false), (false, true)] {
        let mut session = session();
        session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Chaining)));
        let mut bytes = vec![0x5A; 256];
        bytes.extend([0x90, 0x00]);
        answer(&bytes);
        let (mut first, mut last) = (None, 0);
        let mut progress = |done| {
            last = ALLOCATIONS.get();
            first.get_or_insert(last);
            if done == 32_768 {
                // The end of the file, for who does not know it.
                answer(&[0x6B, 0x00]);
            }
        };
        let file = session.transparent_file().with_progress(&mut progress);
        let file = if with_len { file.with_len(32_768) } else { file };
        let mut data = Vec::new();
        if into {
            file.read_into(&mut data).unwrap();
        } else {
            data = file.read().unwrap();
        }
        assert_eq!(data.len(), 32_768);
        assert_eq!(first, Some(last), "{with_len} {into}");
    }
}

#[test]
fn updating_allocates_nothing_after_the_first_command() {
    let mut session = session();
    session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Chaining)));
    answer(&[0x90, 0x00]);
    let (mut first, mut last, mut done) = (None, 0, 0);
    let mut progress = |bytes| {
        done = bytes;
        last = ALLOCATIONS.get();
        first.get_or_insert(last);
    };
    let file = session.transparent_file().with_progress(&mut progress);
    file.update(&vec![0x5A; 40_000]).unwrap();
    assert_eq!((first, done), (Some(last), 40_000));
}

/// Updates and reads a file beyond what is reserved for it; tells how often freed memory held bytes of it.
fn freed_secrets(is_sensitive: bool) -> usize {
    let mut session = session();
    session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
    let secret = vec![SECRET; 70_000];
    answer(&[0x90, 0x00]);
    // The table keeps the last command: it has room for any now.
    session.transmit(&vec![0; 65_544]).unwrap();
    FREED_SECRETS.set(0);
    SEARCHED.set(true);
    // In one odd command, and in two of which the second is shorter.
    for (form, len) in [
        (LongForm::Extended, 70_000),
        (LongForm::Chaining, 129 * 255 + 245 + 20),
    ] {
        session.set_exchange_options(ExchangeOptions::iso().long_form(Some(form)));
        let file = session.transparent_file();
        let file = if is_sensitive { file.sensitive() } else { file };
        file.update(&secret[..len]).unwrap();
    }
    SEARCHED.set(false);

    session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Extended)));
    let first = [&secret[..60_000], &[0x90, 0x00]].concat();
    let then = [&[0x53, 0x82, 0x27, 0x10], &secret[..10_000], &[0x90, 0x00]].concat();
    answer(&first);
    let mut progress = |done| {
        SEARCHED.set(false);
        answer(if done == 60_000 { &then } else { &[0x6B, 0x00] });
        SEARCHED.set(true);
    };
    let file = session.transparent_file().with_progress(&mut progress);
    let file = if is_sensitive { file.sensitive() } else { file };
    let data = file.read().unwrap();
    drop(session);
    SEARCHED.set(false);
    assert!(data == secret);
    FREED_SECRETS.get()
}

#[test]
fn what_held_a_secret_file_is_wiped_before_it_is_freed() {
    assert_eq!(freed_secrets(true), 0);
    // The file's memory when it grew, and the session's own two.
    assert!(freed_secrets(false) >= 3);
}

#[test]
fn the_allocator_counts() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(vec![1]));
    assert_eq!(ALLOCATIONS.get(), before + 1);
    // An error has the reader's name, which is a copy.
    let mut session = session();
    answer_with(pcsc_sys::SCARD_E_NOT_TRANSACTED, &[], 0);
    let before = ALLOCATIONS.get();
    session.transmit(&[0, 0, 0, 0]).unwrap_err();
    assert!(ALLOCATIONS.get() > before);
}
