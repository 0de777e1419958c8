//! Events of readers and cards, as a monitor tells them.

use crate::service::{DEADLINE, Service};
use pcsc_session::{Event, Monitor, Sharing};
use pcsc_sim::DemoCard;
use std::time::Duration;

/// Waits for the next event.
pub(crate) fn next(monitor: &mut Monitor) -> Event {
    monitor.wait(Some(DEADLINE)).unwrap()
}

/// Waits for the next event about a reader, by its variant's name and the reader's.
#[track_caller]
fn expect(monitor: &mut Monitor, variant: &str, reader: &str) -> Event {
    let event = next(monitor);
    let name = format!("{event:?}");
    assert!(name.starts_with(variant), "{variant} expected: {event:?}");
    let told = event.reader().map(ToString::to_string);
    assert_eq!(told.as_deref().unwrap_or_default(), reader, "{event:?}");
    event
}

/// Starts a monitor.
pub(crate) fn start<S: Service>(service: &S) -> Monitor {
    let options = Monitor::options().provider(service.provider());
    options.poll(Duration::from_millis(100)).start().unwrap()
}

conformance! {
    fn a_monitor_begins_with_what_is_there<S>() {
        let mut service = S::start(2);
        service.insert(1, DemoCard::new());
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        let event = expect(&mut monitor, "CardInserted", &service.reader(1));
        let session = service.open(1);
        assert!(matches!(event, Event::CardInserted { atr, .. } if atr == session.atr().unwrap()));
        drop(session);
        assert!(monitor.wait(Some(Duration::from_millis(20))).unwrap_err().is_timeout());
    }

    fn cards_come_and_go<S>() {
        let mut service = S::start(2);
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        for _ in 0..3 {
            service.insert(0, DemoCard::new());
            expect(&mut monitor, "CardInserted", &service.reader(0));
            service.remove(0);
            expect(&mut monitor, "CardRemoved", &service.reader(0));
        }
    }

    fn what_changed_between_two_calls_is_told<S>() {
        let mut service = S::start(2);
        service.insert(0, DemoCard::new());
        service.remove(0);
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        service.insert(0, DemoCard::new());
        service.remove(0);
        expect(&mut monitor, "CardMissed", &service.reader(0));
        service.insert(0, DemoCard::new());
        expect(&mut monitor, "CardInserted", &service.reader(0));
        service.remove(0);
        service.insert(0, DemoCard::new());
        expect(&mut monitor, "CardSwapped", &service.reader(0));
    }

    fn the_service_ends_and_starts_again<S>() {
        let mut service = S::start(2);
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        service.kill();
        let event = expect(&mut monitor, "ServiceLost", "");
        assert!(matches!(event, Event::ServiceLost { error, .. } if error.is_service_down()));
        service.restart();
        expect(&mut monitor, "ServiceBack", "");
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        service.insert(1, DemoCard::new());
        expect(&mut monitor, "CardInserted", &service.reader(1));
    }

    fn who_uses_a_card_is_told<S>() {
        let mut service = S::start(1);
        service.insert(0, DemoCard::new());
        let options = Monitor::options().provider(service.provider()).reader(service.reader(0));
        let mut monitor = options.sharing(Duration::from_millis(20)).start().unwrap();
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "CardInserted", &service.reader(0));
        let is = |event, wanted| matches!(event, Event::SharingChanged { sharing, .. } if sharing == wanted);
        let session = service.open(0);
        assert!(is(next(&mut monitor), Sharing::Shared));
        session.close().unwrap();
        assert!(is(next(&mut monitor), Sharing::Free));
        let session = service.options().share_mode(pcsc_session::ShareMode::Exclusive).open().unwrap();
        assert!(is(next(&mut monitor), Sharing::Exclusive));
        session.close().unwrap();
        assert!(is(next(&mut monitor), Sharing::Free));
    }
}
