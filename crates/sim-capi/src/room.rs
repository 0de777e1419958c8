//! Work that needs more stack than the thread may have that makes a call.

use crate::cancellation::Uncancelled;
use crate::quiet_thread;

/// What reading a configuration and making its readers is known to be content with, many times over.
const ENOUGH: usize = 512 * 1024;

/// Runs this where there is room for it: in the thread that calls, or in one of its own that ends with it.
///
/// Programs call from threads with 16 KiB of stack, and from stacks that they have made themselves. Where there is no
/// thread to be had either, the caller's has to do.
pub(crate) fn with_room<T: Send + 'static>(run: fn() -> T) -> T {
    // Opening, reading and joining are points at which `pthread_cancel` would end the thread, in the middle of Rust's code.
    let _uncancelled = Uncancelled::begin();
    if stack_left() >= Some(ENOUGH) {
        return run();
    }
    match quiet_thread::spawn("libpcsc_sim", run).map(|thread| thread.join()) {
        Ok(Ok(made)) => made,
        Ok(Err(_)) | Err(_) => run(),
    }
}

/// Tells how much of its stack this thread has left; `None` where that cannot be told.
#[cfg(target_os = "linux")]
fn stack_left() -> Option<usize> {
    let mut attributes = std::mem::MaybeUninit::uninit();
    // SAFETY: every thread may ask for its number.
    let this = unsafe { libc::pthread_self() };
    // SAFETY: the thread is this one, and the pointer that of a local, which the call initialises where it succeeds.
    let asked = unsafe { libc::pthread_getattr_np(this, attributes.as_mut_ptr()) };
    if asked != 0 {
        return None;
    }
    let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are initialised, and the other two are locals.
    unsafe { libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut size) };
    // SAFETY: they are initialised, and not used any more.
    unsafe { libc::pthread_attr_destroy(attributes.as_mut_ptr()) };
    let here = (&raw const lowest).addr();
    // A stack that the program has switched to is another one.
    here.checked_sub(lowest.addr()).filter(|&left| left < size)
}

#[cfg(not(target_os = "linux"))]
fn stack_left() -> Option<usize> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::thread;

    /// Case 36.
    #[test]
    fn a_thread_with_little_stack_has_the_work_done_by_another() {
        fn here() -> thread::ThreadId {
            thread::current().id()
        }
        let of = |stack: usize| {
            let thread = thread::Builder::new().stack_size(stack);
            let started = thread.spawn(|| (here(), with_room(here)));
            started.unwrap().join().unwrap()
        };
        let (caller, worker) = of(64 * 1024);
        assert_ne!(caller, worker);
        let (caller, worker) = of(4 * 1024 * 1024);
        assert_eq!(caller, worker);
    }
}
