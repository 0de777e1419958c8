//! The states of readers, and how often these came and went.

use crate::program::{Folder, Program, READER, Service};
use pcsc_sim::{Card, DemoCard, FnCard, Limits, Simulator};
use pcsc_sys::{
    SCARD_ABSENT, SCARD_NEGOTIABLE, SCARD_POWERED, SCARD_PRESENT, SCARD_PROTOCOL_T1, SCARD_SWALLOWED,
    SCARD_UNKNOWN,
};
use pcsclite_wire::message::ReaderEvents;
use pcsclite_wire::{Command, READERS, Version};

#[test]
fn a_state_has_what_pcscd_tells_of_a_reader() {
    let service = Service::start();
    let other = service.simulator.add_reader("another");
    let mut program = service.connected();
    let states = program.states();
    let [first, second] = &states[..] else {
        panic!("{states:?}")
    };
    assert_eq!(first.name.as_bytes(), READER.as_bytes());
    assert_eq!((first.event_counter, first.sharing), (1, 1));
    let powered = (SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE) as u32;
    assert_eq!((first.state, first.protocol), (powered, SCARD_PROTOCOL_T1 as u32));
    assert_eq!(first.atr(), Some(DemoCard::new().atr()));
    assert_eq!(
        (second.event_counter, second.sharing, second.state, second.atr()),
        (0, 0, SCARD_ABSENT as u32, Some(&[][..]))
    );
    other.insert(FnCard::new([], |_, _| {}));
    assert_eq!(
        program.states()[1].state,
        (SCARD_PRESENT | SCARD_SWALLOWED) as u32
    );
    service.reader.set_available(false);
    let away = program.states()[0];
    assert_eq!(
        (away.state, away.protocol, away.atr()),
        (SCARD_UNKNOWN as u32, 0, Some(&[][..]))
    );
}

#[test]
fn more_readers_than_16_are_told_to_libraries_from_4_6_on() {
    let simulator = Simulator::new();
    simulator.set_limits(Limits::NONE);
    let readers: Vec<_> = (0..40)
        .map(|number| simulator.add_reader(format!("{number}")))
        .collect();
    let folder = Folder::new();
    let served = simulator.serve(folder.socket()).unwrap();
    let mut old = Program::connect(served.path()).of(Version::WAITS_AT_ONCE);
    assert_eq!(old.states().len(), READERS);
    let mut new = Program::connect(served.path()).of(Version::NEWEST);
    assert_eq!(new.wait().len(), 40);
    // The library takes a number that falls for a mistake.
    readers.iter().skip(1).for_each(pcsc_sim::Reader::unplug);
    assert_eq!(new.told(), 0);
    assert_eq!(new.size(), 40);
    assert_eq!(new.wait().len(), 1);
}

/// A reader that comes between the two questions must not make the second answer longer.
#[test]
fn so_many_states_come_as_were_announced() {
    let simulator = Simulator::new();
    simulator.set_limits(Limits::NONE);
    let folder = Folder::new();
    let served = simulator.serve(folder.socket()).unwrap();
    let mut program = Program::connect(served.path()).of(Version::NEWEST);
    assert_eq!(program.size(), READERS);
    let _readers: Vec<_> = (0..20)
        .map(|number| simulator.add_reader(format!("{number}")))
        .collect();
    program.send_alone(Command::GET_READERS_STATE_ARRAY);
    assert_eq!(program.read_states(READERS).len(), READERS);
    program.assert_nothing_comes();
}

#[test]
fn readers_that_come_and_go_are_counted_from_4_5_on() {
    let service = Service::start();
    let mut program = service.program();
    let mut events = || {
        program.send_alone(Command::GET_READER_EVENTS);
        program.read::<ReaderEvents>().events
    };
    let first = events();
    assert!(first > 0);
    assert_eq!(events(), first);
    let reader = service.simulator.add_reader("another");
    assert_eq!(events(), first + 1);
    reader.unplug();
    assert_eq!(events(), first + 2);
    service.reader.remove();
    assert_eq!(events(), first + 2);
}
