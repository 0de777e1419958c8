//! What waits while another program has a transaction, and what ends such a wait: the numbers in `docs/recovery.md`.

use crate::card::ok;
use crate::service::DEADLINE;
use pcsc_session::{
    Attribute, CardChannel, Cause, Code, Context, Disposition, Error, Monitor, Recovered, Session, ShareMode,
};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// For how long the other program has its transaction: by default no longer than shows what waits, for `docs/recovery.md` as
/// many milliseconds as `PCSC_TEST_HELD` says.
fn held() -> Duration {
    let given = std::env::var("PCSC_TEST_HELD").ok();
    let given = given.map(|text| text.parse().expect("PCSC_TEST_HELD is a number of milliseconds"));
    Duration::from_millis(given.unwrap_or(400))
}

/// A call of a session.
type Call = fn(&mut Session) -> Result<(), Error>;

const WAITING: [(&str, Call); 6] = [
    ("SCardBeginTransaction", |session| session.transaction().map(drop)),
    ("SCardReconnect, leaving the card", |session| {
        session.reconnect(Disposition::Leave)
    }),
    ("SCardReconnect, with a reset", |session| {
        session.reconnect(Disposition::Reset)
    }),
    ("SCardStatus", |session| session.status().map(drop)),
    ("SCardTransmit", |session| session.transmit(&GET).map(drop)),
    ("recover", |session| session.recover().map(drop)),
];

const REFUSED: [(&str, Call); 2] = [
    ("SCardGetAttrib", |session| {
        session.get_attribute(Attribute::ATR_STRING).map(drop)
    }),
    ("SCardControl", |session| {
        session.control(crate::service::ECHO, &[1]).map(drop)
    }),
];

/// Runs this in a thread of its own while another program has a transaction for some time, to whose end it waits.
#[track_caller]
fn waits<T: Send>(call: &str, holder: &mut Session, run: impl FnOnce() -> T + Send) -> T {
    let transaction = holder.transaction().unwrap();
    let begun = Instant::now();
    let (result, took) = std::thread::scope(|scope| {
        let running = scope.spawn(|| (run(), begun.elapsed()));
        // Not a wait for something to happen, but for how long the transaction is there.
        while begun.elapsed() < held() {
            std::thread::park_timeout(held().saturating_sub(begun.elapsed()));
        }
        transaction.end(Disposition::Leave).unwrap();
        running.join().unwrap()
    });
    tell(call, took);
    assert!(took >= held(), "{call}: {took:?}");
    result
}

/// Runs this in a thread of its own while another program has a transaction, which ends after it.
#[track_caller]
fn does_not_wait<T: Send>(call: &str, holder: &mut Session, run: impl FnOnce() -> T + Send) -> T {
    let transaction = holder.transaction().unwrap();
    let (end, ended) = mpsc::channel();
    let (result, has_ended) = std::thread::scope(|scope| {
        let running = scope.spawn(move || {
            let begun = Instant::now();
            let result = run();
            tell(call, begun.elapsed());
            end.send(()).unwrap();
            result
        });
        let has_ended = ended.recv_timeout(DEADLINE).is_ok();
        transaction.end(Disposition::Leave).unwrap();
        (running.join().unwrap(), has_ended)
    });
    assert!(has_ended, "{call} waits");
    result
}

fn tell(call: &str, took: Duration) {
    println!("{call:40} {:6.3} s", took.as_secs_f64());
}

conformance! {
    fn what_waits_for_the_transaction_of_another_program<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let mut holder = options.open().unwrap();
        for (name, call) in WAITING {
            let mut session = options.open().unwrap();
            waits(name, &mut holder, || call(&mut session)).unwrap();
            holder.reconnect(Disposition::Leave).unwrap();
        }
        let session = waits("SCardConnect", &mut holder, || options.open()).unwrap();
        does_not_wait("SCardDisconnect, leaving the card", &mut holder, || session.close()).unwrap();
        let session = options.clone().on_close(Disposition::Reset).open().unwrap();
        waits("SCardDisconnect, with a reset", &mut holder, || session.close()).unwrap();
        holder.reconnect(Disposition::Leave).unwrap();

        for (name, call) in REFUSED {
            let mut session = options.open().unwrap();
            let error = does_not_wait(name, &mut holder, || call(&mut session)).unwrap_err();
            assert!(error.is_sharing_violation(), "{error}");
        }
        let context = options.establish().unwrap();
        does_not_wait("SCardListReaders", &mut holder, || context.list_readers()).unwrap();
        let mut states = [pcsc_session::ReaderState::new(service.reader(0))];
        let look = || context.get_status_change(Some(Duration::ZERO), &mut states);
        does_not_wait("SCardGetStatusChange, timeout 0", &mut holder, look).unwrap();
        drop(holder);
        // Who has the card to itself keeps others out at once.
        let alone = options.clone().share_mode(ShareMode::Exclusive).open().unwrap();
        let begun = Instant::now();
        assert!(options.open().unwrap_err().is_sharing_violation());
        tell("SCardConnect, the card in exclusive use", begun.elapsed());
        assert!(begun.elapsed() < DEADLINE);
        drop(alone);
    }

    fn a_call_that_waits_for_a_transaction_ends_with_the_service<S>() {
        let mut service = S::start(1);
        for (name, call) in WAITING {
            service.insert(0, ok());
            let mut holder = service.open(0);
            let mut session = service.open(0);
            let transaction = holder.transaction().unwrap();
            let (begins, begun) = mpsc::channel();
            let (tell_it, told) = mpsc::channel();
            let waiting = std::thread::spawn(move || {
                begins.send(()).unwrap();
                let error = call(&mut session).unwrap_err();
                tell_it.send(()).unwrap();
                (error, session)
            });
            begun.recv_timeout(DEADLINE).unwrap();
            assert!(told.recv_timeout(Duration::from_millis(100)).is_err(), "{name}");
            let killed = Instant::now();
            service.kill();
            told.recv_timeout(DEADLINE).unwrap();
            tell(&format!("{name}, after the end of the service"), killed.elapsed());
            let (error, session) = waiting.join().unwrap();
            // A recovery connects to the service again, which is about to end and may refuse it.
            assert!(error.is_service_down() || name == "recover", "{name}: {error}");
            drop((transaction, session));
            drop(holder);
            service.restart();
        }
    }

    /// Where the provider can end its waits: that of libpcsclite's cannot, and says so.
    fn a_transaction_is_waited_for_no_longer_than_told<S>() {
        const TIME: Duration = Duration::from_millis(150);
        let mut service = S::start(1);
        service.insert(0, ok());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let (mut holder, mut session) = (options.open().unwrap(), options.open().unwrap());
        let held = holder.transaction().unwrap();
        let mut monitor = Monitor::options().provider(service.provider()).start().unwrap();
        if !service.provider().ends_waits() {
            for result in [
                session.transaction_within(TIME).map(drop),
                session.transaction_with(&mut monitor, Some(TIME)).map(drop),
            ] {
                let error = result.unwrap_err();
                assert_eq!(error.code(), Some(Code::UNSUPPORTED_FEATURE), "{error}");
                assert!(error.causes().iter().any(|cause| matches!(cause, Cause::WaitsWithoutEnd { .. })));
            }
            return;
        }
        let begun = Instant::now();
        let error = session.transaction_within(TIME).map(drop).unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("SCARD_E_SHARING_VIOLATION"), "{error}");
        assert!(begun.elapsed() >= TIME);
        assert!(session.transaction_within(Duration::ZERO).map(drop).unwrap_err().is_timeout());
        assert!(session.transaction_with(&mut monitor, Some(TIME)).map(drop).unwrap_err().is_timeout());
        // One that cannot be told, and none, wait until they are cancelled.
        for timeout in [None, Some(Duration::MAX)] {
            let canceller = monitor.canceller();
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| session.transaction_with(&mut monitor, timeout).map(drop));
                canceller.cancel();
                let error = waiting.join().unwrap().unwrap_err();
                assert!(error.is_cancelled() && error.to_string().contains("transaction"), "{error}");
            });
        }
        // A session that is opened or recovered keeps its time, too.
        let error = options.clone().wait(TIME).open().unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("SCardConnect"), "{error}");
        let is_said = error.to_string().contains("another program's transaction has not ended");
        // Elsewhere no service ends such waits with this code.
        assert_eq!(is_said, cfg!(not(any(windows, target_os = "macos"))), "{error}");
        assert!(options.open_with(&mut monitor, Some(TIME)).unwrap_err().is_timeout());
        let error = session.recover_within(Some(TIME)).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        // It begins as soon as the other one has ended, and the time is for waits alone.
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let mut transaction = session.transaction_within(DEADLINE).unwrap();
                assert!(transaction.transmit(&GET).unwrap().status().is_success());
            });
            held.end(Disposition::Leave).unwrap();
            waiting.join().unwrap();
        });
        let mut transaction = session.transaction_with(&mut monitor, Some(Duration::ZERO)).unwrap();
        assert!(transaction.transmit(&GET).unwrap().status().is_success());
        drop(transaction);
        assert_eq!(session.recover_within(Some(TIME)), Ok(Recovered::Intact));
        options.wait(DEADLINE).open().unwrap();
    }

    /// But with the client without a library, whose waits are its own.
    fn a_cancel_ends_no_wait_for_a_transaction<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let mut holder = options.open().unwrap();
        for (name, call) in WAITING {
            let context: Context = options.establish().unwrap();
            let mut session = options.open_in(&context).unwrap();
            let transaction = holder.transaction().unwrap();
            let (tell_it, told) = mpsc::channel();
            let waiting = std::thread::spawn(move || {
                let result = call(&mut session);
                tell_it.send(()).unwrap();
                result
            });
            let begun = Instant::now();
            let mut has_ended = false;
            while begun.elapsed() < Duration::from_millis(100) && !has_ended {
                // pcsc-lite has nothing to cancel then.
                let _ = context.cancel();
                has_ended = told.recv_timeout(Duration::from_millis(20)).is_ok();
            }
            // What waits inside the daemon cannot be ended at all.
            assert!(!has_ended || S::CANCELS_TRANSACTIONS, "{name}");
            transaction.end(Disposition::Leave).unwrap();
            match waiting.join().unwrap() {
                // It may be cancelled without having been told so yet.
                Err(error) => assert!(S::CANCELS_TRANSACTIONS && error.is_cancelled(), "{name}: {error}"),
                Ok(()) => assert!(!has_ended, "{name}"),
            }
            holder.reconnect(Disposition::Leave).unwrap();
        }
    }
}

/// The simulator has no driver that could be busy.
#[cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]
mod on_a_real_pcscd {
    use super::*;
    use crate::card::card;
    use crate::service::Service;
    use crate::service::client::Library;
    use crate::service::real::Real;

    #[test]
    #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
    fn what_asks_the_driver_waits_for_a_command_in_no_transaction() {
        let mut service = Real::<Library>::start(1);
        let (begins, begun) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        service.insert(
            0,
            card(move |_| {
                begins.send(()).unwrap();
                goes_on.recv_timeout(DEADLINE).unwrap();
                vec![0x90, 0x00]
            }),
        );
        let options = service
            .options()
            .reader(service.reader(0))
            .on_close(Disposition::Leave);
        let mut busy = options.open().unwrap();
        let session = options.open().unwrap();
        std::thread::scope(|scope| {
            let command = scope.spawn(|| busy.transmit(&GET).map(drop));
            begun.recv_timeout(DEADLINE).unwrap();
            let (tell_it, told) = mpsc::channel();
            scope.spawn(move || {
                tell_it
                    .send(session.get_attribute(Attribute::ATR_STRING).map(drop))
                    .unwrap();
            });
            assert!(told.recv_timeout(Duration::from_millis(300)).is_err());
            go_on.send(()).unwrap();
            // Whatever the driver says of the attribute: it was asked.
            let answer = told.recv_timeout(DEADLINE).unwrap();
            assert!(answer.is_ok() || !answer.unwrap_err().is_sharing_violation());
            command.join().unwrap().unwrap();
        });
    }
}
