//! Readers on USB, and those of the service.

use super::machine::Machine;
use pcsc_sys::SCARD_E_SERVICE_STOPPED;

const READER: &str = "ACS ACR122U (072f:2200)";
const FILE: &str = "/dev/bus/usb/001/004";

/// A machine with a reader that this driver of the kernel has, and a driver of pcscd for it.
fn with_reader(driver: Option<&str>) -> Machine {
    let machine = Machine::new();
    machine.device("0b", driver);
    machine.driver("0x2200");
    machine
}

#[test]
fn what_is_no_reader_is_none() {
    let machine = Machine::new();
    assert_eq!(machine.says("usb"), "ok: no device there is a reader");
    machine.device("03", Some("usbhid"));
    machine.driver("0x2200");
    assert_eq!(machine.says("usb"), "ok: no device there is a reader");
    machine.remove("/sys/bus/usb");
    assert_eq!(
        machine.says("usb"),
        "not seen: there is no folder /sys/bus/usb/devices"
    );
    // A class of its own, and listed.
    machine.device("ff", None);
    assert!(machine.says("usb").contains(READER));
    machine.driver("0x2201");
    assert_eq!(machine.says("usb"), "ok: no device there is a reader");
}

#[test]
fn a_reader_that_nobody_has_taken() {
    let machine = Machine::new();
    machine.device("0b", None);
    assert_eq!(
        machine.says("usb"),
        format!("wrong: {READER}: no driver has taken it, and none is installed $ sudo apt install libccid")
    );
    machine.driver("0x2201");
    assert_eq!(
        machine.says("usb"),
        format!(
            "wrong: {READER}: no installed driver is for it: it takes a newer libccid, or its maker's driver $ sudo apt install libccid"
        )
    );
    machine.driver("0x2200");
    assert_eq!(
        machine.says("usb"),
        format!(
            "wrong: {READER}: the service has not taken it, though a driver for it is installed $ sudo systemctl restart pcscd"
        )
    );
    machine
        .simulator
        .fail("SCardEstablishContext", 1, SCARD_E_SERVICE_STOPPED);
    assert_eq!(
        machine.says("usb"),
        format!("not seen: {READER}: nobody has taken it, and the service was not reached, which would")
    );
}

#[test]
fn a_reader_that_the_service_has() {
    let machine = with_reader(Some("usbfs"));
    machine.simulator.add_reader("ACS ACR122U PICC Interface 00 00");
    assert_eq!(machine.says("usb"), format!("ok: {READER}: the service has it"));
    let machine = with_reader(Some("usbfs"));
    machine.process(5, "pcscd", Some(FILE));
    assert_eq!(machine.says("usb"), format!("ok: {READER}: the service has it"));
}

#[test]
fn a_reader_that_another_program_has() {
    let machine = with_reader(Some("usbfs"));
    assert_eq!(
        machine.says("usb"),
        format!(
            "not seen: {READER}: a program has it, and this user may not see which $ sudo /usr/bin/pcsc doctor"
        )
    );
    machine.process(5, "scdaemon", None);
    let mended =
        "$ echo disable-ccid >> \"$(gpgconf --list-dirs homedir)/scdaemon.conf\" && gpgconf --kill scdaemon";
    assert_eq!(
        machine.says("usb"),
        format!(
            "perhaps: {READER}: another program has it; scdaemon (process 5) does so without disable-ccid {mended}"
        )
    );
    machine.link("/proc/5/fd/7", FILE);
    assert_eq!(
        machine.says("usb"),
        format!("wrong: {READER}: scdaemon (process 5) has it, and keeps the service from it {mended}")
    );
    machine.remove("/proc/5");
    machine.process(6, "qemu\u{1b}", Some(FILE));
    assert_eq!(
        machine.says_to_root("usb"),
        format!("wrong: {READER}: qemu\\u{{1b}} (process 6) has it, and keeps the service from it $ kill 6")
    );
    // Others may have opened it as well.
    let perhaps = format!("wrong: {READER}: a program has it, and keeps the service from it: perhaps");
    assert_eq!(
        machine.says("usb"),
        format!("{perhaps} qemu\\u{{1b}} (process 6) $ sudo /usr/bin/pcsc doctor")
    );
    machine.process(7, "upowerd", Some(FILE));
    assert_eq!(
        machine.says_to_root("usb"),
        format!("{perhaps} qemu\\u{{1b}} (process 6), upowerd (process 7)")
    );
}

#[test]
fn the_scdaemon_of_another_user_is_not_said_to_have_the_reader() {
    let machine = with_reader(Some("usbfs"));
    machine.process(5, "scdaemon", None);
    machine.owned_by(5, 1001);
    assert!(machine.says("usb").starts_with("not seen: "));
}

#[test]
fn what_else_a_device_with_a_reader_has_is_left_alone() {
    let machine = Machine::new();
    machine.device("ff", None);
    machine.interface("1.1", "0b", Some("usbfs"));
    machine.interface("1.2", "ff", Some("option"));
    machine.driver("0x2200");
    machine.simulator.add_reader("ACS ACR122U PICC Interface 00 00");
    assert_eq!(machine.says("usb"), format!("ok: {READER}: the service has it"));
    machine.remove("/sys/bus/usb/devices/1-2:1.1");
    assert_eq!(machine.says("usb").lines().count(), 2);
    // Without one it is the interface that is described as a reader's.
    let mut descriptors = vec![9, 2, 0, 0, 2, 1, 0, 0, 0];
    descriptors.extend([9, 4, 0, 0, 1, 0xFF, 0, 0, 0, 54, 0x21]);
    descriptors.extend([0; 52]);
    descriptors.extend([9, 4, 2, 0, 1, 0xFF, 0, 0, 0]);
    std::fs::write(machine.path("/sys/bus/usb/devices/1-2/descriptors"), descriptors).unwrap();
    assert_eq!(
        machine.says("usb"),
        format!(
            "wrong: {READER}: the service has not taken it, though a driver for it is installed $ sudo systemctl restart pcscd"
        )
    );
}

#[test]
fn a_driver_that_was_removed_is_not_installed() {
    let machine = Machine::new();
    machine.device("0b", None);
    machine.driver("0x2200");
    let list = "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist";
    let text = std::fs::read_to_string(machine.path(list)).unwrap();
    // Debian keeps this one, to which that of the driver links.
    machine.file("/etc/libccid_Info.plist", &text);
    machine.remove(list);
    assert!(
        machine
            .says("usb")
            .contains("none is installed $ sudo apt install libccid")
    );
    // Of other systems it is not known where they have their drivers.
    machine.file("/etc/os-release", "ID=nixos");
    assert_eq!(
        machine.says("usb"),
        format!("perhaps: {READER}: no driver has taken it, and none is where pcscd usually looks")
    );
}

#[test]
fn the_systems_service_is_not_restarted_where_another_is_named() {
    let machine = with_reader(None);
    assert_eq!(
        machine.says_elsewhere("/tmp/s", "usb"),
        format!(
            "not seen: {READER}: nobody has taken it; the service here is another than the system's, which would $ unset PCSCLITE_CSOCK_NAME"
        )
    );
    assert!(
        machine
            .says_elsewhere("/tmp/s", "readers")
            .ends_with(" $ unset PCSCLITE_CSOCK_NAME")
    );
    machine.process(5, "pcscd", Some(FILE));
    machine.remove("/sys/bus/usb/devices/1-2:1.0");
    machine.interface("1.0", "0b", Some("usbfs"));
    assert_eq!(
        machine.says_elsewhere("/tmp/s", "usb"),
        format!("ok: {READER}: the system's service has it")
    );
}

#[test]
fn a_reader_that_the_kernel_has() {
    let machine = with_reader(Some("pn533_usb"));
    let has = format!("wrong: {READER}: the kernel's driver pn533_usb has it, and keeps the service from it");
    let unbind = "$ echo 1-2:1.0 | sudo tee /sys/bus/usb/drivers/pn533_usb/unbind";
    assert_eq!(machine.says("usb"), format!("{has} {unbind}"));
    machine.file(
        "/proc/modules",
        "nfc 1 1 pn533, Live 0x0\npn533_usb 20480 0 - Live 0x0\n",
    );
    let remove = "$ echo blacklist pn533_usb | sudo tee /etc/modprobe.d/pcsc-pn533_usb.conf && sudo modprobe -r pn533_usb";
    assert_eq!(machine.says("usb"), format!("{has} {remove}"));
    // What others use as well stays.
    let machine = with_reader(Some("usbhid"));
    machine.file("/proc/modules", "usbhid 20480 0 - Live 0x0\n");
    assert!(
        machine
            .says("usb")
            .ends_with(" $ echo 1-2:1.0 | sudo tee /sys/bus/usb/drivers/usbhid/unbind")
    );
}

#[test]
fn why_the_service_has_no_reader() {
    let machine = Machine::new();
    assert_eq!(
        machine.says("readers"),
        "wrong: the service has none, and none is plugged in: plug one in"
    );
    assert_eq!(machine.says("cards"), "not seen: there is no reader");
    machine.device("0b", None);
    assert_eq!(
        machine.says("readers"),
        "wrong: the service has none of those on USB, for the reasons there"
    );
    machine.remove("/sys/bus/usb");
    let text = machine.says("readers");
    let begins = |line: &str| line.starts_with("perhaps: the service has none: ");
    assert!(text.lines().count() == 3 && text.lines().all(begins), "{text}");
}

#[test]
fn a_reader_that_does_not_answer() {
    let machine = Machine::new();
    machine.simulator.add_reader("R").set_available(false);
    assert_eq!(
        machine.says("readers"),
        "wrong: R does not answer: plug it in again"
    );
    assert_eq!(machine.says("cards"), "not seen: R: the reader does not answer");
}

#[test]
fn readers_that_cannot_be_listed() {
    let machine = Machine::new();
    machine
        .simulator
        .fail("SCardListReaders", 1, pcsc_sys::SCARD_F_COMM_ERROR);
    let text = machine.says("readers");
    assert!(
        text.starts_with("wrong: SCardListReaders failed: SCARD_F_COMM_ERROR"),
        "{text}"
    );
}
