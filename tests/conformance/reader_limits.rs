//! What a reader says of long commands (PC/SC part 10, 2.6.14), which only the simulator's can be made to say.

use crate::exchange::{PUT, bytes};
use pcsc_session::{Command, Session};
use pcsc_sim::{DemoCard, Simulator};
use pcsc_sys::{FEATURE_GET_TLV_PROPERTIES, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize};

const CODE: u32 = 0x4233_0012;

/// Puts data into the card in a reader that takes so many bytes, and reads 32 KiB; returns how many commands each took.
fn commands_with(limit: u32) -> (usize, usize) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Limited 00 00");
    let (commands, card) = std::sync::mpsc::channel();
    let mut demo = DemoCard::new();
    let atr = pcsc_sim::Card::atr(&demo).to_vec();
    reader.insert(pcsc_sim::FnCard::new(
        atr,
        move |command: &[u8], response: &mut Vec<u8>| {
            commands.send(()).unwrap();
            pcsc_sim::Card::transmit(&mut demo, command, response);
        },
    ));
    reader.set_features([(FEATURE_GET_TLV_PROPERTIES, CODE)]);
    reader.on_control(move |code, _, properties| {
        assert_eq!(code, CODE);
        properties.extend([0x01, 2, 0, 1, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4]);
        properties.extend(limit.to_le_bytes());
        Ok(())
    });
    let mut session = Session::options().provider(simulator.functions()).open().unwrap();
    session
        .execute(&Command::select_aid(DemoCard::AID))
        .unwrap()
        .ok()
        .unwrap();
    card.try_iter().count();
    let data = bytes(1000);
    session.execute(&PUT.with_data(&data)).unwrap().ok().unwrap();
    let put = card.try_iter().count();
    let file = DemoCard::LARGE.to_be_bytes();
    session
        .execute(&Command::select_file(&file))
        .unwrap()
        .ok()
        .unwrap();
    card.try_iter().count();
    let read = session.transparent_file().with_len(32_768).read().unwrap();
    assert!(read == bytes(32_768));
    (put, card.try_iter().count())
}

#[test]
fn a_reader_without_extended_length_gets_chains() {
    assert_eq!(commands_with(0), (4, 128));
}

#[test]
fn a_reader_with_a_limit_gets_a_chain_of_what_is_beyond() {
    assert_eq!(commands_with(999), (4, 33));
    assert_eq!(commands_with(1000), (1, 33));
}

#[test]
fn a_reader_that_takes_all_gets_extended_length() {
    assert_eq!(commands_with(65_536), (1, 1));
}
