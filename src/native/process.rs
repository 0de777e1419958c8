//! Which process this is: a child of `fork` has copies of its parent's contexts, and they are not its own.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How often `fork` lies between the program's start and this process.
static FORKS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Has forks counted from now on.
///
/// # Errors
/// The system has no memory for it.
pub(super) fn notice_forks() -> Result<(), ()> {
    static IS_NOTICED: AtomicBool = AtomicBool::new(false);
    if !IS_NOTICED.load(Ordering::Acquire) {
        // Two threads at once have each fork counted twice, which is another number all the same.
        // SAFETY: `count` may run in a child: it touches one atomic.
        if unsafe { libc::pthread_atfork(None, None, Some(count)) } != 0 {
            return Err(());
        }
        IS_NOTICED.store(true, Ordering::Release);
    }
    Ok(())
}

/// The number of this process: no process that it was forked from has the same.
pub(super) fn number() -> u32 {
    FORKS.load(Ordering::Relaxed)
}
