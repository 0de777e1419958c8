//! A program's connection, and the one to its service.

use super::follower::Heard;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::SystemTime;

/// As many bytes as a service sends at once, and more.
const MOST: usize = 0x1_1000;

/// Forwards what both say until both have ended.
///
/// What is read is told before it is forwarded, so that nobody can hear an answer before what it answers.
pub(super) fn forward(
    number: u64,
    program: &UnixStream,
    service: &UnixStream,
    heard: &Sender<Heard>,
) -> io::Result<()> {
    thread::scope(|scope| {
        let requests = thread::Builder::new().name("pcsc: requests".to_owned());
        let asking = requests.spawn_scoped(scope, || {
            pump(program, service, |bytes| Heard::Asked(number, bytes), heard);
            // The service ends the connection when it has read all.
            let _ = service.shutdown(Shutdown::Write);
        });
        if asking.is_ok() {
            let answer = |bytes| Heard::Answered(number, bytes, SystemTime::now());
            pump(service, program, answer, heard);
        }
        // As the service has ended it: who still writes finds out, on either side. They may have gone.
        let _ = program.shutdown(Shutdown::Both);
        let _ = service.shutdown(Shutdown::Both);
        asking.map(drop)
    })
}

/// Forwards in one direction until one of the two has ended.
fn pump(mut from: &UnixStream, mut to: &UnixStream, told: impl Fn(Vec<u8>) -> Heard, heard: &Sender<Heard>) {
    let mut buffer = vec![0; MOST];
    loop {
        let bytes = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(len) => buffer.get(..len).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        // Who follows has ended only where the program has.
        let _ = heard.send(told(bytes.to_vec()));
        if to.write_all(bytes).is_err() {
            return;
        }
    }
}
