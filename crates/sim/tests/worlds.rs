//! Simulators beside each other, one after the other, and as many as there can be.

use pcsc_session::{Code, Context, Disposition, Error, Session};
use pcsc_sim::{FnCard, Limits, Simulator};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

/// Tests that need nearly all slots, or count on free ones, must not meet.
static SLOTS: Mutex<()> = Mutex::new(());

fn with_card(sim: &Simulator, name: &str, number: u8) -> pcsc_sim::Reader {
    let reader = sim.add_reader(name);
    reader.insert(FnCard::new(
        [0x3B, 0x01, number],
        move |_: &[u8], response: &mut Vec<u8>| {
            response.extend([number, 0x90, 0x00]);
        },
    ));
    reader
}

#[test]
fn two_do_not_see_each_other() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let (one, two) = (Simulator::new(), Simulator::new());
    with_card(&one, "one", 1);
    with_card(&two, "two", 2);
    for (sim, name, number) in [(&one, "one", 1), (&two, "two", 2)] {
        let context = Context::establish_on(sim.provider()).unwrap();
        assert_eq!(context.list_readers().unwrap(), [name]);
        let mut session = Session::options()
            .provider(sim.provider())
            .reader(name)
            .open()
            .unwrap();
        assert_eq!(session.transmit(&[0; 4]).unwrap().data(), [number]);
        assert_eq!(sim.calls("SCardTransmit"), 1);
    }
    one.stop_service();
    Context::establish_on(two.provider()).unwrap();
}

#[test]
fn it_lives_as_long_as_anything_of_it() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let sim = Simulator::new();
    let provider = sim.provider();
    with_card(&sim, "one", 1);
    let mut session = Session::options().provider(provider).open().unwrap();
    drop(sim);
    assert_eq!(session.transmit(&[0; 4]).unwrap().data(), [1]);
    Context::establish_on(provider).unwrap();
    drop(session);
    assert_eq!(
        Context::establish_on(provider).unwrap_err().code(),
        Some(Code::NO_SERVICE)
    );
}

#[test]
fn another_program_keeps_it_alive_too() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let sim = Simulator::new();
    let provider = sim.provider();
    let reader = with_card(&sim, "one", 1);
    let mut other = reader.other_program().unwrap();
    drop((sim, reader));
    assert_eq!(other.transmit(&[0; 4]), Ok(vec![1, 0x90, 0x00]));
    Context::establish_on(provider).unwrap();
    drop(other);
    assert_eq!(
        Context::establish_on(provider).unwrap_err().code(),
        Some(Code::NO_SERVICE)
    );
}

#[test]
fn slots_are_used_again() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    for round in 0..3_000 {
        let sim = Simulator::new();
        with_card(&sim, "one", round as u8);
        let mut session = Session::options().provider(sim.provider()).open().unwrap();
        assert_eq!(session.transmit(&[0; 4]).unwrap().data(), [round as u8]);
    }
    let many: Vec<Simulator> = (0..1_024).map(|_| Simulator::new()).collect();
    assert!(
        thread::spawn(Simulator::new).join().is_err(),
        "there is no place for one more"
    );
    for (index, sim) in many.iter().enumerate() {
        sim.add_reader(format!("{index}"));
    }
    for (index, sim) in many.iter().enumerate() {
        let context = Context::establish_on(sim.provider()).unwrap();
        assert_eq!(context.list_readers().unwrap(), [format!("{index}").as_str()]);
    }
    drop(many);
    drop(Simulator::new());
}

#[test]
fn names_are_told_apart_and_kept_as_they_are() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let sim = Simulator::new();
    let names: Vec<String> = ["one", "one", "one", "", "x\0y"]
        .iter()
        .map(|name| sim.add_reader(name).name().to_owned())
        .collect();
    assert_eq!(names, ["one", "one 2", "one 3", "Reader", "x"]);
    let long = sim.add_reader("é".repeat(100));
    assert!(long.name().len() <= 127 + 2);
    let again = sim.add_reader("é".repeat(100));
    assert_ne!(again.name(), long.name());
    let context = Context::establish_on(sim.provider()).unwrap();
    assert_eq!(context.list_readers().unwrap().len(), 7);
}

#[test]
fn a_name_that_is_no_text_can_be_opened() {
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let sim = Simulator::new();
    let reader = sim.add_reader(b"M\xFCller");
    assert_eq!(reader.name(), "M\u{FFFD}ller");
    reader.insert(FnCard::new([0x3B, 0x00], |_: &[u8], response: &mut Vec<u8>| {
        response.extend([0x90, 0x00])
    }));
    let session = Session::options().provider(sim.provider()).open().unwrap();
    // On Windows names are UTF-16, which has nothing for such a byte.
    #[cfg(not(windows))]
    assert_eq!(session.reader_name().as_bytes(), b"M\xFCller");
    assert_eq!(session.reader_name().to_string(), "M\u{FFFD}ller");
}

#[test]
fn a_thousand_readers_serve_a_thousand_threads() {
    const MANY: usize = 1_000;
    let _slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let sim = Simulator::new();
    sim.set_limits(Limits::NONE);
    for number in 0..MANY {
        with_card(&sim, &format!("reader {number}"), number as u8);
    }
    let all = Barrier::new(MANY);
    thread::scope(|scope| {
        for number in 0..MANY {
            let (sim, all) = (&sim, &all);
            let work = move || {
                let name = format!("reader {number}");
                // None of them resets its card at its end: for reader 0 that would show on all others.
                let options = |name: &str| {
                    Session::options()
                        .provider(sim.provider())
                        .reader(name)
                        .on_close(Disposition::Leave)
                };
                let mut own = options(&name).open().unwrap();
                // All of them are connected now.
                all.wait();
                let mut shared = options("reader 0").open().unwrap();
                for _ in 0..10 {
                    assert_eq!(own.transmit(&[0; 4]).unwrap().data(), [number as u8]);
                    drop(shared.transaction().unwrap());
                }
                assert_eq!(own.context().list_readers().unwrap().len(), MANY);
                shared.close().map_err(Error::from)
            };
            thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn_scoped(scope, work)
                .unwrap();
        }
    });
    assert_eq!(sim.calls("SCardTransmit"), 10 * MANY as u64);
}
