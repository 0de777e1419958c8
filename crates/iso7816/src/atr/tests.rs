use crate::atr::{Atr, C6Use, ClockStop, Convention, ErrorDetection, InterfaceByteKind, Problem, Tck};
use proptest::prelude::*;

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|n| u8::try_from(n).ok())
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub(super) fn atr(hex: &str) -> Atr {
    Atr::new(&bytes_of(hex))
}

pub(super) fn problems(hex: &str) -> Vec<Problem> {
    atr(hex).problems().collect()
}

/// ATR, F, D, N, protocols, number of historical bytes, TCK.
type Row = (&'static str, u16, u8, Option<u8>, &'static [u8], usize, Tck);

const VALID: &[Row] = &[
    ("3F6525002C09699000", 372, 1, Some(0), &[0], 5, Tck::NotExpected),
    ("3F65250893046C9000", 372, 1, Some(8), &[0], 5, Tck::NotExpected),
    ("3F65250052096A9000", 372, 1, Some(0), &[0], 5, Tck::NotExpected),
    ("3B16947C030100000D", 512, 8, None, &[0], 6, Tck::NotExpected),
    ("3B169420020100000D", 512, 8, None, &[0], 6, Tck::NotExpected),
    ("3B161820020100800D", 372, 12, None, &[0], 6, Tck::NotExpected),
    ("3B6500009C11010103", 372, 1, Some(0), &[0], 5, Tck::NotExpected),
    ("3B6500009C02020102", 372, 1, Some(0), &[0], 5, Tck::NotExpected),
    (
        "3B77940000823000136C9F22",
        512,
        8,
        Some(0),
        &[0],
        7,
        Tck::NotExpected,
    ),
    (
        "3BE300FF81315245A1A2A31B",
        372,
        1,
        Some(255),
        &[1],
        3,
        Tck::Correct(0x1B),
    ),
    (
        "3BE500008121459C100100800D",
        372,
        1,
        Some(0),
        &[1],
        5,
        Tck::Correct(0x0D),
    ),
    (
        "3B9E95801FC38031A073BE2113672902010181CDB9",
        512,
        16,
        None,
        &[0, 15],
        14,
        Tck::Correct(0xB9),
    ),
    (
        "3B951381018073FF01000B",
        372,
        4,
        None,
        &[1],
        5,
        Tck::Correct(0x0B),
    ),
    ("3B80800101", 372, 1, None, &[0, 1], 0, Tck::Correct(0x01)),
    ("3B00", 372, 1, None, &[0], 0, Tck::NotExpected),
    ("3BF2951234013606", 512, 16, Some(52), &[1], 2, Tck::Missing),
    ("3B0000", 372, 1, None, &[0], 0, Tck::NotExpected),
    ("3B0001", 372, 1, None, &[0], 0, Tck::NotExpected),
];

#[test]
fn parameters_protocols_and_tck() {
    for &(hex, f, d, n, protocols, historical, tck) in VALID {
        let atr = atr(hex);
        assert_eq!((atr.f(), atr.d(), atr.n()), (Some(f), Some(d), n), "{hex}");
        assert!(atr.protocols().eq(protocols.iter().copied()), "{hex}");
        assert_eq!(atr.historical_bytes().as_bytes().len(), historical, "{hex}");
        assert_eq!(atr.tck(), tck, "{hex}");
        assert_eq!(format!("{atr:X}"), hex);
        let expected = match (tck, hex) {
            (Tck::Missing, _) => vec![Problem::TckMissing],
            (_, "3B0000" | "3B0001") => vec![Problem::TrailingBytes { count: 1 }],
            // 67: seven bytes, and six are left.
            (_, "3B9E95801FC38031A073BE2113672902010181CDB9") => vec![Problem::ObjectTooLong { position: 8 }],
            _ => vec![],
        };
        assert_eq!(problems(hex), expected, "{hex}");
    }
}

#[test]
fn what_cannot_be_read_gives_nothing_and_says_why() {
    for (hex, problem) in [
        ("3B", Problem::Truncated { expected: 2, len: 1 }),
        ("", Problem::Empty),
        ("4200", Problem::UnknownTs { ts: 0x42 }),
        ("AA00", Problem::UnknownTs { ts: 0xAA }),
    ] {
        let atr = atr(hex);
        assert_eq!(problems(hex), [problem]);
        assert_eq!(
            (atr.f(), atr.d(), atr.n(), atr.default_protocol()),
            (None, None, None, None),
            "{hex}"
        );
        assert_eq!(
            (atr.protocols().count(), atr.historical_bytes().as_bytes().len()),
            (0, 0),
            "{hex}"
        );
        assert_eq!(
            (atr.tck(), atr.trailing_bytes().len()),
            (Tck::NotExpected, 0),
            "{hex}"
        );
    }
}

#[test]
fn conventions() {
    assert_eq!(atr("3B00").convention(), Some(Convention::Direct));
    assert_eq!(atr("3F00").convention(), Some(Convention::Inverse));
    assert_eq!(atr("0300").convention(), Some(Convention::Unknown { ts: 0x03 }));
    assert_eq!(atr("").convention(), None);
}

#[test]
fn bytes_of_t1_are_the_first_after_td2() {
    let example = atr("3BE300FF81315245A1A2A31B");
    assert_eq!(
        (example.ifsc(), example.bwi(), example.cwi()),
        (Some(82), Some(4), Some(5))
    );
    assert_eq!(example.error_detection(), Some(ErrorDetection::Lrc));
    assert_eq!(
        (example.wi(), example.ta(3), example.tb(3), example.td(2)),
        (None, Some(0x52), Some(0x45), Some(0x31))
    );

    // T=1 twice: the second TA, TB and TC for it say nothing.
    let twice = atr("3B80 81 F1 20 93 01 71 FE FF 00 00");
    assert_eq!(
        (twice.ifsc(), twice.bwi(), twice.cwi()),
        (Some(0x20), Some(9), Some(3))
    );
    assert_eq!(twice.error_detection(), Some(ErrorDetection::Crc));
    assert_eq!(
        (twice.ta(4), twice.tb(4), twice.tc(4)),
        (Some(0xFE), Some(0xFF), Some(0x00))
    );

    // TA2, TB2 and TC2 come after TD1, and are not T=1's.
    let second = atr("3B80 71 01 00 0A 7B");
    assert_eq!(
        (second.ifsc(), second.bwi(), second.cwi()),
        (Some(32), Some(4), Some(13))
    );
    assert_eq!(second.error_detection(), Some(ErrorDetection::Lrc));

    let t0_only = atr("3B00");
    assert_eq!(
        (
            t0_only.ifsc(),
            t0_only.bwi(),
            t0_only.cwi(),
            t0_only.error_detection()
        ),
        (None, None, None, None)
    );
    assert_eq!(t0_only.wi(), Some(10));
}

#[test]
fn specific_mode_and_waiting_time() {
    let negotiable = atr("3B80800101");
    assert_eq!(negotiable.specific_mode(), None);
    assert_eq!(
        (negotiable.first_offered_protocol(), negotiable.default_protocol()),
        (Some(0), Some(0))
    );

    let t15_first = atr("3B80 8F 01 8E");
    assert_eq!(
        (t15_first.first_offered_protocol(), t15_first.default_protocol()),
        (Some(1), Some(1))
    );
    assert_eq!(atr("3B80 0F 8F").first_offered_protocol(), None);

    let specific = atr("3B80 D0 91 14 01 54");
    let mode = specific.specific_mode().expect("TA2");
    assert_eq!(
        (mode.protocol(), mode.can_change(), mode.implicit_parameters()),
        (1, false, true)
    );
    assert_eq!(
        (specific.first_offered_protocol(), specific.default_protocol()),
        (Some(0), Some(1))
    );
    assert_eq!(specific.wi(), Some(0x14));
}

#[test]
fn global_bytes_of_t15() {
    let card = atr("3B9E95801FC38031A073BE2113672902010181CDB9");
    assert_eq!(card.clock_stop(), Some(ClockStop::Either));
    let classes = card.operating_classes().expect("TA3");
    assert!(classes.a() && classes.b() && !classes.c());
    assert_eq!(card.c6_use(), None);

    let c6 = atr("3B80 80 3F 07 81 B9");
    assert_eq!(
        (c6.clock_stop(), c6.c6_use()),
        (Some(ClockStop::NotSupported), Some(C6Use::Proprietary(1)))
    );
    assert!(problems("3B80 80 3F 07 81 B9").is_empty());
    assert_eq!(
        (atr("3B00").clock_stop(), atr("3B00").operating_classes()),
        (None, None)
    );
}

#[test]
fn f_d_and_frequency_by_the_tables() {
    let f = [
        372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0,
    ];
    let khz = [
        4000, 5000, 6000, 8000, 12_000, 16_000, 20_000, 0, 0, 5000, 7500, 10_000, 15_000, 20_000, 0, 0,
    ];
    let d = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];
    for ta1 in 0..=u8::MAX {
        let atr = Atr::new(&[0x3B, 0x10, ta1]);
        let (high, low) = (usize::from(ta1 >> 4), usize::from(ta1 & 15));
        assert_eq!(atr.f().unwrap_or(0), f[high]);
        assert_eq!(atr.f_max_khz().unwrap_or(0), khz[high]);
        assert_eq!(atr.d().unwrap_or(0), d[low]);
        assert_eq!(
            atr.problems().count(),
            usize::from(f[high] == 0 || d[low] == 0),
            "{ta1:02X}"
        );
    }
}

#[test]
fn each_problem_is_named() {
    let reserved =
        |hex: &str, kind, index| Problem::Reserved(atr(hex).interface_byte(kind, index).expect("there"));
    let cases = [
        ("3BF000", Problem::Truncated { expected: 6, len: 3 }),
        ("3B0541", Problem::Truncated { expected: 7, len: 3 }),
        ("3B82 01 41", Problem::Truncated { expected: 6, len: 4 }),
        (
            "3B80 01 80",
            Problem::TckWrong {
                found: 0x80,
                expected: 0x81,
            },
        ),
        ("3B80 0F 8F", Problem::FirstIsT15),
        ("3B80 81 00 01", Problem::ProtocolOrder { before: 1, after: 0 }),
        ("3B80 05 85", reserved("3B80 05 85", InterfaceByteKind::Td, 1)),
        (
            "3B80 11 E0 70",
            Problem::TckWrong {
                found: 0x70,
                expected: 0x71,
            },
        ),
        (
            "3B80 11 61 F0",
            reserved("3B80 11 61 F0", InterfaceByteKind::Ta, 2),
        ),
        ("3B80 40 00", reserved("3B80 40 00", InterfaceByteKind::Tc, 2)),
        (
            "3B80 81 11 FF EF",
            reserved("3B80 81 11 FF EF", InterfaceByteKind::Ta, 3),
        ),
        (
            "3B80 81 21 A0 80",
            reserved("3B80 81 21 A0 80", InterfaceByteKind::Tb, 3),
        ),
        (
            "3B80 81 41 02 42",
            reserved("3B80 81 41 02 42", InterfaceByteKind::Tc, 3),
        ),
        (
            "3B80 80 1F 05 1A",
            reserved("3B80 80 1F 05 1A", InterfaceByteKind::Ta, 3),
        ),
        ("3B02 80 4A", Problem::ObjectTooLong { position: 2 }),
        ("3B05 80 31 C0 73 00", Problem::ObjectTooLong { position: 4 }),
        ("3B05 00 31 05 90 00", Problem::ObjectTooLong { position: 2 }),
        ("3B02 00 90", Problem::StatusMissing { len: 1 }),
        ("3B01 00", Problem::StatusMissing { len: 0 }),
    ];
    for (hex, problem) in cases {
        let found = problems(hex);
        assert!(found.contains(&problem), "{hex}: {found:?}");
        assert!(
            atr(hex).to_string().contains(&format!("problem: {problem}\n")),
            "{hex}"
        );
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let longest = [&[0x3B][..], &[0; 32]].concat();
    assert!(
        Atr::new(&longest)
            .problems()
            .eq([Problem::TrailingBytes { count: 31 }])
    );
    let longer = [&longest[..], &[0]].concat();
    assert_eq!(
        Atr::new(&longer).problems().next(),
        Some(Problem::TooLong { len: 34 })
    );

    let long = Atr::new(&[0; 40]);
    assert_eq!(long.as_bytes().len(), 36);
    assert!(
        long.problems()
            .eq([Problem::UnknownTs { ts: 0 }, Problem::TooLong { len: 40 }])
    );
    let mut bytes = [0; 40];
    bytes[0] = 0x3B;
    let long = Atr::new(&bytes);
    assert!(
        long.problems()
            .eq([Problem::TooLong { len: 40 }, Problem::TrailingBytes { count: 38 }])
    );
    assert_ne!(Atr::new(&bytes), Atr::new(&bytes[..39]));
}

#[test]
fn what_came_and_was_not_kept_is_neither_missing_nor_behind_the_end() {
    // 20 TD bytes, 15 historical bytes with an object of which the end is not kept, TCK: 38 bytes.
    let mut bytes = vec![0x3B, 0x8F];
    bytes.extend([0x81; 19]);
    bytes.extend([0x01, 0x80, 0x5D]);
    bytes.extend([0; 13]);
    bytes.push(bytes[1..].iter().fold(0, |tck, byte| tck ^ byte));
    let atr = Atr::new(&bytes);
    assert!(atr.problems().eq([Problem::TooLong { len: 38 }]));
    let historical = atr.historical_bytes();
    assert_eq!(
        (historical.as_bytes().len(), historical.announced_len()),
        (14, 15)
    );
    // And two bytes behind it.
    bytes.extend([0; 2]);
    assert!(
        Atr::new(&bytes)
            .problems()
            .eq([Problem::TooLong { len: 40 }, Problem::TrailingBytes { count: 2 }])
    );
}

proptest! {
    #[test]
    fn any_bytes_have_one_line_each(
        ts in prop_oneof![8 => Just(0x3B), 1 => Just(0x3F), 1 => any::<u8>()],
        rest in proptest::collection::vec(any::<u8>(), 0..45),
    ) {
        let bytes: Vec<u8> = core::iter::once(ts).chain(rest).collect();
        let atr = Atr::new(&bytes);
        let lines = atr.to_string().lines().filter(|line| !line.starts_with("problem: ")).count();
        prop_assert_eq!(lines, bytes.len().min(36));
        let _ = (atr.ifsc(), atr.bwi(), atr.wi(), atr.clock_stop(), atr.specific_mode(), atr.c6_use());
        prop_assert!(atr.protocols().count() <= 16);
        if bytes.len() <= 33 && atr.problems().next().is_none() {
            prop_assert!(bytes.iter().skip(1).fold(0, |sum, byte| sum ^ byte) == 0 || atr.tck() == Tck::NotExpected);
        }
    }
}
