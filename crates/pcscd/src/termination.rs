//! Waiting for the daemon's end.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::process::Child;
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_secs(5);

/// Asks the daemon to end, kills it if it does not within five seconds, and reaps it.
pub(crate) fn stop(child: &mut Child) -> io::Result<()> {
    let end = open_pidfd(child)?;
    // SAFETY: takes numbers only. Nobody else reaps the child, and it is not reaped yet or pidfd_open would have
    // failed, so the id is still its own.
    if unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGTERM) } == -1 {
        return Err(io::Error::last_os_error());
    }
    if !poll([end.as_fd()], Instant::now() + GRACE)? {
        child.kill()?;
    }
    child.wait().map(drop)
}

/// Tells whether the daemon has ended, and reaps it if so.
pub(crate) fn ended(child: &mut Child) -> io::Result<bool> {
    child.try_wait().map(|status| status.is_some())
}

/// Returns a descriptor that becomes readable when the process ends.
pub(crate) fn open_pidfd(child: &Child) -> io::Result<OwnedFd> {
    // SAFETY: pidfd_open takes two numbers, the process's id and flags.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, child.id() as libc::pid_t, 0) };
    match libc::c_int::try_from(descriptor) {
        // SAFETY: pidfd_open has just returned this descriptor, and nothing else owns it.
        Ok(descriptor) if descriptor >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(descriptor) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Waits until a descriptor is readable, and tells whether one is. At the deadline none is.
pub(crate) fn poll<const N: usize>(descriptors: [BorrowedFd<'_>; N], deadline: Instant) -> io::Result<bool> {
    let mut requests = descriptors.map(|descriptor| libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    loop {
        // Rounded up: rounded down, the last millisecond would be spent spinning.
        let left = deadline
            .saturating_duration_since(Instant::now())
            .as_micros()
            .div_ceil(1000);
        let left = libc::c_int::try_from(left).unwrap_or(libc::c_int::MAX);
        // SAFETY: `requests` is a local array of `N` entries, whose descriptors the caller's borrows keep open.
        let ready = unsafe { libc::poll(requests.as_mut_ptr(), N as libc::nfds_t, left) };
        if ready >= 0 {
            return Ok(ready > 0);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
