//! Many readers, many threads, many commands: every answer belongs to its command, and nothing is left behind.
//!
//! A program of its own, since it counts what the process holds: by /proc, or by what Windows has for it. macOS has neither.
#![cfg(any(target_os = "linux", windows))]

mod held;

#[macro_use]
#[path = "conformance/assert_error.rs"]
mod assert_error;

#[macro_use]
#[path = "conformance/service/mod.rs"]
#[allow(dead_code, reason = "the conformance suite's services")]
mod service;

#[path = "conformance/card.rs"]
#[allow(dead_code, reason = "the conformance suite's cards")]
mod card;

use crate::card::card;
use crate::held::assert_back;
use pcsc_session::{Disposition, Event, Monitor};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts what is allocated and not freed.
struct Counting;

/// How many allocations are alive in this process.
static ALIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator with the arguments that it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Answers with the command's own bytes and the card's number.
fn echo(number: u8) -> impl pcsc_sim::Card {
    card(move |command| {
        let mut answer = command.to_vec();
        answer.extend([number, 0x90, 0x00]);
        answer
    })
}

/// How many equal rounds there are at the most.
const ROUNDS: usize = 10;

/// What this process holds of the system: handles and resident memory in KiB.
#[cfg(windows)]
fn holdings() -> (usize, usize) {
    use std::ffi::c_void;

    /// The structure PROCESS_MEMORY_COUNTERS.
    #[repr(C)]
    #[derive(Default)]
    struct Memory {
        size: u32,
        page_faults: u32,
        /// The peak of the working set, the working set, and what else is counted.
        sizes: [usize; 8],
    }

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCurrentProcess() -> *mut c_void;
        fn GetProcessHandleCount(process: *mut c_void, count: *mut u32) -> i32;
        fn K32GetProcessMemoryInfo(process: *mut c_void, memory: *mut Memory, size: u32) -> i32;
    }

    let (mut handles, mut memory) = (0, Memory::default());
    memory.size = size_of::<Memory>() as u32;
    // SAFETY: it returns a constant.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the result is a local.
    assert_ne!(unsafe { GetProcessHandleCount(process, &mut handles) }, 0);
    // SAFETY: the structure has the size that it says.
    assert_ne!(
        unsafe { K32GetProcessMemoryInfo(process, &mut memory, memory.size) },
        0
    );
    (handles as usize, memory.sizes[1] / 1024)
}

/// What this process holds of the system: file descriptors and resident memory in KiB.
#[cfg(not(windows))]
fn holdings() -> (usize, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    (
        descriptors,
        line.split_whitespace().nth(1).unwrap().parse().unwrap(),
    )
}

/// How many threads this process has; not counted where the system does not tell.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// How many descriptors, or handles, this process has.
fn descriptors() -> usize {
    holdings().0
}

/// What the process holds is counted: the tests take turns.
static TURN: Mutex<()> = Mutex::new(());

conformance! {
    fn sixteen_readers_in_sixteen_threads_keep_their_answers_apart<S>() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = S::start(16);
        for reader in 0..16 {
            service.insert(reader, echo(reader as u8));
        }
        let provider = service.provider();
        let names: Vec<String> = (0..16).map(|reader| service.reader(reader)).collect();
        let round = |commands: u32| {
            std::thread::scope(|scope| {
                for (number, name) in names.iter().enumerate() {
                    scope.spawn(move || {
                        let mut session =
                            pcsc_session::Session::options().provider(provider).reader(name).open().unwrap();
                        for count in 0..commands {
                            let bytes = count.to_be_bytes();
                            let command = [0x00, 0xCA, bytes[2], bytes[3], 0x01, number as u8];
                            let mut expected = command.to_vec();
                            expected.push(number as u8);
                            let response = session.transmit(&command).unwrap();
                            assert_eq!(response.data(), expected);
                            assert!(response.status().is_success());
                        }
                        session.close().unwrap();
                    });
                }
            });
        };
        // The first rounds allocate what stays: thread stacks, the library's own tables.
        round(10);
        round(1000);
        #[cfg(target_os = "linux")]
        if private_pcscd::is_emulated() {
            // The memory is the emulator's, which grows with each thread.
            return;
        }
        let (before, mut memory) = holdings();
        // What is lost with each command or session makes every round grow: 16 bytes a command are 256 KiB. The heaps that
        // threads are given make some rounds grow, and not others.
        let grew: Vec<usize> = (0..ROUNDS)
            .map_while(|_| {
                let earlier = memory;
                round(1000);
                assert_back("descriptors", before, descriptors);
                memory = holdings().1;
                Some(memory.saturating_sub(earlier)).filter(|grown| *grown > 64)
            })
            .collect();
        assert!(grew.len() < ROUNDS, "each round of 16,000 commands makes the process grow: {grew:?} KiB");
    }

    fn sessions_come_and_go_with_their_threads<S>() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = S::start(16);
        for reader in 0..16 {
            service.insert(reader, echo(reader as u8));
        }
        let service = &service;
        // libpcsclite by itself crashes after some hundred or thousand sessions: it searches its table of contexts when a
        // card is disconnected, while another thread releases one.
        let mut before = None;
        for round in 0..600 {
            if round == 100 {
                before = Some((holdings().0, ALIVE.load(Ordering::Relaxed)));
            }
            std::thread::scope(|scope| {
                for reader in 0..16 {
                    let options = service.options().reader(service.reader(reader)).on_close(Disposition::Leave);
                    scope.spawn(move || {
                        let mut session = options.open().unwrap();
                        let response = session.transmit(&[0x00, 0xCA, 0x00, 0x00]).unwrap();
                        assert_eq!(response.data(), [0x00, 0xCA, 0x00, 0x00, reader as u8]);
                        session.close().unwrap();
                    });
                }
            });
        }
        // 8,000 sessions later: one allocation that each of them lost would be seen.
        let (before, alive) = before.unwrap();
        assert_back("descriptors", before, descriptors);
        let grown = ALIVE.load(Ordering::Relaxed).saturating_sub(alive);
        assert!(grown < 1000, "{grown} allocations were lost in 8,000 sessions");
    }

    fn monitors_and_failed_opens_leave_nothing<S>() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = S::start(2);
        service.insert(0, echo(0));
        let round = |round: usize| {
            // Each is the only one of its provider: its thread and its context begin and end with it.
            let mut monitor = Monitor::options().provider(service.provider()).start().unwrap();
            assert!(matches!(monitor.next(), Some(Event::ReaderAdded { .. })));
            let canceller = monitor.canceller();
            let waiting = std::thread::spawn(move || monitor.wait_for_card(|card| card.is_new, None));
            if round % 2 == 0 {
                let failed = service.options().reader("no such reader").open();
                assert!(failed.unwrap_err().is_reader_gone());
                let empty = service.options().reader(service.reader(1)).open();
                assert!(empty.unwrap_err().is_card_removed());
            }
            canceller.cancel();
            assert!(waiting.join().unwrap().unwrap_err().is_cancelled());
        };
        (0..100).for_each(round);
        let (before, alive, threads_before) = (descriptors(), ALIVE.load(Ordering::Relaxed), threads());
        (0..1000).for_each(round);
        assert_back("descriptors", before, descriptors);
        assert_back("threads", threads_before, threads);
        let grown = ALIVE.load(Ordering::Relaxed).saturating_sub(alive);
        assert!(grown < 200, "{grown} allocations were lost in 1,000 monitors");
    }
}
