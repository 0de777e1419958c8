//! What a child of `fork` needs: that nobody has the simulator's process-wide locks at that moment.

use crate::service::memory;
use crate::simulator::Simulator;
use crate::table::handles::Unused;
use crate::table::{open, slot};
use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::mem::ManuallyDrop;
use std::sync::{MutexGuard, Once};
use std::time::Duration;

impl Simulator {
    /// Lets children of `fork` start services of their own, whatever other threads of this process do at that moment.
    ///
    /// A child has copies of all locks, and of the threads only the one that has forked: a lock that another one had stays
    /// locked for ever. From the first call on, `fork` waits for those few of them that a new simulator needs, each locked
    /// for a moment, and gives them back on both sides. What the child inherits, simulators, contexts and cards, is not for
    /// its use; a simulator that it starts is.
    ///
    /// # Platform notes
    /// Windows has neither `fork` nor this function.
    ///
    /// # Examples
    /// ```
    /// pcsc_sim::Simulator::prepare_for_forks();
    /// pcsc_sim::Simulator::prepare_for_forks(); // does nothing more
    /// ```
    pub fn prepare_for_forks() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // What is made when it is first used must not be in the making.
            drop(Held::take());
            // SAFETY: the three are functions without arguments, and this code is never unloaded: a program has it, or
            // a library that stays.
            unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
        });
    }
}

/// How long a fork waits for a lock that is held for moments.
const PATIENCE: Duration = Duration::from_secs(1);

/// The locks that a new simulator takes, its contexts and its connections, but for those that are its own.
struct Held {
    _contexts: Option<MutexGuard<'static, Unused>>,
    _connections: Option<MutexGuard<'static, Unused>>,
    _slots: Option<MutexGuard<'static, VecDeque<usize>>>,
    _allocated: Option<MutexGuard<'static, BTreeSet<usize>>>,
}

impl Held {
    /// Takes them; nobody takes one of them who has another. One that cannot be had is left.
    fn take() -> Self {
        Self {
            _contexts: open::CONTEXTS.lock_unused(PATIENCE),
            _connections: open::CONNECTIONS.lock_unused(PATIENCE),
            _slots: slot::lock_free(PATIENCE),
            _allocated: memory::lock_allocated(PATIENCE),
        }
    }
}

thread_local! {
    /// From before a fork to after it, which are of one thread on both sides. Nothing that is to be dropped with the thread:
    /// that would have to be registered for each thread that forks.
    static HELD: Cell<Option<ManuallyDrop<Held>>> = const { Cell::new(None) };
}

extern "C" fn before() {
    HELD.set(Some(ManuallyDrop::new(Held::take())));
}

extern "C" fn after() {
    if let Some(held) = HELD.take() {
        drop(ManuallyDrop::into_inner(held));
    }
}
