//! What comes of a connection to the service's socket.

use super::patience::within;
use pcsclite_wire::{Command, Header, Message, Version, message};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long each part may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// What came of it.
#[derive(Debug)]
pub(super) enum Knock {
    /// There was no connection.
    NotConnected(io::Error),
    /// It was accepted, or waits to be, and nothing was said.
    Silent,
    /// It was accepted, and closed, or something else was said.
    Unversed(io::Error),
    Answered(Version),
}

/// Connects to a socket, and asks.
pub(super) fn knock(socket: &Path) -> Knock {
    let socket = socket.to_owned();
    // To connect has no deadline of its own: where the service is stopped and others wait already, it would last.
    let connected = within(PATIENCE, move || UnixStream::connect(socket));
    let stream = match connected {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Knock::NotConnected(error),
        Err(_) => return Knock::Silent,
    };
    match version(stream) {
        Ok(version) => Knock::Answered(version),
        Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => Knock::Silent,
        Err(error) => Knock::Unversed(error),
    }
}

/// Asks for the version of the protocol, as a client does first.
fn version(mut stream: UnixStream) -> io::Result<Version> {
    const LEN: usize = message::Version::LEN;
    // Which most services take; each answers with its own.
    let ours = message::Version::from(Version::WAITS_AT_ONCE);
    let mut request = Header::of::<message::Version>(Command::VERSION).encode().to_vec();
    let mut bytes = [0; LEN];
    ours.encode_into(&mut bytes);
    request.extend(bytes);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&request)?;
    stream.read_exact(&mut bytes)?;
    let answer = message::Version::decode(&bytes);
    Ok(answer.ok_or(ErrorKind::InvalidData)?.into())
}
