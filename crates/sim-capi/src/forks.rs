//! What a child of `fork` needs of the library: that nobody was in the middle of starting a service.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::MutexGuard;
use std::time::Duration;

use crate::establishing::{FORKED, Forked};
use crate::fork_lock::lock_for_fork;
use crate::service::STARTING;

/// How long a fork waits for the start of a service: to read a file takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nobody starts a service as long as this is there.
struct Held {
    _starting: Option<MutexGuard<'static, ()>>,
    _forked: Option<MutexGuard<'static, Forked>>,
}

impl Held {
    /// Waits until no service is being started, and keeps it so.
    fn take() -> Self {
        Self {
            _starting: lock_for_fork(&STARTING, PATIENCE),
            _forked: lock_for_fork(&FORKED, PATIENCE),
        }
    }
}

thread_local! {
    /// From before a fork to after it, which are of one thread on both sides. Nothing that is to be dropped with the thread:
    /// that would have to be registered for each thread that forks.
    static HELD: Cell<Option<ManuallyDrop<Held>>> = const { Cell::new(None) };
}

/// Has `fork` wait until no service is being started, in each process from here on.
pub(crate) fn prepare() {
    // SAFETY: the three are functions without arguments, and the library is never unloaded.
    unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
}

extern "C" fn before() {
    HELD.set(Some(ManuallyDrop::new(Held::take())));
}

extern "C" fn after() {
    if let Some(held) = HELD.take() {
        drop(ManuallyDrop::into_inner(held));
    }
}
