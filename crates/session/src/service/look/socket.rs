//! The service's socket: whether one may connect, and what comes of it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What came of a connection to the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knock {
    /// There is no such file.
    Missing,
    /// This user may not open it.
    Denied,
    /// This process can open nothing.
    NoFileDescriptors,
    /// Nobody listens on it.
    Refused,
    /// It was accepted, and closed without an answer.
    Closed,
    /// The service told the version of its protocol.
    Answered { major: i32, minor: i32 },
    /// Nothing that says anything.
    Unknown,
}

/// pcsc-lite's command that asks for the version of the protocol; it is answered before a context is established.
const VERSION: u32 = 0x11;

/// The version that is named as this side's, which most services take.
const OURS: (i32, i32) = (4, 4);

/// The length of a message of versions: major, minor, and a code.
const LENGTH: usize = 12;

/// Connects and asks for the version of the protocol; waits for so long at most.
pub(super) fn knock(socket: &Path, wait: Duration) -> Knock {
    let socket = socket.to_owned();
    let (sender, receiver) = mpsc::channel();
    // To connect has no time limit of its own: where the service is stopped and its queue full, this thread waits on.
    let thread = thread::Builder::new()
        .name("pcsc-look".to_owned())
        .spawn(move || sender.send(ask(&socket, wait)));
    match thread {
        Ok(_) => receiver.recv_timeout(wait).unwrap_or(Knock::Unknown),
        Err(_) => Knock::Unknown,
    }
}

fn ask(socket: &PathBuf, wait: Duration) -> Knock {
    let stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) => return of_the_connection(&error),
    };
    match exchange(stream, wait) {
        Ok((major, minor)) => Knock::Answered { major, minor },
        Err(error) => match error.kind() {
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof => Knock::Closed,
            _ => Knock::Unknown,
        },
    }
}

fn of_the_connection(error: &io::Error) -> Knock {
    match (error.kind(), error.raw_os_error()) {
        (_, Some(libc::ENFILE | libc::EMFILE)) => Knock::NoFileDescriptors,
        // The last: a name that is longer than a socket's can be.
        (ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput, _) => Knock::Missing,
        (_, Some(libc::ELOOP)) => Knock::Missing,
        // A socket of datagrams.
        (_, Some(libc::EPROTOTYPE)) => Knock::Refused,
        (ErrorKind::PermissionDenied, _) => Knock::Denied,
        (ErrorKind::ConnectionRefused, _) => Knock::Refused,
        _ => Knock::Unknown,
    }
}

/// Tells this side's version of the protocol, and returns the service's.
fn exchange(stream: UnixStream, wait: Duration) -> io::Result<(i32, i32)> {
    // A write to a connection that the service has closed would end programs that do not ignore SIGPIPE, up to Rust 1.88
    // where it is this type's. The writes of the other one ask the system for no signal, and suit any stream.
    let mut stream = TcpStream::from(OwnedFd::from(stream));
    stream.set_read_timeout(Some(wait))?;
    stream.set_write_timeout(Some(wait))?;
    let mut message = Vec::with_capacity(8 + LENGTH);
    message.extend((LENGTH as u32).to_ne_bytes());
    message.extend(VERSION.to_ne_bytes());
    message.extend(OURS.0.to_ne_bytes());
    message.extend(OURS.1.to_ne_bytes());
    message.extend([0; 4]);
    stream.write_all(&message)?;
    let mut answer = [0; LENGTH];
    stream.read_exact(&mut answer)?;
    let number = |at: usize| i32::from_ne_bytes([answer[at], answer[at + 1], answer[at + 2], answer[at + 3]]);
    Ok((number(0), number(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_reason_is_told_apart() {
        for (number, knock) in [
            (libc::ENOENT, Knock::Missing),
            (libc::ELOOP, Knock::Missing),
            (libc::EACCES, Knock::Denied),
            (libc::ENFILE, Knock::NoFileDescriptors),
            (libc::EMFILE, Knock::NoFileDescriptors),
            (libc::EPROTOTYPE, Knock::Refused),
            (libc::ECONNREFUSED, Knock::Refused),
            (libc::EIO, Knock::Unknown),
        ] {
            assert_eq!(of_the_connection(&io::Error::from_raw_os_error(number)), knock);
        }
    }

    #[test]
    fn nobody_listens_at_a_name_that_is_too_long_nor_on_a_socket_of_datagrams() {
        let folder = tempfile::tempdir().unwrap();
        let wait = Duration::from_secs(30);
        assert_eq!(knock(&folder.path().join("s".repeat(200)), wait), Knock::Missing);
        let socket = folder.path().join("s");
        let _datagrams = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
        assert_eq!(knock(&socket, wait), Knock::Refused);
    }
}
