//! Faults at the socket: each call ends, with the right code; nothing is sent twice.

use crate::daemon::{DEADLINE, Daemon, Entry};
use crate::program::{self, run};
use crate::service::{Fault, OPENING, Settings};
use pcsc_sys::*;
use pcsclite_wire::Command;
use std::sync::mpsc;

/// Runs the program, which must end in time.
fn run_in_time() -> Vec<(&'static str, LONG)> {
    let (sender, codes) = mpsc::channel();
    std::thread::spawn(move || sender.send(run()).unwrap());
    codes.recv_timeout(DEADLINE).expect("the program ends in time")
}

/// What the program asks when nothing goes wrong.
fn all(minor: i32) -> Vec<Entry> {
    let daemon = Daemon::start(Settings::of(minor));
    let codes = run_in_time();
    assert!(codes.iter().all(is_right), "{codes:X?}");
    let all = daemon.log();
    let once = all
        .iter()
        .rposition(|entry| entry.command == Command::ESTABLISH_CONTEXT)
        .unwrap();
    all[once..].to_vec()
}

fn is_right((name, code): &(&str, LONG)) -> bool {
    *code
        == if *name == "changes" {
            SCARD_E_TIMEOUT
        } else {
            SCARD_S_SUCCESS
        }
}

/// The lengths up to which an answer is cut: all of a short one, and of a long one those about which something may begin.
fn lengths(answer: &[u8]) -> Vec<usize> {
    (0..answer.len())
        .filter(|length| answer.len() < 100 || *length < 9 || length % 184 < 2 || answer.len() - length < 5)
        .collect()
}

/// Compares the calls after a fault with those before: all that the service was asked before is right, and after it none.
fn check(codes: &[(&str, LONG)], log: &[Entry], all: &[Entry], number: usize, what: &str) {
    let commands = |entries: &[Entry]| entries.iter().map(|entry| entry.command).collect::<Vec<_>>();
    // Up to the fault as without it. What was sent in one piece with it may have come, too.
    let (log, all) = (commands(log), commands(all));
    let opening = log
        .iter()
        .take_while(|command| **command == Command::VERSION)
        .count();
    let log = &log[opening..];
    assert_eq!(log[..=number], all[..=number], "{what}");
    assert!(log.len() <= number + 3 && all.starts_with(log), "{what}: {log:?}");
    let failed = codes.iter().position(|call| !is_right(call));
    let Some(failed) = failed else {
        panic!("{what}: nothing fails: {codes:X?}")
    };
    let (name, code) = codes[failed];
    let expected: &[LONG] = match name {
        "establish" => &[SCARD_F_COMM_ERROR, SCARD_W_SECURITY_VIOLATION],
        _ => &[SCARD_F_COMM_ERROR],
    };
    assert!(expected.contains(&code), "{what}: {codes:X?}");
    for (name, code) in &codes[failed + 1..] {
        // Or there is no context, or no card.
        let is_right = [SCARD_E_NO_SERVICE, SCARD_E_INVALID_HANDLE].contains(code);
        assert!(is_right, "{what}, {name}: {codes:X?}");
    }
}

fn closed_at_every_byte(minor: i32) {
    let all = all(minor);
    for length in 0..12 {
        let daemon = Daemon::start(Settings::of(minor).with(OPENING, Fault::Cut(length)));
        let codes = run_in_time();
        let expected = [SCARD_F_COMM_ERROR, SCARD_W_SECURITY_VIOLATION];
        assert!(expected.contains(&codes[0].1), "{length}: {codes:X?}");
        assert!(
            codes[1..].iter().all(|(_, code)| *code == SCARD_E_INVALID_HANDLE),
            "{length}: {codes:X?}"
        );
        assert_eq!(daemon.log().len(), 1);
    }
    for (number, entry) in all.iter().enumerate() {
        for length in lengths(&entry.answer) {
            let what = format!("{:?} cut after {length} bytes", entry.command);
            let daemon = Daemon::start(Settings::of(minor).with(number, Fault::Cut(length)));
            let codes = run_in_time();
            check(&codes, &daemon.log(), &all, number, &what);
        }
    }
}

#[test]
fn a_service_that_ends_within_an_answer_is_told_of_once_of_version_4_4() {
    closed_at_every_byte(4);
}

#[test]
fn a_service_that_ends_within_an_answer_is_told_of_once_of_version_4_6() {
    closed_at_every_byte(6);
}

#[test]
fn an_answer_that_comes_byte_by_byte_is_whole() {
    for minor in [4, 5, 6] {
        let slow = |settings, number| Settings::with(settings, number, Fault::Slow);
        let all = all(minor);
        let numbers = (0..all.len()).chain([OPENING]);
        let _daemon = Daemon::start(numbers.fold(Settings::of(minor), slow));
        for (name, code) in run_in_time() {
            let expected = if name == "changes" { SCARD_E_TIMEOUT } else { 0 };
            assert_eq!(code, expected, "{name}");
        }
    }
}

/// Bytes without a meaning, and none the same as before.
fn nonsense(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn nonsense_ends_every_call() {
    for minor in [4, 6] {
        let all = all(minor);
        for (number, entry) in all.iter().enumerate() {
            let fillings = [0x00, 0xFF, 0x80].map(|byte| vec![byte; entry.answer.len()]);
            let others = (0..8).map(|seed| nonsense(entry.answer.len(), seed * 100 + number as u64));
            for bytes in fillings.into_iter().chain(others) {
                let longer = [&bytes[..], &[0; 5000]].concat();
                for bytes in [bytes, longer] {
                    ends_with(minor, number, bytes);
                }
            }
        }
    }
}

/// In the wrong order, and of the wrong version.
#[test]
fn answers_to_other_requests_end_every_call() {
    let of_all = [4, 5, 6].map(all);
    for (minor, own) in [4, 5, 6].into_iter().zip(&of_all) {
        for (number, entry) in own.iter().enumerate() {
            let mut others: Vec<&[u8]> = of_all.iter().flatten().map(|other| &other.answer[..]).collect();
            others.sort_unstable();
            others.dedup();
            for other in others.into_iter().filter(|other| *other != entry.answer) {
                ends_with(minor, number, other.to_vec());
                // The right one comes late.
                ends_with(minor, number, [other, &entry.answer].concat());
            }
        }
    }
}

/// Runs the program where the service answers so and ends: whatever the codes are, they come, and nothing is asked again.
fn ends_with(minor: i32, number: usize, answer: Vec<u8>) {
    let daemon = Daemon::start(Settings::of(minor).with(number, Fault::Instead(answer)));
    run_in_time_whatever_it_finds();
    let commands: Vec<Command> = daemon.log().iter().map(|entry| entry.command).collect();
    for command in [
        Command::TRANSMIT,
        Command::CONTROL,
        Command::CONNECT,
        Command::SET_ATTRIBUTE,
    ] {
        let times = commands.iter().filter(|other| **other == command).count();
        assert!(times <= 1, "{command:?} is sent {times} times: {commands:?}");
    }
}

/// Runs the program to its end, or to a result that is not the right one.
fn run_in_time_whatever_it_finds() {
    let (sender, ended) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let _sender = sender;
        run()
    });
    let waited = ended.recv_timeout(DEADLINE);
    assert_eq!(
        waited,
        Err(mpsc::RecvTimeoutError::Disconnected),
        "the program ends in time"
    );
    let _ = thread.join();
}

/// An answer that says to have more bytes than there is room for.
#[test]
fn more_bytes_than_there_is_room_for_are_not_taken() {
    use crate::service::bytes;
    use pcsclite_wire::message::{Message, Transmit};
    for said in [5, 6, 65_548, 65_549, u32::MAX] {
        let transmit = Transmit {
            receive_length: said,
            ..Transmit::decode(&[0; Transmit::LEN]).unwrap()
        };
        let instead = [bytes(&transmit), vec![0xAA; 70_000]].concat();
        // Context and connection come before it. The service goes on, as if nothing was wrong.
        let _daemon = Daemon::start(Settings::of(4).with(2, Fault::Replace(instead)));
        let (_, context) = program::establish();
        let (_, card) = program::connect(context);
        assert_eq!(program::transmit(card, 4).0, SCARD_F_COMM_ERROR, "{said}");
        assert_eq!(program::transmit(card, 4).0, SCARD_E_NO_SERVICE, "{said}");
        assert_eq!(program::release(context), SCARD_E_NO_SERVICE);
    }
}
