//! The simulator as the system's winscard.dll, driven through the published crate `pcsc`.
//!
//! `cargo xtask test windows` runs this with this workspace's `pcsc-sys`, loaded and linked, and from `tests/published` with
//! the published one.
#![cfg(windows)]

use std::ffi::CString;

use pcsc::{Attribute, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State, Status};

const READER: &str = "Simulated Reader 00 00";
const SELECT: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xF0, 0x50, 0x43, 0x53, 0x43, 0x2D, 0x53, 0x49, 0x4D, 0x00,
];

#[test]
fn a_session_runs() {
    let context = Context::establish(Scope::User).unwrap();
    context.is_valid().unwrap();
    let names = context.list_readers_owned().unwrap();
    let reader = CString::new(READER).unwrap();
    assert_eq!(names, [reader.clone()]);
    let mut states = [ReaderState::new(reader.clone(), State::UNAWARE)];
    context.get_status_change(None, &mut states).unwrap();
    assert!(states[0].event_state().contains(State::PRESENT));

    let mut card = context
        .connect(&reader, ShareMode::Shared, Protocols::ANY)
        .unwrap();
    let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
    let transaction = card.transaction().unwrap();
    let answer = transaction.transmit(&SELECT, &mut buffer).unwrap();
    assert!(
        answer.starts_with(&[0x6F, 0x15]) && answer.ends_with(&[0x90, 0x00]),
        "{answer:02X?}"
    );
    transaction
        .end(Disposition::LeaveCard)
        .map_err(|(_, error)| error)
        .unwrap();

    let status = card.status2_owned().unwrap();
    assert_eq!(status.reader_names(), [reader]);
    // One number on Windows, 6, of which `pcsc` makes the bits.
    assert_eq!(status.status(), Status::SPECIFIC);
    assert_eq!(
        card.get_attribute(Attribute::AtrString, &mut buffer).unwrap(),
        status.atr()
    );
    assert_eq!(
        card.control(pcsc::ctl_code(3500), &[], &mut [0; 8]).unwrap_err(),
        Error::UnsupportedFeature
    );
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard)
        .unwrap();
    card.disconnect(Disposition::LeaveCard)
        .map_err(|(_, error)| error)
        .unwrap();
    context.release().map_err(|(_, error)| error).unwrap();
}
