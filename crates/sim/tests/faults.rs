//! Faults on demand, as a program on a session meets them.

use pcsc_session::{Code, Command, Context, Disposition, Error, Protocols, Session};
use pcsc_sim::{Card, DemoCard, FnCard, Reader, ScriptedCard, Simulator};
use pcsc_sys::{SCARD_E_COMM_DATA_LOST, SCARD_E_NO_SERVICE, SCARD_E_SHARING_VIOLATION, SCARD_W_RESET_CARD};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const READER: &str = "Simulated Reader 00 00";
const COMMAND: [u8; 4] = [0x00, 0xB0, 0x00, 0x00];
const BOTH_PROTOCOLS: [u8; 6] = [0x3B, 0x81, 0x80, 0x01, 0xCC, 0xCC];

fn card(number: u8) -> FnCard<impl FnMut(&[u8], &mut Vec<u8>) + Send> {
    FnCard::new([0x3B, 0x01, number], move |_: &[u8], response: &mut Vec<u8>| {
        response.extend([number, 0x90, 0x00]);
    })
}

fn world() -> (Simulator, Reader) {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    reader.insert(card(1));
    (sim, reader)
}

fn session(sim: &Simulator) -> Session {
    Session::options().provider(sim.provider()).open().unwrap()
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> Code {
    result.unwrap_err().code().unwrap()
}

#[test]
fn a_card_that_removes_itself_in_a_command_fails_it() {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    let own = reader.clone();
    reader.insert(FnCard::new(
        [0x3B, 0x00],
        move |_: &[u8], response: &mut Vec<u8>| {
            assert!(own.remove().is_none(), "it cannot be given back while it acts");
            response.extend([0x90, 0x00]);
        },
    ));
    let mut session = session(&sim);
    assert_eq!(code(session.transmit(&COMMAND)), Code::NOT_TRANSACTED);
    assert!(session.transmit(&COMMAND).unwrap_err().is_card_removed());
    reader.insert(card(2));
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(session.transmit(&COMMAND).unwrap().data(), [2]);
}

#[test]
fn a_card_that_is_swapped_in_a_command_fails_it() {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    let (acts, is_acting) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    reader.insert(FnCard::new(
        [0x3B, 0x00],
        move |_: &[u8], response: &mut Vec<u8>| {
            acts.send(()).unwrap();
            may_go_on.recv().unwrap();
            response.extend([0x90, 0x00]);
        },
    ));
    let mut session = session(&sim);
    thread::scope(|scope| {
        scope.spawn(move || {
            is_acting.recv().unwrap();
            assert!(reader.swap(card(2)).is_none());
            go_on.send(()).unwrap();
        });
        assert_eq!(code(session.transmit(&COMMAND)), Code::NOT_TRANSACTED);
    });
    assert!(session.transmit(&COMMAND).unwrap_err().is_card_removed());
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(session.transmit(&COMMAND).unwrap().data(), [2]);
    assert_eq!(session.atr().unwrap().as_bytes(), [0x3B, 0x01, 2]);
}

#[test]
fn an_unplugged_reader_is_gone() {
    let (sim, reader) = world();
    let mut session = session(&sim);
    reader.unplug();
    reader.unplug();
    assert_eq!(session.context().list_readers().unwrap(), [""; 0]);
    assert_eq!(code(session.status()), Code::READER_UNAVAILABLE);
    drop(session);
    assert!(matches!(
        Session::options().provider(sim.provider()).open(),
        Err(Error::NoReaders { .. })
    ));
    // Another one of the same name is another one.
    let again = sim.add_reader(READER);
    again.insert(card(3));
    session = Session::options()
        .provider(sim.provider())
        .reader(READER)
        .open()
        .unwrap();
    assert_eq!(session.transmit(&COMMAND).unwrap().data(), [3]);
    // The old one still has its card in it, and takes no other.
    reader.insert(card(4));
    assert_eq!(reader.remove().unwrap().atr(), [0x3B, 0x01, 1]);
    assert!(reader.remove().is_none());
}

/// From pcscd's source, which no test here can make lose a reader: it no longer knows the handle. On Windows the reader cannot
/// be used: field case L43.
const PULLED_OUT: Code = if cfg!(windows) {
    Code::READER_UNAVAILABLE
} else {
    Code::INVALID_VALUE
};

#[test]
fn an_unplugged_reader_has_no_connections() {
    let (sim, reader) = world();
    let mut session = session(&sim);
    reader.unplug();
    assert_eq!(code(session.transmit(&COMMAND)), PULLED_OUT);
    assert!(session.close().is_ok());
}

#[test]
fn a_reader_that_does_not_answer_is_unavailable() {
    let (sim, reader) = world();
    let mut first = session(&sim);
    reader.set_available(false);
    assert!(first.transmit(&COMMAND).unwrap_err().is_reader_gone());
    assert_eq!(
        code(Session::options().provider(sim.provider()).open()),
        Code::READER_UNAVAILABLE
    );
    reader.set_available(true);
    drop(first);
    assert_eq!(session(&sim).transmit(&COMMAND).unwrap().data(), [1]);
}

#[test]
fn no_program_resets_the_card_of_a_reader_that_does_not_answer() {
    let (sim, reader) = world();
    let card = ScriptedCard::new([0x3B, 0x00]);
    reader.insert(card.clone());
    let options = Session::options().provider(sim.provider());
    let session = options.on_close(Disposition::Reset).open().unwrap();
    let before = card.resets();
    reader.set_available(false);
    session.close().unwrap();
    assert_eq!(card.resets(), before);
    reader.set_available(true);
    assert_eq!(card.resets(), before + 1);
}

#[test]
fn another_program_resets_the_card() {
    let (sim, reader) = world();
    let mut session = session(&sim);
    reader.other_program().unwrap().reset().unwrap();
    assert!(session.transmit(&COMMAND).unwrap_err().is_card_reset());
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(session.transmit(&COMMAND).unwrap().data(), [1]);
}

#[test]
fn another_program_selects_another_file() {
    let (sim, reader) = world();
    reader.insert(DemoCard::new());
    let mut session = session(&sim);
    session
        .execute(&Command::select_aid(DemoCard::AID))
        .unwrap()
        .ok()
        .unwrap();
    let read = Command::read_binary_sfi(1, 0, 256).unwrap();
    assert!(session.execute(&read).unwrap().status().is_success());
    let mut other = reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    assert_eq!(other.transmit(&[0x00, 0xA4, 0x00, 0x0C]), Ok(vec![0x90, 0x00]));
    assert!(other.transmit(&[0; 65_549]).is_err());
    other.end_transaction().unwrap();
    assert!(!session.execute(&read).unwrap().status().is_success());
    other.begin_transaction().unwrap();
    other.end_transaction_with_reset().unwrap();
    assert!(session.transmit(&COMMAND).unwrap_err().is_card_reset());
    assert_eq!(other.end_transaction(), Err(SCARD_W_RESET_CARD));
}

#[test]
fn another_program_takes_the_card() {
    let (sim, reader) = world();
    let mut other = reader.other_program().unwrap();
    other.connect_exclusively().unwrap();
    let options = Session::options().provider(sim.provider());
    assert!(options.open().unwrap_err().is_sharing_violation());
    drop(other);
    let session = options.open().unwrap();
    let mut other = reader.other_program().unwrap();
    assert_eq!(other.connect_exclusively(), Err(SCARD_E_SHARING_VIOLATION));
    drop(session);
    other.connect_exclusively().unwrap();
}

/// Runs a transaction of a session that another program's transaction blocks, until `end` has ended that.
fn blocked_by_transaction(
    end: impl FnOnce(&Simulator, &Reader, pcsc_sim::OtherProgram),
) -> Result<(), Error> {
    let (sim, reader) = world();
    let mut other = reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    let (tell, told) = mpsc::channel();
    // Connecting would wait for the transaction, too.
    let mut first = {
        other.end_transaction().unwrap();
        let session = session(&sim);
        other.begin_transaction().unwrap();
        session
    };
    let (tell_end, has_ended) = mpsc::channel();
    sim.before("SCardBeginTransaction", 1, move |_| tell.send(()).unwrap());
    sim.after("SCardBeginTransaction", 1, move |_| tell_end.send(()).unwrap());
    thread::scope(|scope| {
        let waiting = scope.spawn(move || first.transaction().map(drop));
        told.recv().unwrap();
        // A call that does not wait ends in this time, and one that does never.
        assert!(has_ended.recv_timeout(Duration::from_millis(50)).is_err());
        end(&sim, &reader, other);
        waiting.join().unwrap()
    })
}

#[test]
fn a_transaction_waits_for_anothers_end() {
    assert_eq!(blocked_by_transaction(|_, _, other| drop(other)), Ok(()));
    assert_eq!(
        blocked_by_transaction(|_, _, mut other| other.end_transaction().unwrap()),
        Ok(())
    );
}

#[test]
fn a_blocked_transaction_ends_with_the_card_the_reader_and_the_service() {
    let removed = blocked_by_transaction(|_, reader, _other| drop(reader.remove()));
    assert!(removed.unwrap_err().is_card_removed());
    let unplugged = blocked_by_transaction(|_, reader, _other| reader.unplug());
    assert_eq!(code(unplugged), PULLED_OUT);
    let stopped = blocked_by_transaction(|sim, _, _other| sim.stop_service());
    assert!(stopped.unwrap_err().is_service_down());
    let reset = blocked_by_transaction(|_, _, mut other| other.reset().unwrap());
    assert!(reset.unwrap_err().is_card_reset());
}

#[test]
fn a_stopped_service_answers_nothing_and_forgets_all() {
    let (sim, reader) = world();
    let mut before = session(&sim);
    sim.stop_service();
    sim.stop_service();
    assert_eq!(code(before.transmit(&COMMAND)), Code::NO_SERVICE);
    assert_eq!(code(Context::establish_on(sim.provider())), Code::NO_SERVICE);
    assert_eq!(reader.other_program().unwrap_err(), SCARD_E_NO_SERVICE);
    let context = before.context().clone();
    context
        .is_valid()
        .expect("the library answers this, and asks nobody");
    assert_eq!(context.list_reader_groups().unwrap(), ["SCard$DefaultReaders"]);
    sim.start_service();
    sim.start_service();
    assert_eq!(code(context.list_readers()), Code::NO_SERVICE);
    assert_eq!(session(&sim).transmit(&COMMAND).unwrap().data(), [1]);
}

#[test]
fn a_service_that_stops_in_a_command_does_not_answer_it() {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    let service = sim.clone();
    reader.insert(FnCard::new(
        [0x3B, 0x00],
        move |_: &[u8], response: &mut Vec<u8>| {
            service.stop_service();
            service.start_service();
            response.extend([0x90, 0x00]);
        },
    ));
    let mut session = session(&sim);
    assert_eq!(code(session.transmit(&COMMAND)), Code::COMM_ERROR);
    drop(session);
    // The card holds the simulator, and the simulator the card.
    drop(reader.remove());
}

#[test]
fn any_call_fails_at_its_turn() {
    let (sim, _) = world();
    let mut session = session(&sim);
    sim.fail("SCardTransmit", 2, SCARD_E_COMM_DATA_LOST);
    session.transmit(&COMMAND).unwrap();
    assert_eq!(code(session.transmit(&COMMAND)), Code::COMM_DATA_LOST);
    session.transmit(&COMMAND).unwrap();
    assert_eq!(sim.calls("SCardTransmit"), 3);
    sim.fail("SCardEstablishContext", 1, SCARD_E_NO_SERVICE);
    assert_eq!(code(Context::establish_on(sim.provider())), Code::NO_SERVICE);
    Context::establish_on(sim.provider()).unwrap();
}

#[test]
fn answers_of_any_length_are_passed_on() {
    let (sim, _) = world();
    let mut session = session(&sim);
    for short in [&[][..], &[0x90]] {
        sim.answer("SCardTransmit", 1, short);
        assert!(
            matches!(session.transmit(&COMMAND), Err(Error::ShortResponse { len, .. }) if len == short.len())
        );
    }
    sim.answer("SCardTransmit", 1, vec![7; 65_538]);
    assert_eq!(session.transmit(&COMMAND).unwrap().data().len(), 65_536);
    sim.answer("SCardTransmit", 1, vec![7; 65_549]);
    assert_eq!(code(session.transmit(&COMMAND)), Code::NOT_TRANSACTED);
}

#[test]
fn a_delay_is_kept() {
    let (sim, _) = world();
    let mut session = session(&sim);
    let delay = Duration::from_millis(30);
    sim.delay("SCardTransmit", 1, delay);
    let start = Instant::now();
    session.transmit(&COMMAND).unwrap();
    assert!(start.elapsed() >= delay);
}

#[test]
fn something_happens_between_two_calls() {
    let (sim, reader) = world();
    let mut session = session(&sim);
    sim.after("SCardTransmit", 1, move |_| drop(reader.remove()));
    session.transmit(&COMMAND).unwrap();
    assert!(session.transmit(&COMMAND).unwrap_err().is_card_removed());
}

#[test]
fn a_card_that_panics_is_an_internal_error_and_stays() {
    let sim = Simulator::new();
    let mut calls = 0;
    sim.add_reader(READER).insert(FnCard::new(
        [0x3B, 0x00],
        move |_: &[u8], response: &mut Vec<u8>| {
            calls += 1;
            assert_ne!(calls, 1, "as the test wants it");
            response.extend([0x90, 0x00]);
        },
    ));
    let mut session = session(&sim);
    assert_eq!(code(session.transmit(&COMMAND)), Code::INTERNAL_ERROR);
    session.transmit(&COMMAND).unwrap();
    sim.before("SCardTransmit", 1, |_| panic!("as the test wants it"));
    assert_eq!(code(session.transmit(&COMMAND)), Code::INTERNAL_ERROR);
    session.transmit(&COMMAND).unwrap();
}

#[test]
fn a_card_without_power_settles_its_protocol_anew() {
    let sim = Simulator::new();
    let reader = sim.add_reader(READER);
    reader.insert(FnCard::new(BOTH_PROTOCOLS, |_: &[u8], response: &mut Vec<u8>| {
        response.extend([0x90, 0x00])
    }));
    let with = |protocols| {
        Session::options()
            .provider(sim.provider())
            .protocols(protocols)
            .on_close(Disposition::Leave)
            .open()
    };
    let first = with(Protocols::T0).unwrap();
    assert!(!reader.power_off());
    drop(first);
    assert_eq!(code(with(Protocols::T1)), Code::PROTO_MISMATCH);
    assert!(reader.power_off());
    with(Protocols::T1).unwrap();
}
