//! Cards, and who keeps others from them.

use super::machine::{Machine, lines};
use crate::doctor::Scene;
use pcsc_sim::config::Config;
use pcsc_sim::{DemoCard, Reader};

const MAPS: &str = "7f00-7f01 r-xp 00000000 fe:00 123    /usr/lib/libpcsclite.so.1.0.0\n";

fn with_card() -> (Machine, Reader) {
    let machine = Machine::new();
    let reader = machine.simulator.add_reader("R");
    reader.insert(DemoCard::new());
    (machine, reader)
}

#[test]
fn a_card_is_there_and_used() {
    let (machine, reader) = with_card();
    assert_eq!(machine.says("readers"), "ok: R");
    assert_eq!(machine.says("cards"), "ok: R: a card, which no program uses");
    let mut other = reader.other_program().unwrap();
    other.connect().unwrap();
    assert_eq!(
        machine.says("cards"),
        "ok: R: a card, which other programs use and share"
    );
    drop(other);
    reader.remove();
    assert_eq!(machine.says("cards"), "ok: R: none");
}

#[test]
fn a_card_that_does_not_answer() {
    let machine = Machine::new();
    let config = Config::parse("[[reader]]\nname = \"R\"\ncard = { kind = \"mute\" }\n").unwrap();
    let running = config.start().unwrap();
    let looked = Scene::new(Ok(machine.system()), Ok(running.simulator().provider())).examine();
    assert_eq!(
        lines(&looked, "cards"),
        "wrong: R: the card does not answer: take it out, check which way round it is, put it back"
    );
}

#[test]
fn a_card_that_another_program_has_to_itself() {
    let (machine, reader) = with_card();
    let mut other = reader.other_program().unwrap();
    other.connect_exclusively().unwrap();
    let all = "sudo grep -l libpcsclite /proc/[0-9]*/maps";
    let has = "wrong: R: another program has the card to itself;";
    assert_eq!(
        machine.says("cards"),
        format!("{has} which one cannot be seen: end it, or wait $ {all}")
    );
    machine.process(55, "firefox", None);
    machine.file("/proc/55/maps", MAPS);
    assert_eq!(
        machine.says("cards"),
        format!("{has} it is firefox (process 55), or one that cannot be seen: end it, or wait $ kill 55")
    );
    machine.process(56, "scdaemon", None);
    machine.file("/proc/56/maps", MAPS);
    assert_eq!(
        machine.says("cards"),
        format!("{has} it is one of firefox (process 55), scdaemon (process 56): end it, or wait $ {all}")
    );
    machine.remove("/proc/55");
    assert!(machine.says("cards").ends_with(" $ gpgconf --kill scdaemon"));
}

#[test]
fn a_card_in_another_programs_transaction() {
    let (machine, reader) = with_card();
    let mut other = reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    let text = machine.says("cards");
    assert!(
        text.starts_with("wrong: R: another program's transaction has the others wait; "),
        "{text}"
    );
    other.end_transaction().unwrap();
    assert!(machine.says("cards").starts_with("ok: "));
}

#[test]
fn a_card_that_polkit_keeps_away() {
    let (machine, _reader) = with_card();
    machine
        .simulator
        .fail("SCardConnect", 1, pcsc_sys::SCARD_W_SECURITY_VIOLATION);
    let text = machine.says("cards");
    assert!(
        text.starts_with("wrong: SCardConnect failed on the reader \"R\": SCARD_W_SECURITY_VIOLATION")
            && text.contains("org.debian.pcsc-lite.access_card")
            && text.ends_with("/etc/polkit-1/rules.d/50-pcsc.rules"),
        "{text}"
    );
}
