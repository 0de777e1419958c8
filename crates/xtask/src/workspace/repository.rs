//! The test programs of the package `repository`, as stages run them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::programs::cargo::cargo;
use crate::programs::command::{BUILD, Words};
use crate::programs::privileges::with_namespaces;
use crate::programs::tally;
use crate::stage::{Done, not_installed};

/// Runs this program's tests, those that are ignored too, prints what they found, and returns what they left out.
pub(crate) fn test(root: &Path, program: &str) -> Result<Done> {
    run(&mut call(root, program))
}

/// Runs a program's tests as [`test`] does, and lets them start a private pcscd.
pub(crate) fn test_in_namespaces(root: &Path, program: &str) -> Result<Done> {
    run(&mut with_namespaces(call(root, program)))
}

fn call(root: &Path, program: &str) -> Command {
    let mut test = cargo(root);
    test.words("test --quiet --package repository --test")
        .arg(program);
    test.words("-- --include-ignored --nocapture --test-threads=1");
    // Its lines begin with blanks, too.
    test.env("RUST_BACKTRACE", "0");
    test
}

fn run(test: &mut Command) -> Result<Done> {
    let output = tally::run(test, BUILD)?;
    let mut left_out = Vec::new();
    // What they print begins with three blanks, in a line that libtest may have begun.
    for (_, found) in output.lines().filter_map(|line| line.split_once("   ")) {
        match found.strip_prefix("LEFT OUT: ") {
            Some(what) => left_out.push(what),
            None => println!("   {found}"),
        }
    }
    if left_out.is_empty() {
        return Ok(Done::All);
    }
    not_installed(left_out.join("; "))
}
