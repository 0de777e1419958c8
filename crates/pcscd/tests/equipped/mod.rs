//! Readers with the driver that does what a test says, seen through PC/SC.

use crate::client::{STATE_MUTE, STATE_PRESENT, STATE_UNAVAILABLE};
use crate::{SELECT, assert_card_answers, atr, card, client};
use private_pcscd::{Driver, Error, Pcscd};

/// `TAG_IFD_POLLING_THREAD_WITH_TIMEOUT` of pcsc-lite's drivers.
const POLLING_THREAD_WITH_TIMEOUT: u32 = 0x0FB3;
const VENDOR_NAME: u32 = 0x0001_0100;
const SERIAL_NUMBER: u32 = 0x0001_0103;
const FEATURE_REQUEST: u32 = 0x4200_0D48;
const GET_TLV_PROPERTIES: (u8, u32) = (0x12, 0x4200_0DAC);

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn an_equipped_reader_answers_as_it_was_told() {
    let pcscd = Pcscd::start_with(4, Driver::Equipped).unwrap();
    // The second slot of the second driver: neither the slots nor the drivers may be mixed up.
    let (name, other) = (&pcscd.reader_names()[3], &pcscd.reader_names()[2]);
    let _cards = [2, 3].map(|reader| pcscd.insert(reader, card(reader as u8)).unwrap());
    pcscd
        .set_features(3, &[(0x06, 0x4200_0001), GET_TLV_PROPERTIES])
        .unwrap();
    pcscd
        .set_control(3, GET_TLV_PROPERTIES.1, &[0x0A, 4, 0, 0, 1, 0])
        .unwrap();
    pcscd.set_attribute(3, VENDOR_NAME, b"Acme").unwrap();
    pcscd.set_attribute(3, SERIAL_NUMBER, &[1, 2, 3]).unwrap();
    let client = client(&pcscd);
    assert_card_answers(&client, name, 3);
    assert_card_answers(&client, other, 2);

    let connection = client.connect(name).unwrap();
    assert_eq!(
        connection.control(FEATURE_REQUEST, &[]),
        Ok(vec![0x06, 4, 0x42, 0, 0, 1, 0x12, 4, 0x42, 0, 0x0D, 0xAC])
    );
    assert_eq!(
        connection.control(GET_TLV_PROPERTIES.1, &[]),
        Ok(vec![0x0A, 4, 0, 0, 1, 0])
    );
    assert_eq!(connection.control(Pcscd::ECHO, &[7, 8, 9]), Ok(vec![7, 8, 9]));
    assert_eq!(connection.attribute(VENDOR_NAME), Ok(b"Acme".to_vec()));
    assert_eq!(connection.set_attribute(SERIAL_NUMBER, &[4, 5]), Ok(()));
    assert_eq!(connection.attribute(SERIAL_NUMBER), Ok(vec![4, 5]));
    assert!(connection.control(0x4200_0777, &[]).is_err());
    assert!(connection.attribute(0x0001_0101).is_err());
    assert!(connection.set_attribute(0x0001_0101, &[1]).is_err());

    let connection = client.connect(other).unwrap();
    assert!(connection.control(FEATURE_REQUEST, &[]).is_err());
    assert!(connection.attribute(VENDOR_NAME).is_err());
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn an_equipped_reader_fails_as_it_was_told() {
    let pcscd = Pcscd::start_with(1, Driver::Equipped).unwrap();
    let name = &pcscd.reader_names()[0];
    let first = pcscd.insert(0, card(1)).unwrap();
    let client = client(&pcscd);
    assert_card_answers(&client, name, 1);

    pcscd.set_available(0, false).unwrap();
    assert_eq!(client.wait_for(name, STATE_UNAVAILABLE), Ok(()));
    assert!(client.connect(name).is_err());
    pcscd.set_available(0, true).unwrap();
    assert_eq!(client.wait_for(name, STATE_PRESENT), Ok(()));
    assert_card_answers(&client, name, 1);

    first.remove().unwrap();
    assert_eq!(client.wait_for_removal(name), Ok(()));
    pcscd.set_mute(0, true).unwrap();
    let second = pcscd.insert(0, card(2)).unwrap();
    assert_eq!(client.wait_for(name, STATE_MUTE), Ok(()));
    assert!(client.connect(name).is_err());
    second.remove().unwrap();
    assert_eq!(client.wait_for_removal(name), Ok(()));
    pcscd.set_mute(0, false).unwrap();
    let _third = pcscd.insert(0, card(3)).unwrap();
    assert_eq!(client.wait_for_card(name), Ok(atr(3)));
    assert!(client.connect(name).unwrap().transmit(&SELECT).is_ok());
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_prompt_reader_tells_its_events_itself() {
    for driver in [Driver::Equipped, Driver::Prompt] {
        let pcscd = Pcscd::start_with(2, driver).unwrap();
        let client = client(&pcscd);
        let name = &pcscd.reader_names()[1];
        for number in 1..20 {
            let inserted = pcscd.insert(1, card(number)).unwrap();
            assert_eq!(client.wait_for_card(name), Ok(atr(number)));
            inserted.remove().unwrap();
            pcscd.notify(1).unwrap();
            assert_eq!(client.wait_for_removal(name), Ok(()));
            if driver == Driver::Equipped {
                break;
            }
        }
        // The function that pcscd waits in is the driver's own.
        let _card = pcscd.insert(1, card(1)).unwrap();
        assert_eq!(client.wait_for_card(name), Ok(atr(1)));
        let connection = client.connect(name).unwrap();
        let function = connection.attribute(POLLING_THREAD_WITH_TIMEOUT);
        assert_eq!(function.is_ok(), driver == Driver::Prompt, "{function:?}");
    }
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn only_an_equipped_reader_can_be_told() {
    let pcscd = Pcscd::start(1).unwrap();
    assert!(matches!(pcscd.set_available(0, false), Err(Error::NotEquipped)));
    assert!(matches!(
        pcscd.set_mute(2, true),
        Err(Error::NoSuchReader {
            reader: 2,
            readers: 2
        })
    ));
}
