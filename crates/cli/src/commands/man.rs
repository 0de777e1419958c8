//! `pcsc man`: the manual pages.

use crate::arguments::{Arguments, Settings};
use crate::exit;
use crate::failure::Failure;
use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;
use std::io::Write;

/// Print the manual page of pcsc, or of one of its commands
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command
    command: Option<String>,
}

impl Man {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        let mut pcsc = Arguments::command();
        pcsc.build();
        let described = match &self.command {
            None => Some(&pcsc),
            Some(name) => pcsc.find_subcommand(name),
        };
        let Some(described) = described else {
            let name = self.command.unwrap_or_default();
            return Err(Failure::usage(format!("there is no command {name:?}")));
        };
        let described = described.clone();
        let described = described
            .version(env!("CARGO_PKG_VERSION"))
            .after_help(exit::CODES);
        let mut page = Vec::new();
        Page::new(described).render(&mut page)?;
        Ok(std::io::stdout().lock().write_all(&page)?)
    }
}
