//! Models: every interleaving of threads that establish, disconnect and release.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --profile loom --package pcsc-sys --lib loom`
//!
//! There is no time in a model. A wait that may end with its time ends so at once, or after anything that others do meanwhile,
//! or not at all: by the number of those waits that do not.

use super::{Disconnection, ReleaseGate};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// A library behind its gate. Its table is searched and changed as in C, where nothing but the gate keeps the two apart:
/// loom says where they are not.
#[derive(Clone)]
struct Library {
    gate: Arc<ReleaseGate>,
    table: Arc<Table>,
    counts: std::sync::Arc<Counts>,
}

/// Not a part of the model.
#[derive(Default)]
struct Counts {
    given_to_release: AtomicUsize,
    released: AtomicUsize,
}

struct Table(UnsafeCell<()>);

// SAFETY: there is nothing in it.
unsafe impl Send for Table {}
// SAFETY: there is nothing in it; that nobody writes to it while another one reads is what the models are to show.
unsafe impl Sync for Table {}

impl Library {
    fn new() -> Library {
        Library {
            gate: Arc::new(ReleaseGate::new(1, Duration::from_secs(1))),
            table: Arc::new(Table(UnsafeCell::new(()))),
            counts: std::sync::Arc::default(),
        }
    }

    fn begin_disconnection(&self) -> Disconnection<'_> {
        self.gate.begin_disconnection().expect("nobody forks")
    }

    /// Disconnects; other calls of this thread come in the middle.
    fn disconnect(&self, inside: impl FnOnce()) {
        let under_way = self.begin_disconnection();
        inside();
        self.table.0.with(|_| ());
        drop(under_way);
    }

    /// Releases; other calls of the thread that runs it come first, as the drop of what the context's owner has.
    fn release(&self, inside: impl FnOnce(&Library) + Send + 'static) {
        self.counts.given_to_release.fetch_add(1, SeqCst);
        let library = self.clone();
        self.gate.release(Box::new(move || {
            inside(&library);
            library.table.0.with_mut(|_| ());
            library.counts.released.fetch_add(1, SeqCst);
        }));
    }

    fn time_is_up(&self) -> bool {
        self.gate.lock().time_is_up
    }

    fn released(&self) -> usize {
        self.counts.released.load(SeqCst)
    }

    fn assert_all_released(&self) {
        assert_eq!(self.released(), self.counts.given_to_release.load(SeqCst));
        let calls = self.gate.lock();
        assert!(calls.postponed.is_empty() && calls.disconnections.is_empty());
        assert!(calls.releasing.is_none() && calls.waiting_to_disconnect == 0);
    }
}

/// What a thread of a model does.
type Thread = fn(&Library);

/// Goes through all interleavings of these threads, the last of which is the model's own. No more than one
/// release may be postponed where a context is established.
fn model(threads: &'static [Thread]) {
    let time_was_up = std::sync::Arc::new(AtomicBool::new(true));
    // When no wait ends with its time, more waits without end make no difference.
    for waits_without_end in 0.. {
        if !time_was_up.swap(false, SeqCst) {
            break;
        }
        let time_was_up = time_was_up.clone();
        loom::model(move || {
            let library = Library::new();
            library.gate.lock().waits_without_end = waits_without_end;
            let (last, others) = threads.split_last().expect("a model has threads");
            let spawn = |thread: &Thread| {
                let (library, thread) = (library.clone(), *thread);
                thread::spawn(move || thread(&library))
            };
            let spawned: Vec<_> = others.iter().map(spawn).collect();
            last(&library);
            for thread in spawned {
                thread.join().expect("it does not panic");
            }
            library.assert_all_released();
            time_was_up.fetch_or(library.time_is_up(), SeqCst);
        });
    }
}

fn disconnect(library: &Library) {
    library.disconnect(|| ());
}

fn release(library: &Library) {
    library.release(|_| ());
}

fn close(library: &Library) {
    disconnect(library);
    release(library);
}

fn release_twice(library: &Library) {
    release(library);
    release(library);
}

fn disconnect_in_a_release(library: &Library) {
    library.release(disconnect);
}

fn release_in_a_release(library: &Library) {
    library.release(release);
}

fn release_in_a_disconnection(library: &Library) {
    library.disconnect(|| release(library));
}

fn close_in_a_disconnection(library: &Library) {
    library.disconnect(|| close(library));
}

/// A session that a release drops, whose end drops another context.
fn close_in_a_release(library: &Library) {
    library.release(close_in_a_disconnection);
}

/// Establishes and releases; this is refused only where it has waited.
fn open_and_close(library: &Library) {
    match library.gate.make_room() {
        Ok(()) => release(library),
        Err(_) => assert!(library.time_is_up()),
    }
}

/// A thread waits neither for its own disconnection nor for its own release.
fn open_inside(library: &Library) {
    library.disconnect(|| {
        release(library);
        assert!(library.gate.make_room().is_err());
    });
    library.release(|library| {
        release(library);
        assert!(library.gate.make_room().is_err());
    });
}

/// What was released before a disconnection begins has its turn first, as long as there is time.
fn release_before_a_disconnection(library: &Library) {
    release(library);
    library.disconnect(|| assert!(library.released() == 1 || library.time_is_up()));
}

macro_rules! models {
    ($($name:ident: $threads:expr;)*) => {
        $(
            #[test]
            fn $name() {
                model(&$threads);
            }
        )*
    };
}

models! {
    one_disconnects_and_one_releases: [disconnect, release_twice];
    two_close: [close, close];
    two_disconnect_and_one_releases: [disconnect, disconnect, release];
    one_disconnects_and_two_release: [disconnect, release, release];
    a_release_disconnects: [disconnect_in_a_release, disconnect, disconnect];
    two_releases_disconnect: [disconnect_in_a_release, disconnect_in_a_release];
    a_disconnection_releases: [release_in_a_disconnection, disconnect];
    two_disconnections_release_and_disconnect: [close_in_a_disconnection, close_in_a_disconnection];
    each_in_the_other: [close_in_a_release, close_in_a_disconnection];
    a_release_releases: [release_in_a_release, close];
    a_context_is_established_while_another_is_released: [release_in_a_disconnection, open_and_close];
    contexts_are_established_inside_other_calls: [open_inside, disconnect];
    releases_have_their_turn: [disconnect, release_before_a_disconnection];
}
