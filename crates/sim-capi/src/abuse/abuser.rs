//! What a thread passes: handles, pointers and lengths at random.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use pcsc_sys::*;

/// Contexts that any thread has opened, for all to use and to close, and then still to use.
pub(super) static CONTEXTS: Shared = [const { AtomicUsize::new(0) }; 4];
/// Connections on these contexts, as above.
pub(super) static TOGETHER: Shared = [const { AtomicUsize::new(0) }; 4];
/// Connections on contexts of their own, as above.
///
/// Only they begin transactions. `SCardConnect` keeps its context busy until the card is unlocked, as pcsc-lite's does: a
/// transaction on the same context could not end any more.
pub(super) static ALONE: Shared = [const { AtomicUsize::new(0) }; 4];

pub(super) type Shared = [AtomicUsize; 4];

/// What one thread passes.
pub(super) struct Abuser {
    random: u64,
    /// What this call passes, each as long as it is said to be: a byte more would be seen.
    buffers: Vec<Vec<u8>>,
    pub(super) number: DWORD,
    pub(super) count: DWORD,
    pub(super) other: DWORD,
    pub(super) handle: SCARDHANDLE,
    pub(super) memory: *mut u8,
}

impl Abuser {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            buffers: Vec::new(),
            number: 0,
            count: 0,
            other: 0,
            handle: 0,
            memory: ptr::null_mut(),
        }
    }

    /// Begins a call: what the one before has passed is freed.
    pub(super) fn begin(&mut self) {
        self.buffers.clear();
    }

    /// Bytes of their own, no more than these.
    pub(super) fn own(&mut self, bytes: &[u8]) -> *mut u8 {
        let mut buffer = bytes.to_vec();
        let pointer = buffer.as_mut_ptr();
        self.buffers.push(buffer);
        pointer
    }

    /// xorshift64, George Marsaglia, 2003.
    pub(super) fn next(&mut self) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 8) as usize
    }

    pub(super) fn one_of(&mut self, choices: &[DWORD]) -> DWORD {
        choices[self.next() % choices.len()]
    }

    /// The pointer, or null in one of `n` cases.
    pub(super) fn unless<T>(&mut self, n: usize, pointer: *mut T) -> *mut T {
        if self.next() % n == 0 {
            ptr::null_mut()
        } else {
            pointer
        }
    }

    /// Null, or an address where nothing is.
    pub(super) fn nothing(&mut self) -> *mut u8 {
        if self.next() % 2 == 0 {
            ptr::null_mut()
        } else {
            ptr::dangling_mut()
        }
    }

    /// Open, closed, of the other kind, or no handle at all.
    pub(super) fn any_handle(&mut self, kind: &Shared) -> SCARDHANDLE {
        match self.next() % 16 {
            0 => self.one_of(&[0, 1, 0xFFFF_FFFF, DWORD::MAX]) as SCARDHANDLE,
            1 => self.next() as SCARDHANDLE,
            2 => CONTEXTS[self.next() % CONTEXTS.len()].load(Ordering::Relaxed) as SCARDHANDLE,
            3 => ALONE[self.next() % ALONE.len()].load(Ordering::Relaxed) as SCARDHANDLE,
            _ => kind[self.next() % kind.len()].load(Ordering::Relaxed) as SCARDHANDLE,
        }
    }

    pub(super) fn any_card(&mut self) -> SCARDHANDLE {
        let kind = if self.next() % 2 == 0 { &ALONE } else { &TOGETHER };
        self.any_handle(kind)
    }

    /// A handle that is open only now and then, so that some stay open.
    pub(super) fn seldom_open(&mut self, kind: fn(&mut Self) -> SCARDHANDLE) -> SCARDHANDLE {
        if self.next() % 8 == 0 {
            kind(self)
        } else {
            self.next() as SCARDHANDLE
        }
    }

    /// Seldom one that resets the card, since that stops all connections but the one that did it.
    pub(super) fn some_disposition(&mut self) -> DWORD {
        if self.next() % 8 == 0 {
            self.one_of(&[SCARD_RESET_CARD, SCARD_UNPOWER_CARD, SCARD_EJECT_CARD, 9])
        } else {
            SCARD_LEAVE_CARD
        }
    }

    /// Lets others use what was opened.
    pub(super) fn share(&mut self, kind: &Shared, code: LONG) -> bool {
        let opened = code == SCARD_S_SUCCESS;
        if opened {
            kind[self.next() % kind.len()].store(self.handle as usize, Ordering::Relaxed);
        }
        opened
    }

    pub(super) fn maybe_handle(&mut self) -> *mut SCARDHANDLE {
        self.handle = 0;
        let place = &raw mut self.handle;
        self.unless(8, place)
    }

    pub(super) fn maybe_number(&mut self) -> *mut DWORD {
        let place = &raw mut self.number;
        self.unless(8, place)
    }

    pub(super) fn maybe_other(&mut self) -> *mut DWORD {
        let place = &raw mut self.other;
        self.unless(8, place)
    }

    pub(super) fn maybe_count(&mut self) -> *mut DWORD {
        let place = &raw mut self.count;
        self.unless(8, place)
    }

    pub(super) fn name(&mut self) -> LPCSTR {
        match self.next() % 9 {
            0 => ptr::null(),
            1 => c"".as_ptr(),
            2 => c"\\\\?PnP?\\Notification".as_ptr(),
            3 => c"Restless Reader 00 00".as_ptr(),
            4 => c"Passing Reader 00 00".as_ptr(),
            5 | 6 => c"Equipped Reader 00 00".as_ptr(),
            _ => c"Simulated Reader 00 00".as_ptr(),
        }
    }

    /// A buffer with its length; or null with any length, or nothing with none.
    pub(super) fn bytes(&mut self) -> (*mut u8, DWORD) {
        match self.next() % 6 {
            0 => (ptr::null_mut(), self.one_of(&[0, 1, 300, DWORD::MAX])),
            1 => (ptr::dangling_mut(), 0),
            _ => {
                let len = self.one_of(&[0, 1, 2, 33, 264, 300]);
                (self.own(&vec![0; len as usize]), len)
            }
        }
    }

    /// As [`bytes`](Self::bytes), for what is read, or with a length that nothing has.
    pub(super) fn input(&mut self) -> (*mut u8, DWORD) {
        let (pointer, len) = self.bytes();
        if self.next() % 8 == 0 {
            (pointer, self.one_of(&[DWORD::MAX / 2 + 1, DWORD::MAX]))
        } else {
            (pointer, len)
        }
    }

    /// As [`bytes`](Self::bytes), with the length behind a pointer that may be null; or the place of a pointer, for memory to be allocated.
    pub(super) fn text(&mut self) -> (LPSTR, *mut DWORD) {
        self.memory = ptr::null_mut();
        if cfg!(not(target_os = "macos")) && self.next() % 4 == 0 {
            self.count = SCARD_AUTOALLOCATE;
            let place = &raw mut self.memory;
            return (self.unless(4, place).cast(), &raw mut self.count);
        }
        let (pointer, len) = self.bytes();
        self.count = len;
        (pointer.cast(), self.maybe_count())
    }
}
