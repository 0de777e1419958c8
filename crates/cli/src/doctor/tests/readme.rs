//! What the README shows.

use super::at_last::at_last;
use super::machine::Machine;
use crate::doctor::System;
use crate::output::Report;
use pcsc_sim::DemoCard;
use pcsc_sim::serve::Version;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn what_the_readme_shows_of_it_is_what_it_prints() {
    let machine = Machine::new();
    let library = "/usr/lib/x86_64-linux-gnu/libpcsclite.so.1";
    machine.file(library, "libpcsclite_real.so.1");
    machine.file(&library.replace(".so", "_real.so"), "");
    machine.file(
        "/var/lib/dpkg/status",
        "Package: libpcsclite1\nVersion: 2.3.3-1\n",
    );
    machine.file("/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy", "");
    machine.device("0b", Some("pn533_usb"));
    machine.file("/proc/modules", "pn533_usb 20480 0 - Live 0x0\n");
    machine.process(812, "pcscd", None);
    machine.process(4711, "firefox", None);
    machine.connection(10);
    machine.holds_socket(812, 10);
    machine.holds_socket(4711, 11);
    let socket = machine.path("/run/pcscd/pcscd.comm");
    let served = machine.simulator.serve_as(Version::V4_5, socket).unwrap();
    fs::set_permissions(served.path(), Permissions::from_mode(0o666)).unwrap();
    let of = fs::metadata(served.path()).unwrap();
    machine.file("/etc/passwd", &format!("root:x:{}:\n", of.uid()));
    machine.file("/etc/group", &format!("root:x:{}:\n", of.gid()));
    let reader = machine.simulator.add_reader("Alcor Link AK9563 00 00");
    reader.insert(DemoCard::new());
    let mut other = reader.other_program().unwrap();
    other.connect_exclusively().unwrap();

    let block = || {
        let mut printed = Vec::new();
        let root = System {
            uid: Some(0),
            ..machine.system()
        };
        for looked in machine.examine_as(root) {
            looked.write(&mut printed).unwrap();
        }
        let printed = String::from_utf8(printed).unwrap();
        let printed = anstream::adapter::strip_str(&printed).to_string();
        // The functions here are the simulator's.
        let printed = printed.replace("; this program speaks to pcscd without it\n", "\n");
        format!("```text\n$ sudo pcsc doctor\n{printed}```\n")
    };
    at_last(block, |block| include_str!("../../../README.md").contains(block));
}
