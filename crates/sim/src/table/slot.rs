//! The slots that simulators take: one for each table of C functions.
//!
//! A C function has no user data, and all but one need none: the number of a context or a card leads to its simulator.
//! `SCardEstablishContext` alone has no number to go by, so that each simulator needs one of its own. There are 1,024 of
//! them, made by the compiler, one for each slot. A simulator takes the slot that has been free for the longest time and
//! gives it back when it has gone, with its readers and contexts.

#[cfg(unix)]
use crate::fork_lock::lock_for_fork;
use crate::service::lock::lock;
use std::collections::VecDeque;
#[cfg(unix)]
use std::sync::MutexGuard;
use std::sync::{LazyLock, Mutex};
#[cfg(unix)]
use std::time::Duration;

/// How many simulators there can be at a time.
pub(crate) const SLOTS: usize = 1024;

static FREE: LazyLock<Mutex<VecDeque<usize>>> = LazyLock::new(|| Mutex::new((0..SLOTS).collect()));

/// A simulator's slot, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot(usize);

impl Slot {
    /// Takes a slot; `None` where all are taken.
    pub(crate) fn take() -> Option<Self> {
        lock(&FREE).pop_front().map(Self)
    }

    /// Which of the slots it is.
    pub(crate) fn index(&self) -> usize {
        self.0
    }
}

/// Locks the slots that are free, for `fork`; `None` after so long.
#[cfg(unix)]
pub(crate) fn lock_free(patience: Duration) -> Option<MutexGuard<'static, VecDeque<usize>>> {
    lock_for_fork(&FREE, patience)
}

impl Drop for Slot {
    fn drop(&mut self) {
        lock(&FREE).push_back(self.0);
    }
}
