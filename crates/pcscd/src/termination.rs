//! Waiting for the daemon's end.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_secs(5);

/// A started daemon, and the socket whose other end is its standard input: it hangs up when the daemon ends.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) end: UnixStream,
}

/// Asks the daemon to end, kills it if it does not within five seconds, and reaps it.
pub(crate) fn stop(running: &mut Running) -> io::Result<()> {
    let child = &mut running.child;
    // SAFETY: takes numbers only. Nobody else reaps the child, so the id is still its own.
    if unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGTERM) } == -1 {
        return Err(io::Error::last_os_error());
    }
    if !poll([running.end.as_fd()], Instant::now() + GRACE)? {
        child.kill()?;
    }
    child.wait().map(drop)
}

/// Tells whether the daemon has ended, and reaps it if so.
pub(crate) fn ended(child: &mut Child) -> io::Result<bool> {
    child.try_wait().map(|status| status.is_some())
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
