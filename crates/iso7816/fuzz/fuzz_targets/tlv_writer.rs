//! What is written as data objects is read as the same ones; what is refused leaves nothing behind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::tlv::ber::{DataObjects, WriteError, Writer, encoded_len};

/// A data object, by its value.
#[derive(Debug, PartialEq, Eq)]
enum Object {
    Primitive(u32, Vec<u8>),
    Constructed(u32, Vec<Object>),
}

/// Takes what to write from the bytes: a kind, four bytes of tag, a length.
struct Plan<'a>(&'a [u8]);

impl Plan<'_> {
    fn next(&mut self) -> Option<(u8, u32, usize)> {
        let (&[kind, a, b, c, d, len], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        // As many tags of one byte as of four.
        let tag = u32::from_be_bytes([a, b, c, d]) >> (8 * (kind >> 6));
        Some((kind % 4, tag, usize::from(len) * (1 + usize::from(kind >> 4 & 3))))
    }
}

/// Writes by the plan until it ends or says so; `written` gets what was not refused.
fn write<'w, 'a>(
    writer: &'w mut Writer<'a>,
    plan: &mut Plan<'_>,
    depth: usize,
    written: &mut Vec<Object>,
) -> Result<&'w mut Writer<'a>, WriteError> {
    while let Some((kind, tag, len)) = plan.next() {
        let before = writer.as_bytes().len();
        let refused = match kind {
            0 | 1 => {
                let value = vec![0x5A; len];
                let refused = writer.object(tag, &value).is_err();
                if !refused {
                    assert_eq!(writer.as_bytes().len(), before + encoded_len(tag, len));
                    written.push(Object::Primitive(tag, value));
                }
                refused
            }
            2 if depth < 20 => {
                let mut within = Vec::new();
                let refused = writer
                    .constructed(tag, |inner| write(inner, plan, depth + 1, &mut within))
                    .is_err();
                if !refused {
                    written.push(Object::Constructed(tag, within));
                }
                refused
            }
            _ => return Ok(writer),
        };
        if refused {
            assert_eq!(writer.as_bytes().len(), before);
        }
    }
    Ok(writer)
}

fn compare(objects: DataObjects<'_>, written: &[Object]) {
    let read: Vec<_> = objects
        .collect::<Result<_, _>>()
        .expect("what was written can be read");
    assert_eq!(read.len(), written.len());
    for (object, written) in read.iter().zip(written) {
        match written {
            Object::Primitive(tag, value) => assert_eq!((object.tag(), object.value()), (*tag, &value[..])),
            Object::Constructed(tag, within) => {
                assert!(object.tag() == *tag && object.is_constructed());
                compare(object.children(), within);
            }
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&flags, rest)) = bytes.split_first() else {
        return;
    };
    let (ff, in_vector) = (flags & 1 != 0, flags & 2 != 0);
    let (mut vector, mut buffer) = (Vec::new(), [0; 600]);
    let mut writer = match in_vector {
        true => Writer::appending(&mut vector),
        false => Writer::new(&mut buffer),
    };
    writer = writer.tags_may_begin_with_ff(ff);
    let mut written = Vec::new();
    let _ = write(&mut writer, &mut Plan(rest), 0, &mut written);
    compare(
        DataObjects::new(writer.as_bytes()).tags_may_begin_with_ff(ff),
        &written,
    );
});
