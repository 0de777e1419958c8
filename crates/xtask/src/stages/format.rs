//! Stage `format`: the workspace's files are formatted.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "format",
    about: "cargo fmt --check",
    needs: &["rustfmt"],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Checks the formatting.
///
/// # Errors
/// A file is not formatted.
fn run(root: &Path) -> Result<Done, String> {
    command::run(
        cargo(root).args(["fmt", "--all", "--check", "--", "--color", "never"]),
        DEADLINE,
    )
    .map(|_| Done::All)
}
