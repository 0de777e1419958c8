//! One card and several programs.

use crate::program::{Program, READER, Service};
use pcsc_sim::{FnCard, Limits};
use pcsc_sys::{SCARD_E_NO_MEMORY, SCARD_E_SHARING_VIOLATION, SCARD_W_RESET_CARD};
use pcsclite_wire::Command;
use pcsclite_wire::message::Status;
use std::sync::mpsc;

const SELECT: [u8; 14] = *b"\x00\xA4\x04\x0C\x09\xF0PCSC-SIM";
const VERIFY_WRONG: [u8; 9] = *b"\x00\x20\x00\x81\x041234";
const VERIFY: [u8; 11] = *b"\x00\x20\x00\x81\x06123456";

#[test]
fn a_pin_that_is_tried_wrongly_by_three_programs_is_blocked() {
    let service = Service::start();
    for left in [0xC2, 0xC1, 0xC0] {
        let mut program = service.connected();
        assert_eq!(program.transmit(&SELECT), Ok(vec![0x90, 0x00]));
        assert_eq!(program.transmit(&VERIFY_WRONG), Ok(vec![0x63, left]));
    }
    let mut program = service.connected();
    assert_eq!(program.transmit(&SELECT), Ok(vec![0x90, 0x00]));
    assert_eq!(program.transmit(&VERIFY), Ok(vec![0x69, 0x83]));
}

#[test]
fn the_cards_are_those_of_the_provider_in_this_process_too() {
    let service = Service::start();
    let mut other = service.reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    let mut program = service.program();
    program.establish();
    program.send_connect();
    other.end_transaction().unwrap();
    assert_eq!(program.read_connected(), 0);
    other.begin_transaction().unwrap();
    assert_eq!(program.transmit(&SELECT), Err(SCARD_E_SHARING_VIOLATION as u32));
    assert_eq!(program.begin(), SCARD_E_SHARING_VIOLATION as u32);
    drop(other);
    assert_eq!(program.begin(), 0);
}

/// Connecting alone waits within the service.
#[test]
fn what_a_transaction_is_in_the_way_of_is_refused_and_connecting_waits() {
    let service = Service::start();
    let (mut holder, mut other) = (service.connected(), service.connected());
    assert_eq!(holder.begin(), 0);
    let violation = SCARD_E_SHARING_VIOLATION as u32;
    assert_eq!(other.begin(), violation);
    assert_eq!(other.transmit(&SELECT), Err(violation));
    let card = other.card;
    assert_eq!(
        other.ask(Command::STATUS, &Status { card, code: 0 }).code,
        violation
    );
    let mut third = service.program();
    third.establish();
    third.send_connect();
    assert_eq!(holder.end(), 0);
    assert_eq!(third.read_connected(), 0);
}

#[test]
fn a_program_that_dies_in_a_transaction_leaves_a_card_that_was_reset() {
    let service = Service::start();
    let (mut holder, mut other) = (service.connected(), service.connected());
    assert_eq!(holder.begin(), 0);
    assert_eq!(holder.transmit(&SELECT), Ok(vec![0x90, 0x00]));
    drop(holder);
    service.wait_for_programs(1);
    assert_eq!(other.begin(), SCARD_W_RESET_CARD as u32);
    assert_eq!(service.connected().begin(), 0);
}

#[test]
fn a_program_that_dies_without_a_transaction_leaves_the_card_as_it_is() {
    let service = Service::start();
    let (mut dies, mut other) = (service.connected(), service.connected());
    assert_eq!(dies.transmit(&SELECT), Ok(vec![0x90, 0x00]));
    drop(dies);
    service.wait_for_programs(1);
    assert_eq!(other.begin(), 0);
}

#[test]
fn a_program_that_dies_while_its_card_acts_is_ended_when_it_has_acted() {
    let service = Service::start();
    let (begins, begun) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    service
        .reader
        .insert(FnCard::new([0x3B, 0x80, 0x01, 0x81], move |_, response| {
            begins.send(()).unwrap();
            goes_on.recv().unwrap();
            response.extend([0x90, 0x00]);
        }));
    let program = service.connected();
    std::thread::scope(|scope| {
        let stream = program.stream.try_clone().unwrap();
        let (context, card) = (program.context, program.card);
        let dying = scope.spawn(move || {
            let mut dying = Program {
                stream,
                context,
                card,
            };
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dying.transmit(&SELECT))).is_err()
        });
        begun.recv().unwrap();
        program.stream.shutdown(std::net::Shutdown::Both).unwrap();
        assert!(dying.join().unwrap());
    });
    assert_eq!(service.served.programs(), 1);
    go_on.send(()).unwrap();
    service.wait_for_programs(0);
    assert!(service.reader.power_off(), "nobody is connected");
}

/// In pcscd such a program waits for itself for ever, and the card with it.
#[test]
fn a_program_that_dies_while_it_waits_frees_the_card() {
    let service = Service::start();
    // It waits for its own transaction.
    let mut dies = service.connected();
    assert_eq!(dies.begin(), 0);
    dies.send_connect();
    drop(dies);
    service.wait_for_programs(0);
    // And for another one's.
    let mut holder = service.connected();
    assert_eq!(holder.begin(), 0);
    let mut connecting = service.program();
    connecting.establish();
    connecting.send_connect();
    drop(connecting);
    service.wait_for_programs(1);
    assert_eq!(holder.end(), 0);
}

#[test]
fn two_hundred_programs_are_served_and_one_more_is_closed() {
    let service = Service::start();
    let mut programs: Vec<Program> = (0..200).map(|_| service.program()).collect();
    for program in &mut programs {
        program.establish();
    }
    Program::connect(service.served.path()).assert_closed();
    // Those of this process are as many less.
    assert!(service.reader.other_program().is_err());
    programs.pop();
    service.wait_for_programs(199);
    service.program().establish();
    assert_eq!(programs[0].connect_card(), 0);
}

#[test]
fn a_context_has_as_many_connections_as_are_set_and_tells_a_number_for_one_more() {
    let service = Service::start();
    service
        .simulator
        .set_limits(Limits::PCSCD.connections_of_context(1));
    let mut program = service.connected();
    assert_eq!(program.connect_card(), SCARD_E_NO_MEMORY as u32);
    assert_ne!(program.card, 0);
    assert!(service.reader.name() == READER && program.states()[0].sharing == 1);
}

#[test]
fn an_answer_of_65536_bytes_arrives_whole() {
    let service = Service::start();
    service.reader.insert(FnCard::new(
        [0x3B, 0x80, 0x01, 0x81],
        |command: &[u8], response| {
            response.extend(command.iter().cycle().take(65_546));
            response.extend([0x90, 0x00]);
        },
    ));
    let mut program = service.connected();
    let command: Vec<u8> = (0..65_548u32).map(|index| (index % 251) as u8).collect();
    let answer = program.transmit(&command).unwrap();
    assert!(answer.len() == 65_548 && answer[..65_546] == command[..65_546]);
}
