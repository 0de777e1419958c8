//! The commands, a file for each.

mod atr;
mod completions;
mod doctor;
mod features;
mod man;
mod readers;
#[cfg(unix)]
mod record;
mod replay;
mod script;
mod send;
mod shell;
#[cfg(unix)]
mod sim;
mod watch;

use crate::failure::Failure;
use crate::settings::Settings;
use clap::Subcommand;

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Readers(readers::Readers),
    Atr(atr::Atr),
    Features(features::Features),
    Send(send::Send),
    Script(script::Script),
    Shell(shell::Shell),
    Watch(watch::Watch),
    #[cfg(unix)]
    Record(record::Record),
    Replay(replay::Replay),
    #[cfg(unix)]
    Sim(sim::Sim),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Does it; `pcsc` makes the program's command line, with all its commands.
    pub(crate) fn run(self, settings: &Settings, pcsc: fn() -> clap::Command) -> Result<(), Failure> {
        match self {
            Command::Readers(command) => command.run(settings),
            Command::Atr(command) => command.run(settings),
            Command::Features(command) => command.run(settings),
            Command::Send(command) => command.run(settings),
            Command::Script(command) => command.run(settings),
            Command::Shell(command) => command.run(settings),
            Command::Watch(command) => command.run(settings),
            #[cfg(unix)]
            Command::Record(command) => command.run(settings),
            Command::Replay(command) => command.run(settings),
            #[cfg(unix)]
            Command::Sim(command) => command.run(settings),
            Command::Doctor(command) => command.run(settings),
            Command::Completions(command) => command.run(pcsc()),
            Command::Man(command) => command.run(pcsc()),
        }
    }
}
