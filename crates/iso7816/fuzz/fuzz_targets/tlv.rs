//! Any bytes are data objects, or an error with a place in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::tlv::{ber, compact};

/// Walks all objects, and the children of those that have some.
fn walk(objects: ber::DataObjects<'_>, len: usize, depth: usize) {
    let mut count = 0;
    for object in objects {
        count += 1;
        assert!(count <= len + 1, "no end");
        match object {
            Ok(object) => {
                assert!(object.value().len() < len);
                if object.is_constructed() && depth < 64 {
                    walk(object.children(), len, depth + 1);
                }
            }
            Err(error) => {
                assert!(error.offset() <= len);
                let _ = (error.kind(), error.to_string());
            }
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    for ff in [false, true] {
        let objects = ber::DataObjects::new(bytes).tags_may_begin_with_ff(ff);
        walk(objects.clone(), bytes.len(), 0);
        let _ = objects.find(0x53);
    }
    let mut count = 0;
    for object in compact::DataObjects::new(bytes) {
        count += 1;
        assert!(count <= bytes.len() + 1, "no end");
        match object {
            Ok(object) => assert!(object.tag() < 16 && object.value().len() < 16),
            Err(error) => assert!(error.offset() <= bytes.len()),
        }
    }
});
