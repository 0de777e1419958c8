//! What a reader's driver is asked, where it has an answer: control codes, features, attributes.

use crate::card::ok;
use crate::service::ECHO;
use pcsc_session::{Attribute, Code, Session};
use pcsc_sys::{FEATURE_GET_TLV_PROPERTIES, FEATURE_VERIFY_PIN_DIRECT};

const SERIAL_NUMBER: Attribute = Attribute(0x0001_0103);

/// So many bytes, each another than the one before.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 7) as u8).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, pcsc_session::Error>) -> Code {
    result.unwrap_err().code().unwrap()
}

conformance! {
    fn a_control_code_brings_what_the_driver_answers<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        service.set_control(0, 0x4200_0001, &bytes(300));
        let mut session = service.open(0);
        assert_eq!(session.control(0x4200_0001, &[1]).unwrap(), bytes(300));
        for len in [0, 1, 255, 256, 4096, 65_536, 65_548] {
            assert!(session.control(ECHO, &bytes(len)).unwrap() == bytes(len), "{len}");
        }
        let mut output = [0xEE; 10];
        assert_eq!(session.control_into(ECHO, &bytes(10), &mut output).unwrap(), 10);
        assert_eq!(output[..], bytes(10));
        assert_eq!(code(session.control(0x4200_0002, &[])), Code::UNSUPPORTED_FEATURE);
        assert!(session.transmit(&[0, 0xCA, 0, 0]).unwrap().status().is_success());
    }

    fn a_control_code_needs_no_card<S>() {
        let service = S::start(1);
        let session: Session = service
            .options()
            .reader(service.reader(0))
            .share_mode(pcsc_session::ShareMode::Direct)
            .open()
            .unwrap();
        assert_eq!(session.control(ECHO, &[1, 2, 3]).unwrap(), [1, 2, 3]);
    }

    fn features_are_those_of_the_driver<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        assert!(service.open(0).features().is_err());
        service.set_features(0, &[(FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006), (FEATURE_GET_TLV_PROPERTIES, 0x4233_0012)]);
        let features = service.open(0).features().unwrap();
        let features: Vec<_> = features.iter().map(|feature| (feature.tag, feature.control_code)).collect();
        assert_eq!(features, [
            (FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006),
            (FEATURE_GET_TLV_PROPERTIES, 0x4233_0012),
        ]);
    }

    fn an_attribute_is_read_and_set<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        service.set_attribute(0, Attribute::VENDOR_NAME.0, b"Acme");
        service.set_attribute(0, SERIAL_NUMBER.0, &bytes(264));
        let session = service.open(0);
        assert_eq!(session.get_attribute(Attribute::VENDOR_NAME).unwrap(), b"Acme");
        assert_eq!(session.get_attribute(SERIAL_NUMBER).unwrap(), bytes(264));
        for len in [1, 20, 264] {
            session.set_attribute(SERIAL_NUMBER, &bytes(len)).unwrap();
            assert_eq!(session.get_attribute(SERIAL_NUMBER).unwrap(), bytes(len));
        }
        assert_eq!(session.get_attribute(Attribute::VENDOR_NAME).unwrap(), b"Acme");
        // Another session sees the same reader.
        assert_eq!(service.open(0).get_attribute(SERIAL_NUMBER).unwrap(), bytes(264));
    }

    fn readers_have_drivers_of_their_own<S>() {
        let mut service = S::start(2);
        service.insert(0, ok());
        service.insert(1, ok());
        service.set_attribute(0, Attribute::VENDOR_NAME.0, b"Acme");
        service.set_features(0, &[(FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
        assert!(service.open(0).get_attribute(Attribute::VENDOR_NAME).is_ok());
        assert!(service.open(0).features().is_ok());
        assert!(service.open(1).get_attribute(Attribute::VENDOR_NAME).is_err());
        assert!(service.open(1).features().is_err());
    }
}
