//! Turns for the calls that libpcsclite cannot take at the same time.
//!
//! At its end `SCardDisconnect` goes through the contexts of the whole process to find the card in them. In pcsc-lite 1.9.9
//! it does so without the lock with which `SCardReleaseContext` frees one and `SCardEstablishContext` adds one: a program
//! whose threads open and close sessions crashes within seconds (`SCardRemoveHandle` in `winscard_clnt.c`).
//!
//! So a context is never released while a card is being disconnected. `SCardDisconnect` with a reset waits while another
//! program holds a transaction, for as long as that program likes. Nobody waits for that: the contexts that are to be
//! released meanwhile are put aside, and released by the disconnection that ends last. A context that is established
//! meanwhile waits for a moment; then it is added to the table, which a search that is under way bears: nothing is freed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a disconnection is waited for: most take less, one that waits for another program's transaction does not end.
const LONGEST: Duration = Duration::from_millis(100);

/// How many contexts are put aside at the most: pcscd takes 200 of all programs together. One more is released at once.
const MOST: usize = 64;

/// The library whose table of contexts a call uses, by the address of one of its functions: it may be loaded twice.
type Library = usize;

/// What a call does to the library's table of contexts. Calls of the same kind do not disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
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
    aside: Vec<(Library, Box<dyn FnOnce() + Send>)>,
    next: u64,
}

struct Call {
    number: u64,
    library: Library,
    kind: Kind,
    since: Instant,
}

static TURNS: Turns = Turns::new(LONGEST);

/// Whether this platform's library is pcsc-lite.
const NEEDED: bool = cfg!(not(any(windows, target_os = "macos")));

/// Disconnects a card, when no context is being established or released.
pub(crate) fn disconnect<R>(library: Library, call: impl FnOnce() -> R) -> R {
    if NEEDED {
        TURNS.search(library, call)
    } else {
        call()
    }
}

/// Establishes a context, after the disconnections that do not take long.
pub(crate) fn establish<R>(library: Library, call: impl FnOnce() -> R) -> R {
    if NEEDED { TURNS.add(library, call) } else { call() }
}

/// Releases a context, at once or when the last of the disconnections that are under way has ended.
pub(crate) fn release(library: Library, call: impl FnOnce() + Send + 'static) {
    if NEEDED {
        TURNS.remove(library, call);
    } else {
        call();
    }
}

impl Turns {
    const fn new(longest: Duration) -> Self {
        Self {
            calls: Mutex::new(Calls {
                present: Vec::new(),
                aside: Vec::new(),
                next: 0,
            }),
            ended: Condvar::new(),
            longest,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn search<R>(&self, library: Library, call: impl FnOnce() -> R) -> R {
        let mut calls = self.lock();
        let turn = self.come(&mut calls, library, Kind::Search);
        // A change waits for a moment at the most, and ends: so does this.
        while calls.last_before(turn.number).is_some() {
            calls = self.ended.wait(calls).unwrap_or_else(PoisonError::into_inner);
        }
        drop(calls);
        let result = call();
        drop(turn);
        let is_left = self.lock().aside.iter().any(|(of, _)| *of == library);
        if is_left {
            self.release_those_aside(library);
        }
        result
    }

    fn add<R>(&self, library: Library, call: impl FnOnce() -> R) -> R {
        let (_turn, calls) = self.wait_for_searches(library);
        drop(calls);
        call()
    }

    fn remove(&self, library: Library, call: impl FnOnce() + Send + 'static) {
        self.lock().aside.push((library, Box::new(call)));
        self.release_those_aside(library);
    }

    /// Releases what was put aside, unless a search takes long: the last one to end will do it then.
    fn release_those_aside(&self, library: Library) {
        let (turn, mut calls) = self.wait_for_searches(library);
        let is_searched = calls.last_before(turn.number).is_some();
        let mut due = Vec::new();
        for (of, release) in std::mem::take(&mut calls.aside) {
            if of != library || is_searched && calls.aside.len() < MOST {
                calls.aside.push((of, release));
            } else {
                due.push(release);
            }
        }
        drop(calls);
        due.into_iter().for_each(|release| release());
    }

    /// Waits for the searches that came before, but not long for one.
    fn wait_for_searches(&self, library: Library) -> (Turn<'_>, MutexGuard<'_, Calls>) {
        let mut calls = self.lock();
        let turn = self.come(&mut calls, library, Kind::Change);
        while let Some(last) = calls.last_before(turn.number) {
            let Some(time) = self.longest.checked_sub(last.elapsed()) else {
                break;
            };
            let woken = self.ended.wait_timeout(calls, time);
            (calls, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        (turn, calls)
    }

    fn come(&self, calls: &mut Calls, library: Library, kind: Kind) -> Turn<'_> {
        let number = calls.next;
        calls.next += 1;
        calls.present.push(Call {
            number,
            library,
            kind,
            since: Instant::now(),
        });
        Turn { turns: self, number }
    }
}

impl Calls {
    /// When the last call of the other kind came that came before this one.
    fn last_before(&self, number: u64) -> Option<Instant> {
        let at = self.present.iter().position(|call| call.number == number)?;
        let (own, before) = (&self.present[at], &self.present[..at]);
        let of_the_other_kind = |call: &&Call| call.library == own.library && call.kind != own.kind;
        before.iter().rfind(of_the_other_kind).map(|call| call.since)
    }
}

/// A call's turn, from its coming to its end.
struct Turn<'a> {
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
    use super::{Kind, Library, MOST, Turns};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    /// No stalled machine takes as long.
    const FOR_EVER: Duration = Duration::from_secs(3600);
    const LIBRARY: Library = 1;

    /// Begins a search that does not end before what is returned is dropped.
    fn blocked<'scope>(
        scope: &'scope thread::Scope<'scope, '_>,
        turns: &'scope Turns,
    ) -> (mpsc::Sender<()>, thread::ScopedJoinHandle<'scope, ()>) {
        let (end, ended) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let thread = scope.spawn(move || {
            turns.search(LIBRARY, || {
                begin.send(()).unwrap();
                let _ = ended.recv();
            });
        });
        begun.recv().unwrap();
        (end, thread)
    }

    #[test]
    fn calls_of_different_kinds_are_never_under_way_together() {
        let turns = Turns::new(FOR_EVER);
        let counters = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let act = |counters: &(AtomicUsize, AtomicUsize), kind| {
            let (own, other) = match kind {
                Kind::Search => (&counters.0, &counters.1),
                Kind::Change => (&counters.1, &counters.0),
            };
            own.fetch_add(1, Ordering::SeqCst);
            thread::yield_now();
            assert_eq!(other.load(Ordering::SeqCst), 0);
            own.fetch_sub(1, Ordering::SeqCst);
        };
        thread::scope(|scope| {
            for thread in 0..9 {
                let (turns, counters) = (&turns, &counters);
                scope.spawn(move || {
                    for _ in 0..1000 {
                        match thread % 3 {
                            0 => turns.search(LIBRARY, || act(counters, Kind::Search)),
                            1 => turns.add(LIBRARY, || act(counters, Kind::Change)),
                            _ => {
                                let counters = Arc::clone(counters);
                                turns.remove(LIBRARY, move || act(&counters, Kind::Change));
                            }
                        }
                    }
                });
            }
        });
        let calls = turns.lock();
        assert!(calls.present.is_empty() && calls.aside.is_empty());
    }

    #[test]
    fn calls_of_the_same_kind_or_another_library_do_not_wait_for_each_other() {
        let turns = Turns::new(FOR_EVER);
        thread::scope(|scope| {
            let (end, _thread) = blocked(scope, &turns);
            turns.search(LIBRARY, || ());
            turns.add(LIBRARY + 1, || ());
            assert_eq!(turns.lock().present.len(), 1);
            drop(end);
        });
    }

    #[test]
    fn a_call_that_comes_later_does_not_overtake_one_of_the_other_kind() {
        let turns = Turns::new(FOR_EVER);
        let (order, came) = mpsc::channel();
        thread::scope(|scope| {
            let (end, _thread) = blocked(scope, &turns);
            for (present, kind) in [(1, Kind::Change), (2, Kind::Search)] {
                let (turns, order) = (&turns, order.clone());
                scope.spawn(move || match kind {
                    Kind::Search => turns.search(LIBRARY, || order.send(kind).unwrap()),
                    Kind::Change => turns.add(LIBRARY, || order.send(kind).unwrap()),
                });
                while turns.lock().present.len() == present {
                    thread::yield_now();
                }
            }
            assert!(came.try_recv().is_err());
            drop(end);
        });
        assert_eq!(came.try_iter().collect::<Vec<_>>(), [Kind::Change, Kind::Search]);
    }

    #[test]
    fn what_is_released_during_a_search_that_takes_long_is_released_at_its_end() {
        let turns = Turns::new(Duration::from_millis(1));
        let (release, released) = mpsc::channel();
        thread::scope(|scope| {
            let (end, thread) = blocked(scope, &turns);
            for number in 0..2 {
                let release = release.clone();
                turns.remove(LIBRARY, move || release.send(number).unwrap());
            }
            // Neither of these waits for it, nor releases what was put aside.
            turns.add(LIBRARY, || ());
            turns.search(LIBRARY, || ());
            turns.remove(LIBRARY + 1, || ());
            assert!(released.try_recv().is_err());
            drop(end);
            thread.join().unwrap();
            assert_eq!(released.try_iter().collect::<Vec<_>>(), [0, 1]);
        });
        assert!(turns.lock().aside.is_empty());
    }

    #[test]
    fn no_more_are_put_aside_than_the_service_bears() {
        let turns = Turns::new(Duration::ZERO);
        let (release, released) = mpsc::channel();
        thread::scope(|scope| {
            let (end, _thread) = blocked(scope, &turns);
            for number in 0..=MOST {
                let release = release.clone();
                turns.remove(LIBRARY, move || release.send(number).unwrap());
            }
            assert_eq!(released.try_iter().count(), 1);
            drop(end);
        });
        assert_eq!(released.try_iter().count(), MOST);
    }
}
