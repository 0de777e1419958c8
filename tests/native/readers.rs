//! The states of the readers: any number of them, and a change between the answers.

use crate::daemon::{DEADLINE, Daemon};
use crate::program::{self, KNOWN, changes, establish, list, release};
use crate::service::{Fault, READER, Settings, bytes};
use pcsc_sys::*;
use pcsclite_wire::message::{Message, Wait};
use pcsclite_wire::{Command, ReaderState};
use std::time::{Duration, Instant};

#[test]
fn there_are_as_many_readers_as_the_service_says() {
    for places in [1, 2, 15, 16, 17, 32, 33, 100, 9_000] {
        let _daemon = Daemon::start(Settings {
            places,
            ..Settings::of(6)
        });
        let (_, context) = establish();
        let (code, names) = list(context);
        assert_eq!((code, names.as_bytes()), (0, READER), "{places}");
        let (code, event) = changes(context, &program::reader(), SCARD_STATE_UNAWARE, 0);
        assert_eq!((code, event), (0, KNOWN | SCARD_STATE_CHANGED), "{places}");
        assert_eq!(
            changes(context, &program::reader(), KNOWN, 20).0,
            SCARD_E_TIMEOUT,
            "{places}"
        );
        release(context);
    }
}

/// The number of the first answer to this, in the second of two runs of the program.
fn number_of(minor: i32, command: Command) -> usize {
    let daemon = Daemon::start(Settings::of(minor));
    for _ in 0..2 {
        wait_once();
    }
    let log = daemon.log();
    let second = log
        .iter()
        .rposition(|entry| entry.command == Command::ESTABLISH_CONTEXT)
        .unwrap();
    log[second..]
        .iter()
        .position(|entry| entry.command == command)
        .unwrap()
}

/// Waits a little for a change.
fn wait_once() -> LONG {
    let (code, context) = establish();
    assert_eq!(code, 0);
    let begin = Instant::now();
    let (code, event) = changes(context, &program::reader(), KNOWN, 50);
    assert!(begin.elapsed() >= Duration::from_millis(50) && begin.elapsed() < DEADLINE);
    assert_eq!(event, KNOWN);
    assert_eq!(list(context), (0, String::from_utf8(READER.to_vec()).unwrap()));
    assert_eq!(release(context), 0);
    code
}

/// A change that is told among the answers, between any two of the states from version 4:6 on, makes the client look again.
#[test]
fn a_change_between_the_answers_is_no_part_of_them() {
    let event = bytes(&Wait::default());
    let watching = number_of(6, Command::WAIT_READER_STATE_CHANGE);
    let states = watching + 1;
    for place in 0..=16 {
        let all = crate::service::states(16);
        let (before, after) = all.split_at(place * ReaderState::LEN);
        let with_event = [before, &event, after].concat();
        // The rest of it comes as the service's answer to the next request: the mark.
        let settings = Settings::of(6).with(states, Fault::Replace(with_event));
        let daemon = Daemon::start(settings);
        assert_eq!(wait_once(), SCARD_E_TIMEOUT, "{place}");
        let times = daemon
            .log()
            .iter()
            .filter(|entry| entry.command == Command::WAIT_READER_STATE_CHANGE)
            .count();
        assert_eq!(times, 2, "it watches once more: {place}");
    }
    // Behind the states, before the mark.
    for minor in [4, 5, 6] {
        let watching = number_of(minor, Command::WAIT_READER_STATE_CHANGE);
        let mark = watching + if minor == 6 { 2 } else { 1 };
        let daemon = Daemon::start(Settings::of(minor).with(mark, Fault::Before(event.clone())));
        assert_eq!(wait_once(), SCARD_E_TIMEOUT, "{minor}");
        let times = daemon
            .log()
            .iter()
            .filter(|entry| entry.command == Command::WAIT_READER_STATE_CHANGE)
            .count();
        assert_eq!(times, 2, "it watches once more: {minor}");
    }
}

/// The pseudo-reader tells of readers that came and went since its count was told, from version 4:5 on.
#[test]
fn readers_that_came_and_went_are_counted() {
    let pnp = c"\\\\?pnp?\\NOTIFICATION".to_owned();
    for (minor, known, expected, found) in [
        (4, 0, SCARD_E_TIMEOUT, 0),
        (4, 6 << 16, SCARD_E_TIMEOUT, 0),
        (5, 0, SCARD_E_TIMEOUT, 7 << 16),
        (5, 7 << 16, SCARD_E_TIMEOUT, 7 << 16),
        (5, 6 << 16, 0, 7 << 16 | SCARD_STATE_CHANGED),
        (6, 7 << 16, SCARD_E_TIMEOUT, 7 << 16),
        (6, 6 << 16, 0, 7 << 16 | SCARD_STATE_CHANGED),
    ] {
        let _daemon = Daemon::start(Settings::of(minor));
        let (_, context) = establish();
        assert_eq!(
            changes(context, &pnp, known, 20),
            (expected, found),
            "{minor} {known:X}"
        );
        release(context);
    }
}
