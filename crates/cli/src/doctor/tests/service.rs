//! Socket, service, polkit and sandbox, and why the service was not reached.

use super::at_last::at_last;
use super::machine::{Machine, SOCKET};
use crate::doctor::{System, causes};
use pcsc_session::{Context, Sandbox};
use pcsc_sim::Limits;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;

#[test]
fn a_socket_is_there_and_somebodys() {
    let machine = Machine::new();
    assert_eq!(
        machine.says("socket"),
        "not seen: it is not where pcscd usually has it"
    );
    machine.file(SOCKET, "");
    assert_eq!(machine.says("socket"), format!("wrong: {SOCKET} is no socket"));
    machine.remove(SOCKET);
    let served = machine.simulator.serve(machine.path(SOCKET)).unwrap();
    fs::set_permissions(served.path(), Permissions::from_mode(0o620)).unwrap();
    let of = fs::metadata(served.path()).unwrap();
    machine.file("/etc/passwd", &format!("x:x:77777:\nsam:x:{}:\n", of.uid()));
    machine.file("/etc/group", &format!("cards:x:{}:\n", of.gid()));
    assert_eq!(
        machine.says("socket"),
        format!("ok: {SOCKET}, of user sam and group cards, mode 620")
    );
}

#[test]
fn without_a_service_there_is_no_socket() {
    let machine = Machine::new();
    machine
        .simulator
        .fail("SCardEstablishContext", 1, pcsc_sys::SCARD_E_NO_SERVICE);
    assert_eq!(
        machine.says("socket").lines().next().unwrap(),
        "perhaps: this user may not open the socket of the PC/SC service: have it permitted, by the socket's group and mode, or by SELinux or AppArmor where one of them forbids it"
    );
    machine
        .simulator
        .fail("SCardEstablishContext", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR);
    assert_eq!(
        machine.says("socket"),
        "wrong: there is none where pcscd usually has it: it comes with the service"
    );
    machine
        .simulator
        .fail("SCardEstablishContext", 1, pcsc_sys::SCARD_F_INTERNAL_ERROR);
    assert_eq!(
        machine.says_elsewhere("/nowhere", "socket"),
        "wrong: there is none at /nowhere, which PCSCLITE_CSOCK_NAME names $ unset PCSCLITE_CSOCK_NAME"
    );
}

#[test]
fn a_service_tells_its_version() {
    let machine = Machine::new();
    assert_eq!(machine.says("service"), "ok: it answers");
    machine.process(77, "pcscd", None);
    let version = pcsc_sim::serve::Version::V4_4;
    let served = machine.simulator.serve_as(version, machine.path(SOCKET)).unwrap();
    let answers = "ok: pcscd (process 77) answers, version 4:4 of the protocol";
    at_last(|| machine.says("service"), |said| said == answers);
    // Another's service is not that one.
    assert_eq!(
        machine.says_elsewhere("/run/./pcscd/s", "service"),
        "ok: it answers, and its version could not be asked for: No such file or directory (os error 2)"
    );
    drop(served);
    machine.file(SOCKET, "");
    let text = machine.says("service");
    assert!(
        text.contains(", and its version could not be asked for: "),
        "{text}"
    );
}

#[test]
fn a_socket_on_which_nobody_listens_is_not_well() {
    let machine = Machine::new();
    drop(UnixListener::bind(machine.path(SOCKET)).unwrap());
    let text = machine.says("socket");
    assert!(
        text.starts_with(&format!("wrong: {SOCKET}, of user "))
            && text.ends_with(": nobody listens on it $ sudo systemctl enable --now pcscd.socket"),
        "{text}"
    );
    drop(UnixListener::bind(machine.path("/run/other")).unwrap());
    let text = machine.says_elsewhere("/run/other", "socket");
    assert!(
        text.ends_with(": nobody listens on it $ unset PCSCLITE_CSOCK_NAME"),
        "{text}"
    );
}

/// What is said of a service that answers with this code, without what is not about it.
fn without_context(machine: &Machine, code: pcsc_sys::LONG, subject: &str) -> String {
    machine.simulator.fail("SCardEstablishContext", 1, code);
    machine.says(subject)
}

#[test]
fn each_cause_is_said_where_it_belongs() {
    let machine = Machine::new();
    let no_service = |subject| without_context(&machine, pcsc_sys::SCARD_E_NO_SERVICE, subject);
    let text = no_service("service");
    let commands: Vec<&str> = text
        .lines()
        .map(|line| line.split_once(" $ ").unwrap().1)
        .collect();
    assert_eq!(
        commands,
        [
            "sudo systemctl enable --now pcscd.socket",
            "echo PCSCD_ARGS=--max-thread=1000 | sudo tee -a /etc/default/pcscd && sudo systemctl restart pcscd",
            "ulimit -n 4096",
        ]
    );
    assert!(no_service("sandbox").starts_with("perhaps: this program runs in a sandbox"));
    let text = no_service("polkit");
    assert!(
        text.starts_with("perhaps: polkit does not allow the action org.debian.pcsc-lite.access_pcsc")
            && text.contains("subject.user == \"anna\"")
            && text.ends_with("/etc/polkit-1/rules.d/50-pcsc.rules"),
        "{text}"
    );
    assert!(no_service("library").starts_with("ok: "));
    assert_eq!(no_service("readers"), "not seen: the service was not reached");
    assert_eq!(no_service("cards"), "not seen: the service was not reached");

    let text = without_context(&machine, pcsc_sys::SCARD_E_SERVICE_STOPPED, "library");
    assert!(
        text.starts_with("wrong: the library and the service are of different versions")
            && text.ends_with(" $ sudo apt install libpcsclite1 pcscd"),
        "{text}"
    );
    let stopped = without_context(&machine, pcsc_sys::SCARD_E_SERVICE_STOPPED, "service");
    assert_eq!(stopped, "not seen: the service was not reached");
    let text = without_context(&machine, pcsc_sys::SCARD_F_INTERNAL_ERROR, "library");
    assert!(
        text.starts_with("perhaps: the library is pcsc-lite's stub")
            && text.ends_with(" $ sudo apt install libpcsclite1"),
        "{text}"
    );
    let text = without_context(&machine, pcsc_sys::SCARD_F_INTERNAL_ERROR, "service");
    assert!(
        text.starts_with("perhaps: the PC/SC library or its service failed inside")
            && text.ends_with(" $ sudo systemctl restart pcscd"),
        "{text}"
    );
    let text = without_context(&machine, pcsc_sys::SCARD_E_NO_MEMORY, "service");
    assert!(
        text.starts_with("wrong: SCardEstablishContext failed: SCARD_E_NO_MEMORY"),
        "{text}"
    );
}

#[test]
fn a_service_that_is_not_installed_is_installed_first() {
    let machine = Machine::new();
    machine.remove("/usr/sbin/pcscd");
    let text = without_context(&machine, pcsc_sys::SCARD_E_NO_SERVICE, "service");
    let command = " $ sudo apt install pcscd && sudo systemctl enable --now pcscd.socket";
    assert!(text.lines().next().unwrap().ends_with(command), "{text}");
}

#[test]
fn a_service_at_its_limit_says_so() {
    let machine = Machine::new();
    machine.simulator.set_limits(Limits::PCSCD.contexts(1));
    let context = Context::establish_on(machine.simulator.provider()).unwrap();
    let text = machine.says("service");
    assert!(
        text.starts_with("perhaps: the PC/SC service has as many clients as it takes")
            && text.contains("--max-thread=1000"),
        "{text}"
    );
    drop(context);
    assert_eq!(machine.says("service"), "ok: it answers");
}

#[test]
fn polkit_is_asked_where_it_has_a_policy() {
    let machine = Machine::new();
    assert_eq!(
        machine.says("polkit"),
        "ok: it is not asked: pcsc-lite has no policy here"
    );
    machine.file("/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy", "");
    assert_eq!(machine.says("polkit"), "ok: it lets this program use the service");
    let stopped = without_context(&machine, pcsc_sys::SCARD_E_SERVICE_STOPPED, "polkit");
    assert_eq!(stopped, "not seen: the service was not reached");
}

#[test]
fn a_sandbox_is_given_access_from_outside() {
    let machine = Machine::new();
    let command = |application: Option<&str>, sandbox| {
        let system = System {
            application: application.map(str::to_owned),
            ..machine.system()
        };
        causes::sandboxed(sandbox, &system)
    };
    assert_eq!(
        command(Some("org.example.App"), Sandbox::Flatpak).unwrap(),
        "flatpak override --user --socket=pcsc org.example.App"
    );
    assert_eq!(
        command(Some("app"), Sandbox::Snap).unwrap(),
        "sudo snap connect app:pcscd"
    );
    // Nobody is given a command with a name to put in.
    for sandbox in [Sandbox::Flatpak, Sandbox::Snap, Sandbox::Container] {
        assert_eq!(command(None, sandbox), None);
    }
    machine.file("/.flatpak-info", "[Application]\nname=org.example.Other\n");
    assert_eq!(
        command(None, Sandbox::Flatpak).unwrap(),
        "flatpak override --user --socket=pcsc org.example.Other"
    );
    assert_eq!(machine.says("sandbox"), "ok: none that keeps the service away");
}
