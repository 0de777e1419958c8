//! Who runs this, and what root's rights take.

use super::system::System;
use super::verdict::word;

impl System {
    /// Tells whether this is root, who sees what all programs hold.
    pub(super) fn is_root(&self) -> bool {
        self.uid == Some(0)
    }

    /// Makes of a command one that root runs.
    pub(super) fn as_root(&self, command: &str) -> String {
        let has = |program: &str| {
            ["/usr/bin", "/bin", "/usr/local/bin"]
                .iter()
                .any(|folder| self.has(format!("{folder}/{program}")))
        };
        match () {
            () if self.is_root() => command.to_owned(),
            () if !has("sudo") && has("doas") => format!("doas {command}"),
            () => format!("sudo {command}"),
        }
    }

    /// Returns what has root look, where this is not root.
    pub(super) fn look_as_root(&self) -> Option<String> {
        let program = self.program.as_deref().filter(|_| !self.is_root())?;
        // By its path: root may look for programs elsewhere.
        let program = word(program.to_str()?);
        let variable = match &self.socket {
            Some(socket) => format!("env PCSCLITE_CSOCK_NAME={} ", word(socket.to_str()?)),
            None => String::new(),
        };
        Some(self.as_root(&format!("{variable}{program} doctor")))
    }

    /// Returns the name of the user who runs this, where it is known and needs no quotes.
    pub(super) fn user(&self) -> Option<String> {
        let listed = self.uid.and_then(|uid| self.listed("/etc/passwd", uid));
        // One that no file lists, as of a directory service.
        let name = listed.or_else(|| self.user.clone())?;
        (word(&name) == name).then_some(name)
    }

    /// Returns the name that a list of users or groups has for a number.
    pub(super) fn listed(&self, list: &str, number: u32) -> Option<String> {
        let number = number.to_string();
        let lines = self.text(list)?;
        lines.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == number).then(|| name.to_owned())
        })
    }
}
