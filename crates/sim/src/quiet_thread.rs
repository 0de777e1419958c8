//! Threads that leave a program's signals alone.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that has all signals blocked, from its first instruction to its last.
///
/// A signal of the process goes to any thread that does not block it. A program that blocks its signals, to read them from
/// a `signalfd` or to wait for them, has no other threads in mind than its own: one that it does not know of would take
/// the signal, and end the process. pcsc-lite's library has no threads at all.
///
/// # Errors
/// The system does not start another thread.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    // A thread begins with the mask of the one that starts it: there is no moment at which it has another.
    #[cfg(unix)]
    let _blocked = Blocked::all();
    Builder::new().name(name.to_owned()).spawn(run)
}

/// All signals of this thread, blocked until this is dropped.
#[cfg(unix)]
struct Blocked {
    before: libc::sigset_t,
}

#[cfg(unix)]
impl Blocked {
    fn all() -> Self {
        let mut all = std::mem::MaybeUninit::uninit();
        // SAFETY: the pointer is that of a local, which the call initialises.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        let mut before = std::mem::MaybeUninit::uninit();
        // SAFETY: `all` is initialised, and `before` a local that the call initialises.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
        // SAFETY: the call has written it: it fails for an unknown first argument alone.
        let before = unsafe { before.assume_init() };
        Self { before }
    }
}

#[cfg(unix)]
impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the mask is the one that the thread had, and null asks for no other.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut()) };
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The signals up to SIGSYS, the last one that has a name everywhere, that this thread blocks.
    fn blocked() -> Vec<i32> {
        let mut mask = std::mem::MaybeUninit::uninit();
        // SAFETY: null stands for no change, and the other pointer is that of a local, which the call initialises.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr()) };
        // SAFETY: the call has written it: it fails for an unknown first argument alone.
        let mask: libc::sigset_t = unsafe { mask.assume_init() };
        // SAFETY: the pointer is that of an initialised local.
        let is_blocked = |&signal: &i32| unsafe { libc::sigismember(&raw const mask, signal) } == 1;
        (1..=31).filter(is_blocked).collect()
    }

    /// Case 33. SIGKILL and SIGSTOP cannot be blocked.
    #[test]
    fn the_thread_blocks_all_signals_and_who_starts_it_none_more_than_before() {
        let before = blocked();
        let thread = spawn("quiet", blocked).unwrap();
        assert_eq!(blocked(), before);
        let can_be = |signal: &i32| ![libc::SIGKILL, libc::SIGSTOP].contains(signal);
        let all: Vec<_> = (1..=31).filter(can_be).collect();
        assert_eq!(thread.join().unwrap(), all);
    }
}
