//! The workspace's own commands.
//!
//! - `cargo xtask test [--all] [STAGE...]` sets up what a full test needs and runs it, or some of its stages, and with
//!   `--all` also what of them takes long; `cargo xtask test --list` lists them.
//! - `cargo xtask fuzz [SECONDS]` runs each fuzz target for so long, ten minutes by default.
//! - `cargo xtask bindings [--check]` writes `src/bindings/` from the headers, or compares.
//!
//! A file imports only from lines below its own, in this order:
//!
//! - `main`
//! - `test`, `fuzz`: what the commands do
//! - `stages`: the list of the stages
//! - `stages/*`: a stage each
//! - `winscard`: the simulator as Windows' library
//! - `wine`: Windows
//! - `platform`: other platforms
//! - `bindings`, `feature_sets`, `toolchains`, `valgrind`: what more than one stage does
//! - `outside_packages`, `requirements`: packages made for a check, and what is installed
//! - `headers`, `linkage`, `rustup`, `tally`: programs of others, and what they say
//! - `debian/foreign`: its packages for other processors
//! - `cargo`, `debian`: Cargo, and Debian's packages
//! - `cache`: what is downloaded
//! - `command`, `files`, `privileges`, `readme`, `search_path`, `stage`: the ground

#[cfg(unix)]
mod bindings;
#[cfg(unix)]
mod cache;
#[cfg(unix)]
mod cargo;
#[cfg(unix)]
mod command;
#[cfg(unix)]
mod debian;
#[cfg(unix)]
mod feature_sets;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod fuzz;
#[cfg(unix)]
mod headers;
#[cfg(all(test, unix))]
mod import_order;
#[cfg(unix)]
mod linkage;
#[cfg(unix)]
mod outside_packages;
#[cfg(unix)]
mod platform;
#[cfg(unix)]
mod privileges;
#[cfg(unix)]
mod readme;
#[cfg(unix)]
mod requirements;
#[cfg(unix)]
mod rustup;
#[cfg(unix)]
mod search_path;
#[cfg(unix)]
mod stage;
#[cfg(unix)]
mod stages;
#[cfg(unix)]
mod tally;
#[cfg(unix)]
mod test;
#[cfg(unix)]
mod toolchains;
#[cfg(unix)]
mod valgrind;
#[cfg(unix)]
mod wine;
#[cfg(unix)]
mod winscard;

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
            "usage: cargo xtask test [--list | [--all] [STAGE...]] | fuzz [SECONDS] | bindings [--check]"
                .to_owned(),
        ),
    }
}

/// The programs and headers that the commands use are those of Unix.
#[cfg(not(unix))]
fn run(_root: &Path, _arguments: &[&str]) -> Result<(), String> {
    Err("the workspace's commands are for Unix".to_owned())
}
