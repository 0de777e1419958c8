//! SELECT.

use super::{DemoCard, ask, hex, status};

#[test]
fn an_application_by_its_name() {
    let mut card = DemoCard::new();
    let fci = "6F 15 820138 83025001 8409F0504353432D53494D 8A0105";
    assert_eq!(
        ask(&mut card, "00 A4 04 00 09 F0504353432D53494D 00"),
        (0x9000, hex(fci))
    );
    assert_eq!(
        ask(&mut card, "00 A4 04 0C 09 F0504353432D53494D"),
        (0x9000, vec![])
    );
    assert_eq!(ask(&mut card, "00 A4 04 04 00").1[0], 0x62);
    assert_eq!(status(&mut card, "00 A4 04 00 05 A000000003 00"), 0x6A82);
    // A name that goes on after the application's own is another one.
    assert_eq!(
        status(&mut card, "00 A4 04 00 0A F0504353432D53494D01 00"),
        0x6A82
    );
    assert_eq!(status(&mut card, "00 A4 04 08 02 F050 00"), 0x6A86);
    assert_eq!(status(&mut card, "00 A4 05 00 02 F050 00"), 0x6A86);
    assert_eq!(status(&mut card, "00 A4 04 10 02 F050 00"), 0x6A86);
    // What failed left the application selected.
    assert_eq!(status(&mut card, "00 CA 01 01 00"), 0x9000);
}

#[test]
fn by_a_partial_name_one_after_the_other() {
    let mut card = DemoCard::new();
    let mut application = |p2: &str| {
        let (sw, data) = ask(&mut card, &format!("00 A4 04 {p2} 03 F05043 00"));
        (sw, data.get(8).copied())
    };
    // From the MF, the next application is the first.
    assert_eq!(application("02"), (0x9000, Some(0x01)));
    assert_eq!(application("00"), (0x9000, Some(0x01)));
    assert_eq!(application("03"), (0x6A82, None));
    assert_eq!(application("02"), (0x9000, Some(0x02)));
    assert_eq!(application("02"), (0x6A82, None));
    assert_eq!(application("03"), (0x9000, Some(0x01)));
    assert_eq!(application("01"), (0x9000, Some(0x02)));
}

#[test]
fn no_name_selects_the_first_application() {
    let mut card = DemoCard::new();
    let (sw, data) = ask(&mut card, "00 A4 04 00 00");
    assert_eq!((sw, &data[10..20]), (0x9000, &hex("09F0504353432D53494D")[..]));
    assert_eq!(status(&mut card, "00 CA 01 01 00"), 0x9000);
}

#[test]
fn files_by_identifier() {
    let mut card = DemoCard::new();
    let mf = hex("6F 0A 820138 83023F00 8A0105");
    assert_eq!(ask(&mut card, "00 A4 00 00 02 3F00 00"), (0x9000, mf.clone()));
    assert_eq!(ask(&mut card, "00 A4 00 00 00"), (0x9000, mf));
    assert_eq!(status(&mut card, "00 A4 00 0C 02 E001"), 0x6A82);
    assert_eq!(status(&mut card, "00 A4 01 0C 02 5001"), 0x9000);
    assert_eq!(
        ask(&mut card, "00 A4 02 00 02 E003 00"),
        (0x9000, hex("6F 11 820101 80029C40 8302E003 880118 8A0105"))
    );
    assert_eq!(
        ask(&mut card, "00 A4 00 04 02 E004 00"),
        (
            0x9000,
            hex("62 15 82050221001004 80020040 8302E004 880120 8A0105")
        )
    );
    // From one application to the other, and to the MF.
    assert_eq!(status(&mut card, "00 A4 00 0C 02 5002"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 00 0C 02 E101"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 01 0C 02 5001"), 0x6A82);
    assert_eq!(status(&mut card, "00 A4 03 0C"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 03 0C"), 0x6A82);
    assert_eq!(status(&mut card, "00 A4 00 0C 02 2F00"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 02 0C 01 2F"), 0x6A87);
}

#[test]
fn files_by_path() {
    let mut card = DemoCard::new();
    assert_eq!(status(&mut card, "00 A4 08 0C 04 5001E001"), 0x9000);
    assert_eq!(ask(&mut card, "00 B0 00 00 05"), (0x9000, b"Hello".to_vec()));
    assert_eq!(status(&mut card, "00 A4 09 0C 02 E002"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 08 0C 02 5002"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 09 0C 02 E101"), 0x9000);
    assert_eq!(status(&mut card, "00 A4 08 0C 06 5001E001E002"), 0x6A82);
    assert_eq!(status(&mut card, "00 A4 08 0C 03 5001E0"), 0x6A87);
    assert_eq!(status(&mut card, "00 A4 08 0C"), 0x6A87);
}

#[test]
fn a_reset_selects_the_mf() {
    use crate::card::Card;
    let mut card = super::selected(DemoCard::new());
    assert_eq!(status(&mut card, "00 B0 81 00 00"), 0x9000);
    card.reset();
    assert_eq!(status(&mut card, "00 B0 00 00 00"), 0x6986);
    assert_eq!(status(&mut card, "00 B0 81 00 00"), 0x6A82);
}
