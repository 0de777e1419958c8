//! Cards, and who keeps others from them.

use super::machine::{Machine, lines};
use crate::doctor::Scene;
use pcsc_sim::config::Config;
use pcsc_sim::{DemoCard, OtherProgram, Reader};

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
    let scene = Scene::new(Ok(machine.system()), Ok(running.simulator().provider()));
    let looked: Vec<_> = scene.examine().collect();
    assert_eq!(
        lines(&looked, "cards"),
        "wrong: R: the card does not answer: take it out, check which way round it is, put it back"
    );
}

/// A machine whose card another program has to itself; the service runs, and root sees what it has.
fn with_kept_card() -> (Machine, Reader, OtherProgram) {
    let (machine, reader) = with_card();
    let mut other = reader.other_program().unwrap();
    other.connect_exclusively().unwrap();
    machine.process(812, "pcscd", None);
    machine.owned_by(812, 0);
    (machine, reader, other)
}

const HAS: &str = "wrong: R: another program has the card to itself;";
const AS_ROOT: &str = "sudo /usr/bin/pcsc doctor";

#[test]
fn a_program_that_has_the_card_is_ended_where_it_can_be_no_other() {
    let (machine, _reader, _other) = with_kept_card();
    machine.process(55, "firefox", None);
    machine.connection(10);
    machine.holds_socket(812, 10);
    machine.holds_socket(55, 11);
    // The service's own, of other kinds.
    machine.holds_socket(812, 77);
    machine.file(
        "/proc/812/net/netlink",
        "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n0 15 1 2 0 0 0 2 0 77\n",
    );
    let only = "it is firefox (process 55), the service's only other client: end it, or wait";
    assert_eq!(machine.says_to_root("cards"), format!("{HAS} {only} $ kill 55"));
    assert_eq!(machine.says("cards"), format!("{HAS} {only} $ kill 55"));
    // One of another user.
    machine.owned_by(55, 1001);
    assert_eq!(machine.says("cards"), format!("{HAS} {only} $ sudo kill 55"));
    machine.process(156, "python3", None);
    machine.connection(20);
    machine.holds_socket(812, 20);
    machine.holds_socket(156, 21);
    assert_eq!(
        machine.says_to_root("cards"),
        format!("{HAS} it is one of firefox (process 55), python3 (process 156): end that one, or wait")
    );
}

/// It may be none of the service's clients at all.
#[test]
fn a_program_that_has_loaded_the_library_is_not_said_to_have_the_card() {
    let (machine, _reader, _other) = with_kept_card();
    machine.process(55, "python3", None);
    machine.file(
        "/proc/55/maps",
        "7f00-7f01 r-xp 00000000 fe:00 123    /usr/lib/libpcsclite.so.1.0.0\n",
    );
    machine.connection(10);
    machine.holds_socket(812, 10);
    let text = machine.says_to_root("cards");
    assert_eq!(
        text,
        format!(
            "{HAS} which one cannot be seen; of one connection to the service it is not seen whose it is: end it, or wait"
        )
    );
    assert_eq!(machine.says("cards"), format!("{text} $ {AS_ROOT}"));
}

#[test]
fn no_program_is_ended_while_another_may_have_the_card() {
    let (machine, _reader, _other) = with_kept_card();
    machine.process(55, "firefox", None);
    machine.connection(10);
    machine.holds_socket(55, 11);
    // What the service has is root's to see.
    let perhaps = format!("{HAS} perhaps it is firefox (process 55)");
    assert_eq!(
        machine.says("cards"),
        format!(
            "{perhaps}; those of other users and in containers are not seen: end the one, or wait $ {AS_ROOT}"
        )
    );
    machine.connection(20);
    assert_eq!(
        machine.says("cards"),
        format!(
            "{perhaps}; of one connection to the service it is not seen whose it is: end the one, or wait $ {AS_ROOT}"
        )
    );
    // The service may still act for one that has ended.
    let (machine, _reader, _other) = with_kept_card();
    machine.process(55, "firefox", None);
    machine.connection(10);
    machine.holds_socket(55, 11);
    machine.holds_socket(812, 10);
    machine.closed_connection(20);
    machine.holds_socket(812, 20);
    assert_eq!(
        machine.says_to_root("cards"),
        format!(
            "{perhaps}; the service still has a connection of a program that has ended: end the one, or wait"
        )
    );
    // A connection from a container is in no list but that one's.
    let (machine, _reader, _other) = with_kept_card();
    machine.process(55, "firefox", None);
    machine.connection(10);
    machine.holds_socket(55, 11);
    machine.holds_socket(812, 10);
    machine.holds_socket(812, 99);
    assert_eq!(
        machine.says_to_root("cards"),
        format!("{perhaps}; those in containers are not seen: end the one, or wait")
    );
}

#[test]
fn scdaemon_is_ended_as_gnupg_ends_it_by_its_user() {
    let (machine, _reader, _other) = with_kept_card();
    machine.process(56, "scdaemon", None);
    machine.connection(10);
    machine.holds_socket(812, 10);
    machine.holds_socket(56, 11);
    assert!(machine.says("cards").ends_with(" $ gpgconf --kill scdaemon"));
    assert!(machine.says_to_root("cards").ends_with(" $ kill 56"));
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

#[test]
fn each_verdict_comes_as_it_is_found() {
    let (machine, reader) = with_card();
    let mut other = reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    let scene = Scene::new(Ok(machine.system()), Ok(machine.simulator.provider()));
    let mut looked = scene.examine();
    assert!(looked.any(|looked| looked.subject == "readers"));
    // Nobody has looked at the card so far.
    other.end_transaction().unwrap();
    let card = looked.next().unwrap();
    assert_eq!(
        lines(&[card], "cards"),
        "ok: R: a card, which other programs use and share"
    );
    assert!(looked.next().is_none());
}
