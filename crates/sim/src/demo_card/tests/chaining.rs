//! Command chaining.

use super::super::contents::pattern;
use super::{DemoCard, ask, ask_bytes, extended, hex, selected, status};
use crate::card::Card;

/// Sends data in a chain and gives the status of the last command.
fn send_chain(card: &mut DemoCard, header: &str, data: &[u8]) -> u16 {
    let parts = data.len().div_ceil(255);
    for (number, part) in data.chunks(255).enumerate() {
        let mut command = hex(header);
        let last = number + 1 == parts;
        if !last {
            command[0] |= 0x10;
        }
        command.push(u8::try_from(part.len()).expect("at most 255"));
        command.extend_from_slice(part);
        let (sw, answer) = ask_bytes(card, &command);
        assert!(answer.is_empty());
        if last {
            return sw;
        }
        assert_eq!(sw, 0x9000);
    }
    unreachable!("a chain has a last command")
}

#[test]
fn data_of_any_length_arrives_whole() {
    let mut card = selected(DemoCard::new());
    for length in [1, 255, 256, 510, 511, 32_768, 65_535, 65_536] {
        let data: Vec<u8> = pattern(length).iter().map(|byte| !byte).collect();
        assert_eq!(send_chain(&mut card, "00 DA 01 01", &data), 0x9000);
        assert_eq!(card.data_object(DemoCard::DATA_OBJECT), Some(&data[..]));
    }
    let data: Vec<u8> = pattern(32_768).iter().map(|byte| !byte).collect();
    assert_eq!(send_chain(&mut card, "00 D6 82 00", &data), 0x9000);
    assert_eq!(card.file(DemoCard::LARGE), Some(&data[..]));
}

#[test]
fn too_much_data_ends_the_chain() {
    let mut card = selected(DemoCard::new());
    let most = pattern(65_535);
    assert_eq!(
        ask_bytes(&mut card, &extended("10 DA 01 01", &most, None)).0,
        0x9000
    );
    assert_eq!(status(&mut card, "10 DA 01 01 02 0000"), 0x6700);
    assert_eq!(status(&mut card, "00 DA 01 01 01 00"), 0x9000);
    assert_eq!(card.data_object(DemoCard::DATA_OBJECT), Some(&[0][..]));
}

#[test]
fn another_command_ends_the_chain_undone() {
    let mut card = selected(DemoCard::new());
    for other in [
        "00 84 00 00 08",
        "00 DA 01 02 01 00",
        "10 DB 01 01 01 00",
        "00 DA 01 01 05 00",
    ] {
        assert_eq!(status(&mut card, "10 DA 01 01 01 AA"), 0x9000);
        assert_ne!(status(&mut card, other), 0x9000, "{other}");
        assert_eq!(status(&mut card, "00 DA 01 01 01 BB"), 0x9000);
        assert_eq!(card.data_object(DemoCard::DATA_OBJECT), Some(&[0xBB][..]));
    }
    assert_eq!(status(&mut card, "10 DA 01 01 01 AA"), 0x9000);
    assert_eq!(status(&mut card, "00 84 00 00 08"), 0x6883);
}

#[test]
fn a_pin_in_a_chain() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "10 20 00 81 03 313233"), 0x9000);
    assert!(!card.pin_verified());
    assert_eq!(status(&mut card, "00 20 00 81 03 343536"), 0x9000);
    assert!(card.pin_verified());
}

#[test]
fn the_last_command_has_the_answer() {
    let mut card = DemoCard::new();
    assert_eq!(ask(&mut card, "10 88 00 00 02 0102"), (0x9000, vec![]));
    assert_eq!(ask(&mut card, "00 88 00 00 01 03 00"), (0x9000, hex("FCFDFE")));
    let mut card = DemoCard::new().t0();
    assert_eq!(ask(&mut card, "10 88 00 00 02 0102"), (0x9000, vec![]));
    assert_eq!(ask(&mut card, "00 88 00 00 01 03"), (0x6103, vec![]));
}

#[test]
fn a_card_without_chaining() {
    let mut card = selected(DemoCard::new().without_chaining());
    assert_eq!(status(&mut card, "10 DA 01 01 01 AA"), 0x6884);
    assert_eq!(status(&mut card, "00 DA 01 01 01 AA"), 0x9000);
}

#[test]
fn a_chain_forgets_what_waits_for_get_response() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 CA 01 02 00"), 0x6100);
    assert_eq!(status(&mut card, "10 DA 01 01 01 AA"), 0x9000);
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6883);
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6985);
}

#[test]
fn a_reset_forgets_chains_and_answers() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "10 DA 01 01 01 AA"), 0x9000);
    card.reset();
    let mut card = selected(card);
    assert_eq!(status(&mut card, "00 CA 01 02 00"), 0x6100);
    card.reset();
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6985);
}
