use proptest::prelude::*;

use super::{DataObjects, TlvErrorKind};

fn error_of(bytes: &[u8]) -> (usize, TlvErrorKind) {
    let error = DataObjects::new(bytes)
        .last()
        .expect("an item")
        .expect_err("an error");
    (error.offset(), error.kind())
}

#[test]
fn tags_and_lengths_of_every_size() {
    let mut bytes = vec![0x00, 0x81, 0x01, 0xAA, 0x00, 0x9F, 0x38, 0x81, 0x01, 0xBB];
    bytes.extend([
        0x5F, 0x81, 0x02, 0x82, 0x00, 0x01, 0xCC, 0x7F, 0x81, 0x82, 0x03, 0x84, 0, 0, 0, 1, 0xDD, 0xFF, 0xFF,
    ]);
    let objects: Vec<_> = DataObjects::new(&bytes)
        .map(|object| object.expect("valid"))
        .collect();
    let tags: Vec<_> = objects
        .iter()
        .map(|object| (object.tag(), object.value()[0], object.is_constructed()))
        .collect();
    assert_eq!(
        tags,
        [
            (0x81, 0xAA, false),
            (0x9F38, 0xBB, false),
            (0x5F_8102, 0xCC, false),
            (0x7F81_8203, 0xDD, true)
        ]
    );
}

#[test]
fn errors_say_the_offset() {
    assert_eq!(error_of(&[0x9F]), (1, TlvErrorKind::TagIncomplete));
    assert_eq!(
        error_of(&[0x9F, 0x81, 0x81, 0x81, 0x01, 0x00]),
        (4, TlvErrorKind::TagTooLong)
    );
    assert_eq!(error_of(&[0x81]), (1, TlvErrorKind::LengthIncomplete));
    assert_eq!(error_of(&[0x81, 0x82, 0x01]), (3, TlvErrorKind::LengthIncomplete));
    assert_eq!(error_of(&[0x81, 0x80]), (1, TlvErrorKind::LengthReserved));
    assert_eq!(error_of(&[0x81, 0x85]), (1, TlvErrorKind::LengthReserved));
    assert_eq!(
        error_of(&[0x81, 0x00, 0x82, 0x02, 0x00]),
        (5, TlvErrorKind::ValueIncomplete)
    );
    assert_eq!(
        error_of(&[0x81, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
        (6, TlvErrorKind::ValueIncomplete)
    );
}

#[test]
fn a_value_as_a_number() {
    for (bytes, number) in [
        (&[0x02, 0x00][..], None),
        (&[0x02, 0x01, 0x00], Some(0)),
        (&[0x02, 0x02, 0x80, 0x01], Some(0x8001)),
        (&[0x02, 0x06, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], Some(u32::MAX)),
        (&[0x02, 0x05, 1, 0, 0, 0, 0], None),
    ] {
        let object = DataObjects::new(bytes).next().expect("an object").expect("valid");
        assert_eq!(object.unsigned(), number, "{bytes:02X?}");
    }
}

#[test]
fn the_position_is_behind_the_last_object() {
    let mut objects = DataObjects::new(&[0x00, 0x84, 0x01, 0xA0, 0x00, 0x85, 0x00, 0xFF]);
    for position in [4, 7, 8] {
        let _ = objects.next();
        assert_eq!(objects.position(), position);
    }
}

#[test]
fn an_error_before_the_tag_is_not_hidden() {
    assert!(DataObjects::new(&[0x81, 0x05, 0x82]).find(0x82).is_err());
    assert_eq!(DataObjects::new(&[0x81, 0x00]).find(0x82), Ok(None));
}

fn tags(objects: DataObjects<'_>) -> Vec<u32> {
    objects.map(|object| object.expect("valid").tag()).collect()
}

#[test]
fn field_case_22_filler_is_before_between_and_after_objects() {
    let template = [
        0x70, 0x0C, 0x5F, 0x34, 0x01, 0x01, 0xFF, 0xFF, 0xFF, 0x9F, 0x57, 0x02, 0x08, 0x40,
    ];
    let record = DataObjects::new(&template)
        .next()
        .expect("an object")
        .expect("valid");
    assert_eq!(tags(record.children()), [0x5F34, 0x9F57]);
    let country = record.children().find(0x9F57).expect("valid").expect("there");
    assert_eq!(country.value(), [0x08, 0x40]);

    assert_eq!(tags(DataObjects::new(&[0xFF, 0x5A, 0x01, 0x12])), [0x5A]);
    let mixed = [
        0xFF, 0x00, 0x84, 0x01, 0xFF, 0x00, 0xFF, 0x85, 0x01, 0x00, 0xFF, 0xFF, 0x00,
    ];
    assert_eq!(tags(DataObjects::new(&mixed)), [0x84, 0x85]);
    for byte in [0x00, 0xFF] {
        assert_eq!(DataObjects::new(&[byte; 9]).count(), 0);
    }
}

#[test]
fn field_case_22_where_ff_may_begin_a_tag_it_does_within_objects_too() {
    let bytes = [
        0xFF, 0x5A, 0x01, 0x12, 0x00, 0x7F, 0x66, 0x04, 0xFF, 0x5B, 0x01, 0x34, 0xFF, 0xFF,
    ];
    let objects = DataObjects::new(&bytes).tags_may_begin_with_ff(true);
    assert_eq!(tags(objects.clone()), [0xFF5A, 0x7F66]);
    let template = objects.clone().find(0x7F66).expect("valid").expect("there");
    assert_eq!(tags(template.children()), [0xFF5B]);
    let private = objects.find(0xFF5A).expect("valid").expect("there");
    assert_eq!((private.value(), private.is_constructed()), (&[0x12][..], true));

    let by_default = DataObjects::new(&bytes)
        .find(0x7F66)
        .expect("valid")
        .expect("there");
    assert_eq!(tags(by_default.children()), [0x5B]);
}

proptest! {
    #[test]
    fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut objects = DataObjects::new(&bytes);
        let count = objects.by_ref().count();
        prop_assert!(count <= bytes.len());
        prop_assert!(objects.next().is_none());
    }
}
