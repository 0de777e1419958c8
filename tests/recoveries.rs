//! Recoveries under load: what was under way when the service ended, and what is left of it all.
//!
//! A program of its own, since it counts its descriptors and threads.
// Elsewhere than on Linux there is no private pcscd, on which one half of this runs, and no `/proc`.
#![cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]

mod held;

#[macro_use]
#[path = "conformance/assert_error.rs"]
#[allow(unused_macros, reason = "the conformance suite's cards use it")]
mod assert_error;

#[macro_use]
#[path = "conformance/service/mod.rs"]
#[allow(dead_code, reason = "the conformance suite's services")]
mod service;

#[path = "conformance/card.rs"]
#[allow(dead_code, reason = "the conformance suite's cards")]
mod card;

use card::{ATR_BOTH, Counter};
use held::assert_back;
use pcsc_session::{CardChannel, Disposition, Error, Event, Monitor, Recovered, Session};
use pcsc_sim::Card;
use service::DEADLINE;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const READERS: usize = 16;

/// Has the tests of this program run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often the service is killed.
const RESTARTS: usize = 100;

/// A card that notes which commands it has executed, by their numbers.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<BTreeMap<u32, usize>>>);

impl Card for Noting {
    fn atr(&self) -> &[u8] {
        &ATR_BOTH
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        let number = command.last_chunk().copied().map_or(0, u32::from_be_bytes);
        *self.0.lock().unwrap().entry(number).or_default() += 1;
        response.extend_from_slice(&command[command.len() - 4..]);
        response.extend_from_slice(&[0x90, 0x00]);
    }

    fn reset(&mut self) {}
}

/// What became of one thread's commands, by their numbers: a result, or an error.
type Outcomes = BTreeMap<u32, bool>;

/// Sends commands until it is to stop, each once, and recovers whenever the session is lost.
fn work(mut session: Session, stop: &AtomicBool, usable: &Sender<()>) -> (Outcomes, usize) {
    let (mut outcomes, mut recoveries, mut number) = (Outcomes::new(), 0, 0_u32);
    let mut is_told = false;
    while !stop.load(Ordering::SeqCst) {
        number += 1;
        let command = [&[0x00, 0xDA, 0x00, 0x00, 0x04][..], &number.to_be_bytes()].concat();
        // Every third one in a transaction.
        let sent = if number % 3 == 0 {
            match session.transaction_or_recover() {
                Ok((mut transaction, _)) => {
                    transaction.transmit(&command).map(|response| response.to_owned())
                }
                Err(error) => Err(error),
            }
        } else {
            session.transmit(&command).map(|response| response.to_owned())
        };
        match sent {
            Ok(response) => {
                assert!(response.status().is_success());
                assert_eq!(response.data(), number.to_be_bytes());
                outcomes.insert(number, true);
                if !std::mem::replace(&mut is_told, true) {
                    usable.send(()).unwrap();
                }
            }
            Err(error) => {
                assert!(error.is_service_down(), "{error}");
                outcomes.insert(number, false);
                let recovered = session.recover_within(Some(DEADLINE)).unwrap();
                assert_eq!(recovered, Recovered::ServiceBack);
                recoveries += 1;
                is_told = false;
            }
        }
    }
    session.close().unwrap();
    (outcomes, recoveries)
}

/// Follows the events until the service was lost so often and all readers are there again, each with its card; says each time
/// that the service is back.
fn follow(mut monitor: Monitor, restarts: usize, back: &Sender<()>) {
    let (mut losses, mut readers, mut cards) = (0, 0, 0);
    while (losses, readers, cards) != (restarts, READERS, READERS) {
        match monitor.wait(Some(DEADLINE)).unwrap() {
            Event::ServiceLost { .. } => {
                losses += 1;
                (readers, cards) = (0, 0);
            }
            Event::ServiceBack { .. } => back.send(()).unwrap(),
            Event::ReaderAdded { .. } => readers += 1,
            Event::CardInserted { .. } => cards += 1,
            Event::SharingChanged { .. } => {}
            event => panic!("{event}"),
        }
    }
}

/// Has the threads stop when the test ends, in whatever way.
struct Stopping<'a>(&'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Kills the service again and again while 16 threads have commands under way.
fn kill_under_load<S: service::Service>(restarts: usize) {
    let mut service = S::start(READERS);
    let cards: Vec<Noting> = (0..READERS).map(|_| Noting::default()).collect();
    for (reader, card) in cards.iter().enumerate() {
        service.insert(reader, card.clone());
    }
    let stop = AtomicBool::new(false);
    let monitor = Monitor::options().provider(service.provider()).start().unwrap();
    let (usable, is_usable) = mpsc::channel();
    let (back, is_back) = mpsc::channel();
    let all_go_on = || {
        for _ in 0..READERS {
            is_usable.recv_timeout(DEADLINE).unwrap();
        }
    };
    let outcomes: Vec<(Outcomes, usize)> = std::thread::scope(|scope| {
        let stop = &stop;
        let stopping = Stopping(stop);
        let threads: Vec<_> = (0..READERS)
            .map(|reader| {
                let (session, usable) = (service.open(reader), usable.clone());
                scope.spawn(move || work(session, stop, &usable))
            })
            .collect();
        let following = scope.spawn(move || follow(monitor, restarts, &back));
        for _ in 0..restarts {
            all_go_on();
            service.kill();
            service.restart();
            is_back.recv_timeout(DEADLINE).unwrap();
            for (reader, card) in cards.iter().enumerate() {
                service.put(reader, card.clone());
            }
        }
        all_go_on();
        // Each loss was told, and at the end all that is there.
        following.join().unwrap();
        drop(stopping);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (mut results, mut errors, mut lost_answers) = (0, 0, 0);
    for (card, (outcomes, recoveries)) in cards.iter().zip(outcomes) {
        assert_eq!(recoveries, restarts);
        let executed = card.0.lock().unwrap();
        for (number, is_result) in &outcomes {
            let times = executed.get(number).copied().unwrap_or(0);
            if *is_result {
                assert_eq!(times, 1, "{number} has a result");
                results += 1;
            } else {
                assert!(times <= 1, "{number} failed, and was executed {times} times");
                errors += 1;
                lost_answers += times;
            }
        }
        assert!(executed.keys().all(|number| outcomes.contains_key(number)));
    }
    println!(
        "{restarts} restarts: {results} results, {errors} errors, {lost_answers} of these after the card had acted"
    );
}

/// How many descriptors this process has, and how many threads that watch readers.
fn held() -> (usize, usize) {
    let list = |folder| {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    // One that ends meanwhile has no name any more.
    let name = |task: std::path::PathBuf| std::fs::read_to_string(task.join("comm")).unwrap_or_default();
    let watching = list("/proc/self/task").filter(|task| name(task.clone()).starts_with("pcsc-watch"));
    (list("/proc/self/fd").count(), watching.count())
}

conformance! {
    fn no_command_is_executed_twice_and_all_go_on<S>() {
        let _alone = alone();
        kill_under_load::<S>(RESTARTS);
    }

    fn a_thousand_recoveries_leave_no_descriptor_and_no_thread<S>() {
        let _alone = alone();
        let mut service = S::start(1);
        let card = Counter::default();
        service.insert(0, card.clone());
        let before = held();
        let mut session = service.open(0);
        let one = held();
        for round in 0..1000 {
            service.open(0).close().unwrap();
            assert_eq!(session.recover(), Ok(Recovered::Reset), "{round}");
            if round % 100 != 0 {
                continue;
            }
            service.kill();
            let error = session.recover_within(Some(std::time::Duration::ZERO)).unwrap_err();
            assert!(error.is_timeout(), "{error}");
            service.restart();
            service.insert(0, card.clone());
            assert_eq!(session.recover_within(Some(DEADLINE)), Ok(Recovered::ServiceBack), "{round}");
        }
        drop(service.open(0));
        assert_eq!(session.recover(), Ok(Recovered::Reset));
        assert_back("descriptors", one.0, || held().0);
        assert_back("threads that watch", one.1, || held().1);
        session.close().unwrap();
        assert_back("descriptors", before.0, || held().0);
        assert_back("threads that watch", before.1, || held().1);
        // Nor of the service's: all that it takes can be had.
        let sessions: Result<Vec<Session>, Error> = (0..150)
            .map(|_| service.options().reader(service.reader(0)).on_close(Disposition::Leave).open())
            .collect();
        assert_eq!(sessions.unwrap().len(), 150);
        assert_eq!(card.commands(), 0);
    }
}
