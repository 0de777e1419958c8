//! Transmitting allocates nothing.

use crate::table::{answer, answer_with, session};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// Counts what the calling thread allocates.
struct Counting;

// SAFETY: every call goes to the system's allocator with the arguments that it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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
