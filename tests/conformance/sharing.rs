//! Several sessions at once: who keeps whom out, and who does not wait for whom.

use crate::card::{card, ok};
use crate::service::DEADLINE;
use pcsc_session::{Code, Error, ShareMode};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

conformance! {
    fn an_exclusive_session_keeps_others_out<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let reader = service.reader(0);
        let exclusive = service.options().reader(&reader).share_mode(ShareMode::Exclusive);
        let holder = exclusive.open().unwrap();
        let assert_violation = |error: &Error| {
            let reader = Some(reader.clone().into());
            assert_error!(*error, Pcsc { function: "SCardConnect", code: Code::SHARING_VIOLATION, reader: reader });
        };
        let error = service.options().reader(&reader).open().unwrap_err();
        assert_violation(&error);
        assert!(error.is_sharing_violation());
        drop(holder);
        let shared = service.open(0);
        assert_violation(&exclusive.open().unwrap_err());
        drop(shared);
        exclusive.open().unwrap();
    }

    fn a_long_command_on_one_reader_does_not_delay_another<S>() {
        let mut service = S::start(2);
        let (finish, finished) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel::<()>();
        service.insert(0, card(move |_| {
            begin.send(()).unwrap();
            // As long as the other needs, and at least two seconds.
            let _ = finished.recv_timeout(DEADLINE);
            vec![0x90, 0x00]
        }));
        service.insert(1, ok());
        let mut slow = service.open(0);
        let mut quick = service.open(1);
        std::thread::scope(|scope| {
            let command = scope.spawn(move || slow.transmit(&GET).map(|response| response.status()));
            begun.recv_timeout(DEADLINE).unwrap();
            let start = Instant::now();
            let mut shortest = Duration::MAX;
            while start.elapsed() < Duration::from_secs(2) {
                let start = Instant::now();
                assert!(quick.transmit(&GET).unwrap().status().is_success());
                shortest = shortest.min(start.elapsed());
            }
            // The slow command is still under way: nobody finished it.
            assert!(!command.is_finished());
            // Of the others, a busy machine holds up some.
            assert!(shortest < Duration::from_millis(200), "a command takes {shortest:?}");
            finish.send(()).unwrap();
            assert!(command.join().unwrap().unwrap().is_success());
        });
    }

    fn a_session_that_cannot_end_holds_up_no_other<S>() {
        let mut service = S::start(2);
        service.insert(0, ok());
        service.insert(1, ok());
        let mut holder = service.open(0);
        let ending = service.open(0);
        std::thread::scope(|scope| {
            let transaction = holder.transaction().unwrap();
            // It resets the card: not while the other has a transaction.
            let (begin, begun) = mpsc::channel();
            let end = scope.spawn(move || {
                begin.send(()).unwrap();
                ending.close().map_err(Error::from)
            });
            begun.recv_timeout(DEADLINE).unwrap();
            for _ in 0..100 {
                let mut other = service.open(1);
                assert!(other.transmit(&GET).unwrap().status().is_success());
                other.close().unwrap();
            }
            assert!(!end.is_finished());
            drop(transaction);
            end.join().unwrap().unwrap();
        });
    }
}
