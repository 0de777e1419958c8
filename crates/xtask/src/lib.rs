//! The workspace's own commands.
//!
//! - `cargo xtask test [--all] [STAGE...]` sets up what a full test needs and runs it, or some of its stages, and with
//!   `--all` also what of them takes long; `cargo xtask test --list` lists them.
//! - `cargo xtask fuzz [SECONDS]` runs each fuzz target for so long, ten minutes by default.
//!
//! `test` runs the list of `stages`; a stage is a file in `stages/`. What stages use stands in folders: `platforms` builds and
//! runs for other systems and processors, with compilers from `downloads`; `workspace` has what is built; `installed` is what
//! this machine has; `programs` calls others; `files` writes and finds files. No files use each other in a circle: `crates/repository/tests/circles.rs`.
#![cfg(unix)]
#![forbid(unsafe_code)]

mod downloads;
mod files;
mod fuzz;
mod installed;
mod platforms;
mod programs;
mod stage;
mod stages;
mod test;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::programs::forward_signals;

/// Runs the command that these arguments name.
pub fn main(arguments: &[&str]) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let root = &Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    forward_signals()?;
    match *arguments {
        ["test", ref stages @ ..] => test::run(root, stages),
        ["fuzz"] => fuzz::fuzz(root, None),
        ["fuzz", seconds] => fuzz::fuzz(root, Some(seconds)),
        _ => bail!("usage: cargo xtask test [--list | [--all] [STAGE...]] | fuzz [SECONDS]"),
    }
}
