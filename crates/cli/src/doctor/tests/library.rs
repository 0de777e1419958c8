//! The library.

use super::machine::Machine;

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/libpcsclite.so.1";
const REAL: &str = "/usr/lib/x86_64-linux-gnu/libpcsclite_real.so.1";

#[test]
fn a_library_is_named_with_its_version() {
    let machine = Machine::new();
    let without = "; this program speaks to pcscd without it";
    assert_eq!(
        machine.says("library"),
        "ok: there is no libpcsclite: this program speaks to pcscd without it, others cannot"
    );
    machine.file(LIBRARY, "ELF");
    assert_eq!(
        machine.says("library"),
        format!("ok: {LIBRARY}, no list of packages tells its version{without}")
    );
    let list = "Package: pcscd\nVersion: 1\n\nPackage: libpcsclite1\nStatus: installed\nVersion: 1.9.9-2\n";
    machine.file("/var/lib/dpkg/status", list);
    assert_eq!(
        machine.says("library"),
        format!("ok: {LIBRARY}, version 1.9.9-2{without}")
    );
    // The one that is loaded counts.
    machine.file("/opt/libpcsclite.so.1.0.0", "ELF");
    machine.file(
        "/proc/self/maps",
        "7f00-7f01 r-xp 00000000 fe:00 123    /opt/libpcsclite.so.1.0.0\n",
    );
    // That is of no package.
    assert_eq!(
        machine.says("library"),
        format!("ok: /opt/libpcsclite.so.1.0.0, no list of packages tells its version{without}")
    );
    machine.file(
        "/proc/self/maps",
        "7f00-7f01 r-xp 00000000 fe:00 123    /opt/libpcsclite.so.rlib\n",
    );
    assert!(machine.says("library").starts_with(&format!("ok: {LIBRARY}, ")));
    let list = list.replace("Status: installed", "Status: deinstall ok config-files");
    machine.file("/var/lib/dpkg/status", &list);
    assert!(machine.says("library").contains("no list of packages"));
}

#[test]
fn the_library_behind_the_stub_may_be_elsewhere() {
    let machine = Machine::new();
    machine.file("/usr/local/lib/libpcsclite.so.1", "libpcsclite_real.so.1");
    assert!(machine.says("library").starts_with("wrong: "));
    machine.file(REAL, "ELF");
    assert!(machine.says("library").starts_with("ok: "));
}

/// Nobody writes to it: to open it would take for ever.
#[test]
fn a_pipe_in_place_of_a_list_is_not_waited_for() {
    let machine = Machine::new();
    let pipe = machine.path("/etc/os-release");
    machine.remove("/etc/os-release");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    assert!(machine.says("library").starts_with("ok: "));
    machine.file(LIBRARY, "libpcsclite_real.so.1");
    assert!(!machine.says("library").contains('$'));
}

#[test]
fn a_stub_needs_the_library_behind_it() {
    let machine = Machine::new();
    machine.file(LIBRARY, "ELF libpcsclite_real.so.1 ");
    let text = machine.says("library");
    assert!(
        text.starts_with("wrong: ")
            && text.ends_with(": a stub, and there is no libpcsclite_real.so.1 for it to load $ sudo apt install libpcsclite1"),
        "{text}"
    );
    machine.file(REAL, "ELF");
    let text = machine.says("library");
    assert!(
        text.starts_with("ok: ") && text.contains(", a stub in front of libpcsclite_real.so.1"),
        "{text}"
    );
}

#[test]
fn the_packages_are_those_of_the_system() {
    let machine = Machine::new();
    machine.file(LIBRARY, "libpcsclite_real.so.1");
    for (about, command) in [
        ("ID=fedora", "sudo dnf install pcsc-lite-libs"),
        (
            "ID=opensuse-leap\nID_LIKE=\"suse opensuse\"",
            "sudo zypper install libpcsclite1",
        ),
        ("ID=arch", "sudo pacman -S pcsclite"),
        ("ID=\"alpine\"", "sudo apk add pcsc-lite-libs"),
        ("ID=void", "sudo xbps-install -S libpcsclite"),
        ("ID=gentoo", "sudo emerge sys-apps/pcsc-lite"),
        ("ID=freebsd", "sudo pkg install pcsc-lite"),
    ] {
        machine.file("/etc/os-release", about);
        let text = machine.says("library");
        assert!(text.ends_with(&format!(" $ {command}")), "{text}");
    }
    // Root needs no sudo, and others may have another.
    assert!(
        machine
            .says_to_root("library")
            .ends_with(" $ pkg install pcsc-lite")
    );
    machine.file("/usr/bin/doas", "");
    assert!(machine.says("library").ends_with(" $ doas pkg install pcsc-lite"));
    machine.file("/etc/os-release", "ID=other");
    assert!(!machine.says("library").contains('$'));
    machine.file("/etc/os-release", "ID=fedora");
    machine.file("/run/ostree-booted", "");
    assert!(!machine.says("library").contains('$'));
}
