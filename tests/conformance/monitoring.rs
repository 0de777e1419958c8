//! Events of readers and cards, as a monitor tells them.

use crate::card::{ATR_T0, ATR_T1, card_with};
use crate::service::{DEADLINE, Service};
use pcsc_session::iso7816::atr::AtrPattern;
use pcsc_session::{Atr, Code, Event, Monitor, ReaderState, Session, Sharing, StateFlags};
use pcsc_sim::{DemoCard, FnCard};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

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
    (0..readers).for_each(|reader| drop(expect(monitor, "ReaderAdded", &service.reader(reader))));
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
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
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
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
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
        let mut monitor = start(&service);
        (0..16).for_each(|reader| drop(expect(&mut monitor, "ReaderAdded", &service.reader(reader))));
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

    fn a_time_is_kept_whatever_happens_on_the_readers<S>() {
        let mut service = S::start(4);
        service.insert_mute(0);
        service.insert_mute(1);
        let mut monitor = start(&service);
        let timeout = Duration::from_millis(100);
        // pcsc-lite's own call sleeps for each mute card.
        let context = service.options().establish().unwrap();
        let flags = StateFlags::PRESENT | StateFlags::MUTE;
        let mut states = [0, 1].map(|reader| ReaderState::new(service.reader(reader)).with_current_state(flags, 0));
        let began = Instant::now();
        assert!(context.get_status_change(Some(timeout), &mut states).unwrap_err().is_timeout());
        let in_c = began.elapsed();
        let began = Instant::now();
        assert!(monitor.wait_for_card(|card| !card.is_mute, Some(timeout)).unwrap_err().is_timeout());
        let here = began.elapsed();
        assert!(here >= timeout);
        assert!(in_c < timeout * 3 || here < in_c / 2, "{here:?}, in C {in_c:?}");
        // Nor do events make it longer.
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let began = Instant::now();
                let waited = monitor.wait_for_reader(|_| false, Some(5 * timeout));
                assert!(waited.unwrap_err().is_timeout());
                assert!(began.elapsed() >= 5 * timeout && began.elapsed() < 50 * timeout);
                is_over.store(true, Ordering::Relaxed);
            });
            while !is_over.load(Ordering::Relaxed) {
                service.insert(2, DemoCard::new());
                service.remove(2);
            }
        });
    }

    fn a_cancel_is_never_lost<S>() {
        let service = S::start(2);
        let mut monitor = start(&service);
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        let canceller = monitor.canceller();
        let (begin, begun) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let waiting = thread::spawn(move || {
            for () in begun {
                end.send(monitor.wait(None)).unwrap();
            }
            monitor
        });
        let mut times = Vec::new();
        for round in 0..10_000_u32 {
            // Before the wait; at its start, in all ways that the scheduler finds; and while it is under way.
            if round % 3 == 0 {
                canceller.cancel();
                begin.send(()).unwrap();
            } else {
                begin.send(()).unwrap();
                for _ in 0..round % 512 {
                    std::hint::spin_loop();
                }
                if round % 100 == 1 {
                    // Nothing ends it but the cancel.
                    assert!(ended.recv_timeout(Duration::from_millis(2)).is_err());
                }
                canceller.cancel();
            }
            let cancelled = Instant::now();
            assert!(ended.recv_timeout(DEADLINE).unwrap().unwrap_err().is_cancelled());
            times.push(cancelled.elapsed());
        }
        drop(begin);
        let mut monitor = waiting.join().unwrap();
        // A cancel comes before the events that are there already, and takes none away.
        let mut late = start(&service);
        late.canceller().cancel();
        assert!(late.wait(None).unwrap_err().is_cancelled());
        expect(&mut late, "ReaderAdded", &service.reader(0));
        drop(late);
        // One cancel ends one wait, after which the next one goes on.
        canceller.cancel();
        canceller.clone().cancel();
        assert!(monitor.wait(Some(Duration::ZERO)).unwrap_err().is_cancelled());
        assert!(monitor.wait(Some(Duration::ZERO)).unwrap_err().is_timeout());
        drop(monitor);
        // What is gone is not cancelled.
        canceller.cancel();
        times.sort_unstable();
        let slowest = times[times.len() - times.len() / 100];
        assert!(slowest < Duration::from_millis(100), "one of a hundred takes {slowest:?}");
    }

    fn waits_find_what_is_there_and_what_comes<S>() {
        let mut service = S::start(2);
        let mut monitor = start(&service);
        let timeout = Some(DEADLINE);
        let name = service.reader(1);
        assert_eq!(monitor.wait_for_reader(|reader| *reader == name, timeout).unwrap(), name);
        let none = monitor.wait_for_card(|_| true, Some(Duration::from_millis(5))).unwrap_err();
        assert!(none.is_timeout());
        assert_eq!(none.to_string(), "a card did not come within 5ms");
        service.insert(0, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
        service.insert(1, card_with(&ATR_T0, |_| vec![0x90, 0x00]));
        let kind = AtrPattern::exactly(&Atr::new(&ATR_T0));
        let card = monitor.wait_for_card(|card| kind.matches(&card.atr), timeout).unwrap();
        assert_eq!(card.reader, service.reader(1));
        let new = monitor.wait_for_card(|card| card.is_new, Some(Duration::from_millis(5)));
        assert!(new.unwrap_err().is_timeout());
        assert!(monitor.wait_for_removal(&card, Some(Duration::from_millis(5))).unwrap_err().is_timeout());
        // Swapped for one of the same kind, between two waits: that card is gone.
        service.remove(1);
        service.insert(1, card_with(&ATR_T0, |_| vec![0x90, 0x00]));
        monitor.wait_for_removal(&card, timeout).unwrap();
        monitor.wait_for_card(|card| kind.matches(&card.atr), timeout).unwrap();
        assert_eq!(monitor.present_cards().len(), 2);
        // The waits have taken nothing away.
        expect(&mut monitor, "ReaderAdded", &service.reader(0));
        expect(&mut monitor, "ReaderAdded", &service.reader(1));
        expect(&mut monitor, "CardInserted", &service.reader(0));
        expect(&mut monitor, "CardMissed", &service.reader(1));
        expect(&mut monitor, "CardInserted", &service.reader(1));
        // A wait lives through the service's end.
        let waiting = thread::scope(|scope| {
            let waiting = scope.spawn(|| monitor.wait_for_card(|card| card.is_new, timeout));
            service.kill();
            service.restart();
            service.insert(0, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
            waiting.join().unwrap()
        });
        assert_eq!(waiting.unwrap().reader, service.reader(0));
        service.kill();
        let lost = monitor.wait_for_card(|card| card.is_new, Some(Duration::from_secs(2))).unwrap_err();
        let says_why = lost.to_string().contains("there was no service") || cfg!(windows);
        assert!(lost.is_timeout() && says_why, "{lost}");
    }

    fn what_the_c_function_tells_is_told<S>() {
        let mut service = S::start(2);
        let context = service.options().establish().unwrap();
        let mut states = [ReaderState::new(service.reader(0)), ReaderState::new(service.reader(1))];
        context.get_status_change(None, &mut states).unwrap();
        assert!(states.iter().all(|state| state.event_state().contains(StateFlags::EMPTY)));
        states.iter_mut().for_each(ReaderState::sync_current_state);
        let timeout = context.get_status_change(Some(Duration::ZERO), &mut states).unwrap_err();
        assert_eq!((timeout.code(), timeout.function()), (Some(Code::TIMEOUT), Some("SCardGetStatusChange")));
        service.insert(1, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
        context.get_status_change(None, &mut states).unwrap();
        assert_eq!(states[1].atr().as_bytes(), ATR_T1);
        assert!(states[1].event_state().contains(StateFlags::PRESENT | StateFlags::CHANGED));
        assert!(states[1].event_count() > states[0].event_count());
        let mut unknown = [ReaderState::new("no such reader")];
        let error = context.get_status_change(None, &mut unknown).unwrap_err();
        assert_eq!(error.code(), Some(Code::UNKNOWN_READER));
        let mut broken = [ReaderState::new("Virtual 0\0 00 00")];
        let error = context.get_status_change(None, &mut broken).unwrap_err();
        assert_eq!(error.code(), Some(Code::UNKNOWN_READER));
        context.get_status_change(None, &mut []).unwrap();
        // A cancel ends a wait that is under way, and so is repeated.
        states.iter_mut().for_each(ReaderState::sync_current_state);
        context.cancel().unwrap();
        let waiting = context.clone();
        let (end, ended) = mpsc::channel();
        thread::spawn(move || end.send(waiting.get_status_change(None, &mut states)));
        let waited = loop {
            context.cancel().unwrap();
            if let Ok(waited) = ended.recv_timeout(Duration::from_millis(10)) {
                break waited;
            }
        };
        assert!(waited.unwrap_err().is_cancelled());
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
    for _ in 0..50 {
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
