//! Stage `packages`: format and lints of the packages outside the workspace, which the workspace's own do not reach.

use std::path::Path;

use crate::outside_packages;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "packages",
    about: "format and clippy of the packages outside the workspace, the fuzz targets among them",
    // The fuzzer has a part in C++.
    needs: &["gcc", "g++", "libc6-dev", "rustfmt", "clippy"],
    run,
};

/// Checks format and lints of the packages outside the workspace.
///
/// # Errors
/// A difference, a warning.
fn run(root: &Path) -> Result<Done, String> {
    for package in ["crates/session/fuzz", "tests/drop-in", "tests/cost"] {
        outside_packages::format_and_lint(root, &root.join(package))?;
    }
    Ok(Done::All)
}
