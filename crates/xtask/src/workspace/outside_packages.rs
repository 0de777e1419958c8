//! Packages outside the workspace: they stand in `tests/` since they patch crates.io, and in folders `fuzz`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::files::copy;
use crate::programs::cargo;
use crate::programs::command::{self, BUILD, Words};

/// Makes a call of Cargo in a package, which shares what the workspace has built.
pub(crate) fn cargo(root: &Path, package: &Path) -> Command {
    let mut cargo = cargo::cargo(package);
    cargo.env("CARGO_TARGET_DIR", cargo::target_folder(root));
    cargo
}

/// Gives a package the workspace's versions, unless it has versions already, so that nothing is built twice.
pub(crate) fn lock_as_workspace(root: &Path, package: &Path) -> Result<()> {
    let lock = package.join("Cargo.lock");
    if lock.exists() {
        Ok(())
    } else {
        copy(&root.join("Cargo.lock"), &lock)
    }
}

/// Checks a package's format and lints.
pub(crate) fn format_and_lint(root: &Path, package: &Path) -> Result<()> {
    lock_as_workspace(root, package)?;
    command::run(cargo(root, package).args(["fmt", "--check"]), BUILD)?;
    let mut clippy = cargo(root, package);
    clippy.words("clippy --quiet --all-targets -- -D warnings");
    // The fuzzer's own part, in C++, is not linked: it takes a minute to compile.
    clippy.envs([
        ("CUSTOM_LIBFUZZER_PATH", "./libfuzzer.a"),
        ("CUSTOM_LIBFUZZER_STD_CXX", "none"),
    ]);
    command::run(&mut clippy, BUILD).map(drop)
}
