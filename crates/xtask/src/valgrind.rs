//! Test programs under valgrind's memcheck.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cargo::{built_program, cargo};
use crate::command::stdout;
use crate::privileges::with_namespaces;
use crate::tally;

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// A program of tests, as Cargo builds it.
pub(crate) struct TestProgram {
    /// The arguments that Cargo builds it by.
    pub(crate) built_by: &'static [&'static str],
    /// Its name, without what Cargo appends.
    pub(crate) name: &'static str,
    /// The arguments that it is run with.
    pub(crate) arguments: &'static [&'static str],
}

/// Builds a test program and runs it under memcheck.
///
/// # Errors
/// What memcheck found, or a test that failed.
pub(crate) fn memcheck(root: &Path, program: &TestProgram) -> Result<(), String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args([
        "--errors-for-leak-kinds=definite,indirect",
        "--show-leak-kinds=definite,indirect",
    ]);
    valgrind
        .arg(build(root, program)?)
        .args(program.arguments)
        .current_dir(root);
    tally::run(&mut with_namespaces(valgrind), DEADLINE)?;
    println!("memcheck finds nothing in {}", program.name);
    Ok(())
}

/// Builds a test program and returns its path, as Cargo names it.
fn build(root: &Path, program: &TestProgram) -> Result<PathBuf, String> {
    let mut build = cargo(root);
    build.arg("test").args(program.built_by);
    build.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let messages = stdout(&mut build, DEADLINE)?;
    built_program(&messages, program.name)
}
