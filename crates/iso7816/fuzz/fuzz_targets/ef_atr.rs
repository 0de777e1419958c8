//! Any bytes are the contents of EF.ATR/INFO, or an error with a place in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::ef_atr::{EfAtr, ExtendedLengthInformation};

fuzz_target!(|bytes: &[u8]| {
    for ff in [false, true] {
        let file = EfAtr::new(bytes).tags_may_begin_with_ff(ff);
        match file.extended_length_information() {
            Ok(Some(lengths)) => {
                assert!(lengths.max_nc() <= 65_535 && lengths.max_nc() <= lengths.max_command_len());
                assert!(lengths.max_ne() <= 65_536 && lengths.max_ne() <= lengths.max_response_len());
            }
            Ok(None) => {}
            Err(error) => assert!(error.offset() <= bytes.len()),
        }
        if let Ok(Some(capabilities)) = file.card_capabilities() {
            let _ = format!("{capabilities:?}");
        }
        if let Ok(Some(services)) = file.card_service_data() {
            let _ = services.to_string();
        }
        let _ = (
            file.status_indicator(),
            file.application_identifier(),
            format!("{file:?}"),
        );
    }
    if let Err(error) = ExtendedLengthInformation::from_value(bytes) {
        assert!(error.offset() <= bytes.len());
    }
});
