use proptest::prelude::*;

use super::{WriteError, Writer};
use crate::tlv::ber::{DataObjects, encoded_len};

/// A data object, by its value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Object {
    Primitive(u32, Vec<u8>),
    Constructed(u32, Vec<Object>),
}

fn write<'w, 'a>(writer: &'w mut Writer<'a>, objects: &[Object]) -> Result<&'w mut Writer<'a>, WriteError> {
    for object in objects {
        match object {
            Object::Primitive(tag, value) => writer.object(*tag, value)?,
            Object::Constructed(tag, within) => writer.constructed(*tag, |inner| write(inner, within))?,
        };
    }
    Ok(writer)
}

fn read(objects: DataObjects<'_>) -> Vec<Object> {
    objects
        .map(|object| object.expect("what was written can be read"))
        .map(|object| match object.is_constructed() {
            true => Object::Constructed(object.tag(), read(object.children())),
            false => Object::Primitive(object.tag(), object.value().to_vec()),
        })
        .collect()
}

fn len_of(objects: &[Object]) -> usize {
    objects
        .iter()
        .map(|object| match object {
            Object::Primitive(tag, value) => encoded_len(*tag, value.len()),
            Object::Constructed(tag, within) => encoded_len(*tag, len_of(within)),
        })
        .sum()
}

fn objects() -> impl Strategy<Value = Vec<Object>> {
    let value = prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..20),
        1 => (120..300_usize).prop_map(|len| vec![0x5A; len]),
        1 => (65_500..65_600_usize).prop_map(|len| vec![0xA5; len]),
    ];
    let tag = prop_oneof![
        Just(0x84_u32),
        Just(0x53),
        Just(0x9F38),
        Just(0x5F_8102),
        Just(0x5F81_8203),
        Just(0xDF5A)
    ];
    let primitive = (tag, value).prop_map(|(tag, value)| Object::Primitive(tag, value));
    let object = primitive.prop_recursive(5, 40, 6, |inner| {
        let tag = prop_oneof![
            Just(0x6F_u32),
            Just(0x7F66),
            Just(0x7F_8102),
            Just(0xFF5A),
            Just(0xBF0C)
        ];
        (tag, proptest::collection::vec(inner, 0..6))
            .prop_map(|(tag, within)| Object::Constructed(tag, within))
    });
    proptest::collection::vec(object, 0..5)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_and_has_the_shortest_lengths(objects in objects()) {
        let mut vector = Vec::new();
        write(&mut Writer::appending(&mut vector).tags_may_begin_with_ff(true), &objects).unwrap();
        prop_assert_eq!(vector.len(), len_of(&objects));
        prop_assert_eq!(read(DataObjects::new(&vector).tags_may_begin_with_ff(true)), objects.clone());

        let mut buffer = vec![0xEE; vector.len()];
        let mut writer = Writer::new(&mut buffer).tags_may_begin_with_ff(true);
        write(&mut writer, &objects).unwrap();
        prop_assert_eq!(writer.into_bytes(), &vector[..]);
        if let Some((_, shorter)) = buffer.split_first_mut() {
            let len = shorter.len();
            let written = write(&mut Writer::new(shorter).tags_may_begin_with_ff(true), &objects).map(|_| ());
            match written {
                Err(WriteError::BufferTooSmall { needed, len: its }) => prop_assert!(its == len && needed > len),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}

#[test]
fn lengths_at_each_boundary() {
    for (len, field) in [
        (0, &[0x00][..]),
        (0x7F, &[0x7F]),
        (0x80, &[0x81, 0x80]),
        (0xFF, &[0x81, 0xFF]),
        (0x100, &[0x82, 0x01, 0x00]),
        (0xFFFF, &[0x82, 0xFF, 0xFF]),
        (0x1_0000, &[0x83, 0x01, 0x00, 0x00]),
        (0xFF_FFFF, &[0x83, 0xFF, 0xFF, 0xFF]),
        (0x100_0000, &[0x84, 0x01, 0x00, 0x00, 0x00]),
    ] {
        let value = vec![0x5A; len];
        let expected = [&[0x53], field, &value].concat();
        let mut bytes = Vec::new();
        Writer::appending(&mut bytes).object(0x53, &value).unwrap();
        assert!(bytes == expected, "{len:X}");
        // The same as an object within one, whose length is known at its end alone.
        let Some(within) = len.checked_sub(encoded_len(0x53, 0)) else {
            continue;
        };
        let Some(inner) = (0..=within).rev().find(|&inner| encoded_len(0x53, inner) == len) else {
            continue;
        };
        bytes.clear();
        Writer::appending(&mut bytes)
            .constructed(0x73, |data| data.object(0x53, &value[..inner]))
            .unwrap();
        assert_eq!(bytes[..=field.len()], [&[0x73], field].concat(), "{len:X}");
        assert_eq!(bytes.len(), 1 + field.len() + len);
    }
}

#[test]
fn what_is_no_tag_is_refused_and_nothing_of_it_is_left() {
    let mut bytes = vec![0xEE];
    let mut writer = Writer::appending(&mut bytes);
    writer.object(0x84, &[1]).unwrap();
    assert_eq!(
        writer.object(0x1F, &[2]).unwrap_err(),
        WriteError::InvalidTag { tag: 0x1F }
    );
    assert_eq!(
        writer.object(0xFF5A, &[2]).unwrap_err(),
        WriteError::InvalidTag { tag: 0xFF5A }
    );
    assert_eq!(
        writer.constructed(0x84, |inner| Ok(inner)).unwrap_err(),
        WriteError::PrimitiveTag { tag: 0x84 }
    );
    let error = writer
        .constructed(0x6F, |outer| {
            outer
                .object(0x84, &[3])?
                .constructed(0xA5, |inner| inner.object(0x00, &[4]))
        })
        .unwrap_err();
    assert_eq!(error, WriteError::InvalidTag { tag: 0x00 });
    assert_eq!(writer.as_bytes(), [0x84, 0x01, 0x01]);
    writer.object(0x85, &[5]).unwrap();
    assert_eq!(writer.as_bytes(), [0x84, 0x01, 0x01, 0x85, 0x01, 0x05]);
    assert_eq!(format!("{writer:?}"), "Writer(6 bytes)");
    assert_eq!(bytes, [0xEE, 0x84, 0x01, 0x01, 0x85, 0x01, 0x05]);
}

#[test]
fn a_buffer_that_is_full_keeps_its_whole_objects() {
    let mut buffer = [0xEE; 8];
    let mut writer = Writer::new(&mut buffer);
    writer.object(0x84, &[1, 2]).unwrap();
    let too_small = |needed| WriteError::BufferTooSmall { needed, len: 8 };
    assert_eq!(writer.object(0x85, &[1, 2, 3]).unwrap_err(), too_small(9));
    assert_eq!(
        writer
            .constructed(0x73, |data| data.object(0x85, &[1, 2, 3]))
            .unwrap_err(),
        too_small(11)
    );
    assert_eq!(writer.as_bytes(), [0x84, 0x02, 1, 2]);
    writer.object(0x85, &[7, 8]).unwrap();
    assert_eq!(
        writer.constructed(0x73, |inner| Ok(inner)).unwrap_err(),
        too_small(10)
    );
    assert_eq!(writer.into_bytes(), [0x84, 0x02, 1, 2, 0x85, 0x02, 7, 8]);
}
