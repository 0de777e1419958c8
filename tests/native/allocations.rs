//! A command takes no memory.

use crate::daemon::Daemon;
use crate::program::{connect, establish, release};
use crate::service::{ANSWER, Settings};
use pcsc_sys::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
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
