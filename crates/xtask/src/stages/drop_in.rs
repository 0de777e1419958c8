//! Stage `drop-in`: the published crate `pcsc` on this workspace's pcsc-sys, with a real pcscd below.
//!
//! The package `tests/drop-in` stands outside the workspace, since it patches crates.io. Its tests run in load mode and
//! in link mode.

use std::path::Path;
use std::process::Command;

use crate::cargo;
use crate::command;
use crate::linkage;
use crate::outside_packages::{self, DEADLINE};
use crate::privileges::with_namespaces;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "drop-in",
    about: "the published crate pcsc on this pcsc-sys, against a private pcscd, loaded and linked",
    needs: &[
        "gcc",
        "libc6-dev",
        "binutils",
        "pkg-config",
        "libpcsclite-dev",
        "libpcsclite1",
        "pcscd",
        "vsmartcard-vpcd",
    ],
    run,
    rest: None,
};

/// Runs the stage.
///
/// # Errors
/// What is not installed, or the test that failed.
fn run(root: &Path) -> Result<Done, String> {
    let package = root.join("tests/drop-in");
    outside_packages::lock_as_workspace(root, &package)?;
    for (mode, features, is_linked) in [("load", "", false), ("link", "link", true)] {
        let mut build = cargo_test(root, &package, features);
        build.args(["--no-run", "--message-format=json-render-diagnostics"]);
        let program = cargo::built_program(&command::stdout(&mut build, DEADLINE)?, "pcscd")?;
        if linkage::needs_library(&program, "libpcsclite")? != is_linked {
            let needs = if is_linked { "does not need" } else { "needs" };
            return Err(format!(
                "in {mode} mode {} {needs} libpcsclite",
                program.display()
            ));
        }
        let mut test = cargo_test(root, &package, features);
        // The library has one table of readers for a process, and each test has a daemon.
        test.args(["--", "--include-ignored", "--test-threads=1"]);
        tally::run(&mut with_namespaces(test), DEADLINE)?;
        println!("pcsc 2.9 drives pcscd in {mode} mode; the program is linked with libpcsclite: {is_linked}");
    }
    Ok(Done::All)
}

fn cargo_test(root: &Path, package: &Path, features: &str) -> Command {
    let mut cargo = outside_packages::cargo(root, package);
    cargo.args(["test", "--tests", "--features", features]);
    cargo
}
