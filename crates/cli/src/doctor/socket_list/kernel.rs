//! Linux' list of Unix sockets, as `ss -x` has it: sock_diag(7), which names both ends of a connection, to any user.

use crate::doctor::unix_socket::UnixSocket;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, sockopt};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Of headers of messages: `SOCK_DIAG_BY_FAMILY`, `NLM_F_REQUEST` and `NLM_F_DUMP`, and what ends the list.
const BY_FAMILY: u16 = 20;
const REQUEST_DUMP: u16 = 0x301;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const HEADER: usize = 16;

/// Of a socket: `AF_UNIX`, `TCP_LISTEN`.
const UNIX: u8 = 1;
const LISTENS: u8 = 10;
const SOCKET: usize = 16;

/// What is asked for, and how it is marked: `UDIAG_SHOW_NAME` and `UNIX_DIAG_NAME`, and so for `VFS` and `PEER`.
const SHOW: u32 = 1 | 2 | 4;
const NAME: u16 = 0;
const FILE: u16 = 1;
const PEER: u16 = 2;

/// How long the list may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Returns the sockets of this network namespace.
pub(super) fn list() -> io::Result<Vec<UnixSocket>> {
    let protocol = Some(netlink::SOCK_DIAG);
    let flags = SocketFlags::CLOEXEC;
    let kernel = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, protocol)?;
    sockopt::set_socket_timeout(&kernel, sockopt::Timeout::Recv, Some(PATIENCE))?;
    rustix::net::send(&kernel, &request(), SendFlags::empty())?;
    let (mut sockets, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let (_, length) = rustix::net::recv(&kernel, &mut buffer[..], RecvFlags::empty())?;
        let part = buffer.get(..length).ok_or(ErrorKind::InvalidData)?;
        if read(part, &mut sockets)? {
            return Ok(sockets);
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// Makes the request: a header, then the family, the states, the number of no socket, what to show.
fn request() -> Vec<u8> {
    const LENGTH: u32 = 40;
    let mut request = LENGTH.to_ne_bytes().to_vec();
    request.extend([BY_FAMILY.to_ne_bytes(), REQUEST_DUMP.to_ne_bytes()].concat());
    request.extend([0; 8]);
    request.extend([UNIX, 0, 0, 0]);
    for number in [u32::MAX, 0, SHOW, 0, 0] {
        request.extend(number.to_ne_bytes());
    }
    request
}

/// Reads a part of the answer, and tells whether it was the last.
fn read(mut part: &[u8], sockets: &mut Vec<UnixSocket>) -> io::Result<bool> {
    while part.len() >= HEADER {
        let length = number(part).map(|length| length as usize).unwrap_or_default();
        let message = part.get(HEADER..length).ok_or(ErrorKind::InvalidData)?;
        match short(&part[4..]) {
            Some(DONE) => return Ok(true),
            Some(ERROR) => return Err(ErrorKind::Unsupported.into()),
            _ => sockets.extend(socket(message)),
        }
        part = part.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// Reads a socket: family, kind, state, its number, a cookie, and what else there is to say, each with length and kind.
fn socket(message: &[u8]) -> Option<UnixSocket> {
    let (&[UNIX, _, state, _], mut rest) = (message.first_chunk()?, message.get(SOCKET..)?) else {
        return None;
    };
    let mut socket = UnixSocket {
        inode: number(&message[4..])?.into(),
        peer: None,
        path: None,
        file: None,
        listens: state == LISTENS,
    };
    while let (Some(length), Some(kind)) = (short(rest), rest.get(2..).and_then(short)) {
        let length = usize::from(length);
        let Some(value) = rest.get(4..length) else { break };
        match kind {
            PEER => socket.peer = number(value).map(u64::from),
            // First itself.
            FILE => socket.file = value.get(4..).and_then(number).zip(number(value)),
            NAME => {
                let path = value.split(|byte| *byte == 0).next().unwrap_or_default();
                // One that begins with a zero is none of a file.
                socket.path = (!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(path)));
            }
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(socket)
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

fn short(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::os::unix::net::{UnixListener, UnixStream};

    fn inode(socket: impl AsFd) -> u64 {
        rustix::fs::fstat(socket).unwrap().st_ino
    }

    #[test]
    fn both_ends_of_a_connection_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let client = UnixStream::connect(&path).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let sockets = match list() {
            Ok(sockets) => sockets,
            // An emulator that has no such list.
            Err(error) => {
                assert!(
                    rustix::net::socket_with(
                        AddressFamily::NETLINK,
                        SocketType::DGRAM,
                        SocketFlags::CLOEXEC,
                        Some(netlink::SOCK_DIAG)
                    )
                    .is_err(),
                    "{error}"
                );
                return;
            }
        };
        let found = |socket| sockets.iter().find(|found| found.inode == socket).unwrap();
        let (client, accepted) = (inode(&client), inode(&accepted));
        assert_eq!(found(client).peer, Some(accepted));
        assert_eq!(found(accepted).peer, Some(client));
        assert_eq!(found(accepted).path.as_ref(), Some(&path));
        assert!(found(inode(&listener)).listens && !found(accepted).listens);
        assert_eq!(found(client).path, None);
        // Also where the file has been moved since.
        let moved = folder.path().join("moved");
        std::fs::rename(&path, &moved).unwrap();
        assert_eq!(found(accepted).file, super::super::file(&moved));
        assert!(found(accepted).file.is_some());
    }

    #[test]
    fn an_answer_is_read_however_it_is_cut() {
        let mut message = vec![UNIX, 1, LISTENS, 0];
        message.extend(7_u32.to_ne_bytes());
        message.extend([0; 8]);
        let file = [5_u32, 6].map(u32::to_ne_bytes).concat();
        for (kind, value) in [(NAME, &b"/s\0"[..]), (PEER, &9_u32.to_ne_bytes()), (FILE, &file)] {
            message.extend([(4 + value.len() as u16).to_ne_bytes(), kind.to_ne_bytes()].concat());
            message.extend(value);
            message.resize(message.len().next_multiple_of(4), 0);
        }
        let mut answer = ((HEADER + message.len()) as u32).to_ne_bytes().to_vec();
        answer.extend([BY_FAMILY.to_ne_bytes(), [0; 2]].concat());
        answer.extend([0; 8]);
        answer.extend(&message);
        let whole = UnixSocket {
            inode: 7,
            peer: Some(9),
            path: Some("/s".into()),
            file: Some((6, 5)),
            listens: true,
        };
        let mut sockets = Vec::new();
        assert!(!read(&answer, &mut sockets).unwrap());
        assert_eq!(sockets, [whole]);
        for at in 0..answer.len() {
            sockets.clear();
            let _ = read(&answer[..at], &mut sockets);
            assert_eq!(sockets, []);
        }
        for at in 0..message.len() {
            let _ = socket(&message[..at]);
        }
        // No length brings it forward by nothing.
        answer[..4].copy_from_slice(&0_u32.to_ne_bytes());
        assert!(read(&answer, &mut sockets).is_err());
        message[16..18].copy_from_slice(&0_u16.to_ne_bytes());
        assert!(socket(&message).is_some());
    }
}
