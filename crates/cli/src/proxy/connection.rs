//! A program's connection, and the one to its service.

use super::ear::{Ear, Heard};
use super::first_request::{self, Progress, State};
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::SystemTime;
use zeroize::{Zeroize, Zeroizing};

/// As many bytes as a service sends at once, and more.
const MOST: usize = 0x1_1000;

/// Forwards what both say until both have ended.
///
/// What is read is told before it is forwarded, so that nobody can hear an answer before what it answers. The program's socket is
/// as the service's is: one that is to be closed with something in it is not shut down.
pub(super) fn forward(number: u64, program: &UnixStream, service: &UnixStream, ear: &Ear) -> io::Result<()> {
    let (progress, has_left) = (Progress::default(), AtomicBool::new(false));
    let asked = |bytes: &[u8]| ear.tell(Heard::Asked(number, Zeroizing::new(bytes.to_vec())));
    thread::scope(|scope| {
        let requests = thread::Builder::new().name("pcsc: requests".to_owned());
        let asking = requests.spawn_scoped(scope, || {
            if first_request::forward(program, service, asked, &progress) == State::Taken {
                // Where the service has gone it has closed both.
                let _ = pump(program, asked, service, true);
                has_left.store(true, Ordering::SeqCst);
                ear.tell(Heard::Left(number, SystemTime::now()));
            }
            // The service ends the connection when it has read all.
            let _ = service.shutdown(Shutdown::Write);
        });
        if asking.is_ok() {
            let answered = |bytes: &[u8]| {
                progress.note(State::Taken);
                let bytes = Zeroizing::new(bytes.to_vec());
                ear.tell(Heard::Answered(number, bytes, SystemTime::now()));
            };
            // A program that has gone hears nothing, and what the card has answered is recorded.
            let end = match pump(service, answered, program, false) {
                Ok(()) => State::Ended,
                Err(_) => State::Refused,
            };
            if !has_left.load(Ordering::SeqCst) {
                ear.tell(Heard::Closed(number));
            }
            if progress.note(end) == State::Taken {
                // As the service has ended it: who still writes finds out, on either side. They may have gone.
                let _ = program.shutdown(Shutdown::Both);
            }
        }
        asking.map(drop)
    })?;
    if progress.note(State::Ended) != State::Refused {
        let _ = program.shutdown(Shutdown::Both);
    }
    Ok(())
}

/// Forwards in one direction until the one has ended, or the other where that ends it; fails where it could not be read.
fn pump(mut from: &UnixStream, told: impl Fn(&[u8]), mut to: &UnixStream, ends_with: bool) -> io::Result<()> {
    let mut buffer = Zeroizing::new(vec![0; MOST]);
    let mut is_heard = true;
    loop {
        let len = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(len) => len,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = buffer.get_mut(..len).unwrap_or_default();
        told(bytes);
        is_heard = is_heard && to.write_all(bytes).is_ok();
        bytes.zeroize();
        if ends_with && !is_heard {
            return Ok(());
        }
    }
}
