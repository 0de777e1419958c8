//! The watch on tables that behave as platforms do which no test runs on, and as pcsc-lite does once in a thousand times.
// The tables' functions have the types of other platforms than Windows.

mod cards;
mod doubts;
mod scripted;

use super::registry::watch_on;
use super::{Interest, Seen, Snapshot, Subscription, Woken};
use crate::error::Platform;
use scripted::{DEADLINE, Habits, PnpReader, Script, Tells};
use std::sync::Arc;
use std::time::{Duration, Instant};

const INTEREST: Interest = Interest {
    poll: Duration::from_millis(20),
    sharing: None,
};

/// Watches a script's service as a program on this platform does.
fn watch(script: &Script, platform: Platform) -> Watching {
    Watching {
        subscription: watch_on(script.provider(), INTEREST, platform).unwrap(),
        number: 0,
    }
}

struct Watching {
    subscription: Subscription,
    number: u64,
}

impl Watching {
    /// Waits for a look that shows this.
    #[track_caller]
    fn until(&mut self, is_shown: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let end = Instant::now().checked_add(DEADLINE);
        let mut latest = self.subscription.latest();
        while latest.number == 0 || !is_shown(&latest) {
            latest = match self.subscription.wait(latest.number, end) {
                Woken::Changed(snapshot) => snapshot,
                woken => panic!("{woken:?} after {latest:?}"),
            };
        }
        self.number = latest.number;
        latest
    }
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot
        .readers
        .iter()
        .map(|seen| seen.name.to_string())
        .collect()
}

fn has_card(seen: &Seen) -> bool {
    seen.card.is_some()
}

/// LudovicRousseau/PCSC #190: the second shows only in a list taken again after the wait began.
#[test]
fn two_readers_that_come_at_once_are_both_seen() {
    let script = Script::new(Habits::default());
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.is_empty());
    script.after_list(|world| world.plug("second"));
    script.change(|world| world.plug("first"));
    watching.until(|look| names(look) == ["first", "second"]);
}

#[test]
fn without_a_reader_that_stands_for_them_readers_are_looked_for() {
    for pnp in [PnpReader::NoSuchReader, PnpReader::UnknownState] {
        let script = Script::new(Habits {
            pnp,
            ..Habits::default()
        });
        let mut watching = watch(&script, Platform::MacOs);
        watching.until(|look| look.readers.is_empty());
        script.change(|world| world.plug("one"));
        watching.until(|look| names(look) == ["one"]);
        script.change(|world| world.plug("two"));
        watching.until(|look| names(look) == ["one", "two"]);
        script.change(|world| world.insert("two", &[0x3B, 0x00]));
        watching.until(|look| look.readers.iter().any(has_card));
        script.change(|world| world.unplug("one"));
        watching.until(|look| names(look) == ["two"]);
        // It polled, and no more often than it was told to.
        let began = Instant::now();
        let before = script.calls();
        script.wait_for_calls(before + 10);
        assert!(began.elapsed() >= INTEREST.poll * 2);
    }
}

#[test]
fn on_windows_no_reader_is_no_service_and_no_loss() {
    let script = Script::new(Habits {
        needs_a_reader: true,
        pnp: PnpReader::Counts,
        ..Habits::default()
    });
    let mut watching = watch(&script, Platform::Windows);
    let look = watching.until(|look| look.readers.is_empty());
    assert!(!look.is_lost);
    script.change(|world| world.plug("one"));
    let look = watching.until(|look| names(look) == ["one"]);
    assert_eq!(look.losses, 0);
    script.change(|world| world.unplug("one"));
    let look = watching.until(|look| look.readers.is_empty());
    assert!(!look.is_lost && look.losses == 0);
    script.change(|world| world.plug("one"));
    let again = watching.until(|look| names(look) == ["one"]);
    assert_eq!(again.losses, 0);
    // Elsewhere it is a loss.
    let elsewhere = Script::new(Habits {
        needs_a_reader: true,
        ..Habits::default()
    });
    assert!(watch(&elsewhere, Platform::Linux).until(|_| true).is_lost);
}

/// Windows' reader that stands for others answers at once where there is one already, until its count is handed back; and
/// after the last one went it has been seen to answer at once for ever.
#[test]
fn a_call_that_returns_for_nothing_is_not_repeated_without_end() {
    for pnp in [PnpReader::Counts, PnpReader::AlwaysChanged] {
        let script = Script::new(Habits {
            pnp,
            ..Habits::default()
        });
        script.change(|world| world.plug("one"));
        let mut watching = watch(&script, Platform::Windows);
        watching.until(|look| names(look) == ["one"]);
        script.change(|world| world.unplug("one"));
        watching.until(|look| look.readers.is_empty());
        let before = script.calls();
        let began = Instant::now();
        // A cancel that nobody sends: nothing but time passes.
        let waited = watching
            .subscription
            .wait(watching.number, began.checked_add(20 * INTEREST.poll));
        assert!(matches!(waited, Woken::TimedOut), "{waited:?}");
        // A call and a list in each period, and a few at first.
        let calls = script.calls() - before;
        let most = 2 * (began.elapsed().as_millis() / INTEREST.poll.as_millis()) + 30;
        assert!(u128::from(calls) <= most, "{calls} calls");
        script.change(|world| world.plug("two"));
        watching.until(|look| names(look) == ["two"]);
    }
}

#[test]
fn a_reader_plugged_back_under_its_old_name_is_another() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.plug("two");
    });
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| look.readers.len() == 2);
    let number = |look: &Snapshot, name: &str| {
        let seen = look.readers.iter().find(|seen| seen.name == *name);
        seen.map(|seen| seen.plugging)
    };
    script.change(|world| world.unplug("one"));
    watching.until(|look| look.readers.len() == 1);
    script.change(|world| world.plug("one"));
    let after = watching.until(|look| look.readers.len() == 2);
    assert!(number(&before, "one") < number(&after, "one"));
    assert_eq!(number(&before, "two"), number(&after, "two"));
}

#[test]
fn a_name_that_the_service_lists_and_does_not_know_fails_no_other() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.plug("ghost");
        world.ghost = Some("ghost");
    });
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| names(look) == ["one"]);
    script.change(|world| world.insert("one", &[0x3B, 0x00]));
    watching.until(|look| look.readers.iter().any(has_card));
    let before = script.calls();
    let waited = watching.subscription.wait(
        watching.number,
        Instant::now().checked_add(Duration::from_millis(400)),
    );
    assert!(matches!(waited, Woken::TimedOut), "{waited:?}");
    assert!(script.calls() - before < 200, "{} calls", script.calls() - before);
    script.change(|world| world.ghost = None);
    watching.until(|look| names(look) == ["one", "ghost"]);
}

#[test]
fn a_table_that_tells_nothing_is_not_asked_without_end() {
    for tells in [Tells::Nothing, Tells::ThatTimeIsOver] {
        let script = Script::new(Habits {
            tells,
            ..Habits::default()
        });
        script.change(|world| world.plug("one"));
        let watching = watch(&script, Platform::Linux);
        let end = Instant::now().checked_add(Duration::from_millis(400));
        let _ = watching.subscription.wait(1, end);
        assert!(script.calls() < 200, "{} calls", script.calls());
    }
}

/// What no header knows, and more than there is room for, ends no thread.
#[test]
fn what_cannot_be_is_a_loss_with_its_reason() {
    let script = Script::new(Habits::default());
    script.change(|world| world.tells_nonsense = true);
    script.change(|world| world.plug("one"));
    let mut watching = watch(&script, Platform::Linux);
    let look = watching.until(|look| look.is_lost);
    let loss = look.loss.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(loss.contains("SCardGetStatusChange"), "{loss}");
    script.change(|world| world.tells_nonsense = false);
    watching.until(|look| !look.is_lost && names(look) == ["one"]);
}

/// The 17th name is refused by pcsc-lite up to 1.9.
#[test]
fn as_many_readers_as_the_service_takes_leave_no_room_for_a_further_name() {
    let script = Script::new(Habits {
        most_names: 16,
        ..Habits::default()
    });
    let all: Vec<String> = (0..16).map(|number| format!("reader {number}")).collect();
    script.change(|world| all.iter().for_each(|name| world.plug(name)));
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| names(look) == all);
    script.change(|world| world.insert("reader 15", &[0x3B, 0x00]));
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.unplug("reader 3"));
    watching.until(|look| look.readers.len() == 15);
    script.change(|world| world.plug("reader 16"));
    watching.until(|look| names(look).last().is_some_and(|last| last == "reader 16"));
}

#[test]
fn the_thread_ends_with_the_last_who_wants_to_know() {
    let script = Script::new(Habits::default());
    let first = watch(&script, Platform::Linux);
    let mut second = watch(&script, Platform::Linux);
    second.until(|_| true);
    assert_eq!(
        first.subscription.watch_number(),
        second.subscription.watch_number()
    );
    drop(first);
    assert_eq!(script.open_contexts(), 1);
    drop(second);
    script.wait_for_no_context();
    // It can begin again, and end before it has begun.
    let mut at_once = 0;
    for _ in 0..100 {
        drop(watch(&script, Platform::Linux));
        at_once += u32::from(script.open_contexts() == 0);
        script.wait_for_no_context();
    }
    // The drop waits for the thread, but not for long where the machine is busy.
    assert!(at_once > 50, "{at_once} of 100");
}

/// A service that does not answer makes nobody wait, and no other service.
#[test]
fn a_cancel_that_takes_long_is_waited_for_by_nobody() {
    let long = Duration::from_secs(3);
    let script = Script::new(Habits {
        cancel_takes: long,
        ..Habits::default()
    });
    let mut first = watch(&script, Platform::Linux);
    first.until(|_| true);
    let began = Instant::now();
    let sooner = Interest {
        sharing: Some(Duration::from_millis(1)),
        ..INTEREST
    };
    let second = watch_on(script.provider(), sooner, Platform::Linux).unwrap();
    let other = Script::new(Habits::default());
    let mut elsewhere = watch(&other, Platform::Linux);
    elsewhere.until(|_| true);
    drop(elsewhere);
    drop((first, second));
    assert!(began.elapsed() < long, "{:?}", began.elapsed());
    // What is left of it ends by itself.
    script.wait_for_no_context();
}

#[test]
fn who_wants_to_know_sooner_is_told_sooner() {
    let script = Script::new(Habits::default());
    let mut first = watch(&script, Platform::Linux);
    first.until(|_| true);
    for _ in 0..50 {
        let sooner = Interest {
            sharing: Some(Duration::from_millis(1)),
            ..INTEREST
        };
        let second = watch_on(script.provider(), sooner, Platform::Linux).unwrap();
        script.wait_for_calls(script.calls() + 20);
        drop(second);
    }
}

#[test]
fn a_service_that_comes_back_without_readers_is_told_at_once() {
    let script = Script::new(Habits::default());
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| !look.is_lost);
    script.change(|world| world.set_runs(false));
    watching.until(|look| look.is_lost);
    // So long that no pause is short any more, had it grown with the tries.
    script.wait_for_calls(script.calls() + 200);
    let began = Instant::now();
    script.change(|world| world.set_runs(true));
    watching.until(|look| !look.is_lost);
    // A look after the longest one would come after a minute.
    assert!(began.elapsed() < Duration::from_secs(20));
    script.after_list(|world| world.plug("second"));
    script.change(|world| world.plug("first"));
    watching.until(|look| names(look) == ["first", "second"]);
}
