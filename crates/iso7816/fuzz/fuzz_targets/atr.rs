//! Any bytes are an answer to reset that can be read and shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_iso7816::atr::{Atr, InterfaceByteKind};

fuzz_target!(|bytes: &[u8]| {
    let atr = Atr::new(bytes);
    // What is beyond PC/SC's 36 bytes is dropped.
    assert_eq!(atr.as_bytes(), &bytes[..bytes.len().min(36)]);
    assert!(atr.trailing_bytes().len() <= bytes.len());
    let _ = (
        atr.convention(),
        atr.t0(),
        atr.tck(),
        atr.first_offered_protocol(),
        atr.default_protocol(),
    );
    let _ = atr.interface_bytes().count() + atr.protocols().count();
    for index in 0..=u8::MAX {
        let _ = (atr.ta(index), atr.tb(index), atr.tc(index), atr.td(index));
    }
    let _ = atr.interface_byte(InterfaceByteKind::Ta, 1);
    let historical = atr.historical_bytes();
    assert!(historical.as_bytes().len() <= historical.announced_len());
    let _ = (historical.card_capabilities(), historical.card_service_data());
    let _ = (historical.status_indicator(), format!("{historical:?}"));
    let _ = (atr.to_string(), format!("{atr:?}"));
});
