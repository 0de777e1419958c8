//! What is told of cards, by counts and answers to reset.

use super::scripted::{Habits, PnpReader, Script};
use super::{has_card, names, watch};
use crate::error::Platform;
use crate::service::watch::CardSeen;

#[test]
fn without_counts_another_card_shows_by_its_answer_to_reset() {
    let script = Script::new(Habits {
        is_counting: false,
        pnp: PnpReader::NoSuchReader,
        ..Habits::default()
    });
    script.change(|world| {
        world.plug("one");
        world.insert("one", &[0x3B, 0x00]);
    });
    let mut watching = watch(&script, Platform::MacOs);
    let before = watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| {
        world.remove("one");
        world.insert("one", &[0x3B, 0x01, 0x00]);
    });
    let after = watching.until(|look| look.readers.iter().all(|seen| seen.changes > 0));
    assert_eq!(before.readers[0].changes + 2, after.readers[0].changes);
}

#[test]
fn a_count_that_wraps_goes_on() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.set_count("one", 0xFFFF);
        world.insert("one", &[0x3B, 0x00]);
        world.set_count("one", 0xFFFF);
    });
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| {
        world.remove("one");
        world.insert("one", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| look.readers.iter().all(|seen| seen.changes > 0));
    assert_eq!(after.readers[0].changes, 2);
}

/// pcsc-lite's service sets the state first.
#[test]
fn what_is_told_before_it_is_counted_is_one_change() {
    let script = Script::new(Habits::default());
    script.change(|world| world.plug("one"));
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| names(look) == ["one"]);
    for count in 0..6 {
        let is_there = count % 2 == 0;
        script.change(|world| {
            match is_there {
                true => world.insert("one", &[0x3B, 0x00]),
                false => world.remove("one"),
            }
            world.set_count("one", count);
        });
        watching.until(|look| look.readers.iter().any(has_card) == is_there);
        script.change(|world| {
            world.set_count("one", count + 1);
            // A look that tells of another reader is one after that.
            match is_there {
                true => world.plug("two"),
                false => world.unplug("two"),
            }
        });
        let look = watching.until(|look| (look.readers.len() == 2) == is_there);
        assert_eq!(look.readers[0].changes, u64::from(count) + 1);
    }
    // Another card is two more.
    script.change(|world| {
        world.insert("one", &[0x3B, 0x00]);
        world.remove("one");
    });
    let look = watching.until(|look| look.readers[0].changes > 6);
    assert_eq!(look.readers[0].changes, 8);
}

/// Some Windows systems say so where only the card was taken out.
#[test]
fn an_unavailable_reader_is_one_without_a_card() {
    let script = Script::new(Habits {
        says_unavailable: true,
        pnp: PnpReader::Counts,
        ..Habits::default()
    });
    script.change(|world| {
        world.plug("one");
        world.insert("one", &[0x3B, 0x00]);
    });
    let mut watching = watch(&script, Platform::Windows);
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.remove("one"));
    let look = watching.until(|look| !look.readers.iter().any(has_card));
    assert_eq!(names(&look), ["one"]);
    script.change(|world| world.insert("one", &[0x3B, 0x00]));
    let again = watching.until(|look| look.readers.iter().any(has_card));
    assert_eq!(again.readers[0].plugging, look.readers[0].plugging);
}

#[test]
fn a_card_that_is_being_powered_is_told_when_it_answers() {
    let script = Script::new(Habits::default());
    script.change(|world| world.plug("one"));
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| names(look) == ["one"]);
    script.change(|world| world.insert("one", &[]));
    // No event tells of the answer, as with pcsc-lite.
    script.change_silently(|world| world.answer("one", &[0x3B, 0x00]));
    let look = watching.until(|look| look.readers.iter().any(has_card));
    let Some(CardSeen::Answers(atr)) = look.readers[0].card else {
        panic!("{look:?}")
    };
    assert_eq!(atr.as_bytes(), [0x3B, 0x00]);
    // One that never tells an answer is told at last.
    script.change(|world| {
        world.remove("one");
        world.insert("one", &[]);
    });
    watching.until(
        |look| matches!(look.readers[0].card, Some(CardSeen::Answers(atr)) if atr.as_bytes().is_empty()),
    );
}

#[test]
fn flags_that_nobody_knows_are_ignored() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.insert("one", &[0x3B, 0x00]);
        world.more_flags = 0xF800;
    });
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.iter().any(has_card));
}

/// Makes a script with one reader, and a card in it whose insertion is event number `count`.
fn with_card(habits: Habits, count: u16) -> Script {
    let script = Script::new(habits);
    script.change(|world| {
        world.plug("one");
        world.set_count("one", count.wrapping_sub(1));
        world.insert("one", &[0x3B, 0x00]);
    });
    script
}

#[test]
fn a_card_swapped_for_one_that_is_being_powered_is_gone_at_once() {
    let script = with_card(Habits::default(), 5);
    let mut watching = watch(&script, Platform::Windows);
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| {
        world.remove("one");
        world.insert("one", &[]);
    });
    let gone = watching.until(|look| !look.readers.iter().any(has_card));
    assert_eq!(gone.readers[0].changes, 1);
    script.change(|world| world.answer("one", &[0x3B, 0x01, 0x00]));
    let there = watching.until(|look| look.readers.iter().any(has_card));
    assert_eq!(there.readers[0].changes, 2);
    // And one that goes before it has power was there all the same.
    script.change(|world| {
        world.remove("one");
        world.insert("one", &[]);
    });
    watching.until(|look| !look.readers.iter().any(has_card));
    script.change(|world| world.remove("one"));
    let missed = watching.until(|look| look.readers[0].changes >= 5);
    assert_eq!(missed.readers[0].changes, 5);
}

/// pcsc-lite's count is 0 for a card that was there when the service began.
#[test]
fn another_answer_of_the_same_card_is_no_other_card() {
    let script = with_card(Habits::default(), 0);
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.answer("one", &[0x3B, 0x01, 0x00]));
    let atr = |look: &crate::service::watch::Snapshot| match look.readers[0].card {
        Some(CardSeen::Answers(atr)) => atr.as_bytes().to_vec(),
        card => panic!("{card:?}"),
    };
    let reset = watching.until(|look| atr(look).len() == 3);
    assert_eq!(reset.readers[0].changes, 0);
}

#[test]
fn a_reader_whose_count_falls_is_another_one() {
    let script = with_card(Habits::default(), 5);
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| look.readers.iter().any(has_card));
    // Pulled out and put back between two looks, with a card in it.
    script.change(|world| {
        world.unplug("one");
        world.plug("one");
        world.insert("one", &[0x3B, 0x00]);
    });
    let after = watching.until(|look| {
        look.readers
            .iter()
            .all(|seen| seen.plugging > before.readers[0].plugging)
    });
    assert_eq!(names(&after), ["one"]);
    assert_eq!(after.readers[0].changes, 0);
}

/// libpcsclite up to 1.9 has one list of states for all threads of a program.
#[test]
fn a_count_that_falls_for_a_moment_is_of_no_other_reader() {
    let script = with_card(Habits::default(), 5);
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| look.readers.iter().any(has_card));
    // The next answer is from before the card came; then it is gone.
    script.change(|world| {
        world.remove("one");
        world.find("one").unwrap().told_late = Some((None, 4));
    });
    let look = watching.until(|look| !look.readers.iter().any(has_card));
    assert_eq!(look.readers[0].plugging, before.readers[0].plugging);
    assert_eq!(look.readers[0].changes, before.readers[0].changes + 1);
}

/// The service has told of the removal, and is yet to count it.
#[test]
fn a_card_that_was_there_before_the_last_change_is_no_new_one() {
    let script = with_card(Habits::default(), 5);
    let mut watching = watch(&script, Platform::Linux);
    let before = watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| {
        world.remove("one");
        world.set_count("one", 5);
    });
    watching.until(|look| !look.readers.iter().any(has_card));
    script.change(|world| {
        world.set_count("one", 6);
        world.find("one").unwrap().told_late = Some((Some(vec![0x3B, 0x00]), 5));
        world.plug("two");
    });
    let look = watching.until(|look| look.readers.len() == 2 || look.readers.iter().any(has_card));
    assert!(!look.readers.iter().any(has_card));
    // The next one is told, with what there is of it.
    script.change(|world| world.insert("one", &[0x3B, 0x00]));
    let after = watching.until(|look| look.readers.iter().any(has_card));
    assert_eq!(after.readers[0].changes, before.readers[0].changes + 2);
    assert_eq!(after.readers[0].plugging, before.readers[0].plugging);
}

#[test]
fn a_reader_that_did_not_answer_for_a_moment_had_no_card() {
    let script = Script::new(Habits::default());
    script.change(|world| {
        world.plug("one");
        world.set_count("one", 4);
        world.plug("two");
    });
    let mut watching = watch(&script, Platform::Linux);
    watching.until(|look| look.readers.len() == 2);
    script.change(|world| world.set_silent("one", true));
    script.change(|world| world.insert("two", &[0x3B, 0x00]));
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.set_silent("one", false));
    script.change(|world| world.remove("two"));
    let look = watching.until(|look| !look.readers.iter().any(has_card));
    assert_eq!(look.readers[0].changes, 0);
}

#[test]
fn the_only_reader_is_asked_for_again_where_it_was_not_known() {
    let script = Script::new(Habits {
        pnp: PnpReader::NoSuchReader,
        ..Habits::default()
    });
    script.change(|world| {
        world.plug("one");
        world.ghost = Some("one");
    });
    let mut watching = watch(&script, Platform::MacOs);
    watching.until(|look| look.readers.is_empty());
    script.change(|world| world.ghost = None);
    watching.until(|look| names(look) == ["one"]);
}

#[test]
fn more_readers_than_one_call_takes_are_asked_for_in_parts() {
    let script = Script::new(Habits {
        most_names: 10,
        pnp: PnpReader::Counts,
        ..Habits::default()
    });
    let all: Vec<String> = (0..12).map(|number| format!("reader {number}")).collect();
    script.change(|world| all.iter().for_each(|name| world.plug(name)));
    let mut watching = watch(&script, Platform::Windows);
    watching.until(|look| names(look) == all);
    script.change(|world| world.insert("reader 11", &[0x3B, 0x00]));
    watching.until(|look| look.readers.iter().any(has_card));
    script.change(|world| world.unplug("reader 3"));
    watching.until(|look| look.readers.len() == 11);
    script.change(|world| world.plug("reader 12"));
    watching.until(|look| look.readers.len() == 12);
}
