//! Le, 61xx and 6Cxx, with each protocol.

use super::super::contents::pattern;
use super::{DemoCard, ask, ask_bytes, extended, selected, status};

const GET_LONG: &str = "00 CA 01 02";

#[test]
fn an_answer_longer_than_ne_comes_in_rounds() {
    let mut card = selected(DemoCard::new());
    let (sw, mut data) = ask(&mut card, &format!("{GET_LONG} 00"));
    assert_eq!((sw, data.len()), (0x6100, 256));
    // 744 wait, then 488, 388, 258 and 257: 6100 as long as it is 256 or more.
    for (le, expected) in [
        ("00", 0x6100),
        ("64", 0x6100),
        ("82", 0x6100),
        ("01", 0x6100),
        ("02", 0x61FF),
        ("00", 0x9000),
    ] {
        let (sw, more) = ask(&mut card, &format!("00 C0 00 00 {le}"));
        assert_eq!(sw, expected);
        data.extend(more);
    }
    assert_eq!(data, pattern(1_000));
}

#[test]
fn another_command_forgets_what_waits() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6985);
    assert_eq!(status(&mut card, &format!("{GET_LONG} 00")), 0x6100);
    assert_eq!(status(&mut card, "00 C0 00 01 00"), 0x6A86);
    assert_eq!(status(&mut card, "00 C0 00 00 01 00"), 0x6700);
    assert_eq!(status(&mut card, "00 C0 00 00"), 0x6700);
    assert_eq!(status(&mut card, "00 84 00 00 01"), 0x9000);
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6985);
}

#[test]
fn extended_length_needs_no_rounds() {
    let mut card = selected(DemoCard::new());
    assert_eq!(
        ask_bytes(&mut card, &extended(GET_LONG, &[], Some(0))),
        (0x9000, pattern(1_000))
    );
    let (sw, data) = ask_bytes(&mut card, &extended(GET_LONG, &[], Some(999)));
    assert_eq!((sw, data.len()), (0x6101, 999));
    assert_eq!(
        ask(&mut card, "00 C0 00 00 01"),
        (0x9000, vec![(999 % 251) as u8])
    );

    let mut card = selected(DemoCard::new().without_extended_length());
    assert_eq!(ask_bytes(&mut card, &extended(GET_LONG, &[], Some(0))).0, 0x6700);
    assert_eq!(
        ask_bytes(&mut card, &extended("00 88 00 00", &[1], None)).0,
        0x6700
    );
}

#[test]
fn cases_3e_and_4e() {
    let mut card = selected(DemoCard::new());
    let data = pattern(65_535);
    assert_eq!(
        ask_bytes(&mut card, &extended("00 DA 01 01", &data, None)),
        (0x9000, vec![])
    );
    assert_eq!(card.data_object(DemoCard::DATA_OBJECT), Some(&data[..]));
    let toy: Vec<u8> = data.iter().rev().map(|byte| !byte).collect();
    assert_eq!(
        ask_bytes(&mut card, &extended("00 88 00 00", &data, Some(0))),
        (0x9000, toy)
    );
}

#[test]
fn rounds_as_short_as_asked() {
    let mut card = DemoCard::new().rounds_of(3);
    let (sw, first) = ask(&mut card, "00 88 00 00 05 0102030405 00");
    assert_eq!((sw, first), (0x6102, vec![0xFA, 0xFB, 0xFC]));
    assert_eq!(ask(&mut card, "00 C0 00 00 00"), (0x9000, vec![0xFD, 0xFE]));
}

#[test]
fn t0_keeps_the_answer_to_a_command_with_data() {
    let mut card = DemoCard::new().t0();
    for le in ["", "00", "03"] {
        assert_eq!(
            ask(&mut card, &format!("00 88 00 00 03 010203 {le}")),
            (0x6103, vec![])
        );
    }
    // 6Cxx forgets nothing.
    assert_eq!(ask(&mut card, "00 C0 00 00 00"), (0x6C03, vec![]));
    assert_eq!(ask(&mut card, "00 C0 00 00 02"), (0x6101, vec![0xFC, 0xFD]));
    assert_eq!(ask(&mut card, "00 C0 00 00 01"), (0x9000, vec![0xFE]));
    assert_eq!(status(&mut card, "00 C0 00 00 01"), 0x6985);
}

#[test]
fn t0_says_the_right_le() {
    let mut card = selected(DemoCard::new().t0());
    assert_eq!(ask(&mut card, "00 B0 81 00 00"), (0x6C1C, vec![]));
    let (sw, data) = ask(&mut card, "00 B0 81 00 1C");
    assert_eq!((sw, data.len()), (0x9000, 28));
    assert_eq!(ask(&mut card, "00 CA 01 01 02"), (0x6C04, vec![]));
    assert_eq!(ask(&mut card, "00 CA 01 01 04"), (0x9000, b"Demo".to_vec()));
    assert_eq!(status(&mut card, "00 B0 82 00 00"), 0x9000);
    // A channel is opened once, when the Le is right.
    assert_eq!(ask(&mut card, "00 70 00 00 00"), (0x6C01, vec![]));
    assert_eq!(ask(&mut card, "00 70 00 00 01"), (0x9000, vec![1]));
    // Nor does it take extended lengths.
    assert_eq!(
        ask_bytes(&mut card, &extended("00 B0 82 00", &[], Some(0))).0,
        0x6700
    );
}

#[test]
fn t1_sends_what_there_is() {
    let mut card = selected(DemoCard::new());
    let (sw, data) = ask(&mut card, "00 B0 81 00 00");
    assert_eq!((sw, data.len()), (0x9000, 28));
    let (sw, data) = ask(&mut card, "00 B0 81 00 1D");
    assert_eq!((sw, data.len()), (0x6282, 28));
    assert_eq!(ask(&mut card, "00 CA 01 01 10"), (0x9000, b"Demo".to_vec()));
    assert_eq!(ask(&mut card, "00 CA 01 01 02"), (0x6102, b"De".to_vec()));
    // Without Le there is no answer.
    assert_eq!(ask(&mut card, "00 88 00 00 03 010203"), (0x9000, vec![]));
    assert_eq!(ask(&mut card, "00 CA 01 01"), (0x9000, vec![]));
}

#[test]
fn either_protocol_can_have_either_le() {
    let mut t1 = selected(DemoCard::new().exact_le(true));
    assert_eq!(ask(&mut t1, "00 B0 81 00 00"), (0x6C1C, vec![]));
    let mut t0 = selected(DemoCard::new().t0().exact_le(false));
    assert_eq!(ask(&mut t0, "00 B0 81 00 20").0, 0x6282);
}

#[test]
fn with_both_protocols_a_missing_le_keeps_the_answer() {
    let mut card = DemoCard::new().t0_and_t1();
    assert_eq!(ask(&mut card, "00 88 00 00 01 FF"), (0x6101, vec![]));
    assert_eq!(ask(&mut card, "00 C0 00 00 00"), (0x9000, vec![0]));
    assert_eq!(ask(&mut card, "00 88 00 00 01 FF 00"), (0x9000, vec![0]));
}

#[test]
fn without_get_response_answers_are_cut() {
    let mut card = selected(DemoCard::new().without_get_response());
    let (sw, data) = ask(&mut card, &format!("{GET_LONG} 00"));
    assert_eq!((sw, data), (0x9000, pattern(256)));
    assert_eq!(status(&mut card, "00 C0 00 00 00"), 0x6D00);
}

#[test]
fn challenges_have_the_length_asked_for_and_differ() {
    let mut card = DemoCard::new();
    let (sw, first) = ask(&mut card, "00 84 00 00 08");
    assert_eq!((sw, first.len()), (0x9000, 8));
    assert_ne!(ask(&mut card, "00 84 00 00 08").1, first);
    assert_eq!(ask(&mut card, "00 84 00 00 00").1.len(), 256);
    assert_eq!(status(&mut card, "00 84 00 00"), 0x6700);
    assert_eq!(status(&mut card, "00 84 01 00 08"), 0x6A86);
    assert_eq!(status(&mut card, "00 88 01 00 01 00 00"), 0x6A86);
    assert_eq!(status(&mut card, "00 88 00 00"), 0x6700);
}

#[test]
fn an_answer_of_more_than_256_bytes_has_no_right_le() {
    let mut card = selected(DemoCard::new().exact_le(true));
    let (sw, data) = ask_bytes(&mut card, &extended("00 B0 82 00", &[], Some(0)));
    assert_eq!((sw, data.len()), (0x9000, 32_768));
    assert_eq!(status(&mut card, &format!("{GET_LONG} 00")), 0x6100);
}

#[test]
fn the_last_round_says_that_the_file_ended() {
    let mut card = selected(DemoCard::new().rounds_of(20));
    assert_eq!(status(&mut card, "00 B0 81 00 20"), 0x6108);
    assert_eq!(ask(&mut card, "00 C0 00 00 08"), (0x6282, b"ed card!".to_vec()));
}
