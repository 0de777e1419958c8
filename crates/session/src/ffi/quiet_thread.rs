//! A thread that leaves the program's signals alone.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread of which a program need not know: a signal of the process goes to any thread that does not block it, and
/// this one blocks them all.
///
/// # Errors
/// The system does not start another thread.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    // A thread begins with the mask of the one that starts it: there is no moment at which it has another.
    #[cfg(unix)]
    let _mask = Mask::block_all();
    Builder::new().name(name.to_owned()).spawn(run)
}

/// The mask that this thread had; its drop sets it again.
#[cfg(unix)]
struct Mask(libc::sigset_t);

#[cfg(unix)]
impl Mask {
    fn block_all() -> Mask {
        let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: `all` is a local, which the call fills.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        let mut before = all;
        // SAFETY: both are locals of this type; the call reads the first, which was filled, and writes the second.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
        // SAFETY: it was filled above, and is written by the call, which fails for another first argument alone.
        Mask(unsafe { before.assume_init() })
    }
}

#[cfg(unix)]
impl Drop for Mask {
    fn drop(&mut self) {
        // SAFETY: the mask is the one that this thread had, and null asks for no other.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}
