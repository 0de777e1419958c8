//! The commands: what a person can run as it is, and what mends no more than is broken.

use super::machine::{Machine, SOCKET};
use crate::doctor::{System, causes, commands};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// What lets the user open a socket, which a group may open.
fn permitted(system: &System, socket: &str, group: Option<&str>) -> Option<String> {
    causes::permit(system, Some(Path::new(socket)), group)
}

#[test]
fn a_user_joins_the_group_of_the_socket_by_its_name() {
    let machine = Machine::new();
    let join = |user: Option<&str>| {
        let system = System {
            user: user.map(str::to_owned),
            ..machine.system()
        };
        permitted(&system, SOCKET, Some("scard"))
    };
    let command = "sudo usermod -aG scard";
    assert_eq!(join(Some("anna")).unwrap(), format!("{command} anna"));
    // Nobody is called USER.
    assert_eq!(join(None), None);
    assert_eq!(join(Some("two words")), None);
    // Whoever the environment says it is.
    machine.file("/etc/passwd", "root:x:0:0:\nberta:x:1000:1000:\n");
    assert_eq!(join(None).unwrap(), format!("{command} berta"));
    assert_eq!(join(Some("anna")).unwrap(), format!("{command} berta"));
    machine.file("/usr/sbin/addgroup", "");
    assert_eq!(join(None).unwrap(), "sudo addgroup berta scard");
    machine.file("/usr/sbin/usermod", "");
    assert_eq!(join(None).unwrap(), format!("{command} berta"));
}

#[test]
fn no_mode_is_changed_but_that_of_pcscds_socket() {
    let machine = Machine::new();
    machine.file("/etc/shadow", "");
    let system = machine.system();
    assert_eq!(permitted(&system, "/etc/shadow", None), None);
    assert_eq!(permitted(&system, SOCKET, None), None);
    machine.file(SOCKET, "");
    assert_eq!(permitted(&system, SOCKET, None), None);
    machine.remove(SOCKET);
    let _listener = UnixListener::bind(machine.path(SOCKET)).unwrap();
    fs::set_permissions(machine.path(SOCKET), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(
        permitted(&system, SOCKET, None).unwrap(),
        format!("sudo chmod 666 {SOCKET}")
    );
    // The mode is not what keeps the user out.
    fs::set_permissions(machine.path(SOCKET), Permissions::from_mode(0o666)).unwrap();
    assert_eq!(permitted(&system, SOCKET, None), None);
}

#[test]
fn where_another_socket_is_named_the_variable_is_unset() {
    let machine = Machine::new();
    let named = |socket: &str| System {
        socket: Some(socket.into()),
        ..machine.system()
    };
    let system = named("/tmp/s");
    let unset = Some("unset PCSCLITE_CSOCK_NAME".to_owned());
    assert_eq!(permitted(&system, "/tmp/s", Some("docker")), unset);
    assert_eq!(commands::start(Some(&system)), unset);
    assert_eq!(commands::restart(Some(&system)), unset);
    assert_eq!(commands::more_clients(&system), unset);
    assert_eq!(causes::allow(&system), None);
    // By whatever name: this is the system's own.
    machine.file(SOCKET, "");
    machine.link("/run/link", "pcscd");
    for socket in [SOCKET, "/run/link/pcscd.comm"] {
        let command = commands::restart(Some(&named(socket))).unwrap();
        assert_eq!(command, "sudo systemctl restart pcscd");
    }
}

#[test]
fn the_service_is_started_by_what_starts_services() {
    let machine = Machine::new();
    let start = || commands::start(Some(&machine.system())).unwrap();
    let restart = || commands::restart(Some(&machine.system()));
    assert_eq!(start(), "sudo systemctl enable --now pcscd.socket");
    machine.file("/etc/systemd/system/pcscd.socket", "");
    assert_eq!(start(), "sudo systemctl start pcscd.socket");
    machine.remove("/etc/systemd/system/pcscd.socket");
    machine.link("/etc/systemd/system/pcscd.socket", "/dev/null");
    assert_eq!(
        start(),
        "sudo systemctl unmask pcscd.socket && sudo systemctl enable --now pcscd.socket"
    );
    machine.remove("/etc/systemd/system/pcscd.socket");
    machine.remove("/usr/lib/systemd/system/pcscd.socket");
    assert_eq!(start(), "sudo systemctl start pcscd");
    machine.remove("/run/systemd");
    machine.file("/run/openrc/x", "");
    assert_eq!(start(), "sudo rc-service pcscd start");
    assert_eq!(restart().unwrap(), "sudo rc-service pcscd restart");
    machine.remove("/run/openrc");
    machine.file("/run/runit/x", "");
    assert_eq!(start(), "sudo ln -s /etc/sv/pcscd /var/service/");
    machine.file("/var/service/pcscd/run", "");
    assert_eq!(start(), "sudo sv up pcscd");
    assert_eq!(restart().unwrap(), "sudo sv restart pcscd");
}

#[cfg(target_os = "linux")]
#[test]
fn without_one_only_the_systems_service_is_ended() {
    let machine = Machine::new();
    machine.remove("/run/systemd");
    let restart = || commands::restart(Some(&machine.system()));
    assert_eq!(commands::start(Some(&machine.system())).unwrap(), "sudo pcscd");
    assert_eq!(restart(), None);
    machine.process(77, "pcscd", None);
    let command = "sudo sh -c 'kill 77; while kill -0 77 2>/dev/null; do sleep 1; done; pcscd";
    assert_eq!(restart().unwrap(), format!("{command}'"));
    assert_eq!(
        commands::more_clients(&machine.system()).unwrap(),
        format!("{command} --max-thread=1000'")
    );
    // Another's, as in a container.
    machine.process(78, "pcscd", None);
    assert_eq!(restart(), None);
}

#[test]
fn an_option_is_given_where_the_unit_reads_it() {
    let machine = Machine::new();
    let more = || commands::more_clients(&machine.system());
    let command = |variable, file| {
        format!("echo {variable}=--max-thread=1000 | sudo tee -a {file} && sudo systemctl restart pcscd")
    };
    assert_eq!(more(), Some(command("PCSCD_ARGS", "/etc/default/pcscd")));
    // Options that are there are not replaced by these.
    machine.file(
        "/etc/default/pcscd",
        "#PCSCD_ARGS=\nPCSCD_ARGS=--disable-polkit\n",
    );
    assert_eq!(more(), None);
    let unit = "ExecStart=/usr/sbin/pcscd -f $PCSCD_OPTIONS\nEnvironmentFile=-/etc/sysconfig/pcscd\n";
    machine.file("/etc/systemd/system/pcscd.service", unit);
    assert_eq!(more(), Some(command("PCSCD_OPTIONS", "/etc/sysconfig/pcscd")));
    machine.file(
        "/etc/systemd/system/pcscd.service",
        "ExecStart=/usr/sbin/pcscd -f\n",
    );
    assert_eq!(more(), None);
}

#[test]
fn polkit_gets_a_rule_for_a_user_who_is_known() {
    let machine = Machine::new();
    let command = causes::allow(&machine.system()).unwrap();
    assert!(
        command.contains("subject.user == \"anna\"") && command.contains("| sudo tee -a "),
        "{command}"
    );
    let nobody = System {
        user: None,
        ..machine.system()
    };
    assert_eq!(causes::allow(&nobody), None);
    machine.remove("/etc/polkit-1/rules.d");
    machine.file("/etc/polkit-1/localauthority/x", "");
    assert_eq!(causes::allow(&machine.system()), None);
}
