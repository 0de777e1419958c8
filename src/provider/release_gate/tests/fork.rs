//! A child process in the middle of its parent's calls.

use crate::provider::{Provider, guard};
use crate::{DWORD, Functions, LONG, SCARD_S_SUCCESS, SCARDCONTEXT, SCARDHANDLE};
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(process: c_int, signal: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

const WNOHANG: c_int = 1;
const SIGKILL: c_int = 9;

unsafe extern "system" fn disconnect(_: SCARDHANDLE, _: DWORD) -> LONG {
    SCARD_S_SUCCESS
}

unsafe extern "system" fn release(_: SCARDCONTEXT) -> LONG {
    SCARD_S_SUCCESS
}

static LIBRARY: Functions = {
    let mut library = Functions::UNSUPPORTED;
    library.SCardDisconnect = disconnect;
    library.SCardReleaseContext = release;
    library
};

/// Runs this in a child process; fails where it panics or does not end.
#[track_caller]
fn in_a_child(call: impl FnOnce()) {
    // SAFETY: the child has a copy of everything; it ends below and returns to nobody.
    let child = unsafe { fork() };
    assert!(child >= 0);
    if child == 0 {
        let outcome = catch_unwind(AssertUnwindSafe(call));
        // SAFETY: it only ends the process.
        unsafe { _exit(c_int::from(outcome.is_err())) };
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut status = 0;
    // SAFETY: the child is this thread's to wait for, and the status lives through the call.
    while unsafe { waitpid(child, &mut status, WNOHANG) } == 0 {
        if Instant::now() > deadline {
            // SAFETY: the child has not been waited for, so that its number is still its own.
            unsafe { kill(child, SIGKILL) };
            // SAFETY: as above.
            unsafe { waitpid(child, &mut status, 0) };
            panic!("the child waits for ever");
        }
        std::thread::yield_now();
    }
    assert_eq!(status, 0, "the child has panicked");
}

#[test]
fn a_child_has_none_of_its_parents_calls() {
    guard(&LIBRARY);
    // SAFETY: its own functions touch no memory, and the others only say that they are not there.
    let provider = unsafe { Provider::new(&LIBRARY) };
    let gate = provider.library.expect("it is guarded").gate();
    let released = Arc::new(AtomicUsize::new(0));
    let count = || {
        let released = Arc::clone(&released);
        move || {
            released.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        let (end, elsewhere) = gate.disconnect_elsewhere(scope);
        provider.release(count());
        let mut under_way = Some(gate.disconnect());
        let calls = gate.lock();
        in_a_child(|| {
            // The end of what its parent's thread began, and calls of its own.
            drop(under_way.take());
            provider.disconnect(|| provider.release(count()));
            assert_eq!(provider.establish(|| 1), Ok(1));
            provider.release(count());
            assert_eq!(released.load(Ordering::SeqCst), 2);
        });
        drop(calls);
        drop(under_way);
        assert_eq!(released.load(Ordering::SeqCst), 0);
        drop(end);
        elsewhere.join().unwrap();
        assert_eq!(released.load(Ordering::SeqCst), 1);
    });
}
