//! Turns for the calls that libpcsclite cannot take at the same time.
//!
//! At its end `SCardDisconnect` goes through the contexts of the whole process to find the card in them, without the lock
//! with which `SCardReleaseContext` frees one and `SCardEstablishContext` adds one: a program whose threads open and close
//! sessions crashes within seconds (`SCardRemoveHandle` in `winscard_clnt.c`; seen with pcsc-lite 1.9.9, in the source up
//! to 2.5.1). So cards are disconnected, or contexts come and go, but not both at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a call is waited for: more than a reset takes. `SCardDisconnect` with a reset itself waits while another
/// program holds a transaction, for as long as that program likes, and must not hold up every other session.
const LONGEST: Duration = Duration::from_secs(1);

/// What a call does to libpcsclite's table of contexts. Calls of the same kind do not disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Goes through it: `SCardDisconnect`.
    Search,
    /// Changes it: `SCardEstablishContext`, `SCardReleaseContext`.
    Change,
}

/// The calls that are under way, and those that wait for their turn, in the order of their coming.
struct Turns {
    calls: Mutex<Calls>,
    ended: Condvar,
    longest: Duration,
}

struct Calls {
    present: Vec<Call>,
    next: u64,
}

struct Call {
    number: u64,
    kind: Kind,
    since: Instant,
}

static TURNS: Turns = Turns::new(LONGEST);

/// Waits for the calls of the other kind that came before. The turn ends when the value is dropped.
///
/// # Platform notes
/// Only pcsc-lite needs it.
#[must_use]
pub(crate) fn take(kind: Kind) -> Option<Turn<'static>> {
    let needed = cfg!(not(any(windows, target_os = "macos")));
    needed.then(|| TURNS.take(kind))
}

impl Turns {
    const fn new(longest: Duration) -> Self {
        Self {
            calls: Mutex::new(Calls {
                present: Vec::new(),
                next: 0,
            }),
            ended: Condvar::new(),
            longest,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, kind: Kind) -> Turn<'_> {
        let mut calls = self.lock();
        let number = calls.next;
        calls.next += 1;
        let since = Instant::now();
        calls.present.push(Call { number, kind, since });
        while let Some(last) = calls.last_before(number, kind) {
            let Some(time) = self.longest.checked_sub(last.elapsed()) else {
                break;
            };
            let woken = self.ended.wait_timeout(calls, time);
            (calls, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        Turn { turns: self, number }
    }
}

impl Calls {
    /// When the last call of the other kind came that came before this one.
    fn last_before(&self, number: u64, kind: Kind) -> Option<Instant> {
        self.present
            .iter()
            .take_while(|call| call.number != number)
            .filter(|call| call.kind != kind)
            .last()
            .map(|call| call.since)
    }
}

/// A call's turn.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut calls = self.turns.lock();
        calls.present.retain(|call| call.number != self.number);
        if !calls.present.is_empty() {
            self.turns.ended.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Turns};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// No stalled machine takes as long.
    const FOR_EVER: Duration = Duration::from_secs(3600);

    #[test]
    fn calls_of_different_kinds_are_never_under_way_together() {
        let turns = Turns::new(FOR_EVER);
        let (searches, changes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..8 {
                let (kind, own, other) = match thread % 2 {
                    0 => (Kind::Search, &searches, &changes),
                    _ => (Kind::Change, &changes, &searches),
                };
                let turns = &turns;
                scope.spawn(move || {
                    for _ in 0..1000 {
                        let _turn = turns.take(kind);
                        own.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        assert_eq!(other.load(Ordering::SeqCst), 0);
                        own.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(turns.lock().present.is_empty());
    }

    #[test]
    fn calls_of_the_same_kind_do_not_wait_for_each_other() {
        let turns = Turns::new(FOR_EVER);
        let _first = turns.take(Kind::Search);
        let _second = turns.take(Kind::Search);
        assert_eq!(turns.lock().present.len(), 2);
    }

    #[test]
    fn a_call_that_comes_later_does_not_overtake_one_of_the_other_kind() {
        let turns = Turns::new(FOR_EVER);
        let (order, came) = mpsc::channel();
        let first = turns.take(Kind::Search);
        thread::scope(|scope| {
            for (present, kind) in [(1, Kind::Change), (2, Kind::Search)] {
                let (turns, order) = (&turns, order.clone());
                scope.spawn(move || {
                    let turn = turns.take(kind);
                    order.send(kind).unwrap();
                    drop(turn);
                });
                while turns.lock().present.len() == present {
                    thread::yield_now();
                }
            }
            assert!(came.try_recv().is_err());
            drop(first);
        });
        assert_eq!(came.try_iter().collect::<Vec<_>>(), [Kind::Change, Kind::Search]);
    }

    #[test]
    fn a_call_that_does_not_come_back_is_not_waited_for_longer() {
        let turns = Turns::new(Duration::from_millis(1));
        let _blocked = turns.take(Kind::Search);
        let (done, waiting) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                drop(turns.take(Kind::Change));
                done.send(()).unwrap();
            });
            assert_eq!(waiting.recv_timeout(Duration::from_secs(60)), Ok(()));
        });
        assert_eq!(turns.lock().present.len(), 1);
    }
}
