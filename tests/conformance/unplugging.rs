//! A reader that is pulled out in the middle, and comes back: the simulator alone can, since pcscd looks for those that come
//! and go on USB.

use crate::card::{Counter, card, ok};
use crate::recovering::assert_usable;
use crate::service::DEADLINE;
use pcsc_session::{CardChannel, Disposition, Error, Recovered, Session, SessionOptions, ShareMode};
use pcsc_sim::{Reader, Simulator};
use std::time::Duration;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

fn world() -> (Simulator, Reader, SessionOptions) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Reader 00");
    let options = Session::options()
        .provider(simulator.provider())
        .reader("Reader 00");
    (simulator, reader, options)
}

#[test]
fn a_reader_that_is_back_is_connected_to_anew() {
    let (simulator, mut reader, options) = world();
    reader.insert(ok());
    for mode in [ShareMode::Shared, ShareMode::Exclusive] {
        let mut session = options.clone().share_mode(mode).open().unwrap();
        let context = session.context().as_raw();
        for is_known in [false, true] {
            let card = reader.remove();
            reader.unplug();
            if is_known {
                assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
            }
            for _ in 0..2 {
                let error = session.recover().unwrap_err();
                assert!(
                    matches!(error, Error::InvalidReader { .. }) && error.is_reader_gone(),
                    "{error}"
                );
            }
            reader = simulator.add_reader("Reader 00");
            assert!(matches!(session.recover(), Err(Error::NoCard { .. })));
            card.into_iter().for_each(|card| reader.insert(card));
            assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
            assert_usable(&mut session);
            assert_eq!(session.context().as_raw(), context);
        }
        session.close().unwrap();
    }
}

/// What pcsc-lite says of a connection to the reader that was there before, it says of a wrong value too.
#[test]
fn a_reader_that_is_back_before_it_was_missed_is_connected_to_anew() {
    for is_known in [false, true] {
        let (_simulator, reader, options) = world();
        reader.insert(ok());
        let mut session = options.open().unwrap();
        let _again = reader.replug();
        if is_known {
            session.transmit(&GET).unwrap_err();
        }
        assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
        assert_usable(&mut session);
    }
}

/// As above, where something else is known already.
#[test]
fn a_reader_that_is_back_after_a_loss_of_the_card_is_connected_to_anew() {
    type Happen = fn(&Reader);
    let happens: [Happen; 3] = [
        |reader| drop(reader.swap(ok())),
        |reader| reader.other_program().unwrap().reset().unwrap(),
        |reader| reader.set_available(false),
    ];
    for happen in happens {
        let (_simulator, reader, options) = world();
        reader.insert(ok());
        let mut session = options.open().unwrap();
        happen(&reader);
        session.transmit(&GET).unwrap_err();
        let _again = reader.replug();
        assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
        assert_usable(&mut session);
    }
}

#[test]
fn a_reader_is_pulled_out_during_a_command() {
    let (simulator, reader, options) = world();
    let counter = Counter::default();
    let (unplugged, mut counting) = (reader.clone(), counter.clone());
    reader.insert(card(move |command| {
        let mut answer = Vec::new();
        pcsc_sim::Card::transmit(&mut counting, command, &mut answer);
        unplugged.unplug();
        answer
    }));
    let mut session = options.open().unwrap();
    // It ends in one result or one error, and was executed once.
    let first = session.transmit(&GET).map(drop);
    assert!(first.is_ok() || first.unwrap_err().is_reader_gone());
    assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
    assert_eq!(counter.commands(), 1);
    simulator.add_reader("Reader 00").insert(counter.clone());
    assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
    assert_eq!(counter.commands(), 1);
    assert_usable(&mut session);
    // The card has the reader that has the card.
    drop(reader.remove());
}

#[test]
fn a_reader_is_pulled_out_during_a_transaction() {
    let (simulator, reader, options) = world();
    reader.insert(ok());
    let mut session = options.open().unwrap();
    let mut transaction = session.transaction().unwrap();
    transaction.transmit(&GET).unwrap();
    reader.unplug();
    assert!(transaction.transmit(&GET).unwrap_err().is_reader_gone());
    drop(transaction);
    simulator.add_reader("Reader 00").insert(ok());
    assert!(session.transaction_or_recover().unwrap_err().is_reader_gone());
    assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
    assert_usable(&mut session);
    assert_usable(&mut options.open().unwrap());
}

#[test]
fn a_reader_is_pulled_out_during_a_wait() {
    let (simulator, reader, options) = world();
    reader.insert(ok());
    let mut session = options.open().unwrap();
    let card = reader.remove().unwrap();
    let session = &mut session;
    let (looks, looked) = std::sync::mpsc::channel();
    simulator.before("SCardGetStatusChange", 1, move |_| looks.send(()).unwrap());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| session.recover_within(Some(DEADLINE)));
        looked.recv_timeout(DEADLINE).unwrap();
        reader.unplug();
        let again = simulator.add_reader("Reader 00");
        again.unplug();
        let again = simulator.add_reader("Reader 00");
        again.insert(card);
        assert_eq!(waiting.join().unwrap(), Ok(Recovered::ReaderBack));
    });
    assert_usable(session);
}

#[test]
fn a_wait_without_the_reader_ends_in_time() {
    let (_simulator, reader, options) = world();
    reader.insert(ok());
    let mut session = options.open().unwrap();
    reader.unplug();
    let error = session
        .recover_within(Some(Duration::from_millis(50)))
        .unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("there is no reader"),
        "{error}"
    );
}

#[test]
fn a_thousand_recoveries_leave_nothing() {
    let (simulator, mut reader, options) = world();
    reader.insert(ok());
    let mut session = options.open().unwrap();
    let open = |begin, end| simulator.calls(begin) - simulator.calls(end);
    for round in 0..1000 {
        let expected = match round % 4 {
            0 => {
                reader = reader.replug();
                Recovered::ReaderBack
            }
            1 => {
                simulator.stop_service();
                session.recover().unwrap_err();
                simulator.start_service();
                Recovered::ServiceBack
            }
            2 => {
                drop(reader.swap(ok()));
                Recovered::CardReplaced
            }
            _ => {
                reader.other_program().unwrap().reset().unwrap();
                Recovered::Reset
            }
        };
        assert_eq!(session.recover(), Ok(expected));
    }
    assert_eq!(
        open("SCardEstablishContext", "SCardReleaseContext"),
        1 + 250,
        "250 found no service"
    );
    assert_usable(&mut session);
    session.close().unwrap();
    // With one connection for each loss of the service, which ended it.
    assert_eq!(open("SCardConnect", "SCardDisconnect"), 250);
    assert_eq!(open("SCardBeginTransaction", "SCardEndTransaction"), 0);
    options
        .open()
        .unwrap()
        .reconnect_as(
            ShareMode::Exclusive,
            pcsc_session::Protocols::ANY,
            Disposition::Leave,
        )
        .unwrap();
}
