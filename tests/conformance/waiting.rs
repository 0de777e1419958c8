//! Waits for readers and cards: what they find, when they end, and who ends them.

use crate::card::{ATR_T0, ATR_T1, card_with};
use crate::monitoring::{expect, start, start_on_empty};
use crate::service::DEADLINE;
use pcsc_session::iso7816::atr::AtrPattern;
use pcsc_session::{Atr, Code, PresentCard, ReaderState, StateFlags};
use pcsc_sim::DemoCard;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

conformance! {
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
        let began = Instant::now();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let waited = monitor.wait_for_reader(|_| false, Some(5 * timeout));
                assert!(waited.unwrap_err().is_timeout());
                assert!(began.elapsed() >= 5 * timeout);
            });
            while !waiting.is_finished() {
                assert!(began.elapsed() < DEADLINE, "events make it longer");
                service.insert(2, DemoCard::new());
                service.remove(2);
            }
        });
    }

    fn a_cancel_is_never_lost<S>() {
        let service = S::start(2);
        let mut monitor = start_on_empty(&service, 2);
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
        late.canceller().cancel();
        assert!(late.wait_for_reader(|_| true, None).unwrap_err().is_cancelled());
        late.canceller().cancel();
        assert!(service.options().open_with(&mut late, None).unwrap_err().is_cancelled());
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
        // What the scheduler does to a single one on a busy machine is not the canceller's.
        let slowest = times[times.len() - times.len() / 1000];
        assert!(slowest < Duration::from_millis(100), "one of a thousand takes {slowest:?}");
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
        let (look, looked) = mpsc::channel();
        let waiting = thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let is_new = |card: &PresentCard| {
                    look.send(()).unwrap();
                    card.is_new
                };
                monitor.wait_for_card(is_new, timeout)
            });
            // It has begun when it has looked at what is there.
            looked.recv_timeout(DEADLINE).unwrap();
            service.kill();
            service.restart();
            service.insert(0, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
            waiting.join().unwrap()
        });
        assert_eq!(waiting.unwrap().reader, service.reader(0));
        service.kill();
        // The loss is seen before the time begins.
        monitor.wait_for_empty(&service.reader(0).into(), timeout).unwrap();
        let lost = monitor.wait_for_card(|card| card.is_new, Some(Duration::from_millis(20))).unwrap_err();
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
