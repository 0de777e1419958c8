//! Transactions and recovery: what is held does not stay behind, and a reset by another program is no failure.

use crate::card::{Counter, ok};
use crate::recovering::{MOMENT, assert_usable};
use crate::service::DEADLINE;
use pcsc_session::{CardChannel, Code, Disposition, Recovered, Session};
use std::sync::mpsc;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

conformance! {
    fn a_transaction_that_a_reset_kept_open_ends_with_the_recovery<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let functions = service.provider().functions();
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let transaction = holder.transaction().unwrap();
        // A second one on the same handle ends with a reset, so that its holder still has the first.
        // SAFETY: the transaction keeps the handle open.
        let begun = unsafe { (functions.SCardBeginTransaction)(transaction.as_raw()) };
        // SAFETY: as above.
        let ended = unsafe { (functions.SCardEndTransaction)(transaction.as_raw(), pcsc_sys::SCARD_RESET_CARD) };
        assert_eq!((begun, ended), (pcsc_sys::SCARD_S_SUCCESS, pcsc_sys::SCARD_S_SUCCESS));
        assert!(transaction.status().unwrap_err().is_card_reset());
        drop(transaction);
        let (sent, was_sent) = mpsc::channel();
        std::thread::spawn(move || {
            assert_eq!(other.recover(), Ok(Recovered::Reset));
            sent.send(other).unwrap();
        });
        assert!(was_sent.recv_timeout(MOMENT).is_err());
        assert_eq!(holder.recover(), Ok(Recovered::Reset));
        let mut other = was_sent.recv_timeout(DEADLINE).unwrap();
        assert_usable(&mut other);
        assert_usable(&mut holder);
    }

    fn a_transaction_of_a_reader_that_went_silent_ends<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let mut transaction = holder.transaction().unwrap();
        transaction.transmit(&GET).unwrap();
        service.set_available(0, false);
        assert!(transaction.transmit(&GET).unwrap_err().is_reader_gone());
        drop(transaction);
        service.set_available(0, true);
        assert_eq!(holder.recover(), Ok(Recovered::CardReplaced));
        assert_usable(&mut holder);
        // The holder's session goes on all the while.
        let (sent, was_sent) = mpsc::channel();
        std::thread::spawn(move || {
            let recovered = other.recover();
            let begun = other.transaction().and_then(|transaction| Ok(transaction.end(Disposition::Leave)?));
            sent.send((recovered.map(drop), begun, other)).unwrap();
        });
        let (recovered, begun, _other) = was_sent.recv_timeout(DEADLINE).unwrap();
        assert_eq!((recovered, begun), (Ok(()), Ok(())));
        holder.transaction().unwrap().end(Disposition::Leave).unwrap();
    }

    fn the_service_goes_in_a_transaction<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let mut transaction = session.transaction().unwrap();
        transaction.transmit(&GET).unwrap();
        service.kill();
        assert!(transaction.transmit(&GET).unwrap_err().is_service_down());
        drop(transaction);
        service.restart();
        service.insert(0, counter.clone());
        assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
        let mut other = service.open(0);
        assert_usable(&mut other);
        assert_usable(&mut session);
        assert_eq!(counter.commands(), 3);
    }

    fn a_transaction_begins_though_another_program_reset_the_card<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let (transaction, recovered) = session.transaction_or_recover().unwrap();
        assert_eq!(recovered, Recovered::Intact);
        drop(transaction);
        for is_known in [false, true] {
            service.open(0).close().unwrap();
            if is_known {
                assert!(session.transmit(&GET).unwrap_err().is_card_reset());
            }
            let (mut transaction, recovered) = session.transaction_or_recover().unwrap();
            assert_eq!(recovered, Recovered::Reset);
            assert!(transaction.transmit(&GET).unwrap().status().is_success());
            transaction.end(Disposition::Leave).unwrap();
        }
        // More than a reset is for the program to look after.
        service.remove(0);
        assert!(session.transaction_or_recover().unwrap_err().is_card_removed());
        service.insert(0, ok());
        assert!(session.transaction_or_recover().unwrap_err().is_card_removed());
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert_usable(&mut session);
    }

    fn a_connection_without_a_protocol_is_no_reset<S>() {
        let mut service = S::start(1);
        service.insert(0, Counter::default());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let mut session = options.open().unwrap();
        let mut other = options.clone().protocols(pcsc_session::Protocols::RAW).open().unwrap();
        let is_mismatch = |error: &pcsc_session::Error| {
            error.code() == Some(pcsc_session::Code::PROTO_MISMATCH) && !error.is_card_reset()
        };
        for _ in 0..2 {
            for error in [
                session.transmit(&GET).unwrap_err(),
                session.recover().unwrap_err(),
                session.transaction_or_recover().map(drop).unwrap_err(),
            ] {
                assert!(is_mismatch(&error), "{error}");
            }
        }
        // The other program gives the card a protocol again, by a reset.
        other.reconnect_as(pcsc_session::ShareMode::Shared, pcsc_session::Protocols::ANY, Disposition::Reset).unwrap();
        assert_eq!(session.recover(), Ok(Recovered::Reset));
        assert_usable(&mut session);
        assert_usable(&mut other);
    }

    fn programs_that_reset_the_card_at_their_end_get_on_with_each_other<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let options = service.options().reader(service.reader(0));
        let resets: Vec<usize> = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| {
                let mut resets = 0;
                for _ in 0..25 {
                    // pcscd may look at the protocol while another connection's reset has just taken it away: it refuses then,
                    // and does not any more a moment later.
                    let mut opened = options.open();
                    while opened.as_ref().is_err_and(|error| error.code() == Some(Code::PROTO_MISMATCH)) {
                        opened = options.open();
                    }
                    let mut session = opened.unwrap();
                    loop {
                        let (mut transaction, recovered) = session.transaction_or_recover().unwrap();
                        resets += usize::from(recovered == Recovered::Reset);
                        let sent = (0..3).try_for_each(|_| transaction.transmit(&GET).map(drop));
                        match sent {
                            Ok(()) => break,
                            // One that was about to come.
                            Err(error) => assert!(error.is_card_reset(), "{error}"),
                        }
                    }
                }
                resets
            }));
            threads.map(|thread| thread.join().unwrap()).into()
        });
        println!("of 25 transactions each, so many met a reset: {resets:?}");
    }
}

#[test]
fn resets_without_end_are_given_up() {
    let simulator = pcsc_sim::Simulator::new();
    simulator.add_reader("Reader 00").insert(ok());
    let mut session = Session::options().provider(simulator.provider()).open().unwrap();
    simulator.fail_from("SCardBeginTransaction", 1, pcsc_sys::SCARD_W_RESET_CARD);
    assert!(session.transaction_or_recover().unwrap_err().is_card_reset());
    assert_eq!(simulator.calls("SCardBeginTransaction"), 17);
    assert_eq!(simulator.calls("SCardReconnect"), 16);
    simulator.clear_faults();
    assert_eq!(session.recover(), Ok(Recovered::Reset));
    // Reset as soon as it has begun, though nobody can: the first look comes too early.
    simulator.fail("SCardStatus", 1, pcsc_sys::SCARD_W_RESET_CARD);
    let (transaction, recovered) = session.transaction_or_recover().unwrap();
    assert_eq!(recovered, Recovered::Reset);
    transaction.end(Disposition::Leave).unwrap();
    // None is left behind.
    let mut other = Session::options().provider(simulator.provider()).open().unwrap();
    other.transaction().unwrap().end(Disposition::Leave).unwrap();
}

/// A reset while it is being connected, of which pcsc-lite's service says in no other way than by the protocol that the card
/// uses no more: the simulator's reader is asked to do it at that moment.
#[test]
fn a_reset_that_nothing_tells_of_is_noticed() {
    let simulator = pcsc_sim::Simulator::new();
    let reader = simulator.add_reader("Reader 00");
    reader.insert(ok());
    let options = Session::options().provider(simulator.provider());
    let mut session = options.open().unwrap();
    simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_PROTO_MISMATCH);
    let error = session.transmit(&GET).unwrap_err();
    assert!(
        error.is_card_reset() && error.to_string().contains("was reset"),
        "{error}"
    );
    assert!(session.transmit(&GET).unwrap_err().is_card_reset());
    assert_eq!(session.recover(), Ok(Recovered::Reset));
    assert_usable(&mut session);
}

/// A reset that the end of a transaction was to make, so that no verified PIN is left, is made whatever was lost.
#[test]
fn the_reset_that_a_transaction_owes_is_made() {
    let simulator = pcsc_sim::Simulator::new();
    let counter = Counter::default();
    simulator.add_reader("Reader 00").insert(counter.clone());
    let options = Session::options()
        .provider(simulator.provider())
        .on_close(Disposition::Leave);
    for (lost, refused) in [
        // The service takes the end.
        (pcsc_sys::SCARD_E_READER_UNAVAILABLE, None),
        // It does not, whatever it says.
        (
            pcsc_sys::SCARD_E_READER_UNAVAILABLE,
            Some(pcsc_sys::SCARD_E_READER_UNAVAILABLE),
        ),
        (
            pcsc_sys::SCARD_F_INTERNAL_ERROR,
            Some(pcsc_sys::SCARD_F_INTERNAL_ERROR),
        ),
    ] {
        for is_recovered in [true, false] {
            let mut session = options.open().unwrap();
            let mut transaction = session.transaction().unwrap().on_drop(Disposition::Reset);
            transaction.transmit(&GET).unwrap();
            let resets = counter.resets();
            simulator.fail("SCardTransmit", 1, lost);
            transaction.transmit(&GET).unwrap_err();
            if let Some(code) = refused {
                simulator.fail("SCardEndTransaction", 1, code);
            }
            drop(transaction);
            assert_eq!(counter.resets() - resets, usize::from(refused.is_none()));
            if is_recovered {
                assert_ne!(session.recover(), Ok(Recovered::Intact));
                assert_usable(&mut session);
            }
            session.close().unwrap();
            assert_eq!(
                counter.resets() - resets,
                1,
                "{lost:#x} {refused:?} {is_recovered}"
            );
            // None is left behind.
            options
                .open()
                .unwrap()
                .transaction()
                .unwrap()
                .end(Disposition::Leave)
                .unwrap();
        }
    }
}
