//! Any bytes are a reader's list of features and of properties, or an error with a place in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::part10::ListError;
use pcsc_iso7816::part10::feature::{FEATURE_GET_TLV_PROPERTIES, Features};
use pcsc_iso7816::part10::pin::{PinBlock, PinEncoding, PinModify, PinVerify};
use pcsc_iso7816::part10::property::Properties;

fn check(error: ListError, len: usize) {
    match error {
        ListError::Incomplete { offset, .. } => assert_eq!(offset, len),
        ListError::Length { offset, .. } => assert!(offset < len),
        _ => unreachable!("there are two"),
    }
    let _ = error.to_string();
}

fuzz_target!(|bytes: &[u8]| {
    let mut read = 0;
    for feature in Features::new(bytes) {
        match feature {
            Ok(feature) => {
                assert_eq!(bytes[read..][..2], [feature.tag, 4]);
                assert_eq!(bytes[read + 2..][..4], feature.control_code.to_be_bytes());
                read += 6;
            }
            Err(error) => {
                if let ListError::Length { len, .. } = error {
                    read += 2 + len;
                }
                check(error, bytes.len());
            }
        }
    }
    assert!(read <= bytes.len());
    let _ = Features::new(bytes).control_code(FEATURE_GET_TLV_PROPERTIES);

    let mut count = 0;
    for property in Properties::new(bytes) {
        count += 1;
        match property {
            Ok(property) => {
                assert_eq!(property.name().is_some(), (1..=12).contains(&property.tag()));
            }
            Err(error) => check(error, bytes.len()),
        }
    }
    assert!(count <= bytes.len());
    let _ = Properties::new(bytes).max_apdu_data_size();

    // The command is the end of each structure, and its length is before it.
    let block = PinBlock::new(PinEncoding::Ascii);
    for structure in [
        PinVerify::new(block, 4, 8, bytes).encode(),
        PinModify::new(block, 4, 8, bytes).encode(),
    ] {
        let (header, command) = structure.split_at(structure.len() - bytes.len());
        assert_eq!(command, bytes);
        assert!(header.ends_with(&(bytes.len() as u32).to_le_bytes()));
    }
});
