//! What is said on the command line.

use crate::commands::Command;
use crate::exit;
use crate::output::Output;
use crate::service::Service;
use clap::{Args, Parser};
use std::path::PathBuf;

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

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) service: Service,
    pub(crate) output: Output,
}

impl Common {
    pub(crate) fn settings(self) -> Settings {
        Settings {
            service: Service::new(self.sim),
            output: Output::new(self.json),
        }
    }
}
