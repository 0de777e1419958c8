//! Packages outside the workspace: they stand in `tests/` since they patch crates.io, and in folders `fuzz`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use machine::programs::{self, target_folder};

/// Makes a call of Cargo in a package, which shares what the workspace has built, and its versions.
pub(crate) fn cargo(root: &Path, package: &Path, words: &str) -> Result<Command> {
    lock_as_workspace(root, package)?;
    let mut cargo = programs::cargo(package, words);
    cargo.env("CARGO_TARGET_DIR", target_folder(root));
    Ok(cargo)
}

/// Gives a package the workspace's versions, unless it has versions already, so that nothing is built twice.
pub(crate) fn lock_as_workspace(root: &Path, package: &Path) -> Result<()> {
    let lock = package.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(root.join("Cargo.lock"), lock)?;
    }
    Ok(())
}
