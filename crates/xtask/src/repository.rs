//! The test programs of the package `repository`, as stages run them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cargo::cargo;
use crate::command::{BUILD, Words};
use crate::privileges::with_namespaces;
use crate::stage::Done;
use crate::tally;

/// Runs this program's tests, those that are ignored too, and prints what they found.
pub(crate) fn test(root: &Path, program: &str, arguments: &str) -> Result<Done> {
    run(&mut call(root, program, arguments))
}

/// Runs a program's tests as [`test`] does, and lets them start a private pcscd.
pub(crate) fn test_in_namespaces(root: &Path, program: &str) -> Result<Done> {
    run(&mut with_namespaces(call(root, program, "")))
}

fn call(root: &Path, program: &str, arguments: &str) -> Command {
    let mut test = cargo(root);
    test.words("test --quiet --package repository --test")
        .arg(program);
    test.words("-- --include-ignored --nocapture --test-threads=1")
        .words(arguments);
    // Its lines begin with blanks, too.
    test.env("RUST_BACKTRACE", "0");
    test
}

fn run(test: &mut Command) -> Result<Done> {
    let output = tally::run(test, BUILD)?;
    // What they print begins with three blanks, in a line that libtest may have begun.
    for (_, found) in output.lines().filter_map(|line| line.split_once("   ")) {
        println!("   {found}");
    }
    Ok(Done::All)
}
