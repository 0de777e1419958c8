//! The socket to pcscd: bytes out and in, with system calls that end no program and are begun again after a signal.

use crate::arguments::Room;
use std::io::{self, IoSlice, Read};
use std::mem;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// A connection to pcscd's socket.
#[derive(Debug)]
pub(super) struct Socket(UnixStream);

impl Socket {
    /// Connects; blocks while as many programs wait for the service as the system lets.
    pub(super) fn connect(path: &Path) -> io::Result<Socket> {
        loop {
            match UnixStream::connect(path) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                connected => return connected.map(Socket),
            }
        }
    }

    pub(super) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Sends all of it, in one system call where the system takes it at once; blocks while the socket is full.
    ///
    /// # Errors
    /// The other end is closed. No signal is raised then.
    pub(super) fn send(&self, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            // SAFETY: a structure of numbers and pointers, for which all zeroes are a value: nothing to send, to nobody.
            let mut message: libc::msghdr = unsafe { mem::zeroed() };
            // An `IoSlice` is an `iovec` on Unix, as the standard library promises.
            message.msg_iov = parts.as_mut_ptr().cast();
            message.msg_iovlen = parts.len() as _;
            // SAFETY: the descriptor is open, and the message names as many slices as there are, which outlive the call.
            let sent = unsafe { libc::sendmsg(self.descriptor(), &raw const message, libc::MSG_NOSIGNAL) };
            match usize::try_from(sent) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => IoSlice::advance_slices(&mut parts, sent),
                Err(_) => ignore_signal()?,
            }
        }
        Ok(())
    }

    /// Receives exactly as much as fits.
    ///
    /// # Errors
    /// The other end is closed.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<()> {
        (&self.0).read_exact(buffer)
    }

    /// Receives what is there, at least one byte.
    ///
    /// # Errors
    /// The other end is closed.
    pub(super) fn receive_some(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&self.0).read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                received => return received,
            }
        }
    }

    /// Receives a message, and what comes right after it into a program's buffer, in one system call where both are there.
    ///
    /// Returns how many bytes came after the message: none, as many as there were, or as many as fit.
    ///
    /// # Errors
    /// The other end is closed.
    pub(super) fn receive_with(&self, message: &mut [u8], room: &Room) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = message.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let rest_length = rest.len();
            let parts = [
                libc::iovec {
                    iov_base: rest.as_mut_ptr().cast(),
                    iov_len: rest_length,
                },
                libc::iovec {
                    iov_base: room.pointer().cast(),
                    iov_len: room.length(),
                },
            ];
            // SAFETY: the descriptor is open; the first part is a slice, and of the second `Room`'s maker has promised
            // that it may be written as far as the service gives bytes, which is told how long it is.
            let received = unsafe { libc::readv(self.descriptor(), parts.as_ptr(), 2) };
            match usize::try_from(received) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(received) if received > rest_length => return Ok(received - rest_length),
                Ok(received) => filled += received,
                Err(_) => ignore_signal()?,
            }
        }
        Ok(0)
    }

    /// Receives the rest of what belongs into a program's buffer, of which `filled` bytes are there.
    ///
    /// # Errors
    /// The other end is closed. There is no room for `length` bytes, and nothing was received.
    pub(super) fn receive_rest(&self, room: &Room, mut filled: usize, length: usize) -> io::Result<()> {
        if length > room.length() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        while filled < length {
            // SAFETY: `filled` is less than the room's length, and so within the buffer.
            let place = unsafe { room.pointer().add(filled) };
            // SAFETY: the descriptor is open, and the buffer has `length` writable bytes, by the check above.
            let received = unsafe { libc::read(self.descriptor(), place.cast(), length - filled) };
            match usize::try_from(received) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(received) => filled += received,
                Err(_) => ignore_signal()?,
            }
        }
        Ok(())
    }

    /// Closes it for both ends: whatever is sent or received from now on fails.
    pub(super) fn give_up(&self) {
        // It fails where the other end has closed it, which is as good.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// Waits until one of the descriptors can be read, or has ended; false where the time is over. A signal does not end it.
///
/// # Errors
/// The system has no memory for it.
pub(super) fn wait(descriptors: [Option<RawFd>; 2], deadline: Option<Instant>) -> io::Result<bool> {
    let mut polls = descriptors.map(|descriptor| libc::pollfd {
        // A negative one is passed over.
        fd: descriptor.unwrap_or(-1),
        events: libc::POLLIN,
        revents: 0,
    });
    loop {
        // SAFETY: an array of two structures, which outlives the call.
        let ready = unsafe { libc::poll(polls.as_mut_ptr(), 2, milliseconds(deadline)) };
        match ready {
            0 if deadline.is_some_and(|deadline| Instant::now() >= deadline) => return Ok(false),
            0 => {}
            1.. => return Ok(true),
            _ => ignore_signal()?,
        }
    }
}

/// The time until then as `poll` takes it: rounded up, and what it cannot say in parts.
fn milliseconds(deadline: Option<Instant>) -> libc::c_int {
    let Some(deadline) = deadline else { return -1 };
    let left = deadline.saturating_duration_since(Instant::now());
    let rounded = left.saturating_add(Duration::from_nanos(999_999)).as_millis();
    libc::c_int::try_from(rounded).unwrap_or(libc::c_int::MAX)
}

/// Gives the error of the last system call, unless that was interrupted by a signal.
fn ignore_signal() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::Interrupted {
        Ok(())
    } else {
        Err(error)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::os::unix::thread::JoinHandleExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_signal_does_not_end_a_connection_that_is_waited_for() {
        static SIGNALS: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn count(_: libc::c_int) {
            SIGNALS.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: all zeroes is a value: no flags, so that calls are interrupted, and no signals held back.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = count as extern "C" fn(libc::c_int) as usize;
        // SAFETY: the handler touches one atomic, and nobody else in this program uses the signal.
        unsafe { libc::sigaction(libc::SIGURG, &raw const action, std::ptr::null_mut()) };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        // SAFETY: the descriptor is that of a socket that listens; from now on one may wait.
        assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
        let first = UnixStream::connect(&path).unwrap();
        let connecting = std::thread::spawn(move || Socket::connect(&path).map(drop));
        while SIGNALS.load(Ordering::Relaxed) < 100 {
            // SAFETY: the thread is there, since it was not waited for.
            unsafe { libc::pthread_kill(connecting.as_pthread_t(), libc::SIGURG) };
            if connecting.is_finished() {
                break;
            }
            std::thread::yield_now();
        }
        drop(listener.accept().unwrap());
        drop(first);
        connecting.join().unwrap().unwrap();
    }
}
