//! READ and UPDATE BINARY, GET and PUT DATA.

use super::super::contents::pattern;
use super::{DemoCard, VERIFY, ask, ask_bytes, extended, hex, selected, status};

#[test]
fn a_large_file_at_once_and_in_128_parts() {
    let mut card = selected(DemoCard::new());
    assert_eq!(
        ask_bytes(&mut card, &extended("00 B0 82 00", &[], Some(0))),
        (0x9000, pattern(32_768))
    );
    let mut data = Vec::new();
    for part in 0..128 {
        let (sw, bytes) = ask(&mut card, &format!("00 B0 {part:02X} 00 00"));
        assert_eq!((sw, bytes.len()), (0x9000, 256));
        data.extend(bytes);
    }
    assert_eq!(data, pattern(32_768));
}

#[test]
fn the_end_of_a_file() {
    let mut card = selected(DemoCard::new());
    assert_eq!(ask(&mut card, "00 B0 81 1B 00"), (0x9000, b"!".to_vec()));
    assert_eq!(ask(&mut card, "00 B0 81 1B 02"), (0x6282, b"!".to_vec()));
    assert_eq!(status(&mut card, "00 B0 81 1C 00"), 0x6B00);
    assert_eq!(status(&mut card, "00 B0 00 1C 01"), 0x6B00);
    assert_eq!(status(&mut card, "00 B0 7F FF 01"), 0x6B00);
    assert_eq!(status(&mut card, "00 D6 00 1B 02 4141"), 0x6A84);
    assert_eq!(status(&mut card, "00 D6 00 1D 01 41"), 0x6B00);
    assert_eq!(status(&mut card, "00 D6 00 1B 01 3F"), 0x9000);
    assert_eq!(
        card.file(DemoCard::GREETING),
        Some(&b"Hello from a simulated card?"[..])
    );
}

#[test]
fn parameters_that_are_wrong() {
    let mut card = DemoCard::new();
    assert_eq!(status(&mut card, "00 B0 00 00 00"), 0x6986);
    let mut card = selected(card);
    for (command, expected) in [
        ("00 B0 00 00 00", 0x6986),
        ("00 D6 00 00 01 00", 0x6986),
        ("00 B1 00 00 03 540100 00", 0x6986),
        ("00 B0 86 00 00", 0x6A82),
        ("00 B0 80 00 00", 0x6A86),
        ("00 B0 9F 00 00", 0x6A86),
        ("00 B0 A1 00 00", 0x6A86),
        ("00 B0 84 00 00", 0x6981),
        ("00 D6 84 00 01 00", 0x6981),
        ("00 B0 81 00", 0x6700),
        ("00 B0 81 00 01 00", 0x6700),
        ("00 D6 81 00", 0x6700),
        ("00 D6 81 00 00", 0x6700),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn short_identifiers_make_a_file_current() {
    let mut card = selected(DemoCard::new());
    assert_eq!(ask(&mut card, "00 B0 81 00 01").1, b"H");
    assert_eq!(ask(&mut card, "00 B0 00 01 01").1, b"e");
    assert_eq!(status(&mut card, "00 A4 00 0C"), 0x9000);
    assert_eq!(
        ask(&mut card, "00 B0 9E 00 00"),
        (
            0x9000,
            hex("61 0B 4F 09 F0504353432D53494D 61 0C 4F 0A F0504353432D53494D02")
        )
    );
    assert_eq!(status(&mut card, "00 D6 9E 00 01 00"), 0x6982);
}

#[test]
fn offsets_beyond_15_bits_need_odd_instructions() {
    let mut card = selected(DemoCard::new());
    let all = pattern(40_000);
    for (start, offset) in [(0, "540100"), (32_768, "54028000"), (39_900, "540400009BDC")] {
        let nc = offset.len() / 2;
        let (sw, data) = ask(&mut card, &format!("00 B1 00 03 {nc:02X} {offset} 00"));
        let expected = &all[start..all.len().min(start + 253)];
        let header = if expected.len() < 128 {
            vec![0x53, 100]
        } else {
            vec![0x53, 0x81, 253]
        };
        assert_eq!((sw, data), (0x9000, [&header, expected].concat()));
    }
    // The whole file with an extended Le.
    let (sw, data) = ask_bytes(&mut card, &extended("00 B1 E0 03", &[0x54, 1, 0], Some(0)));
    assert_eq!((sw, &data[..4]), (0x9000, &[0x53, 0x82, 0x9C, 0x40][..]));
    assert_eq!(data[4..], all);
    // No more than Ne with tag and length.
    assert_eq!(
        ask(&mut card, "00 B1 00 00 03 540101 04"),
        (0x9000, vec![0x53, 2, 1, 2])
    );
    assert_eq!(status(&mut card, "00 B1 00 00 03 540101 02"), 0x6700);
    // The last two bytes and no third.
    assert_eq!(
        ask(&mut card, "00 B1 00 00 04 54029C3E 05"),
        (0x6282, vec![0x53, 2, all[39_998], all[39_999]])
    );
    for (command, expected) in [
        ("00 B1 00 00 04 54029C40 00", 0x6B00),
        ("00 B1 00 00 07 54050100000000 00", 0x6B00),
        ("00 B1 00 00 02 5400 00", 0x6A80),
        ("00 B1 00 00 03 530100 00", 0x6A80),
        ("00 B1 00 00 03 540200 00", 0x6A80),
        ("00 B1 00 00 04 54010000 00", 0x6A80),
        ("00 B1 00 00 00", 0x6700),
        ("00 B1 E0 99 03 540100 00", 0x6A82),
        ("00 B1 00 04 03 540100 00", 0x6981),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn odd_updates() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 D7 00 03 07 54029C3F 53 01 AA"), 0x9000);
    assert_eq!(status(&mut card, "00 D7 00 00 08 54028000 73 81 01 BB"), 0x9000);
    let file = card.file(DemoCard::LARGER).expect("it exists");
    assert_eq!((file[39_999], file[32_768]), (0xAA, 0xBB));
    for (command, expected) in [
        ("00 D7 00 00 08 54029C3F 53 02 AAAA", 0x6A84),
        ("00 D7 00 00 07 54029C41 53 01 AA", 0x6B00),
        ("00 D7 00 00 04 54029C40", 0x6A80),
        ("00 D7 00 00 07 54028000 54 01 BB", 0x6A80),
        ("00 D7 00 00 08 54028000 53 01 BBBB", 0x6A80),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn on_t0_an_odd_read_gives_what_one_get_response_carries() {
    let mut card = selected(DemoCard::new().t0());
    assert_eq!(ask(&mut card, "00 B1 00 03 04 54028000"), (0x6100, vec![]));
    let (sw, data) = ask(&mut card, "00 C0 00 00 00");
    assert_eq!((sw, data.len()), (0x9000, 256));
    assert_eq!(data[3..], pattern(40_000)[32_768..32_768 + 253]);
}

#[test]
fn a_file_that_needs_the_pin() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 B0 85 00 00"), 0x6982);
    assert_eq!(status(&mut card, "00 B1 00 05 03 540100 00"), 0x6982);
    assert_eq!(status(&mut card, "00 D6 85 00 01 41"), 0x6982);
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    assert_eq!(
        ask(&mut card, "00 B0 85 00 00"),
        (0x9000, b"Only after VERIFY.".to_vec())
    );
    assert_eq!(status(&mut card, "00 D6 85 00 01 41"), 0x9000);
}

#[test]
fn data_objects_are_replaced() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 DA 01 01 02 CAFE"), 0x9000);
    assert_eq!(ask(&mut card, "00 CA 01 01 00"), (0x9000, hex("CAFE")));
    assert_eq!(card.data_object(DemoCard::DATA_OBJECT), Some(&[0xCA, 0xFE][..]));
    assert_eq!(status(&mut card, "00 DA 01 01"), 0x6700);
    assert_eq!(status(&mut card, "00 DA 01 03 01 00"), 0x6A88);
    assert_eq!(status(&mut card, "00 CA 01 03 00"), 0x6A88);
    assert_eq!(status(&mut card, "00 CA 01 01 01 00"), 0x6700);
    assert_eq!(status(&mut card, "00 A4 00 0C"), 0x9000);
    assert_eq!(status(&mut card, "00 CA 01 01 00"), 0x6A88);
}
