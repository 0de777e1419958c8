//! Readers that come back.

use pcsc_session::{Attribute, Session};
use pcsc_sim::{DemoCard, Simulator};

const CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x08];

fn open(sim: &Simulator) -> Session {
    Session::options().provider(sim.provider()).open().unwrap()
}

#[test]
fn a_reader_comes_back_with_all_that_it_had_but_its_connections() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    reader.insert(DemoCard::new());
    reader.set_features([(6, 0x4233_0006)]);
    reader.set_attribute(pcsc_sys::SCARD_ATTR_VENDOR_NAME as u32, *b"Sim");
    reader.on_control(|_, input, output| {
        output.extend(input.iter().rev());
        Ok(())
    });
    let mut before = open(&sim);
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat();
    assert!(before.transmit(&select).unwrap().status().is_success());
    // A wrong PIN is counted for good.
    let wrong = before
        .transmit(&[0x00, 0x20, 0x00, 0x81, 0x04, 1, 2, 3, 4])
        .unwrap();
    assert!(!wrong.status().is_success());

    let again = reader.replug();
    assert_eq!(again.name(), "one");
    assert!(before.transmit(&CHALLENGE).is_err());
    drop(before);
    let mut session = open(&sim);
    assert_eq!(session.features().unwrap()[0].control_code, 0x4233_0006);
    assert_eq!(session.get_attribute(Attribute::VENDOR_NAME).unwrap(), b"Sim");
    assert_eq!(session.control(1, &[1, 2]).unwrap(), [2, 1]);
    assert!(session.transmit(&select).unwrap().status().is_success());
    let tries = session.transmit(&[0x00, 0x20, 0x00, 0x81]).unwrap().status();
    assert_eq!(<[u8; 2]>::from(tries), [0x63, 0xC2]);

    // The handle from before is that of a reader that has gone.
    reader.insert(DemoCard::new());
    assert!(reader.remove().is_none());
    assert!(session.transmit(&CHALLENGE).is_ok());
}

#[test]
fn an_empty_reader_comes_back_empty_and_one_whose_name_is_taken_by_another() {
    let sim = Simulator::new();
    let reader = sim.add_reader("one");
    reader.unplug();
    assert!(reader.replug().remove().is_none());
    // It was plugged in again, and that one has the name.
    assert_eq!(reader.replug().name(), "one 2");
}
