//! Transactions: they keep others out, end on drop, and are never left behind.

use crate::card::{Counter, ok};
use crate::service::DEADLINE;
use pcsc_session::{CardChannel, Disposition, Session};
use std::sync::mpsc;
use std::time::Duration;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// How long is watched that something does not happen.
const MOMENT: Duration = Duration::from_millis(300);

/// Checks that a session can begin a transaction now.
fn assert_free(session: &mut Session) {
    assert!(session.transmit(&GET).unwrap().status().is_success());
    session.transaction().unwrap().end(Disposition::Leave).unwrap();
}

conformance! {
    fn commands_of_others_wait_until_a_transaction_ends<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let mut transaction = holder.transaction().unwrap();
        let (sent, was_sent) = mpsc::channel();
        let mut other = std::thread::scope(|scope| {
            let waiting = scope.spawn(move || {
                let status = other.transmit(&GET).unwrap().status();
                sent.send(()).unwrap();
                (other, status)
            });
            for _ in 0..10 {
                assert!(transaction.transmit(&GET).unwrap().status().is_success());
            }
            assert!(was_sent.recv_timeout(MOMENT).is_err());
            transaction.end(Disposition::Leave).unwrap();
            was_sent.recv_timeout(DEADLINE).unwrap();
            let (other, status) = waiting.join().unwrap();
            assert!(status.is_success());
            other
        });
        drop(holder.transaction().unwrap());
        assert_free(&mut other);
    }

    fn a_second_transaction_waits_for_the_first<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let transaction = holder.transaction().unwrap();
        let (begun, has_begun) = mpsc::channel();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || {
                let mut transaction = other.transaction().unwrap();
                begun.send(()).unwrap();
                transaction.transmit(&GET).unwrap().status()
            });
            // It cannot begin while the first is held: the channel stays empty as long as nothing ends it.
            assert!(has_begun.recv_timeout(MOMENT).is_err());
            transaction.end(Disposition::Leave).unwrap();
            has_begun.recv_timeout(DEADLINE).unwrap();
            assert!(waiting.join().unwrap().is_success());
        });
    }

    fn a_transaction_of_a_session_that_goes_is_released<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut other = service.open(0);
        let mut holder = service.options().reader(service.reader(0)).on_close(Disposition::Leave).open().unwrap();
        std::mem::forget(holder.transaction().unwrap());
        holder.close().unwrap();
        assert_free(&mut other);
    }

    fn a_transaction_dropped_after_a_removal_is_not_left_behind<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut holder = service.open(0);
        let mut transaction = holder.transaction().unwrap();
        service.remove(0);
        assert!(transaction.transmit(&GET).unwrap_err().is_card_removed());
        drop(transaction);
        service.insert(0, ok());
        holder.reconnect(Disposition::Leave).unwrap();
        let mut other = service.open(0);
        assert_free(&mut other);
        assert_free(&mut holder);
    }

    fn a_transaction_can_reset_the_card_at_its_end<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let resets = counter.resets();
        session.transaction().unwrap().end(Disposition::Reset).unwrap();
        assert_eq!(counter.resets(), resets + 1);
    }

    fn a_transaction_that_a_removal_ended_is_not_ended_again<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let mut transaction = holder.transaction().unwrap();
        service.remove(0);
        service.insert(0, ok());
        assert!(transaction.transmit(&GET).unwrap_err().is_card_removed());
        transaction.reconnect(Disposition::Leave).unwrap();
        drop(transaction);
        other.reconnect(Disposition::Leave).unwrap();
        let mut transaction = holder.transaction().unwrap();
        transaction.reconnect(Disposition::Leave).unwrap();
        let (sent, was_sent) = mpsc::channel();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || {
                sent.send(other.transmit(&GET).unwrap().status()).unwrap();
            });
            assert!(was_sent.recv_timeout(MOMENT).is_err());
            assert!(transaction.transmit(&GET).unwrap().status().is_success());
            transaction.end(Disposition::Leave).unwrap();
            assert!(was_sent.recv_timeout(DEADLINE).unwrap().is_success());
            waiting.join().unwrap();
        });
    }

    fn transactions_that_end_with_a_reset_leave_none_behind<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let (mut holder, mut other) = (service.open(0), service.open(0));
        holder.transaction().unwrap().end(Disposition::Reset).unwrap();
        assert!(holder.transmit(&GET).unwrap_err().is_card_reset());
        holder.reconnect(Disposition::Leave).unwrap();
        other.reconnect(Disposition::Leave).unwrap();
        assert_free(&mut other);
        assert_free(&mut holder);
    }

    fn a_transaction_that_a_reset_kept_open_is_ended_by_the_reconnection<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let functions = service.provider().functions();
        let (mut holder, mut other) = (service.open(0), service.open(0));
        let mut transaction = holder.transaction().unwrap();
        // A second one on the same handle ends with a reset, so that its holder still has the first.
        // SAFETY: the transaction keeps the handle open.
        let begun = unsafe { (functions.SCardBeginTransaction)(transaction.as_raw()) };
        // SAFETY: as above.
        let ended = unsafe { (functions.SCardEndTransaction)(transaction.as_raw(), pcsc_sys::SCARD_RESET_CARD) };
        assert_eq!((begun, ended), (pcsc_sys::SCARD_S_SUCCESS, pcsc_sys::SCARD_S_SUCCESS));
        assert!(transaction.transmit(&GET).unwrap_err().is_card_reset());
        drop(transaction);
        let (sent, was_sent) = mpsc::channel();
        std::thread::spawn(move || {
            other.reconnect(Disposition::Leave).unwrap();
            assert_free(&mut other);
            // It goes back, since its end resets the card.
            sent.send(other).unwrap();
        });
        // It is still held.
        assert!(was_sent.recv_timeout(MOMENT).is_err());
        holder.reconnect(Disposition::Leave).unwrap();
        let _other = was_sent.recv_timeout(DEADLINE).unwrap();
        assert_free(&mut holder);
    }
}
