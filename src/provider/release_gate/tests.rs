use super::{Disconnection, MAX_POSTPONED, ReleaseGate, TooManyPostponed};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

#[cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]
mod fork;

/// No stalled machine takes as long.
const FOR_EVER: Duration = Duration::from_secs(3600);

fn gate(patience: Duration) -> ReleaseGate {
    ReleaseGate::new(MAX_POSTPONED, patience)
}

impl ReleaseGate {
    fn disconnect(&self) -> Disconnection<'_> {
        self.begin_disconnection().expect("nobody forks")
    }

    fn release_by(&self, call: impl FnOnce() + Send + 'static) {
        self.release(Box::new(call));
    }

    /// Begins a disconnection in another thread, which goes on until what is returned is dropped.
    fn disconnect_elsewhere<'scope>(
        &'scope self,
        scope: &'scope thread::Scope<'scope, '_>,
    ) -> (mpsc::Sender<()>, thread::ScopedJoinHandle<'scope, ()>) {
        let (end, ended) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let thread = scope.spawn(move || {
            let _under_way = self.disconnect();
            begin.send(()).unwrap();
            let _ = ended.recv();
        });
        begun.recv().unwrap();
        (end, thread)
    }

    /// Begins a disconnection in another thread and, once it waits, does this; then lets the disconnection do that.
    fn disconnect_after(&self, does: impl FnOnce(), then: impl FnOnce() + Send) {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let _under_way = self.disconnect();
                then();
            });
            while self.lock().waiting_to_disconnect == 0 {
                assert!(!waiting.is_finished(), "it does not wait");
                thread::yield_now();
            }
            does();
        });
    }

    #[track_caller]
    fn assert_at_rest(&self) {
        let calls = self.lock();
        assert!(calls.may_release() && calls.postponed.is_empty());
        assert_eq!(calls.waiting_to_disconnect, 0);
    }
}

#[test]
fn a_disconnection_and_a_release_are_never_under_way_together() {
    let gate = gate(FOR_EVER);
    let counters = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let visit = |counters: &[AtomicUsize; 2], own: usize| {
        counters[own].fetch_add(1, Ordering::SeqCst);
        thread::yield_now();
        assert_eq!(counters[1 - own].load(Ordering::SeqCst), 0);
        counters[own].fetch_sub(1, Ordering::SeqCst);
    };
    let released = Arc::new(AtomicUsize::new(0));
    thread::scope(|scope| {
        for thread in 0..8 {
            let (gate, counters, released) = (&gate, &counters, &released);
            scope.spawn(move || {
                for _ in 0..1000 {
                    if thread % 2 == 0 {
                        let _under_way = gate.disconnect();
                        visit(counters, 0);
                    } else {
                        let (counters, released) = (Arc::clone(counters), Arc::clone(released));
                        gate.release_by(move || {
                            visit(&counters, 1);
                            released.fetch_add(1, Ordering::SeqCst);
                        });
                    }
                }
            });
        }
    });
    assert_eq!(released.load(Ordering::SeqCst), 4000);
    gate.assert_at_rest();
}

/// Field case 30.
#[test]
fn what_is_postponed_is_released_in_its_order_after_the_last_disconnection() {
    let gate = gate(Duration::ZERO);
    let (release, released) = mpsc::channel();
    thread::scope(|scope| {
        // Disconnections do not wait for each other.
        let (end_first, first) = gate.disconnect_elsewhere(scope);
        let (end_last, last) = gate.disconnect_elsewhere(scope);
        for number in 0..MAX_POSTPONED {
            assert_eq!(gate.make_room(), Ok(()));
            let release = release.clone();
            gate.release_by(move || release.send(number).unwrap());
        }
        // No further context is established; one that is there already is put with the others all the same.
        let refusal = TooManyPostponed {
            postponed: MAX_POSTPONED,
        };
        assert_eq!(gate.make_room(), Err(refusal));
        gate.release_by(move || release.send(MAX_POSTPONED).unwrap());
        drop(end_first);
        first.join().unwrap();
        assert!(released.try_recv().is_err());
        drop(end_last);
        last.join().unwrap();
        assert!(released.try_iter().eq(0..=MAX_POSTPONED));
        assert_eq!(gate.make_room(), Ok(()));
    });
    gate.assert_at_rest();
}

#[test]
fn a_refusal_says_what_is_in_the_way_and_what_to_do() {
    let text = TooManyPostponed { postponed: 64 }.to_string();
    for part in [
        "64 are waiting to be released",
        "disconnected",
        "end their transactions",
        "try again",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_new_disconnection_lets_the_postponed_releases_have_their_turn() {
    let gate = gate(FOR_EVER);
    let (release, released) = mpsc::channel();
    thread::scope(|scope| {
        let (end, _thread) = gate.disconnect_elsewhere(scope);
        gate.release_by(move || release.send(()).unwrap());
        gate.disconnect_after(|| drop(end), move || released.try_recv().unwrap());
    });
    gate.assert_at_rest();
}

#[test]
fn a_new_disconnection_does_not_wait_for_one_that_takes_long() {
    let gate = gate(Duration::ZERO);
    let (release, released) = mpsc::channel();
    thread::scope(|scope| {
        let (end, thread) = gate.disconnect_elsewhere(scope);
        gate.release_by(move || release.send(()).unwrap());
        drop(gate.disconnect());
        assert!(released.try_recv().is_err());
        drop(end);
        thread.join().unwrap();
        released.try_recv().unwrap();
    });
}

#[test]
fn a_disconnection_waits_for_a_release_however_long_it_takes() {
    let gate = gate(Duration::ZERO);
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            gate.release_by(move || {
                begin.send(()).unwrap();
                ended.recv().unwrap();
            });
        });
        begun.recv().unwrap();
        gate.disconnect_after(
            || {
                assert!(gate.lock().disconnections.is_empty());
                end.send(()).unwrap();
            },
            || assert!(gate.lock().releasing.is_none()),
        );
    });
    gate.assert_at_rest();
}

/// Field case 28.
#[test]
fn calls_inside_calls_wait_for_nothing() {
    let gate = Arc::new(gate(FOR_EVER));
    let (tell, told) = mpsc::channel();
    {
        let _under_way = gate.disconnect();
        let (inner, tell) = (Arc::clone(&gate), tell.clone());
        gate.release_by(move || {
            tell.send("begun").unwrap();
            let _under_way = inner.disconnect();
            let last = tell.clone();
            inner.release_by(move || last.send("another release").unwrap());
            assert_eq!(inner.make_room(), Ok(()));
            drop(inner.disconnect());
            tell.send("ended").unwrap();
        });
        // As what was postponed has it: waiting for it would be waiting for itself.
        drop(gate.disconnect());
        assert_eq!(gate.make_room(), Ok(()));
        assert!(told.try_recv().is_err());
    }
    assert!(told.try_iter().eq(["begun", "ended", "another release"]));
    gate.assert_at_rest();
}

#[test]
fn a_disconnection_that_panics_has_ended() {
    let gate = gate(FOR_EVER);
    let (release, released) = mpsc::channel();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _under_way = gate.disconnect();
        gate.release_by(move || release.send(()).unwrap());
        panic!("as a test wants it");
    }));
    assert!(outcome.is_err());
    released.try_recv().unwrap();
    gate.assert_at_rest();
}

#[test]
fn a_release_that_panics_stops_no_other_and_no_disconnection() {
    let gate = Arc::new(gate(FOR_EVER));
    let (release, released) = mpsc::channel();
    let release_after_a_panic = |gate: &ReleaseGate| {
        let release = release.clone();
        gate.release_by(|| panic!("as a test wants it"));
        gate.release_by(move || release.send(()).unwrap());
    };
    {
        let _under_way = gate.disconnect();
        release_after_a_panic(&gate);
    }
    released.try_recv().unwrap();
    gate.assert_at_rest();

    // It goes on where nobody else has brought it about.
    let inner = Arc::clone(&gate);
    let last = release.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        gate.release_by(move || {
            inner.release_by(move || last.send(()).unwrap());
            panic!("as a test wants it");
        });
    }));
    assert!(outcome.is_err());
    released.try_recv().unwrap();
    gate.assert_at_rest();
}

#[test]
fn a_thread_that_ends_disconnects_and_releases() {
    struct AtTheEnd(Arc<ReleaseGate>, mpsc::Sender<()>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            drop(self.0.disconnect());
            let released = self.1.clone();
            self.0.release_by(move || released.send(()).unwrap());
        }
    }
    thread_local! {
        static AT_THE_END: std::cell::RefCell<Option<AtTheEnd>> = const { std::cell::RefCell::new(None) };
    }
    let gate = Arc::new(gate(FOR_EVER));
    let (release, released) = mpsc::channel();
    let at_the_end = AtTheEnd(Arc::clone(&gate), release);
    thread::spawn(|| AT_THE_END.set(Some(at_the_end))).join().unwrap();
    released.recv_timeout(Duration::from_secs(60)).unwrap();
    gate.assert_at_rest();
}
