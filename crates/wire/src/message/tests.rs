use super::*;
use crate::{Command, Header, ReaderState};
use proptest::prelude::*;

fn lens() -> Vec<(&'static str, usize, usize)> {
    vec![
        ("version", Version::LEN, 12),
        ("establish", EstablishContext::LEN, 12),
        ("release", ReleaseContext::LEN, 8),
        ("connect", Connect::LEN, 152),
        ("reconnect", Reconnect::LEN, 24),
        ("disconnect", Disconnect::LEN, 12),
        ("begin", BeginTransaction::LEN, 8),
        ("end", EndTransaction::LEN, 12),
        ("cancel", Cancel::LEN, 8),
        ("status", Status::LEN, 8),
        ("transmit", Transmit::LEN, 32),
        ("control", Control::LEN, 24),
        ("attribute", Attribute::LEN, 280),
        ("wait", Wait::LEN, 8),
        ("events", ReaderEvents::LEN, 8),
        ("size", Size::LEN, 4),
        ("reader state", ReaderState::LEN, 184),
    ]
}

/// The sizes of pcsc-lite's structures, as its compiler has them.
#[test]
fn messages_are_as_long_as_the_structures() {
    for (name, len, size) in lens() {
        assert_eq!(len, size, "{name}");
    }
}

#[test]
fn each_command_says_what_follows() {
    use crate::Version as V;
    assert_eq!(Command::ALL.len(), 20);
    for &command in Command::ALL {
        let len = command.message_len(V::NEWEST).unwrap();
        assert_eq!(
            Header::decode(
                Header {
                    size: len as u32,
                    command
                }
                .encode()
            )
            .command,
            command
        );
    }
    assert_eq!(Command(0).message_len(V::NEWEST), None);
    assert_eq!(Command(0x0C).message_len(V::NEWEST), None);
    assert_eq!(Command(u32::MAX).message_len(V::NEWEST), None);
    assert_eq!(
        Command::WAIT_READER_STATE_CHANGE.message_len(V::OLDEST),
        Some(Wait::LEN)
    );
    assert_eq!(
        Command::WAIT_READER_STATE_CHANGE.message_len(V::WAITS_AT_ONCE),
        Some(0)
    );
}

#[test]
fn lengths_are_bounded() {
    let transmit = |length, code| Transmit {
        send_length: length,
        receive_length: length,
        code,
        ..Transmit::default()
    };
    assert_eq!(transmit(65_548, 0).sent(), Some(65_548));
    assert_eq!(transmit(65_549, 0).sent(), None);
    assert_eq!(transmit(65_549, 0).received(), None);
    assert_eq!(transmit(u32::MAX, 0x8010_0008).received(), Some(0));
    let control = Control {
        returned: 65_549,
        send_length: u32::MAX,
        ..Control::default()
    };
    assert_eq!((control.sent(), control.received()), (None, None));
    let attribute = |length| Attribute {
        length,
        ..Attribute::default()
    };
    assert_eq!(attribute(264).bytes().map(<[u8]>::len), Some(264));
    assert_eq!(attribute(265).bytes(), None);
    assert!(AttributeValue::new(&[0; 265]).is_none());
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(
        card: i32, protocol: u32, length: u32, code: u32, name in proptest::collection::vec(1_u8.., 0..128),
    ) {
        let message = Transmit {
            card,
            send_protocol: protocol,
            send_length: length,
            receive_length: length.wrapping_mul(3),
            code,
            ..Transmit::default()
        };
        let mut bytes = [0; Transmit::LEN];
        message.encode_into(&mut bytes);
        prop_assert_eq!(Transmit::decode(&bytes), Some(message));
        let message = Connect { reader: ReaderName::new(&name).unwrap(), card, code, ..Connect::default() };
        let mut bytes = [0; Connect::LEN];
        message.encode_into(&mut bytes);
        let decoded = Connect::decode(&bytes).unwrap();
        prop_assert_eq!(decoded, message);
        prop_assert_eq!(decoded.reader.as_bytes(), &name);
    }

    #[test]
    fn other_lengths_are_none(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(Attribute::decode(&bytes).is_some(), bytes.len() == Attribute::LEN);
        prop_assert_eq!(Version::decode(&bytes).is_some(), bytes.len() == Version::LEN);
        prop_assert_eq!(ReaderState::decode(&bytes).is_some(), bytes.len() == ReaderState::LEN);
        // A buffer of any length is filled as far as it goes.
        let mut buffer = bytes.clone();
        ReaderState::default().encode_into(&mut buffer);
    }

    #[test]
    fn a_state_keeps_all_its_numbers(bytes in proptest::array::uniform32(any::<u8>())) {
        let mut whole = [0; ReaderState::LEN];
        for (byte, from) in whole.iter_mut().zip(bytes.iter().cycle()) {
            *byte = *from;
        }
        let state = ReaderState::decode(&whole).unwrap();
        let mut again = [0xAA; ReaderState::LEN];
        state.encode_into(&mut again);
        // But for what lies between two fields.
        let padding = ReaderName::LEN + 12 + ReaderState::MAX_ATR;
        again[padding..padding + 3].copy_from_slice(&whole[padding..padding + 3]);
        prop_assert_eq!(again, whole);
        prop_assert_eq!(state.atr().is_some(), state.atr_length <= 33);
    }
}

#[test]
fn a_name_has_room_for_its_zero() {
    assert!(ReaderName::new(&[b'a'; 127]).is_some());
    assert!(ReaderName::new(&[b'a'; 128]).is_none());
    assert!(ReaderName::new(b"a\0b").is_none());
    // One without a zero, as a hostile peer may send it.
    assert_eq!(ReaderName([b'a'; 128]).as_bytes().len(), 128);
    assert!(!ReaderState::default().is_used());
}
