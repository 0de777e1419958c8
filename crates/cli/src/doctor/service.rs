//! pcscd: whether it answers, and which version of its protocol it speaks.

use super::Scene;
use super::verdict::Verdict;
use pcsc_session::{Context, Provider};
use pcsclite_wire::{Command, Header, Message, Version, message};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

pub(super) fn look(scene: &Scene, _provider: Provider, _context: &Context) -> Vec<Verdict> {
    let mut text = "it answers".to_owned();
    if let Ok(system) = &scene.system {
        let processes = system.processes();
        if let Some(pcscd) = processes.iter().find(|process| process.name == "pcscd") {
            text = format!("{pcscd} answers");
        }
        match system.socket().map(|socket| version(&system.at(socket))) {
            Some(Ok(version)) => text += &format!(", version {version} of the protocol"),
            Some(Err(error)) => text += &format!(", and its version could not be asked for: {error}"),
            None => {}
        }
    }
    vec![Verdict::ok(text)]
}

/// Asks for the version of the protocol, as a client does first.
fn version(socket: &Path) -> io::Result<Version> {
    const LEN: usize = message::Version::LEN;
    // Which most services take; each answers with its own.
    let ours = message::Version::from(Version::WAITS_AT_ONCE);
    let mut request = Header::of::<message::Version>(Command::VERSION).encode().to_vec();
    let mut bytes = [0; LEN];
    ours.encode_into(&mut bytes);
    request.extend(bytes);
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(&request)?;
    stream.read_exact(&mut bytes)?;
    let answer = message::Version::decode(&bytes);
    Ok(answer.ok_or(io::ErrorKind::InvalidData)?.into())
}
