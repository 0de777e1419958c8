//! Events of readers and cards, as a monitor tells them.

use crate::service::{DEADLINE, Service};
use pcsc_session::{Event, Monitor, Session, Sharing};
use pcsc_sim::{DemoCard, FnCard};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Waits for the next event.
pub(crate) fn next(monitor: &mut Monitor) -> Event {
    monitor.wait(Some(DEADLINE)).unwrap()
}

/// Waits for the next event about a reader, by its variant's name and the reader's.
#[track_caller]
pub(crate) fn expect(monitor: &mut Monitor, variant: &str, reader: &str) -> Event {
    let event = next(monitor);
    let name = format!("{event:?}");
    assert!(name.starts_with(variant), "{variant} expected: {event:?}");
    let told = event.reader().map(ToString::to_string);
    assert_eq!(told.as_deref().unwrap_or_default(), reader, "{event:?}");
    event
}

/// Expects what is told of a service that was killed, beside so many readers.
fn expect_loss<S: Service>(monitor: &mut Monitor, service: &S, readers: usize) {
    if cfg!(windows) {
        // There is no service without a reader there, and so no reader without it.
        (0..readers).for_each(|reader| drop(expect(monitor, "ReaderRemoved", &service.reader(reader))));
    } else {
        let event = expect(monitor, "ServiceLost", "");
        assert!(matches!(event, Event::ServiceLost { error, .. } if error.is_service_down()));
    }
}

/// Expects what is told of a service that is back, with so many readers.
fn expect_back<S: Service>(monitor: &mut Monitor, service: &S, readers: usize) {
    if !cfg!(windows) {
        expect(monitor, "ServiceBack", "");
    }
    expect_readers(monitor, service, readers);
}

/// Starts a monitor.
pub(crate) fn start<S: Service>(service: &S) -> Monitor {
    let options = Monitor::options().provider(service.provider());
    options.poll(Duration::from_millis(100)).start().unwrap()
}

/// Starts a monitor of so many readers without cards, of which it has told.
pub(crate) fn start_on_empty<S: Service>(service: &S, readers: usize) -> Monitor {
    let mut monitor = start(service);
    expect_readers(&mut monitor, service, readers);
    monitor
}

/// Expects that so many readers are told of.
#[track_caller]
fn expect_readers<S: Service>(monitor: &mut Monitor, service: &S, readers: usize) {
    for reader in 0..readers {
        expect(monitor, "ReaderAdded", &service.reader(reader));
    }
}

conformance! {
    fn a_monitor_begins_with_what_is_there<S>() {
        let mut service = S::start(2);
        service.insert(1, DemoCard::new());
        let mut monitor = start_on_empty(&service, 2);
        let event = expect(&mut monitor, "CardInserted", &service.reader(1));
        let session = service.open(1);
        assert!(matches!(event, Event::CardInserted { atr, .. } if atr == session.atr().unwrap()));
        drop(session);
        assert!(monitor.wait(Some(Duration::from_millis(20))).unwrap_err().is_timeout());
    }

    fn cards_come_and_go<S>() {
        let mut service = S::start(2);
        let mut monitor = start_on_empty(&service, 2);
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
        let mut monitor = start_on_empty(&service, 2);
        // Another one sees the same looks, and tells when all is seen.
        let mut other = start(&service);
        let mut see_until = |is_last: fn(&Event) -> bool| while !is_last(&next(&mut other)) {};
        service.insert(0, DemoCard::new());
        service.remove(0);
        see_until(|event| matches!(event, Event::CardRemoved { .. } | Event::CardMissed { .. }));
        expect(&mut monitor, "CardMissed", &service.reader(0));
        service.insert(0, DemoCard::new());
        expect(&mut monitor, "CardInserted", &service.reader(0));
        see_until(|event| matches!(event, Event::CardInserted { .. }));
        service.remove(0);
        service.insert(0, DemoCard::new());
        see_until(|event| matches!(event, Event::CardInserted { .. } | Event::CardSwapped { .. }));
        expect(&mut monitor, "CardSwapped", &service.reader(0));
    }

    fn the_service_ends_and_starts_again<S>() {
        let mut service = S::start(2);
        let mut monitor = start_on_empty(&service, 2);
        service.kill();
        expect_loss(&mut monitor, &service, 2);
        service.restart();
        expect_back(&mut monitor, &service, 2);
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

    fn a_card_that_does_not_answer_is_told_as_such<S>() {
        let mut service = S::start(2);
        let mut monitor = start_on_empty(&service, 2);
        service.insert_mute(1);
        expect(&mut monitor, "CardMute", &service.reader(1));
        let card = monitor.wait_for_card(|_| true, Some(DEADLINE)).unwrap();
        assert!(card.is_mute && card.reader == service.reader(1));
        service.remove(1);
        expect(&mut monitor, "CardRemoved", &service.reader(1));
        monitor.wait_for_removal(&card, Some(DEADLINE)).unwrap();
        service.insert(1, DemoCard::new());
        expect(&mut monitor, "CardInserted", &service.reader(1));
    }

    fn a_reader_that_does_not_answer_has_no_card<S>() {
        let mut service = S::start(2);
        service.insert(0, DemoCard::new());
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "CardInserted", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        service.set_available(0, false);
        expect(&mut monitor, "CardRemoved", &service.reader(0));
        service.set_available(0, true);
        expect(&mut monitor, "CardInserted", &service.reader(0));
        service.remove(0);
        expect(&mut monitor, "CardRemoved", &service.reader(0));
    }

    fn a_thousand_cards_come_and_go_in_order<S>() {
        let mut service = S::start(2);
        let options = Monitor::options().provider(service.provider()).reader(service.reader(1));
        let mut monitor = options.start().unwrap();
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        for number in 0..1000_u16 {
            let [high, low] = number.to_be_bytes();
            let atr = [0x3B, 0x02, high, low];
            service.insert(1, FnCard::new(atr, |_, response| response.extend([0x90, 0x00])));
            let event = expect(&mut monitor, "CardInserted", &service.reader(1));
            assert!(matches!(&event, Event::CardInserted { atr: told, .. } if told.as_bytes() == atr), "{event:?}");
            service.remove(1);
            expect(&mut monitor, "CardRemoved", &service.reader(1));
        }
        assert!(monitor.wait(Some(Duration::ZERO)).unwrap_err().is_timeout());
    }

    /// A pcscd of 16 readers takes no further name beside theirs.
    fn sixteen_readers_are_watched_while_the_service_is_killed<S>() {
        let mut service = S::start(16);
        let mut monitor = start_on_empty(&service, 16);
        for round in 0..5 {
            service.insert(round, DemoCard::new());
            expect(&mut monitor, "CardInserted", &service.reader(round));
            service.kill();
            expect_loss(&mut monitor, &service, 16);
            service.restart();
            expect_back(&mut monitor, &service, 16);
        }
    }

    fn monitors_and_sessions_work_at_once<S>() {
        let mut service = S::start(6);
        for reader in 0..4 {
            service.insert(reader, DemoCard::new());
        }
        let watched = |reader| {
            let options = Monitor::options().provider(service.provider()).reader(service.reader(reader));
            let mut monitor = options.start().unwrap();
            expect(&mut monitor, "ReaderAdded", &service.reader(reader));
            monitor
        };
        let monitors = [4, 5].map(|reader| (watched(reader), service.reader(reader)));
        let sessions: Vec<Session> = (0..4).map(|reader| service.open(reader)).collect();
        thread::scope(|scope| {
            for mut session in sessions {
                scope.spawn(move || {
                    for _ in 0..200 {
                        let answer = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00]).unwrap();
                        assert!(answer.status().is_success());
                    }
                    session.close().unwrap();
                });
            }
            let (saw, seen) = mpsc::channel();
            for (mut monitor, reader) in monitors {
                let saw = saw.clone();
                scope.spawn(move || {
                    for _ in 0..20 {
                        for variant in ["CardInserted", "CardRemoved"] {
                            expect(&mut monitor, variant, &reader);
                            saw.send(()).unwrap();
                        }
                    }
                });
            }
            for _ in 0..20 {
                for reader in [4, 5] {
                    service.insert(reader, DemoCard::new());
                }
                (0..2).for_each(|_| seen.recv_timeout(DEADLINE).unwrap());
                for reader in [4, 5] {
                    service.remove(reader);
                }
                (0..2).for_each(|_| seen.recv_timeout(DEADLINE).unwrap());
            }
        });
    }
}

/// On Windows nothing polls for the service: its own event tells.
#[cfg(windows)]
#[test]
fn a_service_that_starts_is_told_by_its_event() {
    let simulator = pcsc_sim::Simulator::new();
    simulator.stop_service();
    let hour = Duration::from_secs(3600);
    let mut monitor = Monitor::options()
        .provider(simulator.provider())
        .poll(hour)
        .start()
        .unwrap();
    for _ in 0..20 {
        simulator.start_service();
        let reader = simulator.add_reader("Simulated Reader 00 00");
        expect(&mut monitor, "ReaderAdded", "Simulated Reader 00 00");
        simulator.stop_service();
        // Without a reader there is no service, and so no loss.
        expect(&mut monitor, "ReaderRemoved", "Simulated Reader 00 00");
        reader.unplug();
    }
    // The end of the watch ends the wait for it.
    drop(monitor);
    simulator.start_service();
}

/// pcscd finds no reader of the virtual ones again that was taken from it: so on the simulator alone.
#[test]
fn readers_come_and_go() {
    let simulator = pcsc_sim::Simulator::new();
    let hour = Duration::from_secs(3600);
    let mut monitor = Monitor::options()
        .provider(simulator.provider())
        .poll(hour)
        .start()
        .unwrap();
    assert!(monitor.wait(Some(Duration::ZERO)).unwrap_err().is_timeout());
    for _ in 0..10 {
        // Two at the same moment.
        let one = simulator.add_reader("Virtual 0 00 00");
        let other = simulator.add_reader("Virtual 1 00 00");
        expect(&mut monitor, "ReaderAdded", "Virtual 0 00 00");
        expect(&mut monitor, "ReaderAdded", "Virtual 1 00 00");
        one.insert(DemoCard::new());
        expect(&mut monitor, "CardInserted", "Virtual 0 00 00");
        one.unplug();
        expect(&mut monitor, "ReaderRemoved", "Virtual 0 00 00");
        // Under its old name, with the card that is still in it.
        let one = one.replug();
        expect(&mut monitor, "ReaderAdded", "Virtual 0 00 00");
        expect(&mut monitor, "CardInserted", "Virtual 0 00 00");
        other.unplug();
        expect(&mut monitor, "ReaderRemoved", "Virtual 1 00 00");
        one.unplug();
        expect(&mut monitor, "ReaderRemoved", "Virtual 0 00 00");
    }
}
