use proptest::prelude::*;

use crate::atr::{Atr, Category, HistoricalBytes, Problem};
use crate::status_word::StatusWord;

fn status(bytes: &[u8]) -> Option<(Option<u8>, Option<u16>)> {
    let status = HistoricalBytes::new(bytes).status_indicator()?;
    Some((status.life_cycle(), status.status().map(StatusWord::to_u16)))
}

#[test]
fn categories() {
    let category = |first| HistoricalBytes::new(&[first]).category();
    assert_eq!(category(0x00), Some(Category::StatusAtEnd));
    assert_eq!(category(0x10), Some(Category::DirDataReference));
    assert_eq!(category(0x80), Some(Category::CompactTlv));
    assert_eq!(category(0x81), Some(Category::Reserved(0x81)));
    assert_eq!(category(0x90), Some(Category::Proprietary(0x90)));
    assert_eq!(HistoricalBytes::new(&[]).category(), None);
    assert_eq!(HistoricalBytes::new(&[0x10, 0x07]).dir_data_reference(), Some(7));
    assert_eq!(HistoricalBytes::new(&[0x10]).dir_data_reference(), None);
}

#[test]
fn status_in_each_place() {
    assert_eq!(
        status(&[0x00, 0x31, 0x80, 0x05, 0x90, 0x00]),
        Some((Some(5), Some(0x9000)))
    );
    assert_eq!(status(&[0x00, 0x90, 0x00]), None);
    assert_eq!(status(&[0x00]), None);
    assert_eq!(status(&[0x80, 0x81, 0x07]), Some((Some(7), None)));
    assert_eq!(status(&[0x80, 0x82, 0x90, 0x00]), Some((None, Some(0x9000))));
    assert_eq!(
        status(&[0x80, 0x31, 0x80, 0x83, 0x07, 0x62, 0x83]),
        Some((Some(7), Some(0x6283)))
    );
    assert_eq!(status(&[0x80, 0x84, 1, 2, 3, 4]), None);
    assert_eq!(status(&[0x80, 0x82, 0x90]), None);
    assert_eq!(status(&[0x4A, 0x82, 0x90, 0x00]), None);
}

#[test]
fn objects_end_where_the_status_begins() {
    let historical = HistoricalBytes::new(&[0x00, 0x31, 0xC0, 0xF2, 0xA0, 0x01, 0x07, 0x90, 0x00]);
    assert_eq!(historical.objects().count(), 2);
    assert_eq!(
        historical.card_service_data().map(|byte| byte.to_u8()),
        Some(0xC0)
    );
    assert_eq!(historical.application_identifier(), Some(&[0xA0, 0x01][..]));
    assert_eq!(historical.card_capabilities(), None);
}

#[test]
fn field_case_23_positions_are_counted_from_the_announced_number() {
    let atr = Atr::new(&[0x3B, 0x78, 0x14, 0x00, 0x00, 0x00, 0x73, 0xC8, 0x40, 0x00, 0x00]);
    let historical = atr.historical_bytes();
    assert_eq!((historical.announced_len(), historical.as_bytes().len()), (8, 6));
    let capabilities = historical.card_capabilities().expect("73 C8 40 00 is whole");
    assert!(capabilities.selects_by_full_df_name() && !capabilities.extended_length());
    assert_eq!(historical.objects().count(), 1);
    assert_eq!(historical.status_indicator(), None);
    assert!(atr.problems().eq([Problem::Truncated {
        expected: 13,
        len: 11
    }]));
    let text = atr.to_string();
    for line in [
        "73 T2: card capabilities",
        "C8 T3: DF by full name, by partial name, implicitly",
        "00 T6: life cycle status: not given",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
    }
}

#[test]
fn field_case_23_no_byte_changes_its_meaning_when_those_behind_it_go_missing() {
    let whole = [
        0x3B, 0x0C, 0x00, 0x31, 0x90, 0x73, 0xC8, 0x41, 0x90, 0x51, 0x4A, 0x05, 0x62, 0x83,
    ];
    let atr = Atr::new(&whole);
    assert_eq!(atr.problems().next(), None);
    let lines: Vec<String> = atr.to_string().lines().map(str::to_owned).collect();
    for len in 3..whole.len() {
        let cut = Atr::new(&whole[..len]);
        assert_eq!(cut.historical_bytes().announced_len(), 12);
        assert_eq!(cut.historical_bytes().status_indicator(), None, "{len}");
        for (position, line) in cut.to_string().lines().take(len).enumerate() {
            // Of an object that is cut off, and of a status word, the rest is missing.
            let cut_off = line.ends_with(": an object whose end is missing") || line.contains(": data");
            assert!(
                cut_off || line == lines[position],
                "{line:?} is not {:?}",
                lines[position]
            );
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_described_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let historical = HistoricalBytes::new(&bytes);
        let _ = (historical.card_capabilities(), historical.status_indicator(), historical.card_service_data());
        for position in 0..bytes.len() {
            prop_assert!(!historical.meaning(position).to_string().is_empty());
        }
    }
}
