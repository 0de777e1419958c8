//! What a context tells that is likely to be mixed up, and what is not: pcscd 2.5 and every libpcsclite.

use super::scripted::{Habits, PnpReader, Script};
use super::{Watching, has_card, names, watch};
use crate::error::Platform;
use crate::service::watch::snapshot::Snapshot;
use pcsc_sys::{SCARD_E_UNKNOWN_READER, SCARD_E_UNSUPPORTED_FEATURE, SCARD_S_SUCCESS};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Watches a service with one reader, and returns what is seen first.
fn watch_one() -> (Script, Watching, Arc<Snapshot>) {
    let script = Script::new(Habits::default());
    script.change(|world| world.plug("one"));
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| names(look) == ["one"]);
    (script, watching, before)
}

/// The wait that is under way fails, or tells that all readers have gone, and its context knows
/// none any more.
#[test]
fn a_context_that_is_mixed_up_is_no_loss_and_nothing_is_missed() {
    for code in [
        SCARD_E_UNKNOWN_READER,
        SCARD_E_UNSUPPORTED_FEATURE,
        SCARD_S_SUCCESS,
    ] {
        for times in [1, 8] {
            let (script, mut watching, before) = watch_one();
            script.change(|world| {
                world.mixes_up = Some(code);
                world.mix_ups = times;
                world.insert("one", &[0x3B, 0x00]);
                world.remove("one");
                world.insert("one", &[0x3B, 0x00]);
            });
            let after = watching.until(|look| !names(look).is_empty() && look.readers.iter().all(has_card));
            assert_eq!(after.readers[0].changes, before.readers[0].changes + 3);
            assert_eq!(after.readers[0].plugging, before.readers[0].plugging);
            assert_eq!(
                after.number,
                before.number + 1,
                "nothing else was told in between"
            );
            assert_eq!((after.losses, after.is_lost), (0, false));
        }
    }
}

/// What comes after an answer, and is asked for by no call, is no list without readers.
#[test]
fn a_context_that_is_mixed_up_at_a_waits_end_lists_nothing() {
    let (script, mut watching, before) = watch_one();
    script.change(|world| {
        world.mixes_up_after = true;
        world.insert("one", &[0x3B, 0x00]);
    });
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.remove("one"));
    let after = watching.until(|look| names(look).is_empty() || !look.readers.iter().any(has_card));
    assert_eq!(names(&after), ["one"]);
    assert_eq!(after.readers[0].plugging, before.readers[0].plugging);
    // A reader that comes or goes is told all the same.
    script.change(|world| world.plug("two"));
    watching.until(|look| names(look) == ["one", "two"]);
    script.change(|world| world.unplug("one"));
    watching.until(|look| names(look) == ["two"]);
}

/// Where it goes on, it is told.
#[test]
fn a_service_that_knows_no_wait_is_a_loss() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.mixes_up = Some(SCARD_E_UNSUPPORTED_FEATURE);
        world.mix_ups = u32::MAX;
    });
    let mut watching = watch(&script, Platform::Linux);
    let look = watching.until(|look| look.is_lost);
    let loss = look.loss.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(loss.contains("SCARD_E_UNSUPPORTED_FEATURE"), "{loss}");
    script.change(|world| world.mixes_up = None);
    watching.until(|look| !look.is_lost && names(look) == ["one"]);
}

/// What is doubted once is asked about; each time anew, however often readers come and go.
#[test]
fn readers_that_come_and_go_do_not_use_up_the_doubts() {
    let script = Script::new(Habits::default());
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.is_empty());
    for _ in 0..20 {
        script.change(|world| world.plug("one"));
        watching.until(|look| names(look) == ["one"]);
        script.change(|world| world.unplug("one"));
        watching.until(|look| look.readers.is_empty());
    }
    script.change(|world| world.plug("one"));
    let before = watching.until(|look| names(look) == ["one"]);
    script.change(|world| {
        world.mixes_up = Some(SCARD_E_UNKNOWN_READER);
        world.mix_ups = 1;
        world.insert("one", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| names(look).is_empty() || look.readers.iter().all(has_card));
    assert_eq!(after.readers[0].plugging, before.readers[0].plugging);
}

/// The other context is of a service that has begun anew, with the same readers.
#[test]
fn a_service_that_begins_anew_while_it_is_doubted_is_a_loss() {
    let (script, mut watching, before) = watch_one();
    script.change(|world| {
        world.mixes_up = Some(SCARD_S_SUCCESS);
        world.mix_ups = 1;
        world.after_mix_up = Some(|world| world.ended = world.contexts);
        world.insert("one", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| look.readers.iter().any(has_card));
    assert_eq!(after.losses, before.losses + 1);
    assert!(after.readers[0].plugging > before.readers[0].plugging);
}

#[test]
fn where_no_other_context_can_be_had_the_one_that_is_there_is_believed() {
    let script = Script::new(Habits::default());
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.is_empty());
    for _ in 0..3 {
        script.change(|world| {
            world.refuses = u32::MAX;
            world.plug("one");
        });
        let look = watching.until(|look| names(look) == ["one"]);
        assert!(!look.is_lost);
        script.change(|world| world.unplug("one"));
        let look = watching.until(|look| look.readers.is_empty());
        assert!(!look.is_lost);
    }
    assert_eq!(script.contexts(), 1);
}

/// Another thread's context may be the one that is mixed up, and libpcsclite has one table for all: a part of an answer is told
/// of it.
#[test]
fn a_reader_that_is_told_to_be_gone_beside_others_is_doubted_too() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.plug("two");
    });
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| names(look) == ["one", "two"]);
    script.change(|world| {
        world.told_gone = Some("two");
        world.insert("one", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| look.readers.len() < 2 || look.readers.iter().any(has_card));
    assert_eq!(names(&after), ["one", "two"]);
    assert_eq!(after.readers[1].plugging, before.readers[1].plugging);
    script.change(|world| world.unplug("two"));
    watching.until(|look| names(look) == ["one"]);
}

/// It is refused for good after a second, and costs no more contexts then.
#[test]
fn the_only_name_that_is_not_known_is_doubted_for_a_second() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("ghost");
        world.ghost = Some("ghost");
    });
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.number > 0 && !look.is_lost);
    let doubts = script.contexts();
    assert!(doubts <= 11, "{doubts} contexts");
    let waited = watching.subscription.wait(
        watching.number,
        Instant::now().checked_add(Duration::from_millis(500)),
    );
    drop(waited);
    assert_eq!(script.contexts(), doubts);
    script.change(|world| world.ghost = None);
    watching.until(|look| names(look) == ["ghost"]);
}

#[test]
fn a_reader_that_is_put_back_while_it_is_doubted_is_another() {
    let script = Script::new(Habits {
        pnp: PnpReader::Counts,
        ..Habits::default()
    });
    script.change(|world| {
        world.plug("one");
        world.insert("one", &[0x3B, 0x00]);
    });
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| {
        world.mixes_up = Some(SCARD_S_SUCCESS);
        world.mix_ups = 1;
        world.after_mix_up = Some(|world| {
            world.unplug("one");
            world.plug("one");
            world.insert("one", &[0x3B, 0x00]);
        });
    });
    let after = watching.until(|look| look.number > before.number && look.readers.iter().any(has_card));
    assert!(after.readers[0].plugging > before.readers[0].plugging);
}

#[test]
fn where_readers_are_asked_for_in_parts_a_part_is_doubted_and_a_ghost_is_found() {
    let script = Script::new(Habits {
        most_names: 10,
        ..Habits::default()
    });
    let all: Vec<String> = (0..20).map(|number| format!("reader {number}")).collect();
    script.change(|world| all.iter().for_each(|name| world.plug(name)));
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| names(look) == all);
    script.change(|world| {
        world.mixes_up = Some(SCARD_S_SUCCESS);
        world.mix_ups = 2;
        world.insert("reader 19", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| look.readers.len() < 20 || look.readers.iter().any(has_card));
    let numbers =
        |look: &super::Snapshot| -> Vec<_> { look.readers.iter().map(|seen| seen.plugging).collect() };
    assert_eq!(numbers(&before), numbers(&after));
    script.change(|world| world.ghost = Some("reader 19"));
    watching.until(|look| look.readers.len() == 19);
    // It is refused for good.
    let contexts = script.contexts();
    script.wait_for_calls(script.calls() + 50);
    assert_eq!(script.contexts(), contexts);
}
