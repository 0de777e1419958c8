//! Type-checks for other systems and with the oldest compiler, by tools that may be beside the repository.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::run;
use crate::stage::Done;

/// Checking the standard library for six targets takes minutes.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

/// What is type-checked: with all features `link` wins, and what `load` and neither of them compile is other code.
const SETS: [&[&str]; 3] = [
    &["--workspace", "--all-features"],
    &["--workspace"],
    &["--package", "pcsc-sys", "--no-default-features"],
];

/// Type-checks the workspace for Windows, macOS, FreeBSD, musl and 32-bit Linux.
///
/// # Errors
/// It does not type-check for one of them.
pub(crate) fn targets(root: &Path) -> Result<Done, String> {
    tool(root, "check-targets", "--")
}

/// Type-checks the workspace with the oldest compiler that it promises to build with.
///
/// # Errors
/// It does not type-check.
pub(crate) fn msrv(root: &Path) -> Result<Done, String> {
    tool(root, "check-msrv", env!("CARGO_PKG_RUST_VERSION"))
}

/// Runs a tool for each set, whose arguments come after `argument`.
fn tool(root: &Path, name: &str, argument: &str) -> Result<Done, String> {
    let path = root.join("../shared/tools").join(name);
    if !path.exists() {
        return Ok(Done::LeftOut(format!("there is no {}", path.display())));
    }
    for set in SETS {
        let mut tool = Command::new(&path);
        run(tool.arg(argument).args(set).current_dir(root), DEADLINE)?;
    }
    Ok(Done::All)
}
