//! A real pcscd, driven through the published crate `pcsc`.
//!
//! libpcsclite 1.9.9 has one table of readers for each process, and each test has a daemon of its own: they run one
//! after the other, with `--test-threads=1`.
#![cfg(target_os = "linux")]

use std::ffi::{CStr, CString};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use pcsc::{
    Attribute, Card, Context, Disposition, Error, Protocol, Protocols, ReaderState, Scope, ShareMode, State,
    Status,
};
use pcsc_sim::{FnCard, ScriptedCard};
use private_pcscd::{Driver, Pcscd};

const DEADLINE: Duration = Duration::from_secs(60);
const ATR: [u8; 4] = [0x3B, 0x02, 0xCA, 0xFE];
const COMMAND: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x04];

/// A card that answers a command with that command.
fn echo() -> FnCard<impl FnMut(&[u8], &mut Vec<u8>) + Send> {
    FnCard::new(ATR, |command, response| {
        response.extend_from_slice(command);
        response.extend_from_slice(&[0x90, 0x00]);
    })
}

fn establish() -> Context {
    Context::establish(Scope::System).unwrap()
}

fn name(pcscd: &Pcscd) -> CString {
    CString::new(pcscd.reader_names()[0].as_str()).unwrap()
}

/// Waits until the reader's state has all of these bits.
fn wait_for(context: &Context, state: &mut ReaderState, bits: State) {
    let start = Instant::now();
    while !state.event_state().contains(bits) {
        assert!(start.elapsed() < DEADLINE, "{:?}", state.event_state());
        state.sync_current_state();
        context
            .get_status_change(DEADLINE, std::slice::from_mut(state))
            .unwrap();
    }
    state.sync_current_state();
}

/// Connects to the card in a reader, when it is there.
fn connect(context: &Context, reader: &CStr) -> Card {
    wait_for(
        context,
        &mut ReaderState::new(reader, State::UNAWARE),
        State::PRESENT,
    );
    context
        .connect(reader, ShareMode::Shared, Protocols::ANY)
        .unwrap()
}

fn transmit(card: &Card, command: &[u8]) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
    card.transmit(command, &mut buffer).map(<[u8]>::to_vec)
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_card_is_listed_connected_asked_and_described() {
    let pcscd = Pcscd::start(2).unwrap();
    let script = ScriptedCard::new(ATR)
        .answer(COMMAND, [1, 2, 3, 4, 0x90, 0x00])
        .answer([0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00], [0x6A, 0x82]);
    let inserted = pcscd.insert(0, script).unwrap();
    let context = establish();
    context.is_valid().unwrap();
    let names = context.list_readers_owned().unwrap();
    let names: Vec<_> = names.iter().map(|name| name.to_str().unwrap()).collect();
    assert_eq!(names, pcscd.reader_names());

    let reader = name(&pcscd);
    let card = connect(&context, &reader);
    assert_eq!(transmit(&card, &COMMAND), Ok(vec![1, 2, 3, 4, 0x90, 0x00]));
    let select = [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];
    assert_eq!(transmit(&card, &select), Ok(vec![0x6A, 0x82]));

    let status = card.status2_owned().unwrap();
    assert_eq!(status.reader_names(), [reader]);
    assert_eq!(status.atr(), ATR);
    assert_eq!(status.protocol2(), Some(Protocol::T0));
    assert!(
        status.status().contains(Status::PRESENT | Status::POWERED),
        "{:?}",
        status.status()
    );

    // Attributes are the driver's. The virtual reader has none, and pcscd itself has the reader's name: under the
    // number 0x7FFF0003, where pcsc-sys 1.3.0 had 3. (1.9.9 finds every buffer too short for it.)
    let attribute = |attribute| {
        card.get_attribute(attribute, &mut [0; pcsc::MAX_BUFFER_SIZE])
            .map(<[u8]>::to_vec)
    };
    assert_eq!(
        attribute(Attribute::VendorIfdSerialNo),
        Err(Error::UnsupportedFeature)
    );
    let friendly = attribute(Attribute::DeviceFriendlyName);
    assert!(
        friendly == Err(Error::InsufficientBuffer) || friendly == Ok(b"Virtual 0 00 00\0".to_vec()),
        "{friendly:?}"
    );

    let mut buffer = [0; 256];
    let features = card.control(pcsc::ctl_code(3400), &[], &mut buffer);
    assert_eq!(
        features,
        Err(Error::UnsupportedFeature),
        "the virtual reader has no features"
    );

    card.disconnect(Disposition::LeaveCard)
        .map_err(|(_, error)| error)
        .unwrap();
    context.release().map_err(|(_, error)| error).unwrap();
    inserted.remove().unwrap().check().unwrap();
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_reader_itself_is_asked_and_told() {
    let pcscd = Pcscd::start_with(1, Driver::Equipped).unwrap();
    pcscd.set_features(0, &[(0x06, 0x4200_0001)]).unwrap();
    pcscd.set_attribute(0, 0x0001_0103, b"No. 1").unwrap();
    let _inserted = pcscd.insert(0, echo()).unwrap();
    let context = establish();
    let card = connect(&context, &name(&pcscd));
    let control = |code, input: &[u8]| {
        let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
        card.control(code, input, &mut buffer).map(<[u8]>::to_vec)
    };
    assert_eq!(control(Pcscd::ECHO.into(), &[7, 8, 9]), Ok(vec![7, 8, 9]));
    // PC/SC part 10: FEATURE_VERIFY_PIN_DIRECT, and its control code.
    assert_eq!(
        control(pcsc::ctl_code(3400), &[]),
        Ok(vec![0x06, 4, 0x42, 0, 0, 1])
    );

    let serial = Attribute::VendorIfdSerialNo;
    let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
    assert_eq!(card.get_attribute(serial, &mut buffer), Ok(b"No. 1".as_slice()));
    card.set_attribute(serial, b"No. 23").unwrap();
    assert_eq!(card.get_attribute(serial, &mut buffer), Ok(b"No. 23".as_slice()));
    assert!(card.set_attribute(Attribute::VendorName, b"Nobody").is_err());
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn an_insertion_and_a_removal_are_events() {
    let pcscd = Pcscd::start(1).unwrap();
    let (context, reader) = (establish(), name(&pcscd));
    let mut state = ReaderState::new(reader.clone(), State::UNAWARE);
    wait_for(&context, &mut state, State::EMPTY);
    let nothing = context.get_status_change(Duration::ZERO, std::slice::from_mut(&mut state));
    assert_eq!(nothing, Err(Error::Timeout));
    let missing = context.connect(&reader, ShareMode::Shared, Protocols::ANY);
    assert_eq!(missing.err(), Some(Error::NoSmartcard));

    let inserted = pcscd.insert(0, echo()).unwrap();
    wait_for(&context, &mut state, State::CHANGED | State::PRESENT);
    assert_eq!(state.atr(), ATR);
    let count = state.event_count();
    let card = connect(&context, &reader);

    inserted.remove().unwrap();
    wait_for(&context, &mut state, State::CHANGED | State::EMPTY);
    assert_eq!(state.event_count(), count + 1);
    assert_eq!(transmit(&card, &COMMAND), Err(Error::RemovedCard));
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_transaction_keeps_others_out() {
    const OTHERS: [u8; 5] = [0x00, 0xB0, 0x00, 0x04, 0x04];
    let pcscd = Pcscd::start(1).unwrap();
    let script = ScriptedCard::new(ATR)
        .answer(COMMAND, [1, 0x90, 0x00])
        .answer(COMMAND, [2, 0x90, 0x00])
        .answer(OTHERS, [3, 0x90, 0x00]);
    let inserted = pcscd.insert(0, script).unwrap();
    let (context, reader) = (establish(), name(&pcscd));
    let (mut card, other_context) = (connect(&context, &reader), establish());
    let other = connect(&other_context, &reader);
    let transaction = card.transaction().unwrap();
    assert_eq!(transmit(&transaction, &COMMAND), Ok(vec![1, 0x90, 0x00]));
    thread::scope(|scope| {
        let (answer, answered) = mpsc::channel();
        scope.spawn(move || answer.send((transmit(&other, &OTHERS), other)).map_err(drop));
        // pcsc-lite's library asks again until the transaction has ended.
        let early = answered.recv_timeout(Duration::from_millis(500)).map(drop);
        assert_eq!(early, Err(mpsc::RecvTimeoutError::Timeout));
        assert_eq!(transmit(&transaction, &COMMAND), Ok(vec![2, 0x90, 0x00]));
        transaction
            .end(Disposition::LeaveCard)
            .map_err(|(_, error)| error)
            .unwrap();
        let (late, _other) = answered.recv_timeout(DEADLINE).unwrap();
        assert_eq!(late, Ok(vec![3, 0x90, 0x00]));
    });
    inserted.remove().unwrap().check().unwrap();
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_reset_is_seen_by_the_other_handle_until_it_reconnects() {
    let pcscd = Pcscd::start(1).unwrap();
    let inserted = pcscd
        .insert(0, ScriptedCard::new(ATR).answer(COMMAND, [0x90, 0x00]))
        .unwrap();
    let (context, reader) = (establish(), name(&pcscd));
    let (mut card, other_context) = (connect(&context, &reader), establish());
    let mut other = connect(&other_context, &reader);
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard)
        .unwrap();
    assert_eq!(transmit(&other, &COMMAND), Err(Error::ResetCard));
    other
        .reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)
        .unwrap();
    assert_eq!(transmit(&other, &COMMAND), Ok(vec![0x90, 0x00]));
    for card in [card, other] {
        card.disconnect(Disposition::LeaveCard)
            .map_err(|(_, error)| error)
            .unwrap();
    }
    let script = inserted.remove().unwrap();
    script.check().unwrap();
    assert!(script.resets() > 1, "powered up, and reset");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_wait_is_cancelled_from_another_thread() {
    let pcscd = Pcscd::start(1).unwrap();
    let (context, reader) = (establish(), name(&pcscd));
    let mut state = ReaderState::new(reader, State::UNAWARE);
    wait_for(&context, &mut state, State::EMPTY);
    let (ended, end) = mpsc::channel();
    thread::scope(|scope| {
        let canceller = context.clone();
        scope.spawn(move || {
            // Where no wait is under way yet, a cancel does nothing: again, until the wait has ended.
            while end.recv_timeout(Duration::from_millis(10)) == Err(mpsc::RecvTimeoutError::Timeout) {
                canceller.cancel().unwrap();
            }
        });
        let start = Instant::now();
        let waited = context.get_status_change(DEADLINE, std::slice::from_mut(&mut state));
        ended.send(()).unwrap();
        assert_eq!(waited, Err(Error::Cancelled));
        assert!(start.elapsed() < DEADLINE);
    });
}
