//! Finding values by the numbers that C programs hold.
//!
//! The numbers are the process's own, so that a number of one simulator is never one of another, and no C function but
//! `SCardEstablishContext` needs to know its simulator. A number is an index, a count of the index's earlier uses and a
//! bit for the kind: a number that was closed, or is of the other kind, is refused and not mistaken.
//! Looking one up takes the lock of its own entry and no other, and that only for the number that is open there: an entry
//! is locked for as long as a card acts.

#[cfg(unix)]
use crate::fork_lock::lock_for_fork;
use crate::service::lock::lock;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, TryLockError};
#[cfg(unix)]
use std::time::Duration;

const CHUNK: usize = 1024;
const CHUNKS: usize = 256;
const INDEX_BITS: u32 = 18;
const INDEX: u32 = (1 << INDEX_BITS) - 1;
const USES: u32 = (1 << 12) - 1;

/// The bit of a context's number.
pub(super) const CONTEXT: u32 = 1 << 30;

/// So many numbers rest before the first of them is used again, for the count of uses to start over late.
const RESTING: usize = 1024;

const _: () = assert!(CHUNK * CHUNKS == 1 << INDEX_BITS);

/// A table from numbers to values.
pub(crate) struct Handles<T> {
    kind: u32,
    chunks: [OnceLock<Chunk<T>>; CHUNKS],
    unused: Mutex<Unused>,
}

type Chunk<T> = Box<[Entry<T>]>;

struct Entry<T> {
    /// The number that is open, else 0. Written with the occupant locked.
    number: AtomicU32,
    occupant: Mutex<Occupant<T>>,
}

struct Occupant<T> {
    value: Option<Arc<T>>,
    /// How many values there have been here.
    uses: u32,
}

/// The numbers that are not in use.
pub(crate) struct Unused {
    next: usize,
    resting: VecDeque<usize>,
}

impl<T> Handles<T> {
    /// Makes a table of the numbers that have this bit, or none.
    pub(super) const fn new(kind: u32) -> Self {
        Self {
            kind,
            chunks: [const { OnceLock::new() }; CHUNKS],
            unused: Mutex::new(Unused {
                next: 0,
                resting: VecDeque::new(),
            }),
        }
    }

    /// Finds the value of a number that is open.
    #[inline]
    pub(crate) fn get(&self, handle: impl TryInto<u32>) -> Option<Arc<T>> {
        self.with(handle, |value| value.cloned())
    }

    /// Runs a call on the value of a number, with its entry locked: cheaper than [`get`](Handles::get), for a call that
    /// looks up no other number and does not wait for others' calls on this one.
    #[inline]
    pub(crate) fn with<R>(&self, handle: impl TryInto<u32>, call: impl FnOnce(Option<&Arc<T>>) -> R) -> R {
        let Some((entry, handle)) = handle.try_into().ok().and_then(|handle| self.entry(handle)) else {
            return call(None);
        };
        let occupant = lock(&entry.occupant);
        // It may have been closed, and another been opened, meanwhile.
        if !entry.is_open(handle) {
            drop(occupant);
            return call(None);
        }
        call(occupant.value.as_ref())
    }

    /// Opens a number for the value that `make` returns for it; `None` where a quarter of a million are open.
    pub(crate) fn open(&self, make: impl FnOnce(u32) -> Arc<T>) -> Option<Arc<T>> {
        let reserved = self.reserve()?;
        let value = make(reserved.number);
        reserved.open(Arc::clone(&value));
        Some(value)
    }

    /// Sets a number aside; `None` where a quarter of a million are open.
    ///
    /// An entry that is locked all the same is passed over: by who has looked up its last number too late, or by a thread
    /// that this process, a child of `fork`, does not have.
    pub(crate) fn reserve(&self) -> Option<Reserved<'_, T>> {
        let mut unused = lock(&self.unused);
        for _ in 0..unused.resting.len() {
            if unused.resting.len() < RESTING && unused.next < CHUNK * CHUNKS {
                break;
            }
            let index = unused.resting.pop_front()?;
            let entry = self.made_entry(index);
            match entry.occupant.try_lock() {
                Ok(occupant) => return Some(self.reserved(index, entry, occupant)),
                Err(TryLockError::Poisoned(poisoned)) => {
                    return Some(self.reserved(index, entry, poisoned.into_inner()));
                }
                Err(TryLockError::WouldBlock) => unused.resting.push_back(index),
            }
        }
        if unused.next == CHUNK * CHUNKS {
            return None;
        }
        let index = unused.next;
        unused.next += 1;
        // With the numbers locked, so that no child of `fork` finds them half made.
        let entry = self.made_entry(index);
        Some(self.reserved(index, entry, lock(&entry.occupant)))
    }

    fn reserved<'a>(
        &'a self,
        index: usize,
        entry: &'a Entry<T>,
        mut occupant: MutexGuard<'_, Occupant<T>>,
    ) -> Reserved<'a, T> {
        // Never 0: that is no handle.
        occupant.uses = occupant.uses % USES + 1;
        Reserved {
            handles: self,
            entry,
            number: self.number(index as u32, occupant.uses),
        }
    }

    /// The entry of an index, which is made where it is the first of its chunk.
    fn made_entry(&self, index: usize) -> &Entry<T> {
        let chunk = self.chunks[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Entry::unused()).collect());
        &chunk[index % CHUNK]
    }

    /// Locks the numbers that are not in use, for `fork`; `None` after so long.
    #[cfg(unix)]
    pub(crate) fn lock_unused(&self, patience: Duration) -> Option<MutexGuard<'_, Unused>> {
        lock_for_fork(&self.unused, patience)
    }

    /// Closes a number; false where it was not open.
    pub(crate) fn close(&self, handle: u32) -> bool {
        let closed = {
            let Some((entry, handle)) = self.entry(handle) else {
                return false;
            };
            let mut occupant = lock(&entry.occupant);
            if !entry.is_open(handle) {
                return false;
            }
            entry.number.store(0, Ordering::Release);
            occupant.value.take()
        };
        self.rest(handle);
        // Its last owner may be this one: it is dropped with no lock held.
        closed.is_some()
    }

    /// The entry where this number is open, as far as that is known without its lock.
    #[inline]
    fn entry(&self, handle: u32) -> Option<(&Entry<T>, u32)> {
        let index = (handle & INDEX) as usize;
        let entry = &self.chunks[index / CHUNK].get()?[index % CHUNK];
        entry.is_open(handle).then_some((entry, handle))
    }

    /// Gives a number's index back, to be used again when others have been.
    fn rest(&self, number: u32) {
        lock(&self.unused).resting.push_back((number & INDEX) as usize);
    }

    #[inline]
    fn number(&self, index: u32, uses: u32) -> u32 {
        self.kind | uses << INDEX_BITS | index
    }
}

/// A number that was set aside: it is given back where nothing is opened under it.
pub(crate) struct Reserved<'a, T> {
    handles: &'a Handles<T>,
    entry: &'a Entry<T>,
    pub(crate) number: u32,
}

impl<T> Reserved<'_, T> {
    /// Opens the number for a value.
    pub(crate) fn open(self, value: Arc<T>) {
        {
            let mut occupant = lock(&self.entry.occupant);
            occupant.value = Some(value);
            self.entry.number.store(self.number, Ordering::Release);
        }
        // It is not given back.
        std::mem::forget(self);
    }
}

impl<T> Drop for Reserved<'_, T> {
    fn drop(&mut self) {
        self.handles.rest(self.number);
    }
}

impl<T> Entry<T> {
    fn unused() -> Self {
        Self {
            number: AtomicU32::new(0),
            occupant: Mutex::new(Occupant { value: None, uses: 0 }),
        }
    }

    #[inline]
    fn is_open(&self, handle: u32) -> bool {
        handle != 0 && self.number.load(Ordering::Acquire) == handle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_number_is_not_found_again() {
        let handles: Handles<u32> = Handles::new(CONTEXT);
        let first = *handles.open(Arc::new).unwrap();
        assert_eq!(handles.get(first).as_deref(), Some(&first));
        assert!(handles.close(first));
        assert!(!handles.close(first));
        assert_eq!(handles.get(first), None);
        // Every index is used again at some time, the number is not.
        for _ in 0..10 * RESTING {
            let next = *handles.open(Arc::new).unwrap();
            assert_ne!(next, first);
            assert_eq!(handles.get(first), None);
            assert!(handles.close(next));
        }
        assert!(handles.unused.lock().unwrap().next <= RESTING + 1);
    }

    #[test]
    fn a_reserved_number_that_is_not_opened_is_given_back() {
        let handles: Handles<u32> = Handles::new(0);
        for _ in 0..10 * RESTING {
            drop(handles.reserve().unwrap());
        }
        assert!(handles.unused.lock().unwrap().next <= RESTING + 1);
        let reserved = handles.reserve().unwrap();
        let number = reserved.number;
        assert_eq!(handles.get(number), None);
        reserved.open(Arc::new(7));
        assert_eq!(handles.get(number).as_deref(), Some(&7));
    }

    #[test]
    fn an_index_whose_entry_is_locked_is_passed_over() {
        let handles: Handles<u32> = Handles::new(0);
        let numbers: Vec<_> = (0..RESTING).map(|_| *handles.open(Arc::new).unwrap()).collect();
        for &number in &numbers {
            assert!(handles.close(number));
        }
        let first = &handles.chunks[0].get().unwrap()[0];
        let locked = first.occupant.lock().unwrap();
        assert_eq!(handles.reserve().unwrap().number & INDEX, 1);
        drop(locked);
        // It rests like any other.
        let next = || handles.reserve().unwrap().number & INDEX;
        assert!((0..2 * RESTING).any(|_| next() == 0));
    }

    #[test]
    fn numbers_of_the_other_kind_and_any_others_are_not_found() {
        let contexts: Handles<u32> = Handles::new(CONTEXT);
        let cards: Handles<u32> = Handles::new(0);
        let context = *contexts.open(Arc::new).unwrap();
        let card = *cards.open(Arc::new).unwrap();
        assert_eq!(cards.get(context), None);
        assert_eq!(contexts.get(card), None);
        for number in [0, 1, u32::MAX, 0x8000_0000 | card, 0xFFFF] {
            assert_eq!(cards.get(number), None);
        }
        assert_eq!(cards.get(u64::from(card) | 1 << 32), None);
        assert_eq!(cards.get(-1i32), None);
    }
}
