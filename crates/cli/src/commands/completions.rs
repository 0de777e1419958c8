//! `pcsc completions`: what a shell completes.

use crate::failure::Failure;
use clap::{ArgAction, Args, Command};
use clap_complete::Shell;
use std::io::Write;

/// Print what a shell completes, as a script for it: source <(pcsc completions bash)
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, pcsc: Command) -> Result<(), Failure> {
        // The file stands behind a =, and no word follows: a command does.
        let mut pcsc = pcsc.mut_arg("sim", |sim| {
            sim.action(ArgAction::SetTrue).num_args(0).require_equals(false)
        });
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut pcsc, "pcsc", &mut script);
        Ok(std::io::stdout().lock().write_all(&script)?)
    }
}
