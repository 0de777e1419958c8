//! What a reader says of long commands: PC/SC part 10, 2.6.14.

use crate::exchange::{PUT, bytes};
use crate::service::Service;
use crate::watched::with_card;
use pcsc_session::Command;
use pcsc_sim::DemoCard;
use pcsc_sys::{FEATURE_GET_TLV_PROPERTIES, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize};

const CODE: u32 = 0x4233_0012;

/// Puts data into the card in a reader that takes so many bytes, and reads 32 KiB; returns how many commands each took.
fn commands_with<S: Service>(limit: u32) -> (usize, usize) {
    let mut service = S::start(1);
    service.set_features(0, &[(FEATURE_GET_TLV_PROPERTIES, CODE)]);
    let mut properties = vec![0x01, 2, 0, 1, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4];
    properties.extend(limit.to_le_bytes());
    service.set_control(0, CODE, &properties);
    let mut counts = (0, 0);
    with_card(&mut service, DemoCard::new(), |session, card| {
        let application = Command::select_aid(DemoCard::AID);
        session.execute(&application).unwrap().ok().unwrap();
        card.commands();
        session
            .execute(&PUT.with_data(&bytes(1000)))
            .unwrap()
            .ok()
            .unwrap();
        counts.0 = card.commands().len();
        let file = DemoCard::LARGE.to_be_bytes();
        session
            .execute(&Command::select_file(&file))
            .unwrap()
            .ok()
            .unwrap();
        card.commands();
        let read = session.transparent_file().with_len(32_768).read().unwrap();
        assert!(read == bytes(32_768));
        counts.1 = card.commands().len();
    });
    counts
}

conformance! {
    fn a_reader_without_extended_length_gets_chains<S>() {
        assert_eq!(commands_with::<S>(0), (4, 128));
    }

    fn a_reader_with_a_limit_gets_a_chain_of_what_is_beyond<S>() {
        assert_eq!(commands_with::<S>(999), (4, 33));
        assert_eq!(commands_with::<S>(1000), (1, 33));
    }

    fn a_reader_that_takes_all_gets_extended_length<S>() {
        assert_eq!(commands_with::<S>(65_536), (1, 1));
    }
}
