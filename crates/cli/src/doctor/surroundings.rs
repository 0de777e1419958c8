//! What is between the program and pcscd: the socket, and polkit.

use super::Scene;
use super::system::System;
use super::verdict::Verdict;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;

/// Where pcscd has its socket, as the systems' packages build it.
const SOCKETS: [&str; 4] = [
    "/run/pcscd/pcscd.comm",
    "/var/run/pcscd/pcscd.comm",
    "/var/run/pcscd.comm",
    "/var/pcsc-lite/pcscd.comm",
];

/// polkit's files in which pcsc-lite declares its actions, where it was built to ask polkit.
const POLICIES: [&str; 3] = [
    "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/usr/local/share/polkit-1/actions/org.debian.pcsc-lite.policy",
    "/run/current-system/sw/share/polkit-1/actions/org.debian.pcsc-lite.policy",
];

impl System {
    /// Returns the service's socket: the one that the environment names, else the first that is there.
    pub(super) fn socket(&self) -> Option<PathBuf> {
        let usual = || SOCKETS.iter().find(|socket| self.has(socket)).map(PathBuf::from);
        self.socket.clone().or_else(usual)
    }

    /// Returns the name that a list of users or groups has for a number, else the number.
    fn name_of(&self, list: &str, number: u32) -> String {
        let number = number.to_string();
        let lines = self.text(list).unwrap_or_default();
        let name = lines.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == number).then(|| name.to_owned())
        });
        name.unwrap_or(number)
    }
}

/// Looks at the socket: whether it is there, and whose it is.
pub(super) fn socket(scene: &Scene, system: &System) -> Vec<Verdict> {
    let socket = system.socket();
    let found = socket.and_then(|socket| Some((fs::metadata(system.at(&socket)).ok()?, socket)));
    let verdict = match found {
        Some((file, socket)) if file.file_type().is_socket() => Verdict::ok(format!(
            "{}, of user {} and group {}, mode {:03o}",
            socket.display(),
            system.name_of("/etc/passwd", file.uid()),
            system.name_of("/etc/group", file.gid()),
            file.mode() & 0o777,
        )),
        Some((_, socket)) => Verdict::wrong(format!("{} is no socket", socket.display())),
        None if scene.service.is_ok() => Verdict::unseen("it is not where pcscd usually has it"),
        None => match &system.socket {
            Some(socket) => Verdict::wrong(format!(
                "there is none at {}, which PCSCLITE_CSOCK_NAME names",
                socket.display()
            ))
            .mended_by("unset PCSCLITE_CSOCK_NAME".to_owned()),
            None => Verdict::wrong("there is none where pcscd usually has it: it comes with the service"),
        },
    };
    vec![verdict]
}

/// Looks at polkit: where it refuses, that is among the causes.
pub(super) fn polkit(scene: &Scene, system: &System) -> Vec<Verdict> {
    let asks = POLICIES.iter().any(|policy| system.has(policy));
    vec![match (asks, &scene.service) {
        (true, Ok(_)) => Verdict::ok("it lets this program use the service"),
        (false, Ok(_)) => Verdict::ok("it is not asked: pcsc-lite has no policy here"),
        (_, Err(_)) => Verdict::unseen("the service was not reached"),
    }]
}
