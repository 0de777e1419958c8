//! The programs that run, and what they hold.

use super::system::System;
use std::fmt;

/// A program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) number: u32,
    pub(super) name: String,
    /// The user as whom it runs, where that is known.
    user: Option<u32>,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.name, self.number)
    }
}

impl System {
    /// Returns the numbers of all that runs, from the lowest on.
    pub(super) fn numbers_of_processes(&self) -> Vec<u32> {
        let names = self.names("/proc").unwrap_or_default();
        let mut numbers: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Returns the programs that run, but for this one.
    pub(super) fn processes(&self) -> Vec<Process> {
        let numbers = self.numbers_of_processes().into_iter();
        let others = numbers.filter(|number| *number != std::process::id());
        others.filter_map(|number| self.process(number)).collect()
    }

    fn process(&self, number: u32) -> Option<Process> {
        let status = self.text(format!("/proc/{number}/status")).unwrap_or_default();
        let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
        Some(Process {
            number,
            name: self.text(format!("/proc/{number}/comm"))?,
            // The second is the one whose rights it has.
            user: user.and_then(|users| users.split_ascii_whitespace().nth(1)?.parse().ok()),
        })
    }

    /// Returns what a process has open, as far as this user may see that.
    pub(super) fn descriptors(&self, process: u32) -> Vec<String> {
        let folder = format!("/proc/{process}/fd");
        let names = self.names(&folder).unwrap_or_default();
        let links = names
            .iter()
            .map(|name| std::fs::read_link(self.at(format!("{folder}/{name}"))));
        links
            .filter_map(|link| link.ok()?.into_os_string().into_string().ok())
            .collect()
    }

    /// Returns the programs that have a file open, as far as this user may see that.
    pub(super) fn holders(&self, file: &str) -> Vec<Process> {
        let mut processes = self.processes();
        processes.retain(|process| self.descriptors(process.number).iter().any(|to| to == file));
        processes
    }

    /// Tells whether a program was stopped, and not ended.
    pub(super) fn is_stopped(&self, process: &Process) -> bool {
        let state = self.text(format!("/proc/{}/stat", process.number));
        // Behind its name, which may have blanks and parentheses.
        state.is_some_and(|state| {
            let behind = state.rsplit(')').next().map(str::trim_start);
            behind.is_some_and(|behind| behind.starts_with(['T', 't']))
        })
    }

    /// Tells whether it is a program of the user who runs this.
    pub(super) fn is_own(&self, process: &Process) -> bool {
        self.uid.is_some() && process.user == self.uid
    }

    /// Makes a command for a program, by its own user or root.
    pub(super) fn as_its_user(&self, process: &Process, command: &str) -> String {
        match self.is_own(process) {
            true => command.to_owned(),
            false => self.as_root(command),
        }
    }

    /// Returns what ends a program.
    pub(super) fn end(&self, process: &Process) -> String {
        match self.lets_go(process) {
            Some(command) => command,
            None => self.as_its_user(process, &format!("kill {}", process.number)),
        }
    }

    /// Returns what has a program let go of cards and readers that takes them again when it needs them.
    pub(super) fn lets_go(&self, process: &Process) -> Option<String> {
        // gpg-agent starts it again where it is needed; that of this user alone.
        let command = || "gpgconf --kill scdaemon".to_owned();
        (process.name == "scdaemon" && self.is_own(process)).then(command)
    }
}
