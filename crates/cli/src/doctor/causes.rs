//! Why the service was not reached: what the look of pcsc-session says, and the command for it.

use super::commands::{more_clients, restart, start, unset};
use super::packages::Part;
use super::reached::Unreached;
use super::scene::Scene;
use super::system::System;
use super::verdict::{State, Verdict, word};
use super::{library, silence};
use pcsc_session::{Cause, Sandbox};
use std::path::Path;

/// The subject in which it is told that the service does not answer.
pub(super) const SERVICE: &str = "service";

/// Returns what is wrong with this thing so that the service was not reached.
pub(super) fn of(scene: &Scene, subject: &str) -> Vec<Verdict> {
    let error = match &scene.service {
        Ok(_) => return Vec::new(),
        Err(Unreached::Failed(error)) => error,
        Err(_) if subject != SERVICE => return Vec::new(),
        Err(Unreached::Silent) => return vec![silence::verdict(scene)],
        Err(Unreached::NotAsked(error)) => return vec![Verdict::unseen(error.to_string())],
    };
    let causes = error.causes();
    if causes.is_empty() && subject == SERVICE {
        return vec![Verdict::wrong(error.to_string())];
    }
    let state = match causes.len() {
        1 => State::Wrong,
        _ => State::Perhaps,
    };
    let system = scene.system.as_ref().ok();
    let causes = causes.iter().filter(|cause| self::subject(cause) == subject);
    let verdicts = causes.map(|cause| {
        let command = command(cause, system);
        let mut text = cause.to_string();
        if matches!(cause, Cause::SandboxWithoutService { .. }) && command.is_some() {
            text += "; the command is for a shell outside of it";
        }
        Verdict::new(state, text).mended_by(command)
    });
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
        _ => SERVICE,
    }
}

/// Returns what mends it, where that is one command, and nothing is left to put into it.
pub(super) fn command(cause: &Cause, system: Option<&System>) -> Option<String> {
    let install = |parts| system?.install(parts);
    match cause {
        Cause::NoLibrary { .. } | Cause::ProtocolNotSpoken { .. } => install(&[Part::Library]),
        Cause::StubWithoutLibrary { library, .. } if library != Path::new(library::REAL) => {
            Some("unset LIBPCSCLITE_DELEGATE".to_owned())
        }
        Cause::StubWithoutLibrary { .. } => install(&[Part::Library]),
        // What a program brought with it, no package replaces.
        Cause::VersionsDiffer {
            library: Some(file), ..
        } if !library::is_the_systems(file) => None,
        Cause::VersionsDiffer { .. } => install(&[Part::Library, Part::Service]),
        Cause::ServiceNotRunning { .. } => start(system),
        Cause::ServiceFailed { .. } => restart(system),
        Cause::ServiceAtItsLimit { .. } => more_clients(system?),
        Cause::SocketNotPermitted { socket, group, .. } => {
            permit(system?, socket.as_deref(), group.as_deref())
        }
        Cause::PolkitRefused { .. } => allow(system?),
        Cause::SandboxWithoutService { sandbox, .. } => sandboxed((*sandbox)?, system?),
        Cause::NoFileDescriptors { .. } => {
            let (now, most) = system?.open_files?;
            (now < most).then(|| format!("ulimit -n {most}"))
        }
        _ => None,
    }
}

/// Returns what lets this user open the service's socket.
pub(super) fn permit(system: &System, socket: Option<&Path>, group: Option<&str>) -> Option<String> {
    if let Some(command) = unset(system) {
        return Some(command);
    }
    let Some(group) = group.map(word) else {
        // As pcscd makes it.
        return socket
            .filter(|socket| system.is_usual(socket) && is_closed(system, socket))
            .map(|socket| system.as_root(&format!("chmod 666 {}", word(&socket.to_string_lossy()))));
    };
    let user = system.user()?;
    let has = |program: &str| {
        let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        folders
            .iter()
            .any(|folder| system.has(format!("{folder}/{program}")))
    };
    Some(system.as_root(&match () {
        () if cfg!(not(target_os = "linux")) => format!("pw groupmod {group} -m {user}"),
        // BusyBox.
        () if has("addgroup") && !has("usermod") => format!("addgroup {user} {group}"),
        () => format!("usermod -aG {group} {user}"),
    }))
}

/// Tells whether a socket is there, and its mode keeps others out.
#[cfg(unix)]
fn is_closed(system: &System, socket: &Path) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    const OTHERS: u32 = 0o002;
    let file = std::fs::metadata(system.at(socket));
    file.is_ok_and(|file| file.file_type().is_socket() && file.mode() & OTHERS == 0)
}

#[cfg(not(unix))]
fn is_closed(_system: &System, _socket: &Path) -> bool {
    false
}

/// Returns what has polkit let this user use the service.
pub(super) fn allow(system: &System) -> Option<String> {
    // Before version 0.106 it had no such rules.
    let is_old = system.has("/etc/polkit-1/localauthority") && !system.has("/etc/polkit-1/rules.d");
    if is_old || system.is_elsewhere() {
        return None;
    }
    let root = if cfg!(target_os = "linux") {
        ""
    } else {
        "/usr/local"
    };
    Some(format!(
        "echo 'polkit.addRule(function(action, subject) {{ if (action.id.startsWith(\"org.debian.pcsc-lite.\") && subject.user == \"{}\") return polkit.Result.YES; }});' | {}",
        system.user()?,
        system.as_root(&format!("tee -a {root}/etc/polkit-1/rules.d/50-pcsc.rules")),
    ))
}

/// Returns what gives a sandbox access, from outside of it.
pub(super) fn sandboxed(sandbox: Sandbox, system: &System) -> Option<String> {
    let application = system.application.as_deref().map(word);
    match sandbox {
        Sandbox::Flatpak => {
            let application = application.or_else(|| {
                let about = system.text("/.flatpak-info")?;
                about
                    .lines()
                    .find_map(|line| line.strip_prefix("name="))
                    .map(word)
            })?;
            Some(format!("flatpak override --user --socket=pcsc {application}"))
        }
        Sandbox::Snap => Some(format!("sudo snap connect {}:pcscd", application?)),
        _ => None,
    }
}
