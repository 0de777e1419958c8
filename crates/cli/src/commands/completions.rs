//! `pcsc completions`: what a shell completes.

use crate::arguments::{Arguments, Settings};
use crate::failure::Failure;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

/// Print what a shell completes, as a script for it
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, _settings: &Settings) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "pcsc", &mut script);
        Ok(std::io::stdout().lock().write_all(&script)?)
    }
}
