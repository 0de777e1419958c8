//! The workspace's own commands.
//!
//! - `cargo xtask test [STAGE...]` sets up what a full test needs and runs it, or some of its stages;
//!   `cargo xtask test --list` lists them.
//! - `cargo xtask fuzz [SECONDS]` runs each fuzz target for so long, ten minutes by default.
//! - `cargo xtask bindings [--check]` writes `src/bindings/` from the headers, or compares.

#[cfg(unix)]
mod abi;
#[cfg(unix)]
mod bare;
#[cfg(unix)]
mod bindings;
#[cfg(unix)]
mod build_script;
#[cfg(unix)]
mod build_time;
#[cfg(unix)]
mod checks;
#[cfg(unix)]
mod command;
#[cfg(unix)]
mod cost;
#[cfg(unix)]
mod drift;
#[cfg(unix)]
mod drop_in;
#[cfg(unix)]
mod feature_sets;
#[cfg(unix)]
mod fuzz;
#[cfg(unix)]
mod memcheck;
#[cfg(unix)]
mod outside;
#[cfg(unix)]
mod package;
#[cfg(unix)]
mod readme;
#[cfg(unix)]
mod rustup;
#[cfg(unix)]
mod setup;
#[cfg(unix)]
mod sim_clients;
#[cfg(unix)]
mod sim_time;
#[cfg(unix)]
mod stage;
#[cfg(unix)]
mod tally;
#[cfg(unix)]
mod test;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().nth(2).unwrap_or(package);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(root, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    match *arguments {
        ["test", ref stages @ ..] => test::run(root, stages),
        ["fuzz"] => fuzz::fuzz(root, None),
        ["fuzz", seconds] => fuzz::fuzz(root, Some(seconds)),
        ["bindings"] => bindings::bindings(root, false),
        ["bindings", "--check"] => bindings::bindings(root, true),
        _ => Err(
            "usage: cargo xtask test [--list | STAGE...] | fuzz [SECONDS] | bindings [--check]".to_owned(),
        ),
    }
}

/// The programs and headers that the commands use are those of Unix.
#[cfg(not(unix))]
fn run(_root: &Path, _arguments: &[&str]) -> Result<(), String> {
    Err("the workspace's commands are for Unix".to_owned())
}
