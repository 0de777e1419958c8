//! What goes through a proxy, over real sockets.

use super::{Proxy, Tape};
use crate::recording_file::RecordingFile;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// A proxy in front of a service that is not there yet.
fn proxy() -> (Proxy, PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let tape = RecordingFile::replace(&folder.path().join("r.pcapng")).unwrap();
    let service = folder.path().join("service");
    let tape = Tape::new(tape, false).unwrap();
    let proxy = Proxy::start(&folder.path().join("proxy"), service.clone(), tape).unwrap();
    (proxy, service, folder)
}

fn connect(proxy: &Proxy) -> UnixStream {
    let stream = UnixStream::connect(proxy.socket()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn bytes_that_nobody_understands_are_forwarded_unchanged() {
    let (proxy, service, _folder) = proxy();
    let listener = UnixListener::bind(service).unwrap();
    let mut program = connect(&proxy);
    let (mut service, _) = listener.accept().unwrap();
    let nonsense: Vec<u8> = (0..1_000_000_u32)
        .map(|number| (number * 7 + number / 251) as u8)
        .collect();
    for from_program in [true, false] {
        let (from, to) = if from_program {
            (&mut program, &mut service)
        } else {
            (&mut service, &mut program)
        };
        let mut got = vec![0; nonsense.len()];
        std::thread::scope(|scope| {
            scope.spawn(|| from.write_all(&nonsense).unwrap());
            to.read_exact(&mut got).unwrap();
        });
        assert!(got == nonsense);
    }
    // A program that has ended is read to its end, and the service told of it.
    program.write_all(b"end").unwrap();
    program.shutdown(Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    service.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"end");
    service.write_all(b"bye").unwrap();
    drop(service);
    let mut rest = Vec::new();
    program.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"bye");
    assert_eq!(proxy.end().connections, 1);
}

#[test]
fn a_service_that_closes_closes_the_program() {
    let (proxy, service, _folder) = proxy();
    let mode = std::fs::metadata(proxy.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut rest = Vec::new();
    // One that is not there closes it at once.
    assert_eq!(connect(&proxy).read_to_end(&mut rest).unwrap(), 0);
    let listener = UnixListener::bind(service).unwrap();
    let mut program = connect(&proxy);
    drop(listener.accept().unwrap());
    assert_eq!(program.read_to_end(&mut rest).unwrap(), 0);
    assert!(program.write_all(&[0; 8]).is_err());
    assert_eq!(proxy.end().connections, 2);
}

#[test]
fn a_program_that_stays_does_not_keep_it_from_ending() {
    let (proxy, service, _folder) = proxy();
    let listener = UnixListener::bind(service).unwrap();
    let mut stays = connect(&proxy);
    let (mut service, _) = listener.accept().unwrap();
    service.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stays.write_all(b"last").unwrap();
    let ending = std::thread::spawn(move || proxy.end());
    let mut rest = Vec::new();
    service.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"last");
    drop(service);
    assert_eq!(ending.join().unwrap().connections, 1);
}

/// What a program gets of a service that closes its connection, having read so many bytes of this.
fn closed(said: &[u8], read: usize, is_recorded: bool) -> Result<usize, std::io::ErrorKind> {
    let (proxy, service, _folder) = proxy();
    let listener = UnixListener::bind(&service).unwrap();
    let socket = if is_recorded { proxy.socket() } else { &service };
    let mut program = UnixStream::connect(socket).unwrap();
    program.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // As libraries do, a header and its message.
    let (header, message) = said.split_at(said.len().min(8));
    program.write_all(header).unwrap();
    program.write_all(message).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.read_exact(&mut vec![0; read]).unwrap();
    drop(stream);
    program.read(&mut [0; 8]).map_err(|error| error.kind())
}

#[test]
fn a_program_that_a_service_does_not_read_is_reset_as_it_would_be_without() {
    let version = [12, 0, 0, 0, 0x11, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0];
    for _ in 0..20 {
        for (said, read) in [(&version[..], 0), (&version, 8), (&version, 20), (&[], 0)] {
            assert_eq!(
                closed(said, read, true),
                closed(said, read, false),
                "{} {read}",
                said.len()
            );
        }
    }
}
