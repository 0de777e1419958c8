//! Children of `fork`, for tests of what they may do with their parent's.

use crate::termination::poll;
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The status of a child that panicked.
const PANICKED: i32 = 101;

/// Runs this in a child of `fork`, waits until that has ended, and returns its status, as `waitpid` tells it: 0 where `run`
/// returned.
///
/// The child has this thread alone, and locks that others had stay taken. Whatever `run` does, it never returns to the caller: a
/// panic ends the child, with its message on standard error. One that has not ended by the deadline is killed.
///
/// # Errors
/// The system makes no child, or it did not end in time.
///
/// # Examples
/// ```
/// let ten_seconds = std::time::Duration::from_secs(10);
/// assert_eq!(private_pcscd::in_a_child(ten_seconds, || {})?, 0);
/// assert_ne!(private_pcscd::in_a_child(ten_seconds, || panic!("not this time"))?, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn in_a_child(deadline: Duration, run: impl FnOnce()) -> io::Result<i32> {
    // SAFETY: the child runs `run` on copies of what this process has, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    if child < 0 {
        return Err(io::Error::last_os_error());
    }
    if child == 0 {
        let status = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(()) => 0,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                tell(
                    text.or_else(|| panic.downcast_ref::<&str>().copied())
                        .unwrap_or("a panic"),
                );
                PANICKED
            }
        };
        // SAFETY: it ends the process without running what this program registered for its end.
        unsafe { libc::_exit(status) };
    }
    let ended = has_ended(child, deadline);
    if !matches!(ended, Ok(true)) {
        // SAFETY: the child is there, since it was not waited for.
        unsafe { libc::kill(child, libc::SIGKILL) };
    }
    let mut status = 0;
    // SAFETY: it is this process' child, and `status` outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    match ended {
        Ok(true) => Ok(status),
        Ok(false) => Err(io::ErrorKind::TimedOut.into()),
        Err(error) => Err(error),
    }
}

/// Writes a line to standard error, past libtest, which keeps what a test prints in this process' memory, and without a lock.
fn tell(text: &str) {
    let line = format!("in a child of fork: {text}\n");
    // SAFETY: the pointer and the length are those of `line`, which outlives the call.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
}

/// Waits for a child's end, without taking its status; false where the deadline came first.
fn has_ended(child: libc::pid_t, deadline: Duration) -> io::Result<bool> {
    // SAFETY: it takes numbers; the process is this one's child, and not waited for yet.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, child, 0) };
    let Ok(descriptor @ 0..) = RawFd::try_from(descriptor) else {
        return Err(io::Error::last_os_error());
    };
    // SAFETY: the descriptor is open, and nobody else's.
    let end = unsafe { OwnedFd::from_raw_fd(descriptor) };
    poll([end.as_fd()], Instant::now() + deadline)
}

#[cfg(test)]
mod tests {
    use super::{PANICKED, in_a_child};
    use std::io::ErrorKind;
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_child_that_returns_ends_well_and_one_that_panics_does_not() {
        assert_eq!(in_a_child(LONG, || {}).unwrap(), 0);
        let status = in_a_child(LONG, || assert_eq!(1, 2)).unwrap();
        assert!(libc::WIFEXITED(status), "{status}");
        assert_eq!(libc::WEXITSTATUS(status), PANICKED);
    }

    #[test]
    fn a_child_that_does_not_end_is_killed() {
        let error = in_a_child(Duration::from_millis(50), || {
            loop {
                std::thread::park();
            }
        });
        assert_eq!(error.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
