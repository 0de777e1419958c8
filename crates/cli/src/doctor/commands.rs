//! The commands that start the service, start it anew, and start it for more clients.

use super::packages::Part;
use super::system::System;
use super::verdict::word;
use std::path::Path;

/// Where systemd looks for units, in this order.
const UNITS: [&str; 4] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// More clients than the service takes by default.
const MORE_CLIENTS: &str = "--max-thread=1000";

/// What starts services on a machine.
enum Manager {
    Systemd,
    OpenRc,
    Runit,
    /// rc of the BSDs.
    Rc,
    Nobody,
}

impl Manager {
    fn of(system: &System) -> Manager {
        match () {
            () if system.has("/run/systemd/system") => Manager::Systemd,
            () if system.has("/run/openrc") => Manager::OpenRc,
            () if system.has("/run/runit") => Manager::Runit,
            () if cfg!(target_os = "linux") => Manager::Nobody,
            () => Manager::Rc,
        }
    }
}

/// Returns what has programs use the system's service, where the environment names another: that one is nobody's to restart.
pub(super) fn unset(system: &System) -> Option<String> {
    system
        .is_elsewhere()
        .then(|| "unset PCSCLITE_CSOCK_NAME".to_owned())
}

/// Returns what starts the service, where need be after it was installed.
pub(super) fn start(system: Option<&System>) -> Option<String> {
    if cfg!(windows) {
        return Some("sc start SCardSvr".to_owned());
    }
    let system = system?;
    if let Some(command) = unset(system) {
        return Some(command);
    }
    let start = match Manager::of(system) {
        Manager::Systemd => start_unit(system),
        Manager::OpenRc => system.as_root("rc-service pcscd start"),
        Manager::Runit if system.has("/var/service/pcscd") => system.as_root("sv up pcscd"),
        Manager::Runit => system.as_root("ln -s /etc/sv/pcscd /var/service/"),
        Manager::Rc => system.as_root("service pcscd onestart"),
        Manager::Nobody => system.as_root("pcscd"),
    };
    let programs = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/usr/local/sbin/pcscd"];
    if programs.iter().any(|program| system.has(program)) {
        return Some(start);
    }
    match system.install(&[Part::Service]) {
        Some(install) => Some(format!("{install} && {start}")),
        None => Some(start),
    }
}

/// Returns what has systemd start the service.
fn start_unit(system: &System) -> String {
    const SOCKET: &str = "pcscd.socket";
    let own = Path::new(UNITS[0]).join(SOCKET);
    if system.link(&own).as_deref() == Some("null") {
        let unmask = system.as_root("systemctl unmask pcscd.socket");
        let start = system.as_root("systemctl enable --now pcscd.socket");
        return format!("{unmask} && {start}");
    }
    let has = |unit| UNITS.iter().any(|folder| system.has(format!("{folder}/{unit}")));
    system.as_root(match () {
        // It is there by the system's own configuration, which nobody else changes.
        () if system.has(&own) => "systemctl start pcscd.socket",
        () if !has(SOCKET) && has("pcscd.service") => "systemctl start pcscd",
        () => "systemctl enable --now pcscd.socket",
    })
}

/// Returns what starts the service anew.
pub(super) fn restart(system: Option<&System>) -> Option<String> {
    if cfg!(windows) {
        return Some("sc stop SCardSvr && sc start SCardSvr".to_owned());
    }
    let system = system?;
    if let Some(command) = unset(system) {
        return Some(command);
    }
    match Manager::of(system) {
        Manager::Systemd => Some(system.as_root("systemctl restart pcscd")),
        Manager::OpenRc => Some(system.as_root("rc-service pcscd restart")),
        Manager::Runit => Some(system.as_root("sv restart pcscd")),
        Manager::Rc => Some(system.as_root("service pcscd onerestart")),
        Manager::Nobody => by_hand(system, "pcscd"),
    }
}

/// Returns what starts the service anew for more clients, where its options can be given.
pub(super) fn more_clients(system: &System) -> Option<String> {
    if let Some(command) = unset(system) {
        return Some(command);
    }
    match Manager::of(system) {
        Manager::Systemd => {
            let option = options_of_unit(system)?;
            let restart = system.as_root("systemctl restart pcscd");
            Some(format!("{option} && {restart}"))
        }
        Manager::Nobody => by_hand(system, &format!("pcscd {MORE_CLIENTS}")),
        Manager::OpenRc | Manager::Runit | Manager::Rc => None,
    }
}

/// Returns what gives the unit's program the option for more clients: a line in the file that the unit reads, which has none
/// of that variable yet.
fn options_of_unit(system: &System) -> Option<String> {
    let unit = UNITS
        .iter()
        .find_map(|folder| system.text(format!("{folder}/pcscd.service")))?;
    let value = |key| unit.lines().find_map(|line| line.strip_prefix(key));
    let variable = value("ExecStart=")?.rsplit(' ').next()?.strip_prefix('$')?;
    let file = value("EnvironmentFile=")?.trim_start_matches('-');
    let lines = system.text(file).unwrap_or_default();
    let has_it = |line: &str| {
        line.trim_start()
            .strip_prefix(variable)
            .is_some_and(|rest| rest.starts_with('='))
    };
    if lines.lines().any(has_it) {
        return None;
    }
    let append = system.as_root(&format!("tee -a {}", word(file)));
    Some(format!("echo {}={MORE_CLIENTS} | {append}", word(variable)))
}

/// Returns what ends the service, and then starts it, where nothing else does that.
fn by_hand(system: &System, program: &str) -> Option<String> {
    let number = system.service_process()?.number;
    let script = format!("kill {number}; while kill -0 {number} 2>/dev/null; do sleep 1; done; {program}");
    Some(system.as_root(&format!("sh -c {}", word(&script))))
}
