//! The workspace's own commands.
//!
//! `cargo xtask bindings [--check]` writes `src/bindings/` from the headers.

mod bindings;
#[cfg(unix)]
mod command;
#[cfg(unix)]
mod tally;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match *arguments.as_slice() {
        ["bindings"] => bindings::bindings(&root, false),
        ["bindings", "--check"] => bindings::bindings(&root, true),
        _ => Err("usage: cargo xtask bindings [--check]".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
