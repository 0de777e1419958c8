//! Sockets that are full: what does not fit at once goes in parts, arrives whole, and is not sent again.

use crate::daemon::{Daemon, narrow, place, serve};
use crate::program::{self, connect, control, establish, release};
use crate::service::{Fault, Settings};
use crate::signals::{interrupted, wait_for_interruptions};
use pcsc_sys::*;
use pcsclite_wire::message::{Control, Message, Transmit};
use pcsclite_wire::{Command, MAX_EXTENDED};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc;

type Call = fn(SCARDHANDLE, &[u8], usize) -> (LONG, Vec<u8>);

/// What sends bytes behind its message, and has some come back.
const CALLS: [(Command, usize, Call); 2] = [
    (Command::TRANSMIT, Transmit::LEN, program::send),
    (Command::CONTROL, Control::LEN, control),
];

/// The number of the first request of a card, behind those for the context and the connection.
const FIRST: usize = 2;

/// Bytes that are the same nowhere near.
fn pattern(length: usize, factor: usize) -> Vec<u8> {
    (0..length)
        .map(|index| (index * factor + index / 251) as u8)
        .collect()
}

/// Leaves as little room as can be in the sockets of this program that are connected to the service; returns how many those are.
fn narrow_clients() -> usize {
    let path = std::env::var_os("PCSCLITE_CSOCK_NAME").unwrap();
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
    let numbers = descriptors.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let narrowed = numbers.filter(|number: &RawFd| {
        // SAFETY: it is not closed by this value; any other than the service's is only asked whom it is connected to.
        let socket = ManuallyDrop::new(unsafe { UnixStream::from_raw_fd(*number) });
        let is_client = socket
            .peer_addr()
            .is_ok_and(|address| address.as_pathname() == Some(Path::new(&path)));
        if is_client {
            narrow(&socket);
        }
        is_client
    });
    narrowed.count()
}

#[test]
fn the_longest_bytes_of_both_ends_arrive_whole() {
    for is_narrow in [false, true] {
        for (command, message, call) in CALLS {
            let (bytes, answer) = (pattern(MAX_EXTENDED, 7), pattern(MAX_EXTENDED, 31));
            let daemon = Daemon::start(Settings {
                answer: answer.clone(),
                is_narrow,
                ..Settings::of(4)
            });
            let (_, context) = establish();
            let (_, card) = connect(context);
            if is_narrow {
                // Or more: what panicked in other tests has left its own.
                assert!(narrow_clients() >= 1);
            }
            let sent = bytes.clone();
            let (code, received) = interrupted(move || call(card, &sent, MAX_EXTENDED));
            assert_eq!(code, 0, "{command:?}");
            assert!(received == answer, "{command:?}: {} bytes", received.len());
            assert_eq!(release(context), 0);
            let log = daemon.log();
            let sent: Vec<_> = log.iter().filter(|entry| entry.command == command).collect();
            assert_eq!(sent.len(), 1, "{command:?}");
            assert!(sent[0].request[message..] == bytes, "{command:?}");
        }
    }
}

/// A service whose queue is full is waited for, whatever signals come.
#[test]
fn a_service_that_takes_nobody_yet_is_waited_for() {
    let (_one, path) = place();
    let listener = UnixListener::bind(&path).unwrap();
    // SAFETY: it is a socket that listens, and from now on keeps one waiting.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let first = UnixStream::connect(&path).unwrap();
    let (sender, _log) = mpsc::channel();
    let service = std::thread::spawn(move || {
        wait_for_interruptions();
        drop((listener.accept().unwrap(), first));
        serve(listener.accept().unwrap().0, &Settings::of(4), &sender);
    });
    let (code, context) = interrupted(establish);
    assert_eq!(code, 0, "{code:X}");
    assert_eq!(release(context), 0);
    service.join().unwrap();
}

/// Where the service ends while it is being sent to, nothing has been executed, and nothing is sent again.
#[test]
fn a_service_that_ends_within_a_request_is_told_of_once() {
    for (command, _, call) in CALLS {
        for taken in [0, 1, 5_000, 60_000] {
            for is_narrow in [false, true] {
                let daemon = Daemon::start(Settings::of(4).with(
                    FIRST,
                    Fault::Unread {
                        taken,
                        they_fit: !is_narrow,
                    },
                ));
                let (_, context) = establish();
                let (_, card) = connect(context);
                if is_narrow {
                    assert!(narrow_clients() >= 1);
                }
                let (code, _) = call(card, &pattern(MAX_EXTENDED, 7), 300);
                // All of it was in the socket, or it was not.
                let expected: &[LONG] = match is_narrow {
                    true => &[SCARD_E_NO_SERVICE],
                    false => &[SCARD_F_COMM_ERROR],
                };
                assert!(
                    expected.contains(&code),
                    "{command:?}, {taken}, {is_narrow}: {code:X}"
                );
                assert_eq!(call(card, &[1], 300).0, SCARD_E_NO_SERVICE);
                assert_eq!(release(context), SCARD_E_NO_SERVICE);
                let commands = daemon.log();
                let times = commands.iter().filter(|entry| entry.command == command).count();
                assert_eq!(times, 1, "{command:?}, {taken}, {is_narrow}");
            }
        }
    }
}
