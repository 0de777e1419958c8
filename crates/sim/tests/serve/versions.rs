//! Which libraries a service takes.

use crate::program::{Folder, Program, Service};
use pcsc_sim::Simulator;
use pcsc_sim::serve::Version;
use pcsc_sys::SCARD_E_SERVICE_STOPPED;
use pcsclite_wire::{Command, Version as Number};

fn code_for(own: Version, minor: i32) -> (u32, i32) {
    let folder = Folder::new();
    let served = Simulator::new().serve_as(own, folder.socket()).unwrap();
    let answer = Program::connect(served.path()).version(Number { major: 4, minor });
    (answer.code, answer.minor)
}

#[test]
fn a_service_up_to_4_5_takes_its_own_version_alone_and_4_6_takes_older_ones() {
    let stopped = SCARD_E_SERVICE_STOPPED as u32;
    for (own, minor, taken) in [
        (Version::V4_4, 4, 4..=4),
        (Version::V4_5, 5, 5..=5),
        (Version::V4_6, 6, 4..=6),
    ] {
        for asked in 2..=7 {
            let code = if taken.contains(&asked) { 0 } else { stopped };
            assert_eq!(code_for(own, asked), (code, minor), "{own:?} {asked}");
        }
    }
    assert_eq!(Version::default(), Version::V4_6);
}

#[test]
fn what_a_version_does_not_have_ends_the_connection() {
    let folder = Folder::new();
    let served = Simulator::new().serve_as(Version::V4_4, folder.socket()).unwrap();
    for command in [
        Command::GET_READER_EVENTS,
        Command::GET_READERS_STATE_SIZE,
        Command::GET_READERS_STATE_ARRAY,
    ] {
        let mut program = Program::connect(served.path()).of(Number::WAITS_AT_ONCE);
        program.send_alone(command);
        program.assert_closed();
    }
}

#[test]
fn a_library_that_was_refused_may_offer_the_other_version_on_the_same_connection() {
    let service = Service::start();
    let mut program = Program::connect(service.served.path());
    assert_ne!(program.version(Number { major: 4, minor: 9 }).code, 0);
    assert_eq!(program.version(Number::NEWEST).code, 0);
    program.establish();
}
