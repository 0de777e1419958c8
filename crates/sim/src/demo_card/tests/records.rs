//! READ and UPDATE RECORD.

use super::{DemoCard, ask, selected, status};

#[test]
fn records_by_number() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 B2 01 04 00"), 0x6986);
    assert_eq!(
        ask(&mut card, "00 B2 02 24 00"),
        (0x9000, b"Record number 02".to_vec())
    );
    assert_eq!(
        ask(&mut card, "00 B2 03 04 11"),
        (0x6282, b"Record number 03".to_vec())
    );
    assert_eq!(
        ask(&mut card, "00 B2 03 05 00"),
        (0x9000, b"Record number 03Record number 04".to_vec())
    );
    assert_eq!(
        ask(&mut card, "00 B2 03 06 00"),
        (0x9000, b"Record number 04Record number 03".to_vec())
    );
    for (command, expected) in [
        ("00 B2 05 04 00", 0x6A83),
        // No current record: numbers do not move the pointer.
        ("00 B2 00 04 00", 0x6A83),
        ("00 B2 01 00 00", 0x6A83),
        ("00 B2 01 07 00", 0x6A86),
        ("00 B2 01 FC 00", 0x6A86),
        ("00 B2 01 34 00", 0x6A82),
        ("00 B2 01 0C 00", 0x6981),
        ("00 B2 01 24", 0x6700),
        ("00 B2 01 24 01 00", 0x6700),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn records_one_after_the_other() {
    let mut card = selected(DemoCard::new());
    for (p2, number) in [
        ("22", '1'),
        ("22", '2'),
        ("02", '3'),
        ("02", '4'),
        ("03", '3'),
        ("00", '1'),
        ("01", '4'),
        ("04", '4'),
    ] {
        let (sw, data) = ask(&mut card, &format!("00 B2 00 {p2} 10"));
        assert_eq!(sw, 0x9000);
        assert_eq!(data.last().copied().map(char::from), Some(number));
    }
    assert_eq!(status(&mut card, "00 B2 00 02 10"), 0x6A83);
}

#[test]
fn a_wrong_le_does_not_move_the_pointer() {
    let mut card = selected(DemoCard::new().t0());
    assert_eq!(ask(&mut card, "00 B2 00 22 00"), (0x6C10, vec![]));
    assert_eq!(
        ask(&mut card, "00 B2 00 22 10"),
        (0x9000, b"Record number 01".to_vec())
    );
}

#[test]
fn records_are_updated_whole() {
    let mut card = selected(DemoCard::new());
    let sixteen = "000102030405060708090A0B0C0D0E0F";
    assert_eq!(status(&mut card, &format!("00 DC 04 24 10 {sixteen}")), 0x9000);
    assert_eq!(
        card.record(4),
        Some(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15][..])
    );
    assert_eq!(card.record(3), Some(&b"Record number 03"[..]));
    assert_eq!((card.record(0), card.record(5)), (None, None));
    for (command, expected) in [
        ("00 DC 01 24 01 00", 0x6700),
        ("00 DC 05 24 01 00", 0x6A83),
        ("00 DC 01 25 01 00", 0x6A86),
        ("00 DC 01 24", 0x6700),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}
