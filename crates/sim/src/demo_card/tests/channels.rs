//! Logical channels and the class byte.

use super::{DemoCard, ask, selected, status};
use crate::card::Card;

#[test]
fn each_channel_has_its_own_selection() {
    let mut card = selected(DemoCard::new());
    assert_eq!(ask(&mut card, "00 70 00 00 01"), (0x9000, vec![1]));
    assert_eq!(status(&mut card, "01 B0 81 00 00"), 0x6A82);
    assert_eq!(status(&mut card, "01 A4 04 0C 0A F0504353432D53494D02"), 0x9000);
    let (_, second) = ask(&mut card, "01 B0 81 00 00");
    assert_eq!(second, b"Hello from the second application!");
    assert_eq!(
        ask(&mut card, "00 B0 81 00 00").1,
        b"Hello from a simulated card!"
    );
    // One opened from it begins where it is.
    assert_eq!(ask(&mut card, "01 70 00 00 01"), (0x9000, vec![2]));
    assert_eq!(ask(&mut card, "02 B0 81 00 00").1, second);
    assert_eq!(card.open_channels(), 3);
    card.reset();
    assert_eq!(card.open_channels(), 1);
    assert_eq!(status(&mut card, "01 84 00 00 01"), 0x6881);
}

#[test]
fn twenty_channels_by_both_class_codings() {
    let mut card = DemoCard::new();
    for channel in 1..20 {
        assert_eq!(ask(&mut card, "00 70 00 00 01"), (0x9000, vec![channel]));
    }
    assert_eq!(status(&mut card, "00 70 00 00 01"), 0x6A81);
    for class in ["03", "40", "4F"] {
        assert_eq!(status(&mut card, &format!("{class} 84 00 00 08")), 0x9000);
    }
    assert_eq!(status(&mut card, "00 70 80 13"), 0x9000);
    assert_eq!(status(&mut card, "4F 84 00 00 08"), 0x6881);
    assert_eq!(status(&mut card, "4E 70 80 00"), 0x9000);
    assert_eq!(card.open_channels(), 18);
}

#[test]
fn channels_by_number() {
    let mut card = DemoCard::new();
    for (command, expected) in [
        ("00 70 00 05", 0x9000),
        ("00 70 00 05", 0x6A86),
        ("41 84 00 00 01", 0x9000),
        ("40 84 00 00 01", 0x6881),
        ("00 70 80 05", 0x9000),
        ("00 70 80 05", 0x6200),
        ("00 70 80 00", 0x6A86),
        ("00 70 80 14", 0x6881),
        ("00 70 00 14", 0x6881),
        ("00 70 01 00", 0x6A86),
        ("00 70 00 00", 0x6700),
        ("00 70 00 00 01 00", 0x6700),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn only_the_basic_channel_closes_others() {
    let mut card = DemoCard::new();
    assert_eq!(status(&mut card, "00 70 00 01"), 0x9000);
    assert_eq!(status(&mut card, "00 70 00 02"), 0x9000);
    assert_eq!(status(&mut card, "01 70 80 02"), 0x6A86);
    assert_eq!(status(&mut card, "01 70 80 01"), 0x9000);
    assert_eq!(card.open_channels(), 2);
}

#[test]
fn fewer_channels() {
    let mut card = DemoCard::new().channels(2);
    assert_eq!(status(&mut card, "00 70 00 00 01"), 0x9000);
    assert_eq!(status(&mut card, "00 70 00 00 01"), 0x6A81);
    assert_eq!(status(&mut card, "00 70 00 02"), 0x6881);
    let mut card = DemoCard::new().channels(0);
    assert_eq!(status(&mut card, "00 70 00 00 01"), 0x6881);
    assert_eq!(status(&mut card, "01 84 00 00 01"), 0x6881);
}

#[test]
fn an_answer_waits_on_its_own_channel() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 70 00 01"), 0x9000);
    assert_eq!(status(&mut card, "00 CA 01 02 00"), 0x6100);
    assert_eq!(status(&mut card, "01 C0 00 00 00"), 0x6985);
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6100);
}

#[test]
fn every_class_byte() {
    for cla in 0..=u8::MAX {
        let expected = match cla {
            0x00 | 0x10 => 0x9000,
            0x01..=0x03 | 0x11..=0x13 => 0x6881,
            0x04..=0x1F => 0x6882,
            0x40..=0x5F => 0x6881,
            0x60..=0x7F => 0x6882,
            _ => 0x6E00,
        };
        assert_eq!(
            status(&mut DemoCard::new(), &format!("{cla:02X} 84 00 00 08")),
            expected,
            "{cla:02X}"
        );
    }
}

#[test]
fn unknown_instructions() {
    let mut card = DemoCard::new();
    for ins in ["00", "21", "6A", "90", "C2", "FF"] {
        assert_eq!(status(&mut card, &format!("00 {ins} 00 00 00")), 0x6D00);
    }
}
