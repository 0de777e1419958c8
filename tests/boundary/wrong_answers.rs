//! What no C function can answer is told as that: function, value, and that the library is wrong. Field kind F.

use crate::table::{
    READER, answer, answer_with, calls, claim, connect_with, handles, list_with, output, provider, session,
    status_with,
};
use pcsc_session::{Attribute, Context, Error, Session, SessionOptions, WrongAnswer};
use pcsc_sys as sys;
use std::io;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// A number that is a protocol, a state or success where its upper half is dropped: only pcsc-lite has so wide ones.
#[cfg(all(target_pointer_width = "64", not(any(windows, target_os = "macos"))))]
const WIDE: u64 = 0x1_0000_0001;

fn options() -> SessionOptions {
    Session::options().provider(provider()).reader(READER)
}

/// The wrong answer of a function, after a look at what the error says of it.
fn wrong<T: std::fmt::Debug>(result: Result<T, Error>, function: &str) -> WrongAnswer {
    let error = result.unwrap_err();
    let Error::WrongAnswer { answer, .. } = &error else {
        panic!("{error:?}")
    };
    let answer = *answer;
    assert_eq!((error.function(), error.code()), (Some(function), None));
    assert!(error.causes().is_empty() && !error.is_service_down() && !error.is_reader_gone());
    let text = error.to_string();
    for part in [function, &answer.to_string(), "library", "driver"] {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
    assert!(
        !text.contains("INTERNAL_ERROR") && !text.contains("restart"),
        "{text}"
    );
    if let Some(reader) = error.reader() {
        assert!(text.contains(reader.to_str().unwrap().as_ref()), "{text}");
    }
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidData);
    answer
}

fn assert_usable(session: &mut Session) {
    answer(&[0x90, 0x00]);
    session.transmit(&GET).unwrap();
}

#[test]
fn a_handle_of_zero_is_none() {
    handles(0, 2);
    let answer = wrong(Context::establish_on(provider()), "SCardEstablishContext");
    assert!(matches!(answer, WrongAnswer::NoHandle { .. }));
    handles(1, 0);
    let answer = wrong(options().open(), "SCardConnect");
    assert!(matches!(answer, WrongAnswer::NoHandle { .. }));
    assert_eq!(calls("SCardDisconnect"), 0);
    handles(1, 2);
    options().open().unwrap();
}

#[test]
fn a_name_that_may_be_cut_off_is_no_name() {
    let context = Context::establish_on(provider()).unwrap();
    for list in [&b"Table 00"[..], b"Table 00\0Tab", b"x"] {
        list_with(list);
        let WrongAnswer::CutOff { len, .. } = wrong(context.list_readers(), "SCardListReaders") else {
            panic!("{list:?}")
        };
        assert_eq!(len, list.len());
    }
    for (list, len) in [
        (&b"Table 00\0"[..], 1),
        (b"Table 00\0\0", 1),
        (b"\0", 0),
        (b"", 0),
    ] {
        list_with(list);
        assert_eq!(context.list_readers().unwrap().len(), len, "{list:?}");
    }
    let session = session();
    output(b"Table 0");
    let answer = wrong(session.status(), "SCardStatus");
    assert!(matches!(answer, WrongAnswer::CutOff { len: 7, .. }));
    output(b"Table 00\0");
    assert_eq!(session.status().unwrap().readers, [READER]);
}

/// The largest number of C, which has 32 or 64 bits.
fn largest() -> u64 {
    u64::MAX >> (64 - sys::DWORD::BITS)
}

/// The length that was claimed, and the room that there was.
fn length(answer: WrongAnswer) -> (u64, usize) {
    match answer {
        WrongAnswer::Length { given, room, .. } => (given, room),
        other => panic!("{other}"),
    }
}

#[test]
fn a_length_that_the_buffer_does_not_have_is_named() {
    let mut session = session();
    answer_with(sys::SCARD_S_SUCCESS, &[0x90, 0x00], 70_000);
    let result = session.transmit(&GET).map(drop);
    let text = result.clone().unwrap_err().to_string();
    assert!(text.contains("may have acted"), "{text}");
    let (given, room) = length(wrong(result, "SCardTransmit"));
    assert_eq!(given, 70_000);
    assert!(room < 70_000);
    assert_usable(&mut session);

    output(&[1, 2, 3]);
    claim(Some(300_000));
    let (given, _) = length(wrong(session.control(1, &[]), "SCardControl"));
    assert_eq!(given, 300_000);
    claim(Some(5));
    let result = session.control_into(1, &[], &mut [0; 4]);
    assert_eq!(length(wrong(result, "SCardControl")), (5, 4));
    let result = session.get_attribute_into(Attribute::ATR_STRING, &mut [0; 4]);
    assert_eq!(length(wrong(result, "SCardGetAttrib")), (5, 4));
    claim(Some(sys::DWORD::MAX));
    let result = session.get_attribute(Attribute::ATR_STRING);
    assert_eq!(length(wrong(result, "SCardGetAttrib")).0, largest());
    assert_eq!(length(wrong(session.status(), "SCardStatus")).0, largest());
    let result = session.context().list_readers();
    assert_eq!(length(wrong(result, "SCardListReaders")).0, largest());
    claim(None);

    output(b"Table 00\0");
    status_with(sys::SCARD_PRESENT, 37);
    assert_eq!(length(wrong(session.status(), "SCardStatus")), (37, 36));
    assert_usable(&mut session);
}

#[cfg(all(target_pointer_width = "64", not(any(windows, target_os = "macos"))))]
#[test]
fn the_upper_half_of_a_number_is_not_dropped() {
    use crate::table::{returns, transmits};
    use pcsc_session::{Code, Disposition};

    // T=0, and to C something else.
    connect_with(sys::SCARD_S_SUCCESS, WIDE);
    let before = calls("SCardDisconnect");
    let answer = wrong(options().open(), "SCardConnect");
    assert!(matches!(answer, WrongAnswer::Protocol { given: WIDE, .. }));
    // What was connected is ended, and left as it is.
    assert_eq!(calls("SCardDisconnect"), before + 1);
    assert_eq!(crate::table::given().0, sys::SCARD_LEAVE_CARD);

    connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T1);
    let mut session = session();
    output(b"Table 00\0");
    connect_with(sys::SCARD_S_SUCCESS, WIDE);
    let answer = wrong(session.status(), "SCardStatus");
    assert!(
        matches!(answer, WrongAnswer::Protocol { given: WIDE, .. }),
        "{answer}"
    );
    let answer = wrong(session.reconnect(Disposition::Leave), "SCardReconnect");
    assert!(matches!(answer, WrongAnswer::Protocol { given: WIDE, .. }));
    let sent = transmits();
    let error = session.transmit(&GET).unwrap_err();
    assert_eq!((error.code(), transmits()), (Some(Code::PROTO_MISMATCH), sent));
    connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T1);
    session.reconnect(Disposition::Leave).unwrap();
    assert_usable(&mut session);

    status_with(WIDE, 2);
    let answer = wrong(session.status(), "SCardStatus");
    assert!(matches!(answer, WrongAnswer::State { given: WIDE, .. }));
    status_with(sys::SCARD_PRESENT, 2);
    session.status().unwrap();

    // Success where its upper half is dropped.
    answer_with(0x1_0000_0000, &[], 0);
    let answer = wrong(session.transmit(&GET).map(drop), "SCardTransmit");
    assert!(matches!(
        answer,
        WrongAnswer::Code {
            given: 0x1_0000_0000,
            ..
        }
    ));
    returns("SCardBeginTransaction", 0x1_8010_0069);
    let answer = wrong(session.transaction().map(drop), "SCardBeginTransaction");
    assert!(matches!(
        answer,
        WrongAnswer::Code {
            given: 0x1_8010_0069,
            ..
        }
    ));
    assert_usable(&mut session);
}

#[test]
fn a_list_of_features_that_is_none_is_the_drivers_and_not_the_cards() {
    let mut session = session();
    for list in [&[0x06][..], &[0x06, 4, 1, 2, 3], &[0x06, 2, 1, 2], &[0, 0]] {
        output(list);
        let answer = wrong(session.features(), "SCardControl");
        assert!(matches!(answer, WrongAnswer::Features { .. }));
    }
    output(&[]);
    assert_eq!(session.features().unwrap(), []);
    assert_usable(&mut session);
}

/// Hands a session's handle out and takes it over again.
fn again(session: Session) -> Result<Session, Error> {
    let (context, card) = session.into_raw();
    // SAFETY: the handle was handed out a line before, and nobody else has it.
    unsafe { Session::from_raw(context, card) }
}

#[test]
fn a_handle_whose_reader_or_protocol_is_none_is_not_taken_over() {
    let before = calls("SCardDisconnect");
    for names in [&b""[..], b"\0", b"\0\0"] {
        output(names);
        let answer = wrong(again(session()), "SCardStatus");
        assert!(matches!(answer, WrongAnswer::NoName { .. }), "{names:?}");
    }
    output(b"Table 00\0\0");
    for protocol in [
        sys::SCARD_PROTOCOL_T0 | sys::SCARD_PROTOCOL_T1,
        0x40,
        0x8000_0000,
        #[cfg(all(target_pointer_width = "64", not(any(windows, target_os = "macos"))))]
        WIDE,
    ] {
        connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T1);
        let session = session();
        connect_with(sys::SCARD_S_SUCCESS, protocol);
        let WrongAnswer::Protocol { given, .. } = wrong(again(session), "SCardStatus") else {
            panic!("0x{protocol:X}")
        };
        assert_eq!(u128::from(given), u128::from(protocol));
    }
    // The handle stays the caller's.
    assert_eq!(calls("SCardDisconnect"), before);
    for protocol in [
        sys::SCARD_PROTOCOL_UNDEFINED,
        sys::SCARD_PROTOCOL_T0,
        sys::SCARD_PROTOCOL_T1,
        sys::SCARD_PROTOCOL_RAW,
    ] {
        connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T1);
        let session = session();
        connect_with(sys::SCARD_S_SUCCESS, protocol);
        let session = again(session).unwrap();
        assert_eq!(session.protocol().0 as sys::DWORD, protocol);
        assert_eq!(*session.reader_name(), READER);
    }
}
