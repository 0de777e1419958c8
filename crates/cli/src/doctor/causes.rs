//! Why the service was not reached: what the look of pcsc-session says, and the command for it.

use super::Scene;
use super::packages::Part;
use super::system::System;
use super::verdict::{State, Verdict, word};
use pcsc_session::{Cause, Sandbox};

/// Returns what is wrong with this thing so that the service was not reached.
pub(super) fn of(scene: &Scene, subject: &str) -> Vec<Verdict> {
    let Err(error) = &scene.service else {
        return Vec::new();
    };
    let causes = error.causes();
    if causes.is_empty() && subject == "service" {
        return vec![Verdict::wrong(error.to_string())];
    }
    let state = match causes.len() {
        1 => State::Wrong,
        _ => State::Perhaps,
    };
    let system = scene.system.as_ref().ok();
    let causes = causes.iter().filter(|cause| self::subject(cause) == subject);
    let verdicts =
        causes.map(|cause| Verdict::new(state, cause.to_string()).mended_by(command(cause, system)));
    verdicts.collect()
}

/// Tells what a cause is about.
fn subject(cause: &Cause) -> &'static str {
    match cause {
        Cause::NoLibrary { .. }
        | Cause::StaticProgram { .. }
        | Cause::VersionsDiffer { .. }
        | Cause::ProtocolNotSpoken { .. }
        | Cause::StubWithoutLibrary { .. } => "library",
        Cause::ServiceNotRunning { is_named: true, .. } if cfg!(not(any(windows, target_os = "macos"))) => {
            "socket"
        }
        Cause::SocketNotPermitted { .. } if cfg!(not(any(windows, target_os = "macos"))) => "socket",
        Cause::PolkitRefused { .. } if cfg!(not(any(windows, target_os = "macos"))) => "polkit",
        Cause::SandboxWithoutService { .. } if cfg!(not(windows)) => "sandbox",
        _ => "service",
    }
}

/// Returns what mends it, where that is one command.
pub(super) fn command(cause: &Cause, system: Option<&System>) -> Option<String> {
    let install = |parts| system?.install(parts);
    match cause {
        Cause::NoLibrary { .. } | Cause::ProtocolNotSpoken { .. } | Cause::StubWithoutLibrary { .. } => {
            install(&[Part::Library])
        }
        Cause::VersionsDiffer { .. } => install(&[Part::Library, Part::Service]),
        Cause::ServiceNotRunning { is_named: true, .. } => Some("unset PCSCLITE_CSOCK_NAME".to_owned()),
        Cause::ServiceNotRunning { .. } => start(system),
        Cause::ServiceFailed { .. } => restart(system),
        Cause::ServiceAtItsLimit { .. } => {
            let command = match () {
                () if system?.has_systemd() => {
                    "echo PCSCD_ARGS=--max-thread=1000 | sudo tee -a /etc/default/pcscd && sudo systemctl restart pcscd"
                }
                () if cfg!(target_os = "linux") => "sudo pkill -x pcscd; sudo pcscd --max-thread=1000",
                () => return None,
            };
            Some(command.to_owned())
        }
        Cause::SocketNotPermitted {
            group: Some(group), ..
        } => Some(format!("sudo usermod -aG {} {}", word(group), user(system))),
        Cause::SocketNotPermitted {
            socket: Some(socket), ..
        } => Some(format!("sudo chmod 666 {}", word(&socket.to_string_lossy()))),
        Cause::PolkitRefused { .. } => Some(format!(
            "echo 'polkit.addRule(function(action, subject) {{ if (action.id.startsWith(\"org.debian.pcsc-lite.\") && subject.user == \"{}\") return polkit.Result.YES; }});' | sudo tee {}/etc/polkit-1/rules.d/50-pcsc.rules",
            user(system),
            if cfg!(target_os = "linux") {
                ""
            } else {
                "/usr/local"
            },
        )),
        Cause::SandboxWithoutService { sandbox, .. } => sandboxed((*sandbox)?, system),
        Cause::NoFileDescriptors { .. } => Some("ulimit -n 4096".to_owned()),
        _ => None,
    }
}

fn user(system: Option<&System>) -> String {
    let named = system.and_then(|system| system.user.as_deref());
    // One that needs quotes would have to be quoted twice.
    let plain = named.filter(|name| word(name) == **name);
    plain.unwrap_or("USER").to_owned()
}

/// Returns what gives a sandbox access, from outside of it.
pub(super) fn sandboxed(sandbox: Sandbox, system: Option<&System>) -> Option<String> {
    let application = system.and_then(|system| system.application.as_deref());
    let application = application.map_or_else(|| "NAME".to_owned(), word);
    match sandbox {
        Sandbox::Flatpak => Some(format!("flatpak override --user --socket=pcsc {application}")),
        Sandbox::Snap => Some(format!("sudo snap connect {application}:pcscd")),
        Sandbox::Container => Some("docker run -v /run/pcscd:/run/pcscd IMAGE".to_owned()),
        _ => None,
    }
}

/// Returns what starts the service, where need be after it was installed.
fn start(system: Option<&System>) -> Option<String> {
    if cfg!(windows) {
        return Some("sc start SCardSvr".to_owned());
    }
    let system = system?;
    let start = match () {
        () if system.has_systemd() => "sudo systemctl enable --now pcscd.socket",
        () if cfg!(target_os = "linux") => "sudo pcscd",
        () => "sudo service pcscd onestart",
    };
    let programs = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/usr/local/sbin/pcscd"];
    if programs.iter().any(|program| system.has(program)) {
        return Some(start.to_owned());
    }
    match system.install(&[Part::Service]) {
        Some(install) => Some(format!("{install} && {start}")),
        None => Some(start.to_owned()),
    }
}

/// Returns what starts the service anew.
pub(super) fn restart(system: Option<&System>) -> Option<String> {
    if cfg!(windows) {
        return Some("sc stop SCardSvr && sc start SCardSvr".to_owned());
    }
    let restart = match () {
        () if system?.has_systemd() => "sudo systemctl restart pcscd",
        () if cfg!(target_os = "linux") => "sudo pkill -x pcscd; sudo pcscd",
        () => "sudo service pcscd onerestart",
    };
    Some(restart.to_owned())
}
