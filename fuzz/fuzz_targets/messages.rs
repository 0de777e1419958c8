//! Whatever bytes an end of the protocol gets, they are a message or none, and a message has the same bytes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsclite_wire::message::*;
use pcsclite_wire::{Command, Header, MAX_ATTRIBUTE, MAX_EXTENDED, ReaderState, Version as Spoken};

/// Reads a message from the beginning of the bytes, and writes it again.
fn read<M: Message + std::fmt::Debug>(bytes: &[u8]) -> Option<M> {
    // Of another length it is none.
    if bytes.len() != M::LEN {
        assert!(M::decode(bytes).is_none());
    }
    let bytes = bytes.get(..M::LEN)?;
    let message = M::decode(bytes).expect("any bytes of its length");
    assert!(!format!("{message:?}").is_empty());
    let mut written = vec![0; M::LEN];
    message.encode_into(&mut written);
    // A state of a reader has padding, which is nobody's.
    let len = if M::LEN == ReaderState::LEN { 173 } else { M::LEN };
    assert_eq!(written[..len], bytes[..len]);
    // What does not fit is left out.
    message.encode_into(&mut written[..M::LEN / 2]);
    Some(message)
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(header) = bytes.first_chunk() {
        let header = Header::decode(*header);
        assert_eq!(header.encode(), bytes[..Header::LEN]);
        if let Some(len) = header.command.message_len(Spoken::NEWEST) {
            assert!(Command::ALL.contains(&header.command) && len < 500);
        }
    }
    if let Some(version) = read::<Version>(bytes) {
        let version = Spoken::from(version);
        assert!(!version.to_string().is_empty() && (!version.is_known() || version.major == 4));
    }
    read::<EstablishContext>(bytes);
    read::<ReleaseContext>(bytes);
    if let Some(connect) = read::<Connect>(bytes) {
        assert!(connect.reader.as_bytes().len() <= 128);
    }
    read::<Reconnect>(bytes);
    read::<Disconnect>(bytes);
    read::<BeginTransaction>(bytes);
    read::<EndTransaction>(bytes);
    read::<Cancel>(bytes);
    read::<Status>(bytes);
    if let Some(transmit) = read::<Transmit>(bytes) {
        let lengths = [transmit.sent(), transmit.received()];
        assert!(lengths.into_iter().flatten().all(|len| len <= MAX_EXTENDED));
    }
    if let Some(control) = read::<Control>(bytes) {
        let lengths = [control.sent(), control.received()];
        assert!(lengths.into_iter().flatten().all(|len| len <= MAX_EXTENDED));
    }
    if let Some(attribute) = read::<Attribute>(bytes) {
        assert!(attribute.bytes().is_none_or(|value| value.len() <= MAX_ATTRIBUTE));
    }
    read::<Wait>(bytes);
    read::<ReaderEvents>(bytes);
    read::<Size>(bytes);
    if let Some(state) = read::<ReaderState>(bytes) {
        assert!(state.atr().is_none_or(|atr| atr.len() <= ReaderState::MAX_ATR));
        assert_eq!(state.is_used(), bytes[0] != 0);
    }
});
