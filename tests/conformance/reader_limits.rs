//! What a reader says of long commands: PC/SC part 10, 2.6.14.

use crate::exchange::{PUT, bytes};
use crate::service::Service;
use crate::watched::{Watched, with_card};
use pcsc_session::{Command, Disposition, Error, Session};
use pcsc_sim::{DemoCard, Simulator};
use pcsc_sys::{FEATURE_GET_TLV_PROPERTIES, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize};

const CODE: u32 = 0x4233_0012;

/// The properties of a reader that takes so many bytes.
fn properties(limit: u32) -> Vec<u8> {
    let mut properties = vec![0x01, 2, 0, 1, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4];
    properties.extend(limit.to_le_bytes());
    properties
}

/// Runs this with a card in a reader that takes so many bytes, its application selected.
fn limited<S: Service>(limit: u32, card: DemoCard, run: impl FnOnce(&mut Session, &Watched<DemoCard>)) {
    let mut service = S::start(1);
    service.set_features(0, &[(FEATURE_GET_TLV_PROPERTIES, CODE)]);
    service.set_control(0, CODE, &properties(limit));
    with_card(&mut service, card, |session, card| {
        let application = Command::select_aid(DemoCard::AID);
        session.execute(&application).unwrap().ok().unwrap();
        card.commands();
        run(session, card);
    });
}

/// Puts data into the card in a reader that takes so many bytes, and reads 32 KiB; returns how many commands each took.
fn commands_with<S: Service>(limit: u32) -> (usize, usize) {
    let mut counts = (0, 0);
    limited::<S>(limit, DemoCard::new(), |session, card| {
        let data = bytes(1000);
        session.execute(&PUT.with_data(&data)).unwrap().ok().unwrap();
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
        for limit in [0, 1, 256] {
            assert_eq!(commands_with::<S>(limit), (4, 128), "{limit}");
        }
    }

    fn a_reader_with_a_limit_gets_a_chain_of_what_is_beyond<S>() {
        assert_eq!(commands_with::<S>(999), (4, 33));
        assert_eq!(commands_with::<S>(1000), (1, 33));
    }

    fn a_reader_that_takes_all_gets_extended_length<S>() {
        assert_eq!(commands_with::<S>(65_536), (1, 1));
    }

    fn what_is_expected_is_bounded_too<S>() {
        // GET DATA with all that there is, with a part, and as much as the reader takes.
        for (limit, ne, le) in [
            (256, 1000, &[0][..]),
            (0, 65_536, &[0]),
            (999, 65_536, &[0, 0x03, 0xE7]),
            (999, 1000, &[0, 0x03, 0xE7]),
            (999, 999, &[0, 0x03, 0xE7]),
            (999, 998, &[0, 0x03, 0xE6]),
            (65_536, 65_536, &[0, 0, 0]),
        ] {
            limited::<S>(limit, DemoCard::new(), |session, card| {
                let get = Command::get_data(DemoCard::LONG_DATA_OBJECT, ne);
                let response = session.execute(&get).unwrap().ok().unwrap();
                assert!(response.data() == &bytes(1000)[..ne.min(1000)], "{limit} {ne}: {response:?}");
                assert_eq!(card.commands()[0][4..], *le, "{limit} {ne}");
            });
        }
    }

    fn an_error_says_that_the_reader_is_the_reason<S>() {
        let data = bytes(1000);
        for limit in [0, 999, 1000] {
            limited::<S>(limit, DemoCard::new().without_chaining(), |session, card| {
                let error = match session.execute(&PUT.with_data(&data)) {
                    Ok(_) => String::new(),
                    Err(error) => error.to_string(),
                };
                assert_eq!(error.contains("which the reader rules out"), limit < 1000, "{error}");
                assert_eq!(card.commands().len(), usize::from(limit == 1000));
            });
        }
    }
}

/// The simulator alone fails when it is told to.
#[test]
fn a_connection_that_is_lost_while_the_reader_is_asked_is_no_answer_of_the_reader() {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Limited 00 00");
    reader.insert(DemoCard::new());
    reader.set_features([(FEATURE_GET_TLV_PROPERTIES, CODE)]);
    reader.on_control(|_, _, answer| {
        answer.extend(properties(0));
        Ok(())
    });
    let mut session = Session::options().provider(simulator.provider()).open().unwrap();
    simulator.fail("SCardControl", 1, pcsc_sys::SCARD_W_RESET_CARD);
    let data = bytes(1000);
    match session.execute(&PUT.with_data(&data)).unwrap_err() {
        Error::Pcsc { function, .. } => assert_eq!(function, "SCardControl"),
        error => panic!("{error:?}"),
    }
    assert_eq!(simulator.calls("SCardTransmit"), 0);
    // It is asked again, and says that it takes the short form alone.
    session.reconnect(Disposition::Leave).unwrap();
    session.execute(&PUT.with_data(&data)).unwrap();
    assert!(simulator.calls("SCardTransmit") > 1);
}

/// Case 10: entries of a reader's lists that are wrong take nothing away from the others.
#[test]
fn a_limit_beside_wrong_entries_holds() {
    // CM_IOCTL_GET_FEATURE_REQUEST, whose list the handler gives as it is.
    let list_code = pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32;
    let mut list = vec![0x06, 2, 0x42, 0x33, FEATURE_GET_TLV_PROPERTIES, 4];
    list.extend(CODE.to_be_bytes());
    // wLcdLayout with one byte of the two.
    let wrong = [&[0x01, 1, 0][..], &properties(256)[4..], &[0x02]].concat();
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Limited 00 00");
    reader.insert(DemoCard::new());
    reader.on_control(move |code, _, answer| {
        answer.extend(if code == list_code { &list } else { &wrong });
        Ok(())
    });
    let mut session = Session::options().provider(simulator.provider()).open().unwrap();
    session.execute(&PUT.with_data(&bytes(1000))).unwrap();
    assert_eq!(simulator.calls("SCardTransmit"), 4);
    let error = session.features().unwrap_err();
    assert!(matches!(error, Error::WrongAnswer { .. }), "{error:?}");
}
