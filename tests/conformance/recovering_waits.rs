//! Waits until a session can be recovered: what ends them.

use crate::card::ok;
use crate::recovering::{MOMENT, assert_usable};
use crate::service::DEADLINE;
use pcsc_session::{Error, Event, Monitor, Recovered, Session};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Lets a session wait for its recovery, and changes the world when it is seen to wait.
#[track_caller]
pub(crate) fn change_while_it_waits(
    session: &mut Session,
    wait: impl FnOnce(&mut Session) -> Result<Recovered, Error> + Send,
    change: impl FnOnce(),
) -> Result<Recovered, Error> {
    let (ends, ended) = mpsc::channel();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let recovered = wait(session);
            // Nobody asks for it once the world has changed.
            let _ = ends.send(());
            recovered
        });
        assert!(ended.recv_timeout(MOMENT).is_err(), "it does not wait");
        change();
        waiting.join().unwrap()
    })
}

conformance! {
    fn a_wait_for_recovery_ends_in_time_and_says_why<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        assert_eq!(session.recover_within(Some(Duration::ZERO)), Ok(Recovered::Intact));
        service.remove(0);
        for timeout in [Duration::ZERO, Duration::from_millis(70)] {
            let begun = Instant::now();
            let error = session.recover_within(Some(timeout)).unwrap_err();
            assert!(error.is_timeout(), "{error}");
            let text = error.to_string();
            assert!(text.contains("recovery did not come within") && text.contains("insert one"), "{text}");
            assert!(begun.elapsed() >= timeout && begun.elapsed() < timeout + DEADLINE);
        }
        service.kill();
        let error = session.recover_within(Some(Duration::from_millis(70))).unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("there was no service"), "{error}");
    }

    fn a_wait_for_recovery_ends_when_the_card_is_back<S>() {
        let mut service = S::start(1);
        for _ in 0..3 {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.remove(0);
            let wait = |session: &mut Session| session.recover_within(Some(DEADLINE));
            let recovered = change_while_it_waits(&mut session, wait, || service.insert(0, ok()));
            assert_eq!(recovered, Ok(Recovered::CardReplaced));
            assert_usable(&mut session);
            service.remove(0);
        }
    }

    fn a_wait_for_recovery_ends_when_the_service_is_back<S>() {
        let mut service = S::start(1);
        for _ in 0..3 {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.kill();
            let recovered = change_while_it_waits(&mut session, |session| session.recover_within(None), || {
                service.restart();
                service.insert(0, ok());
            });
            assert_eq!(recovered, Ok(Recovered::ServiceBack));
            assert_usable(&mut session);
            service.remove(0);
        }
    }

    fn a_wait_for_recovery_is_cancelled_by_its_monitor<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        let mut monitor = Monitor::options().provider(service.provider()).start().unwrap();
        assert_eq!(session.recover_with(&mut monitor, None), Ok(Recovered::Intact));
        let canceller = monitor.canceller();
        service.remove(0);
        for _ in 0..2 {
            let wait = |session: &mut Session| session.recover_with(&mut monitor, None);
            let error = change_while_it_waits(&mut session, wait, || canceller.cancel()).unwrap_err();
            assert!(error.is_cancelled() && error.to_string().contains("recovery"), "{error}");
        }
        // One that comes before the wait ends it as well.
        canceller.cancel();
        assert!(session.recover_with(&mut monitor, None).unwrap_err().is_cancelled());
        let error = session.recover_with(&mut monitor, Some(Duration::from_millis(20))).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        let wait = |session: &mut Session| session.recover_with(&mut monitor, Some(DEADLINE));
        let recovered = change_while_it_waits(&mut session, wait, || service.insert(0, ok()));
        assert_eq!(recovered, Ok(Recovered::CardReplaced));
        assert_usable(&mut session);
        // What happened meanwhile is told all the same.
        let card_was_there = monitor.any(|event| matches!(event, Event::CardSwapped { .. } | Event::CardInserted { .. }));
        assert!(card_was_there);
    }
}
