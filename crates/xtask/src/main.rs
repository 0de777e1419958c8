//! The workspace's own commands, which `lib.rs` lists. The programs and headers that they use are those of Unix.

#![forbid(unsafe_code)]

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    xtask::main(&arguments)
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("xtask: the workspace's commands are for Unix");
    ExitCode::FAILURE
}
