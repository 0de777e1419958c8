//! The PIN.

use super::{DemoCard, VERIFY, selected, status};
use crate::card::Card;

const WRONG: &str = "00 20 00 81 06 303030303030";
const STATE: &str = "00 20 00 81";

#[test]
fn tries_are_counted_and_given_back() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, STATE), 0x63C3);
    assert_eq!(status(&mut card, WRONG), 0x63C2);
    assert_eq!(status(&mut card, STATE), 0x63C2);
    assert!(!card.pin_verified());
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    assert_eq!(status(&mut card, STATE), 0x9000);
    assert!(card.pin_verified());
    assert_eq!(card.pin_tries_left(), 3);
    // A wrong try takes the right one back.
    assert_eq!(status(&mut card, WRONG), 0x63C2);
    assert!(!card.pin_verified());
}

#[test]
fn a_blocked_pin_needs_the_puk() {
    let mut card = selected(DemoCard::new());
    for expected in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        assert_eq!(status(&mut card, WRONG), expected);
    }
    assert_eq!(status(&mut card, VERIFY), 0x6983);
    assert_eq!(status(&mut card, STATE), 0x6983);
    // A reset does not help.
    card.reset();
    let mut card = selected(card);
    assert_eq!(status(&mut card, VERIFY), 0x6983);

    let wrong_puk = "00 2C 00 81 0C 3030303030303030 39393939";
    let right_puk = "00 2C 00 81 0C 3132333435363738 39393939";
    assert_eq!(status(&mut card, wrong_puk), 0x63C9);
    assert_eq!(card.puk_tries_left(), 9);
    assert_eq!(status(&mut card, right_puk), 0x9000);
    assert_eq!((card.puk_tries_left(), card.pin_tries_left()), (10, 3));
    assert!(!card.pin_verified());
    assert_eq!(status(&mut card, VERIFY), 0x63C2);
    assert_eq!(status(&mut card, "00 20 00 81 04 39393939"), 0x9000);

    for left in (0..10).rev() {
        assert_eq!(status(&mut card, wrong_puk), 0x63C0 | left);
    }
    assert_eq!(status(&mut card, right_puk), 0x6983);
}

#[test]
fn the_puk_alone_keeps_the_pin() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, WRONG), 0x63C2);
    assert_eq!(status(&mut card, "00 2C 01 81 08 3132333435363738"), 0x9000);
    assert_eq!(card.pin_tries_left(), 3);
    assert_eq!(status(&mut card, VERIFY), 0x9000);
}

#[test]
fn the_pin_is_changed() {
    let mut card = selected(DemoCard::new());
    let wrong = "00 24 00 81 0A 303030303030 39393939";
    let right = "00 24 00 81 0A 313233343536 39393939";
    let new_alone = "00 24 01 81 04 38383838";
    assert_eq!(status(&mut card, new_alone), 0x6982);
    assert_eq!(status(&mut card, wrong), 0x63C2);
    assert_eq!(status(&mut card, right), 0x9000);
    assert_eq!(status(&mut card, "00 20 00 81 04 39393939"), 0x9000);
    assert_eq!(status(&mut card, new_alone), 0x9000);
    assert_eq!(status(&mut card, "00 20 00 81 04 38383838"), 0x9000);
    assert_eq!(status(&mut card, VERIFY), 0x63C2);
}

#[test]
fn what_is_malformed_uses_up_no_try() {
    let mut card = selected(DemoCard::new());
    for (command, expected) in [
        ("00 20 00 81 03 313233", 0x6700),
        ("00 20 00 81 09 313131313131313131", 0x6700),
        ("00 20 01 81 04 31313131", 0x6A86),
        ("00 20 FF 81 04 31313131", 0x6700),
        ("00 20 00 82 04 31313131", 0x6A88),
        ("00 20 00 82", 0x6A88),
        ("00 24 00 81 06 313233343536", 0x6700),
        ("00 24 00 81 03 313233", 0x6700),
        ("00 24 00 81", 0x6700),
        ("00 24 02 81 04 31313131", 0x6A86),
        ("00 2C 00 81 08 3132333435363738", 0x6700),
        ("00 2C 01 81 04 31323334", 0x6700),
        ("00 2C 02 81 04 31323334", 0x6A86),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
    assert_eq!((card.pin_tries_left(), card.puk_tries_left()), (3, 10));
    // The PIN is the application's own.
    assert_eq!(status(&mut card, "00 A4 00 0C"), 0x9000);
    assert_eq!(status(&mut card, VERIFY), 0x6A88);
}

#[test]
fn a_reset_and_p1_ff_take_it_back() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    assert_eq!(status(&mut card, "00 20 FF 81"), 0x9000);
    assert_eq!(status(&mut card, STATE), 0x63C3);
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    card.reset();
    assert!(!card.pin_verified());
}

#[test]
fn debug_shows_no_secret() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "10 20 00 81 03 313233"), 0x9000);
    let text = format!("{card:?} {card:#?}");
    for secret in ["123456", "313233", "49, 50", "31, 32"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_beginning_of_a_pin_is_not_the_pin() {
    let mut card = selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 20 00 81 04 31323334"), 0x63C2);
    assert_eq!(status(&mut card, "00 20 00 81 08 3132333435363738"), 0x63C1);
    assert_eq!(status(&mut card, "00 20 00 81 08 3132333435360000"), 0x63C0);
}

#[test]
fn a_wrong_change_and_the_puk_take_it_back() {
    let mut card = selected(DemoCard::new());
    for (command, expected) in [
        ("00 24 00 81 0A 303030303030 39393939", 0x63C2),
        ("00 2C 01 81 08 3132333435363738", 0x9000),
    ] {
        assert_eq!(status(&mut card, VERIFY), 0x9000);
        assert_eq!(status(&mut card, command), expected);
        assert!(!card.pin_verified());
    }
}
