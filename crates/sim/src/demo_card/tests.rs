//! The card, rule by rule.

mod chaining;
mod channels;
mod declared;
mod exchange;
mod files;
mod malformed;
mod pin;
mod records;
mod selecting;

use super::card::DemoCard;
use crate::card::Card;

fn send(card: &mut DemoCard, command: &[u8]) -> Vec<u8> {
    let mut response = Vec::new();
    card.transmit(command, &mut response);
    response
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("two digits")
        })
        .collect()
}

/// The status word of the answer to a command in hexadecimal, and its data.
fn ask(card: &mut DemoCard, command: &str) -> (u16, Vec<u8>) {
    ask_bytes(card, &hex(command))
}

fn ask_bytes(card: &mut DemoCard, command: &[u8]) -> (u16, Vec<u8>) {
    let mut data = send(card, command);
    let sw2 = data.pop().expect("SW2");
    let sw1 = data.pop().expect("SW1");
    (u16::from_be_bytes([sw1, sw2]), data)
}

fn status(card: &mut DemoCard, command: &str) -> u16 {
    ask(card, command).0
}

/// A command with its data in the extended form, with an Le of two bytes if there is one.
fn extended(header: &str, data: &[u8], le: Option<u16>) -> Vec<u8> {
    let mut command = hex(header);
    command.push(0);
    if !data.is_empty() {
        let nc = u16::try_from(data.len()).expect("at most 65,535 bytes");
        command.extend(nc.to_be_bytes());
        command.extend_from_slice(data);
    }
    if let Some(le) = le {
        command.extend(le.to_be_bytes());
    }
    command
}

fn selected(mut card: DemoCard) -> DemoCard {
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat();
    assert_eq!(send(&mut card, &select), [0x90, 0x00]);
    card
}

const VERIFY: &str = "00 20 00 81 06 313233343536";
