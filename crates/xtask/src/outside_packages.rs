//! Packages outside the workspace: made for a check, or standing in `tests/` since they patch crates.io.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cargo;
use crate::command;
use crate::files::copy;

/// How long any program of these checks may take; nearly all of it is building.
pub(crate) const DEADLINE: Duration = Duration::from_secs(300);

/// Makes a call of Cargo in a package, which shares what the workspace has built.
pub(crate) fn cargo(root: &Path, package: &Path) -> Command {
    let mut cargo = cargo::cargo(package);
    cargo.env("CARGO_TARGET_DIR", cargo::target_folder(root));
    cargo
}

/// Gives a package the workspace's versions, unless it has versions already, so that nothing is built twice.
pub(crate) fn lock_as_workspace(root: &Path, package: &Path) -> Result<(), String> {
    let lock = package.join("Cargo.lock");
    if lock.exists() {
        Ok(())
    } else {
        copy(&root.join("Cargo.lock"), &lock)
    }
}

/// Checks a package's format and lints.
pub(crate) fn format_and_lint(root: &Path, package: &Path) -> Result<(), String> {
    lock_as_workspace(root, package)?;
    command::run(cargo(root, package).args(["fmt", "--check"]), DEADLINE)?;
    let mut clippy = cargo(root, package);
    clippy.args(["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
    command::run(&mut clippy, DEADLINE).map(drop)
}
