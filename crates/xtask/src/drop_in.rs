//! Stage `drop-in`: the published crate `pcsc` on this workspace's pcsc-sys, with a real pcscd below.
//!
//! The package `tests/drop-in` stands outside the workspace, since it patches crates.io. Its tests run in load mode and
//! in link mode.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::package::{self, DEADLINE};

/// Runs the stage.
///
/// # Errors
/// What is not installed, or the test that failed.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let package = root.join("tests/drop-in");
    package::lock(root, &package)?;
    for (mode, features, is_linked) in [("load", "", false), ("link", "link", true)] {
        let mut build = cargo(root, &package, features);
        build.args(["--no-run", "--message-format=json-render-diagnostics"]);
        let program = command::built_program(&command::stdout(&mut build, DEADLINE)?, "pcscd")?;
        if package::needs(&program, "libpcsclite")? != is_linked {
            let needs = if is_linked { "does not need" } else { "needs" };
            return Err(format!(
                "in {mode} mode {} {needs} libpcsclite",
                program.display()
            ));
        }
        let mut test = cargo(root, &package, features);
        // The library has one table of readers for a process, and each test has a daemon.
        test.args(["--", "--include-ignored", "--test-threads=1"]);
        command::run(&mut command::with_namespaces(test), DEADLINE)?;
        println!("pcsc 2.9 drives pcscd in {mode} mode; the program is linked with libpcsclite: {is_linked}");
    }
    Ok(())
}

fn cargo(root: &Path, package: &Path, features: &str) -> Command {
    let mut cargo = package::cargo(root, package);
    cargo.args(["test", "--tests", "--features", features]);
    cargo
}
