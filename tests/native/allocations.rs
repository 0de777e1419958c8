//! A command takes no memory, and what has ended keeps none.

use crate::daemon::Daemon;
use crate::program::{connect, establish, release};
use crate::service::{ANSWER, Settings};
use pcsc_sys::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts for each thread.
struct Counting;

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = FREED.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_command_takes_no_memory() {
    let _daemon = Daemon::start(Settings::of(6));
    let (_, context) = establish();
    let (_, card) = connect(context);
    let (command, mut answer) = ([0u8, 0xCA, 0, 0, 0], [0u8; 258]);
    let transmit = Functions::native().SCardTransmit;
    let before = ALLOCATIONS.get();
    assert!(before > 0, "nothing is counted");
    for _ in 0..100 {
        let mut len = 258;
        // SAFETY: the buffers have the lengths given.
        let code = unsafe {
            transmit(
                card,
                SCARD_PCI_T1,
                command.as_ptr(),
                5,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &mut len,
            )
        };
        assert!(code == 0 && answer[..len as usize] == ANSWER);
    }
    assert_eq!(ALLOCATIONS.get(), before);
    release(context);
}

#[test]
fn what_has_ended_keeps_no_memory_and_is_not_valid() {
    const ROUNDS: usize = 100;
    let _daemon = Daemon::start(Settings::of(6));
    let functions = Functions::native();
    // The list of what is open is of the whole process: parts of it may be freed by other tests' threads, or by this one.
    let is_kept =
        |freed: usize, allocations: usize| ALLOCATIONS.get() - allocations > FREED.get() - freed + ROUNDS / 2;
    let (_, context) = establish();
    let (freed, allocations) = (FREED.get(), ALLOCATIONS.get());
    for _ in 0..ROUNDS {
        let (_, card) = connect(context);
        // SAFETY: the function looks the number up.
        let code = unsafe { (functions.SCardDisconnect)(card, SCARD_LEAVE_CARD) };
        assert_eq!(code, 0);
    }
    assert!(!is_kept(freed, allocations), "disconnected");
    release(context);
    let (freed, allocations) = (FREED.get(), ALLOCATIONS.get());
    for _ in 0..ROUNDS {
        let (_, context) = establish();
        assert_eq!(connect(context).0, 0);
        assert_eq!(release(context), 0);
        // SAFETY: the function looks the number up.
        let code = unsafe { (functions.SCardIsValidContext)(context) };
        assert_eq!(code, SCARD_E_INVALID_HANDLE);
    }
    assert!(!is_kept(freed, allocations), "released");
}
