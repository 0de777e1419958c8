//! Whole messages over a socket that does not block: nobody waits longer for a program than is said.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long a program may take to read its answers.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Reads as many bytes as the buffer has, however long that takes.
pub(super) fn read(mut stream: &UnixStream, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => buffer = buffer.get_mut(read..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                wait([stream.into()], libc::POLLIN, None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all bytes, in [`PATIENCE`].
pub(super) fn write(mut stream: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    let mut deadline = None;
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(ErrorKind::TimedOut.into());
                }
                wait([stream.into()], libc::POLLOUT, Some(left))?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all bytes at once; fails where that cannot be, and then some may be written.
pub(super) fn write_at_once(mut stream: &UnixStream, bytes: &[u8]) -> io::Result<()> {
    loop {
        match stream.write(bytes) {
            Ok(written) if written == bytes.len() => return Ok(()),
            Ok(_) => return Err(ErrorKind::WouldBlock.into()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What is waited for.
pub(super) struct Waited<'a>(BorrowedFd<'a>);

impl<'a, T: std::os::fd::AsFd> From<&'a T> for Waited<'a> {
    fn from(descriptor: &'a T) -> Self {
        Waited(descriptor.as_fd())
    }
}

/// Waits until one of these is ready, or has ended, or the time is over; tells which are ready.
pub(super) fn wait<const N: usize>(
    waited: [Waited<'_>; N],
    events: libc::c_short,
    time: Option<Duration>,
) -> io::Result<[bool; N]> {
    let mut polled = waited.each_ref().map(|Waited(descriptor)| libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events,
        revents: 0,
    });
    // Not less than was asked for: else who asks for half a millisecond asks again and again.
    let time = time.map_or(-1, |time| {
        time.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32
    });
    // SAFETY: so many structures, local ones that outlive the call; the descriptors are open, since they are borrowed.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, time) };
    if ready == -1 {
        let error = io::Error::last_os_error();
        return match error.kind() {
            ErrorKind::Interrupted => Ok([false; N]),
            _ => Err(error),
        };
    }
    Ok(polled.map(|polled| polled.revents != 0))
}
