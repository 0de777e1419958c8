//! What the answer to reset and EF.ATR say.

use super::{DemoCard, ask, hex};
use crate::card::Card;

#[test]
fn every_configuration_has_a_valid_atr() {
    type Change = fn(DemoCard) -> DemoCard;
    let protocols: [(Change, &[u8]); 3] = [
        (DemoCard::t0, &[0x0A]),
        (DemoCard::t1, &[0x8A, 0x01]),
        (DemoCard::t0_and_t1, &[0x8A, 0x80, 0x01]),
    ];
    for (protocol, interface) in protocols {
        for configuration in 0..8 {
            let mut card = protocol(DemoCard::new());
            if configuration & 1 != 0 {
                card = card.without_chaining();
            }
            if configuration & 2 != 0 {
                card = card.without_extended_length();
            }
            if configuration & 4 != 0 {
                card = card.channels(1);
            }
            let atr = card.atr();
            assert_eq!(atr[0], 0x3B);
            let historical = 1 + interface.len();
            assert_eq!(&atr[1..historical], interface);
            assert_eq!(
                atr[historical..historical + 6],
                [0x80, 0x31, 0xF8, 0x73, 0xF6, 0x21]
            );
            let capabilities = atr[historical + 6];
            assert_eq!(capabilities & 0x80 != 0, configuration & 1 == 0);
            let extended = configuration & 2 == 0 && interface != [0x0A];
            assert_eq!(capabilities & 0x60, if extended { 0x60 } else { 0 });
            assert_eq!(capabilities & 0x1F, if configuration & 4 == 0 { 0x1F } else { 0 });
            assert_eq!(atr[historical + 7..historical + 10], [0x82, 0x90, 0x00]);
            let tck = &atr[historical + 10..];
            if interface == [0x0A] {
                assert!(tck.is_empty());
            } else {
                assert_eq!(tck.len(), 1);
                assert_eq!(atr[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
            }
        }
    }
    assert_eq!(DemoCard::new().channels(3).atr()[9] & 0x07, 2);
}

#[test]
fn ef_atr_says_the_same() {
    let mut card = DemoCard::new();
    assert_eq!(
        ask(&mut card, "00 B0 9D 00 00"),
        (0x9000, hex("4703F621FF 7F660A 0203010008 0203010002"))
    );
    let mut card = DemoCard::new()
        .without_extended_length()
        .without_chaining()
        .channels(4);
    assert_eq!(ask(&mut card, "00 B0 9D 00 00"), (0x9000, hex("4703F6211B")));
}

#[test]
fn commands_are_counted() {
    let mut card = DemoCard::new();
    assert_eq!(card.commands(), 0);
    ask(&mut card, "00 84 00 00 08");
    ask(&mut card, "00");
    assert_eq!(card.commands(), 2);
}
