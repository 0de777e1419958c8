//! Programs that send what no program should.

use crate::program::{DEADLINE, Program, Service, bytes};
use pcsc_sim::DemoCard;
use pcsc_sys::{SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE};
use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, Header, Version};
use std::io::Write;
use std::time::Instant;

/// Each of these is sent by a program that has a card.
fn nonsense(program: &Program, other: &Program) -> Vec<Vec<u8>> {
    let transmit = |card, send_length| {
        let message = message::Transmit {
            card,
            send_length,
            ..Default::default()
        };
        bytes(Command::TRANSMIT, &message)
    };
    let control = message::Control {
        card: program.card,
        send_length: u32::MAX,
        ..Default::default()
    };
    let attribute = message::Attribute {
        card: program.card,
        length: 265,
        ..Default::default()
    };
    let mut all = vec![
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0xFF; 1000],
        transmit(program.card, 65_549),
        transmit(program.card, u32::MAX),
        // A card of another program, and no card.
        transmit(other.card, 5),
        transmit(0, 5),
        bytes(Command::CONTROL, &control),
        bytes(Command::GET_ATTRIBUTE, &attribute),
        bytes(Command::SET_ATTRIBUTE, &attribute),
        bytes(
            Command::DISCONNECT,
            &message::Disconnect {
                card: other.card,
                ..Default::default()
            },
        ),
    ];
    // Every command with every wrong length, and some that are none.
    for command in Command::ALL
        .iter()
        .copied()
        .chain([Command(0), Command(3), Command(0x18)])
    {
        let right = command.message_len(Version::NEWEST).unwrap_or(usize::MAX);
        for size in [0, 1, right.saturating_sub(1), right.wrapping_add(1), 1 << 31] {
            if size != right {
                let size = size as u32;
                all.push(Header { size, command }.encode().to_vec());
            }
        }
    }
    all
}

#[test]
fn a_program_that_sends_nonsense_is_closed_and_harms_no_other() {
    let service = Service::start();
    let mut other = service.connected();
    for number in 0.. {
        let mut program = service.connected();
        let all = nonsense(&program, &other);
        let Some(sent) = all.get(number) else { break };
        // It may be closed by now.
        let _ = program.stream.write_all(sent);
        program.assert_closed();
        service.wait_for_programs(1);
        assert_eq!(
            other.transmit(&[0x00, 0xA4, 0x00, 0x0C]),
            Ok(vec![0x90, 0x00]),
            "{sent:02X?}"
        );
    }
}

#[test]
fn a_program_that_dies_in_a_message_or_stops_there_harms_no_other() {
    let service = Service::start();
    let mut other = service.connected();
    let mut whole = bytes(
        Command::TRANSMIT,
        &message::Transmit {
            card: 0,
            send_length: 5,
            ..Default::default()
        },
    );
    whole.extend([0; 5]);
    let mut stopped = Vec::new();
    for len in 0..whole.len() {
        let mut program = service.program();
        program.establish();
        program
            .stream
            .write_all(&whole[..len.min(Header::LEN + message::Transmit::LEN - 1)])
            .unwrap();
        stopped.push(program);
    }
    assert_eq!(other.transmit(&[0x00, 0xA4, 0x00, 0x0C]), Ok(vec![0x90, 0x00]));
    drop(stopped);
    service.wait_for_programs(1);
}

#[test]
fn a_program_that_does_not_read_holds_up_no_other_and_is_closed() {
    let service = Service::start();
    let mut deaf = service.program();
    deaf.wait();
    deaf.stream.set_nonblocking(true).unwrap();
    let question = Header::alone(Command::GET_READERS_STATE).encode();
    let start = Instant::now();
    // Until its answers fill all there is, and its questions what is left.
    while deaf.stream.write_all(&question).is_ok() {
        assert!(start.elapsed() < DEADLINE);
    }
    let mut other = service.program();
    for _ in 0..10 {
        other.wait();
        drop(service.reader.remove());
        service.reader.insert(DemoCard::new());
        assert_eq!(other.told(), 0);
    }
    // When it has not read for three seconds.
    service.wait_for_programs(1);
}

#[test]
fn a_card_for_another_context_than_the_programs_is_refused() {
    let service = Service::start();
    let mut program = service.program();
    assert_eq!(program.connect_card(), SCARD_E_INVALID_HANDLE as u32);
    program.establish();
    let context = program.context;
    program.context ^= 1;
    assert_eq!(program.connect_card(), SCARD_E_INVALID_VALUE as u32);
    let release = |program: &mut Program, context| {
        let asked = message::ReleaseContext { context, code: 0 };
        program.ask(Command::RELEASE_CONTEXT, &asked).code
    };
    assert_eq!(release(&mut program, context ^ 1), SCARD_E_INVALID_VALUE as u32);
    assert_eq!(release(&mut program, context), 0);
    assert_eq!(release(&mut program, context), SCARD_E_INVALID_HANDLE as u32);
    assert!(service.reader.power_off(), "no connection has stayed");
    // It may establish another one.
    program.establish();
    assert_eq!(program.connect_card(), 0);
}
