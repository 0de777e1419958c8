//! Signals.

use crate::daemon::DEADLINE;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

/// How often that has happened.
static INTERRUPTIONS: AtomicUsize = AtomicUsize::new(0);

/// Waits until what runs has been interrupted some hundred times more.
pub(crate) fn wait_for_interruptions() {
    let (before, begin) = (INTERRUPTIONS.load(Ordering::Relaxed), Instant::now());
    while INTERRUPTIONS.load(Ordering::Relaxed) < before + 500 {
        assert!(begin.elapsed() < DEADLINE, "nothing is interrupted");
        std::thread::yield_now();
    }
}

/// Runs something in a thread whose system calls signals interrupt all the while.
pub(crate) fn interrupted<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    extern "C" fn count(_: libc::c_int) {
        INTERRUPTIONS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: all zeroes is a value: no flags, so that calls are interrupted, and no signals held back.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = count as extern "C" fn(libc::c_int) as usize;
    // SAFETY: the handler touches one atomic, and nobody in this program uses the signal otherwise.
    let code = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) };
    assert_eq!(code, 0);
    let (sender, thread) = mpsc::channel();
    let running = std::thread::spawn(move || {
        // SAFETY: it takes nothing.
        sender.send(unsafe { libc::pthread_self() } as usize).unwrap();
        run()
    });
    let thread = thread.recv().unwrap() as libc::pthread_t;
    let begin = Instant::now();
    while !running.is_finished() {
        // SAFETY: the thread is not joined yet.
        unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
        assert!(begin.elapsed() < DEADLINE, "it does not end");
        std::thread::yield_now();
    }
    running.join().unwrap()
}
