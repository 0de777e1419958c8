//! The test programs of the package `repository`, as stages run them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::programs::{Words, cargo, tally, with_namespaces};
use crate::stage::not_installed;

/// Runs this program's tests, those that are ignored too, prints what they found, and leaves out what they did.
pub(crate) fn test(root: &Path, program: &str) -> Result<()> {
    run(&mut call(root, program))
}

/// Runs a program's tests as [`test`] does, and lets them start a private pcscd.
pub(crate) fn test_in_namespaces(root: &Path, program: &str) -> Result<()> {
    run(&mut with_namespaces(call(root, program)))
}

fn call(root: &Path, program: &str) -> Command {
    let mut test = cargo(root, "test --quiet --package repository --test");
    test.arg(program)
        .words("-- --include-ignored --nocapture --test-threads=1");
    // Its lines begin with blanks, too.
    test.env("RUST_BACKTRACE", "0");
    test
}

fn run(test: &mut Command) -> Result<()> {
    // What they print begins with three blanks, in a line that libtest may have begun.
    for (_, found) in tally::run(test)?
        .lines()
        .filter_map(|line| line.split_once("   "))
    {
        match found.strip_prefix("LEFT OUT: ") {
            Some(what) => not_installed(what.to_owned())?,
            None => println!("   {found}"),
        }
    }
    Ok(())
}
