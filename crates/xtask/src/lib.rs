//! The workspace's own commands.
//!
//! - `cargo xtask test [--all] [STAGE...]` sets up what a full test needs and runs it, or some of its stages, and with
//!   `--all` also what of them takes long; `cargo xtask test --list` lists them.
//! - `cargo xtask fuzz [SECONDS]` runs each fuzz target for so long, ten minutes by default.
//!
//! A file imports only from lines below its own, in this order:
//!
//! - `lib`
//! - `test`, `fuzz`: what the commands do
//! - `stages`: the list of the stages
//! - `stages/*`: a stage each
//! - `wine`: Windows
//! - `musl`: static programs
//! - `platform`: other platforms
//! - `pcsclite`, `toolchains`, `valgrind`: what more than one stage does
//! - `feature_sets`: what is built
//! - `outside_packages`, `repository`, `requirements`: packages beside the workspace, and what is installed
//! - `linkage`, `rustup`, `tally`: programs of others, and what they say
//! - `debian/unpacked`: its packages of other releases and for other processors, which are not installed
//! - `cargo`, `debian`: Cargo, and Debian's packages
//! - `cache`: what is downloaded
//! - `command`, `files`, `privileges`, `search_path`, `stage`: the ground
#![cfg(unix)]

mod cache;
mod cargo;
mod command;
mod debian;
mod feature_sets;
mod files;
mod fuzz;
#[cfg(test)]
mod import_order;
mod linkage;
mod musl;
mod outside_packages;
mod pcsclite;
mod platform;
mod privileges;
mod repository;
mod requirements;
mod rustup;
mod search_path;
mod stage;
mod stages;
mod tally;
mod test;
mod toolchains;
mod valgrind;
mod wine;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

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
    match *arguments {
        ["test", ref stages @ ..] => test::run(root, stages),
        ["fuzz"] => fuzz::fuzz(root, None),
        ["fuzz", seconds] => fuzz::fuzz(root, Some(seconds)),
        _ => bail!("usage: cargo xtask test [--list | [--all] [STAGE...]] | fuzz [SECONDS]"),
    }
}
