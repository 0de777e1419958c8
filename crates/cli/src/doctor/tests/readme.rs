//! What the README shows.

use super::machine::Machine;
use crate::output::Report;
use pcsc_sim::DemoCard;

#[test]
fn what_the_readme_shows_of_it_is_what_it_prints() {
    let machine = Machine::new();
    machine.file(
        "/usr/lib/x86_64-linux-gnu/libpcsclite.so.1",
        "libpcsclite_real.so.1",
    );
    machine.device("0b", Some("pn533_usb"));
    machine.file("/proc/modules", "pn533_usb 20480 0 - Live 0x0\n");
    let reader = machine.simulator.add_reader("Alcor Link AK9563 00 00");
    reader.insert(DemoCard::new());
    let mut other = reader.other_program().unwrap();
    other.connect_exclusively().unwrap();
    machine.process(4711, "firefox", None);
    machine.file("/proc/4711/maps", "/usr/lib/libpcsclite.so.1\n");

    let mut printed = Vec::new();
    for looked in machine.examine() {
        looked.write(&mut printed).unwrap();
    }
    let printed = String::from_utf8(printed).unwrap();
    let printed = anstream::adapter::strip_str(&printed).to_string();
    let block = format!("```text\n$ pcsc doctor\n{printed}```\n");
    assert!(include_str!("../../../README.md").contains(&block), "{block}");
}
