//! What is between the program and pcscd: the socket, and polkit.

use super::commands::{start, unset};
use super::knock::Knock;
use super::scene::Scene;
use super::system::System;
use super::verdict::{Verdict, Verdicts};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// polkit's files in which pcsc-lite declares its actions, where it was built to ask polkit.
const POLICIES: [&str; 3] = [
    "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/usr/local/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/run/current-system/sw/share/polkit-1/actions/org.debian.pcsc-lite.policy",
];

/// Looks at the socket: whether it is there, whose it is, and whether somebody listens.
pub(super) fn socket<'a>(scene: &'a Scene, system: &'a System) -> Verdicts<'a> {
    let socket = system.socket();
    let found = socket.and_then(|socket| Some((fs::metadata(system.at(&socket)).ok()?, socket)));
    let verdict = match found {
        Some((file, socket)) if file.file_type().is_socket() => listening(scene, system, &socket, &file),
        Some((_, socket)) => {
            Verdict::wrong(format!("{} is no socket", socket.display())).mended_by(unset(system))
        }
        None if scene.service.is_ok() => Verdict::unseen("it is not where pcscd usually has it"),
        None => match &system.socket {
            Some(socket) => Verdict::wrong(format!(
                "there is none at {}, which PCSCLITE_CSOCK_NAME names",
                socket.display()
            ))
            .mended_by(unset(system)),
            None => Verdict::wrong("there is none where pcscd usually has it: it comes with the service"),
        },
    };
    verdict.alone()
}

/// Tells whose a socket is that is there, and whether somebody listens on it.
fn listening(scene: &Scene, system: &System, socket: &Path, file: &Metadata) -> Verdict {
    let name = |list, number: u32| system.listed(list, number).unwrap_or_else(|| number.to_string());
    let text = format!(
        "{}, of user {} and group {}, mode {:03o}",
        socket.display(),
        name("/etc/passwd", file.uid()),
        name("/etc/group", file.gid()),
        file.mode() & 0o777,
    );
    match scene.knock(system) {
        Some(Knock::NotConnected(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            Verdict::wrong(format!("{text}: nobody listens on it")).mended_by(start(Some(system)))
        }
        Some(Knock::NotConnected(error)) => Verdict::unseen(format!("{text}: {error}")),
        _ => Verdict::ok(text),
    }
}

/// Looks at polkit: where it refuses, that is among the causes.
pub(super) fn polkit<'a>(scene: &'a Scene, system: &'a System) -> Verdicts<'a> {
    let asks = POLICIES.iter().any(|policy| system.has(policy));
    let verdict = match (asks, &scene.service) {
        (_, Ok(_)) if system.is_elsewhere() => {
            Verdict::ok("it lets this program use the service, or is not asked: that is not the system's")
        }
        (true, Ok(_)) => Verdict::ok("it lets this program use the service"),
        (false, Ok(_)) => Verdict::ok("it is not asked: pcsc-lite has no policy here"),
        (_, Err(_)) => Verdict::unseen("the service was not reached"),
    };
    verdict.alone()
}
