//! The published crate `pcsc`, and below it the machine's libpcsclite on a simulator that is served in the place of pcscd.
#![cfg(target_os = "linux")]

use std::ffi::CString;
use std::time::Duration;

use pcsc::{Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};
use pcsc_sim::{DemoCard, Simulator};
use private_pcscd::Vacancy;

const DEADLINE: Duration = Duration::from_secs(60);
const SELECT: [u8; 14] = *b"\x00\xA4\x04\x0C\x09\xF0PCSC-SIM";

#[test]
fn cards_are_listed_used_shared_and_removed() {
    let _vacancy = Vacancy::take().unwrap();
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Simulated Reader 00 00");
    reader.insert(DemoCard::new());
    let served = simulator.serve(Vacancy::SOCKET).unwrap();

    let context = Context::establish(Scope::User).unwrap();
    let name = CString::new(reader.name()).unwrap();
    assert_eq!(context.list_readers_owned().unwrap(), std::slice::from_ref(&name));
    let mut card = context.connect(&name, ShareMode::Shared, Protocols::ANY).unwrap();
    let mut buffer = [0; 256];
    assert_eq!(card.transmit(&SELECT, &mut buffer).unwrap(), [0x90, 0x00]);
    let transaction = card.transaction().unwrap();
    let read = [0x00, 0xB0, 0x81, 0x00, 0x05];
    assert_eq!(
        transaction.transmit(&read, &mut buffer).unwrap(),
        b"Hello\x90\x00"
    );
    assert!(transaction.end(Disposition::LeaveCard).is_ok());
    let another = context.connect(&name, ShareMode::Exclusive, Protocols::ANY);
    assert_eq!(another.err(), Some(Error::SharingViolation));

    let mut states = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(DEADLINE, &mut states).unwrap();
    assert!(states[0].event_state().contains(State::PRESENT | State::INUSE));
    states[0].sync_current_state();
    reader.remove();
    context.get_status_change(DEADLINE, &mut states).unwrap();
    assert!(states[0].event_state().contains(State::EMPTY));
    assert_eq!(card.transmit(&SELECT, &mut buffer), Err(Error::RemovedCard));

    drop((card, context));
    drop(served);
    assert_eq!(Context::establish(Scope::User).err(), Some(Error::NoService));
}
