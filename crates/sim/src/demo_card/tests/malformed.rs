//! Bytes that are no command, and commands that nobody would send.

use proptest::prelude::*;

use super::{DemoCard, extended, send, status};
use crate::card::Card;

#[test]
fn wrong_lengths() {
    let mut card = DemoCard::new();
    for command in [
        "",
        "00",
        "00 84 00",
        "00 88 00 00 02 01",
        "00 88 00 00 01 01 00 00",
        "00 88 00 00 00 01",
        "00 88 00 00 00 00 00 01",
        "00 88 00 00 00 00 02 01",
        "00 88 00 00 00 00 01 01 00",
        "00 88 00 00 00 00 01 01 00 00 00",
    ] {
        assert_eq!(status(&mut card, command), 0x6700, "{command}");
    }
}

fn configurations() -> impl Strategy<Value = DemoCard> {
    any::<[bool; 5]>().prop_map(|[t0, both, plain, unchained, exact]| {
        let mut card = DemoCard::new();
        if t0 {
            card = card.t0();
        }
        if both {
            card = card.t0_and_t1();
        }
        if plain {
            card = card.without_extended_length().without_get_response();
        }
        if unchained {
            card = card.without_chaining().channels(1);
        }
        if exact { card.exact_le(true) } else { card }
    })
}

/// Mostly well-formed, with values near those that mean something.
fn commands() -> impl Strategy<Value = Vec<u8>> {
    let cla = prop_oneof![8 => Just(0x00_u8), 2 => Just(0x10), 1 => any::<u8>()];
    let ins = prop::sample::select(vec![
        0x20_u8, 0x24, 0x2C, 0x70, 0x84, 0x88, 0xA4, 0xB0, 0xB1, 0xB2, 0xC0, 0xCA, 0xD6, 0xD7, 0xDA, 0xDC,
    ]);
    let parameter = prop_oneof![0..9_u8, 0x80..0x86_u8, any::<u8>()];
    let data = prop_oneof![
        Just(vec![]),
        proptest::collection::vec(any::<u8>(), 0..20),
        Just(vec![0x54, 0x01, 0x00]),
        Just(vec![0xE0, 0x04]),
        Just(DemoCard::AID.to_vec()),
    ];
    (cla, ins, parameter.clone(), parameter, data, any::<Option<u8>>()).prop_map(
        |(cla, ins, p1, p2, data, le)| {
            let mut command = vec![cla, ins, p1, p2];
            if let Ok(nc @ 1..) = u8::try_from(data.len()) {
                command.push(nc);
                command.extend(data);
            }
            command.extend(le);
            command
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_get_a_status_word(
        mut card in configurations(),
        bytes in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..8),
    ) {
        for command in bytes {
            prop_assert!(send(&mut card, &command).len() >= 2);
        }
    }

    #[test]
    fn any_commands_get_no_more_than_they_asked_for(
        mut card in configurations(),
        commands in proptest::collection::vec(commands(), 1..60),
    ) {
        card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut Vec::new());
        for command in commands {
            let response = send(&mut card, &command);
            prop_assert!((2..=258).contains(&response.len()), "{command:02X?}");
            prop_assert!(matches!(response[response.len() - 2], 0x61..=0x6F | 0x90));
        }
    }

    #[test]
    fn any_rounds_give_the_same_bytes(data in proptest::collection::vec(any::<u8>(), 1..2_000), round in 1..600_usize, t0: bool) {
        let card = DemoCard::new().rounds_of(round).exact_le(false);
        let mut card = if t0 { card.t0_and_t1() } else { card };
        let command = extended("00 88 00 00", &data, (!t0).then_some(0));
        let mut answer = Vec::new();
        let mut response = send(&mut card, &command);
        let mut sw = response.split_off(response.len() - 2);
        answer.append(&mut response);
        while sw[0] == 0x61 {
            // Each round brings a byte at least: the loop ends.
            response = send(&mut card, &[0x00, 0xC0, 0x00, 0x00, sw[1]]);
            prop_assert!(response.len() > 2, "{response:02X?}");
            sw = response.split_off(response.len() - 2);
            answer.append(&mut response);
            prop_assert!(answer.len() <= data.len());
        }
        prop_assert_eq!(sw, [0x90, 0x00]);
        let expected: Vec<u8> = data.iter().rev().map(|byte| !byte).collect();
        prop_assert_eq!(answer, expected);
    }
}
