//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::command::{built_program, cargo, run, stdout, with_namespaces};
use crate::stage::Done;

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// The test programs, each with the arguments that it is run with.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("allocations", &[]),
    ("boundary", &[]),
    ("conformance", &["--include-ignored"]),
];

/// Runs the stage.
///
/// # Errors
/// What memcheck found, or a test that failed.
pub(crate) fn memcheck(root: &Path) -> Result<Done, String> {
    for (name, arguments) in PROGRAMS {
        check(root, &["--package", "pcsc-sys", "--test", name], name, arguments)?;
    }
    Ok(Done::All)
}

/// Runs one test program under memcheck: which Cargo builds for the selection, its name, and its arguments.
///
/// # Errors
/// What memcheck found, or a test that failed.
pub(crate) fn check(root: &Path, selection: &[&str], name: &str, arguments: &[&str]) -> Result<(), String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args([
        "--errors-for-leak-kinds=definite,indirect",
        "--show-leak-kinds=definite,indirect",
    ]);
    valgrind
        .arg(program(root, selection, name)?)
        .args(arguments)
        .current_dir(root);
    run(&mut with_namespaces(valgrind), DEADLINE)?;
    println!("memcheck finds nothing in {name}");
    Ok(())
}

/// Builds a test program and returns its path, as Cargo names it.
fn program(root: &Path, selection: &[&str], name: &str) -> Result<PathBuf, String> {
    let mut build = cargo(root);
    build.arg("test").args(selection);
    build.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let messages = stdout(&mut build, DEADLINE)?;
    built_program(&messages, name)
}
