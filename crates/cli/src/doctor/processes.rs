//! The programs that run, and what they hold.

use super::system::System;
use super::verdict::word;
use std::fmt;

/// A program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) number: u32,
    pub(super) name: String,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.name, self.number)
    }
}

impl System {
    /// Returns the programs that run, but for this one.
    pub(super) fn processes(&self) -> Vec<Process> {
        let names = self.names("/proc").unwrap_or_default();
        let numbers = names.iter().filter_map(|name| name.parse().ok());
        let others = numbers.filter(|number| *number != std::process::id());
        let named = others.filter_map(|number: u32| {
            let name = self.text(format!("/proc/{number}/comm"))?;
            Some(Process { number, name })
        });
        named.collect()
    }

    /// Returns the programs that hold a file, as far as this user may see that.
    pub(super) fn holders(&self, file: &str) -> Vec<Process> {
        let mut processes = self.processes();
        processes.retain(|process| {
            let folder = format!("/proc/{}/fd", process.number);
            let descriptors = self.names(&folder).unwrap_or_default();
            descriptors.iter().any(|descriptor| {
                let link = std::fs::read_link(self.at(format!("{folder}/{descriptor}")));
                link.is_ok_and(|to| to.as_os_str() == file)
            })
        });
        processes
    }

    /// Returns the programs that have loaded libpcsclite, as far as this user may see that.
    pub(super) fn users_of_the_library(&self) -> Vec<Process> {
        let mut processes = self.processes();
        processes.retain(|process| {
            let maps = self.text(format!("/proc/{}/maps", process.number));
            maps.is_some_and(|maps| maps.contains("/libpcsclite"))
        });
        processes
    }
}

/// Returns what ends a program.
pub(super) fn end(process: &Process) -> String {
    match &*process.name {
        // gpg-agent starts it again where it is needed.
        "scdaemon" => "gpgconf --kill scdaemon".to_owned(),
        _ => format!("kill {}", word(&process.number.to_string())),
    }
}
