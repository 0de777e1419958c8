//! The workspace's own commands.
//!
//! - `cargo xtask test [--all] [STAGE...]` sets up what a full test needs and runs it, or some of its stages, and with
//!   `--all` also what of them takes long; `cargo xtask test --list` lists them.
//! - `cargo xtask fuzz [SECONDS]` runs each fuzz target for so long, ten minutes by default.
//!
//! `test` runs the list of `stages`; they stand in files in `stages/`. What several of them build of this workspace, and which
//! of its tests they run, is in `workspace`; what they use of the machine is the crate [`machine`]. No files use each other in a circle:
//! `crates/repository/tests/circles.rs`.
#![cfg(unix)]
#![forbid(unsafe_code)]

mod fuzz;
mod stage;
mod stages;
mod test;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use machine::programs::forward_signals;

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
        ["fuzz"] => fuzz::fuzz(root, "600"),
        ["fuzz", seconds] => fuzz::fuzz(root, seconds),
        _ => bail!("usage: cargo xtask test [--list | [--all] [STAGE...]] | fuzz [SECONDS]"),
    }
}
