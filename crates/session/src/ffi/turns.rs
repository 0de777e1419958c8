//! Turns for the calls that libpcsclite cannot take at the same time.
//!
//! At its end `SCardDisconnect` goes through the contexts of the whole process to find the card in them. In pcsc-lite 1.9.9
//! it does so without the lock with which `SCardReleaseContext` frees one and `SCardEstablishContext` adds one: a program
//! whose threads open and close sessions crashes within seconds (`SCardRemoveHandle` in `winscard_clnt.c`).
//!
//! So contexts are not released while a card is being disconnected. `SCardDisconnect` with a reset waits while another
//! program holds a transaction, for as long as that program likes. Nobody waits for that: the contexts that are to be
//! released meanwhile are put aside, and released when the last disconnection has ended. They count for pcscd, which takes
//! 200 of all programs and no more: of 65 the oldest is released at once, since a program that cannot go on is the greater
//! evil than a crash that takes two calls within a microsecond. One that is established meanwhile waits for a moment, and is
//! then added to the table, which a search that is under way bears: nothing is freed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a call is waited for that may take for ever: most take less.
const LONGEST: Duration = Duration::from_millis(100);

/// How many contexts are put aside at the most.
const MOST: usize = 64;

/// What a call does to the library's table of contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Goes through it: `SCardDisconnect`.
    Search,
    /// Adds to it: `SCardEstablishContext`.
    Add,
    /// Frees what is in it: `SCardReleaseContext`.
    Remove,
}

impl Kind {
    /// Whether calls of these kinds do not go together.
    fn disturbs(self, other: Kind) -> bool {
        (self == Kind::Search) != (other == Kind::Search)
    }
}

/// The calls that are under way, and those that wait for their turn.
struct Turns {
    calls: Mutex<Calls>,
    ended: Condvar,
    longest: Duration,
}

struct Calls {
    /// The process that they belong to: a child has none of its parent's threads.
    process: u32,
    /// In the order of their coming.
    present: Vec<Call>,
    aside: Vec<Release>,
    next: u64,
}

struct Call {
    number: u64,
    kind: Kind,
    since: Instant,
}

type Release = Box<dyn FnOnce() + Send>;

static TURNS: Turns = Turns::new(LONGEST);

/// Whether this platform's library is pcsc-lite.
const NEEDED: bool = cfg!(not(any(windows, target_os = "macos")));

/// Disconnects a card, after the releases that came before.
pub(super) fn disconnect<R>(call: impl FnOnce() -> R) -> R {
    if NEEDED { TURNS.search(call) } else { call() }
}

/// Establishes a context, after the disconnections that do not take long.
pub(super) fn establish<R>(call: impl FnOnce() -> R) -> R {
    if NEEDED { TURNS.add(call) } else { call() }
}

/// Releases a context, at once or, as a rule, when the last of the disconnections that are under way has ended.
pub(super) fn release(call: impl FnOnce() + Send + 'static) {
    if NEEDED {
        TURNS.remove(call);
    } else {
        call();
    }
}

impl Turns {
    const fn new(longest: Duration) -> Self {
        Self {
            calls: Mutex::new(Calls {
                process: 0,
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

    fn search<R>(&self, call: impl FnOnce() -> R) -> R {
        let (turn, calls) = self.wait(Kind::Search);
        drop(calls);
        let result = call();
        drop(turn);
        if !self.lock().aside.is_empty() {
            self.release_those_aside();
        }
        result
    }

    fn add<R>(&self, call: impl FnOnce() -> R) -> R {
        let (_turn, calls) = self.wait(Kind::Add);
        drop(calls);
        call()
    }

    fn remove(&self, call: impl FnOnce() + Send + 'static) {
        self.lock().aside.push(Box::new(call));
        self.release_those_aside();
    }

    /// Releases what was put aside, unless a search takes long: the last one to end will do it then.
    fn release_those_aside(&self) {
        let (turn, mut calls) = self.wait(Kind::Remove);
        let kept = match calls.before(turn.number) {
            Some(_) => MOST,
            None => 0,
        };
        let count = calls.aside.len().saturating_sub(kept);
        let due: Vec<_> = calls.aside.drain(..count).collect();
        drop(calls);
        due.into_iter().for_each(|release| release());
    }

    /// Waits for the calls that came before and that this one disturbs: for a removal until it has ended, for any other not
    /// long. A removal itself waits no longer than for one of these.
    fn wait(&self, kind: Kind) -> (Turn<'_>, MutexGuard<'_, Calls>) {
        let mut calls = self.lock();
        calls.forget_the_parent();
        let number = calls.come(kind);
        let turn = Turn { turns: self, number };
        while let Some(before) = calls.before(number) {
            let time = self.longest.checked_sub(before.since.elapsed());
            calls = match (before.kind, time) {
                (Kind::Remove, _) => self.ended.wait(calls).unwrap_or_else(PoisonError::into_inner),
                (_, Some(time)) => {
                    let woken = self.ended.wait_timeout(calls, time);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                (_, None) => break,
            };
        }
        (turn, calls)
    }
}

impl Calls {
    /// In a child process, forgets the calls of threads that it does not have, and the contexts that are its parent's.
    fn forget_the_parent(&mut self) {
        let process = std::process::id();
        if self.process != process {
            self.process = process;
            self.present.clear();
            std::mem::take(&mut self.aside)
                .into_iter()
                .for_each(std::mem::forget);
        }
    }

    fn come(&mut self, kind: Kind) -> u64 {
        let number = self.next;
        self.next += 1;
        self.present.push(Call {
            number,
            kind,
            since: Instant::now(),
        });
        number
    }

    /// The call to wait for: of those that came before and that this one disturbs, a removal, else the last.
    fn before(&self, number: u64) -> Option<&Call> {
        let at = self.present.iter().position(|call| call.number == number)?;
        let kind = self.present[at].kind;
        let mut before = self.present[..at].iter().filter(|call| call.kind.disturbs(kind));
        before
            .clone()
            .find(|call| call.kind == Kind::Remove)
            .or_else(|| before.next_back())
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
    use super::{Kind, MOST, Turns};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    /// No stalled machine takes as long.
    const FOR_EVER: Duration = Duration::from_secs(3600);

    impl Turns {
        fn run(&self, kind: Kind, call: impl FnOnce() + Send + 'static) {
            match kind {
                Kind::Search => self.search(call),
                Kind::Add => self.add(call),
                Kind::Remove => self.remove(call),
            }
        }

        /// Begins a call that does not end before what is returned is dropped.
        fn blocked<'scope>(
            &'scope self,
            scope: &'scope thread::Scope<'scope, '_>,
            kind: Kind,
        ) -> (mpsc::Sender<()>, thread::ScopedJoinHandle<'scope, ()>) {
            let (end, ended) = mpsc::channel::<()>();
            let (begin, begun) = mpsc::channel();
            let thread = scope.spawn(move || {
                self.run(kind, move || {
                    begin.send(()).unwrap();
                    let _ = ended.recv();
                });
            });
            begun.recv().unwrap();
            (end, thread)
        }

        /// Begins a call, and returns when it waits.
        fn waiting<'scope>(
            &'scope self,
            scope: &'scope thread::Scope<'scope, '_>,
            kind: Kind,
            call: impl FnOnce() + Send + 'static,
        ) {
            let present = self.lock().present.len();
            scope.spawn(move || self.run(kind, call));
            while self.lock().present.len() == present {
                thread::yield_now();
            }
        }
    }

    #[test]
    fn a_search_and_a_change_are_never_under_way_together() {
        let turns = Turns::new(FOR_EVER);
        let counters = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        thread::scope(|scope| {
            for thread in 0..9 {
                let (turns, counters) = (&turns, &counters);
                scope.spawn(move || {
                    for _ in 0..1000 {
                        let kind = [Kind::Search, Kind::Add, Kind::Remove][thread % 3];
                        let counters = Arc::clone(counters);
                        turns.run(kind, move || {
                            let own = usize::from(kind == Kind::Search);
                            counters[own].fetch_add(1, Ordering::SeqCst);
                            thread::yield_now();
                            assert_eq!(counters[1 - own].load(Ordering::SeqCst), 0);
                            counters[own].fetch_sub(1, Ordering::SeqCst);
                        });
                    }
                });
            }
        });
        let calls = turns.lock();
        assert!(calls.present.is_empty() && calls.aside.is_empty());
    }

    #[test]
    fn calls_that_do_not_disturb_each_other_do_not_wait() {
        let turns = Turns::new(FOR_EVER);
        for (kind, others) in [
            (Kind::Search, &[Kind::Search][..]),
            (Kind::Add, &[Kind::Add, Kind::Remove]),
            (Kind::Remove, &[Kind::Add, Kind::Remove]),
        ] {
            thread::scope(|scope| {
                let (end, _thread) = turns.blocked(scope, kind);
                others.iter().for_each(|other| turns.run(*other, || ()));
                assert_eq!(turns.lock().present.len(), 1);
                drop(end);
            });
        }
    }

    #[test]
    fn a_call_that_comes_later_does_not_overtake() {
        let turns = Turns::new(FOR_EVER);
        let (order, came) = mpsc::channel();
        thread::scope(|scope| {
            let (end, _thread) = turns.blocked(scope, Kind::Search);
            for kind in [Kind::Add, Kind::Search, Kind::Remove] {
                let order = order.clone();
                turns.waiting(scope, kind, move || order.send(kind).unwrap());
            }
            assert!(came.try_recv().is_err());
            drop(end);
        });
        assert_eq!(
            came.try_iter().collect::<Vec<_>>(),
            [Kind::Add, Kind::Search, Kind::Remove]
        );
    }

    #[test]
    fn what_is_released_during_a_search_that_takes_long_is_released_at_its_end() {
        let turns = Turns::new(Duration::from_millis(1));
        let (release, released) = mpsc::channel();
        thread::scope(|scope| {
            let (end, thread) = turns.blocked(scope, Kind::Search);
            for number in 0..MOST {
                let release = release.clone();
                turns.remove(move || release.send(number).unwrap());
            }
            // Neither of these waits for it, nor releases what was put aside.
            turns.add(|| ());
            turns.search(|| ());
            assert!(released.try_recv().is_err());
            // No more than that are kept from the service, which would take no further ones.
            turns.remove(move || release.send(MOST).unwrap());
            assert!(released.try_iter().eq([0]));
            drop(end);
            thread.join().unwrap();
            assert!(released.try_iter().eq(1..=MOST));
        });
        assert!(turns.lock().aside.is_empty());
    }

    #[test]
    fn a_search_waits_for_a_removal_however_long_it_takes_and_not_for_an_addition() {
        let turns = Turns::new(Duration::from_millis(1));
        let (search, searched) = mpsc::channel();
        thread::scope(|scope| {
            let (end, thread) = turns.blocked(scope, Kind::Add);
            turns.search(|| ());
            drop(end);
            thread.join().unwrap();

            let (end, _thread) = turns.blocked(scope, Kind::Remove);
            turns.waiting(scope, Kind::Search, move || search.send(()).unwrap());
            assert_eq!(
                searched.recv_timeout(Duration::from_millis(50)),
                Err(mpsc::RecvTimeoutError::Timeout)
            );
            drop(end);
            searched.recv().unwrap();
        });
    }

    #[test]
    fn a_child_process_has_none_of_its_parents_calls() {
        let turns = Turns::new(FOR_EVER);
        let (release, released) = mpsc::channel();
        thread::scope(|scope| {
            let (end, _thread) = turns.blocked(scope, Kind::Search);
            turns
                .lock()
                .aside
                .push(Box::new(move || release.send(()).unwrap()));
            // As a child finds them: without the threads.
            turns.lock().process += 1;
            turns.add(|| ());
            turns.search(|| ());
            drop(end);
        });
        assert!(released.try_recv().is_err());
    }
}
