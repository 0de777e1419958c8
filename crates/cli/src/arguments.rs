//! What is said on the command line.

use crate::commands::Command;
use crate::exit::{self, Exit};
use crate::failure::{Failure, tell};
use crate::output::Output;
use crate::service::Service;
use crate::settings::Settings;
use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Smart cards and their readers, over PC/SC.
#[derive(Debug, Parser)]
#[command(name = "pcsc", version, after_help = exit::CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Use a simulated service instead of the machine's: with one demonstration card, or as FILE (TOML) describes it
    #[arg(long, global = true, value_name = "FILE", require_equals = true, num_args = 0..=1)]
    sim: Option<Option<PathBuf>>,
    /// Print JSON, a document on each line
    #[arg(long, global = true)]
    json: bool,
}

/// Says what is wrong with the arguments, or helps, and returns the code to end with.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    if let Err(error) = error.print() {
        return Failure::from(error).report(Output::new(false));
    }
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let is_file =
        |wrong: &ContextValue| matches!(wrong, ContextValue::String(name) if Path::new(name).is_file());
    if error.get(ContextKind::InvalidSubcommand).is_some_and(is_file) {
        tell("a simulator's file is named with =, as in --sim=FILE");
    }
    Exit::Usage.into()
}

impl Common {
    pub(crate) fn settings(self) -> Settings {
        Settings {
            service: Service::new(self.sim),
            output: Output::new(self.json),
        }
    }
}
