//! Programs that are told of changes: once for each time that they begin to wait, and never within an answer.

use crate::program::{DEADLINE, Program, Service};
use pcsc_sim::DemoCard;
use pcsc_sys::{SCARD_E_CANCELLED, SCARD_E_INVALID_HANDLE};
use pcsclite_wire::message::{Cancel, ReaderEvents, Wait};
use pcsclite_wire::{Command, READERS, Version};
use std::time::{Duration, Instant};

#[test]
fn a_program_of_4_6_is_told_of_a_change_once() {
    let service = Service::start();
    let mut program = service.program();
    assert_eq!(program.wait()[0].event_counter, 1);
    service.reader.remove();
    assert_eq!(program.told(), 0);
    service.reader.insert(DemoCard::new());
    program.assert_nothing_comes();
    assert_eq!(program.wait()[0].event_counter, 3);
    program.assert_nothing_comes();
    service.simulator.add_reader("another");
    assert_eq!(program.told(), 0);
}

#[test]
fn a_program_of_4_4_is_told_the_states_first() {
    let service = Service::start();
    let mut program = Program::connect(service.served.path()).of(Version::WAITS_AT_ONCE);
    for events in 1..20 {
        program.send_alone(Command::WAIT_READER_STATE_CHANGE);
        // At any moment of the answer.
        drop(service.reader.remove());
        service.reader.insert(DemoCard::new());
        let states = program.read_states(READERS);
        assert!(states[0].event_counter >= 2 * events - 1);
        if states[0].event_counter < 2 * events + 1 {
            assert_eq!(program.told(), 0);
        } else {
            program.send_alone(Command::STOP_WAITING_READER_STATE_CHANGE);
            assert_eq!(program.told(), 0);
        }
    }
}

/// The library would take the message for the number of states.
#[test]
fn a_change_before_a_program_has_asked_for_the_states_is_in_the_states() {
    let service = Service::start();
    let (end, mut rounds, mut changes) = (Instant::now() + DEADLINE, 0, 1);
    while rounds < 20 {
        assert!(Instant::now() < end, "{rounds} rounds were fast enough");
        // What a round that was too slow has mixed up ends with its program.
        let mut program = service.program();
        let start = Instant::now();
        program.send_alone(Command::WAIT_READER_STATE_CHANGE);
        let (number, changed) = (program.size(), service.reader.remove().is_some());
        assert!(changed && number == READERS);
        service.reader.insert(DemoCard::new());
        changes += 2;
        program.send_alone(Command::GET_READERS_STATE_ARRAY);
        let states = program.read_states(number);
        // The states are waited for so long.
        if start.elapsed() >= Duration::from_secs(1) {
            continue;
        }
        assert_eq!(states[0].event_counter, changes);
        program.send_alone(Command::STOP_WAITING_READER_STATE_CHANGE);
        assert_eq!(program.told(), 0);
        program.assert_nothing_comes();
        rounds += 1;
    }
}

/// The library would take the message for the count of readers that came and went.
#[test]
fn a_change_before_a_program_has_asked_for_the_count_is_told_after_it() {
    let service = Service::start();
    let mut program = service.program();
    let (end, mut rounds) = (Instant::now() + DEADLINE, 0);
    while rounds < 20 {
        let start = Instant::now();
        program.wait();
        drop(service.reader.remove());
        service.reader.insert(DemoCard::new());
        program.send_alone(Command::GET_READER_EVENTS);
        let (first, second) = (program.read::<ReaderEvents>(), program.read::<ReaderEvents>());
        // It is waited for so long, after the states were told.
        if start.elapsed() < Duration::from_millis(5) {
            assert_eq!((first.events, second.events), (2, 0));
            rounds += 1;
        }
        assert!(Instant::now() < end, "no round was fast enough");
    }
}

#[test]
fn a_program_that_does_not_ask_for_the_states_is_told_all_the_same() {
    let service = Service::start();
    let mut program = service.program();
    program.send_alone(Command::WAIT_READER_STATE_CHANGE);
    // An answer after it: by then it waits.
    program.assert_nothing_comes();
    service.reader.remove();
    assert_eq!(program.told(), 0);
}

#[test]
fn who_stops_waiting_gets_one_answer_in_any_case() {
    let service = Service::start();
    let mut program = service.program();
    program.wait();
    program.send_alone(Command::STOP_WAITING_READER_STATE_CHANGE);
    assert_eq!(program.told(), 0);
    service.reader.remove();
    program.assert_nothing_comes();
    program.wait();
    service.reader.insert(DemoCard::new());
    assert_eq!(program.told(), 0);
    // What was told is the answer to this, too.
    program.send_alone(Command::STOP_WAITING_READER_STATE_CHANGE);
    program.assert_nothing_comes();
}

#[test]
fn a_wait_is_cancelled_from_another_connection_by_the_contexts_number() {
    let service = Service::start();
    let mut program = service.program();
    program.establish();
    let context = program.context;
    let cancel = |context| {
        let mut other = Program::connect(service.served.path());
        other.ask(Command::CANCEL, &Cancel { context, code: 0 }).code
    };
    // Nothing waits.
    assert_eq!(cancel(context), 0);
    program.wait();
    assert_eq!(cancel(context), 0);
    assert_eq!(program.told(), SCARD_E_CANCELLED as u32);
    service.reader.remove();
    program.assert_nothing_comes();
    assert_eq!(cancel(context ^ 1), SCARD_E_INVALID_HANDLE as u32);
    assert_eq!(cancel(0), SCARD_E_INVALID_HANDLE as u32);
}

#[test]
fn what_others_do_with_a_card_is_told_where_it_shows_in_its_state() {
    let service = Service::start();
    let mut other = service.program();
    other.establish();
    let mut program = service.program();
    program.wait();
    assert_eq!(other.connect_card(), 0);
    assert_eq!(program.told(), 0);
    assert_eq!(program.wait()[0].sharing, 1);
    assert_eq!((other.begin(), other.end()), (0, 0));
    // Not the transaction.
    program.assert_nothing_comes();
    drop(other);
    assert_eq!(program.told(), Wait::default().code);
    assert_eq!(program.wait()[0].sharing, 0);
}
