//! What the demonstration card allocates: nothing, once its buffers are there.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use pcsc_sim::{Card, DemoCard};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; the count is a thread-local that allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and `memory` came from the system's allocator.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `realloc`, and `memory` came from the system's allocator.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn commands_allocate_nothing_once_warmed_up() {
    let mut card = DemoCard::new();
    let mut response = Vec::with_capacity(65_538);
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x09], DemoCard::AID, &[0x00]].concat();
    let verify = [&[0x00, 0x20, 0x00, 0x81, 0x06], DemoCard::PIN].concat();
    let commands: [&[u8]; 12] = [
        &[0x00, 0x84, 0x00, 0x00, 0x08],
        &select,
        &verify,
        &[0x00, 0xB0, 0x82, 0x00, 0x00, 0x00, 0x00],
        &[0x00, 0xB0, 0x85, 0x00, 0x00],
        &[
            0x00, 0xB1, 0x00, 0x03, 0x00, 0x00, 0x03, 0x54, 0x01, 0x00, 0x00, 0x00,
        ],
        &[0x00, 0xB2, 0x01, 0x24, 0x00],
        &[0x00, 0xCA, 0x01, 0x02, 0x00],
        &[0x00, 0xC0, 0x00, 0x00, 0x00],
        &[0x10, 0xDA, 0x01, 0x01, 0x02, 0xCA, 0xFE],
        &[0x00, 0xDA, 0x01, 0x01, 0x02, 0xCA, 0xFE],
        &[0x00, 0xD6, 0x82, 0x00, 0x01, 0x00],
    ];
    let mut before = 0;
    for _ in 0..2 {
        before = ALLOCATIONS.get();
        for command in commands {
            response.clear();
            card.transmit(command, &mut response);
            let sw1 = response[response.len() - 2];
            assert!(matches!(sw1, 0x61 | 0x90), "{command:02X?}: {response:02X?}");
        }
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(before > 0, "the counter does not count");
}
