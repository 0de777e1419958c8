//! Type-checks for other systems and with the oldest compiler, by tools that may be beside the repository.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::run;
use crate::stage::Done;

/// Checking the standard library for six targets takes minutes.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

/// Type-checks the workspace for Windows, macOS, FreeBSD, musl and 32-bit Linux.
///
/// # Errors
/// It does not type-check for one of them.
pub(crate) fn targets(root: &Path) -> Result<Done, String> {
    tool(root, "check-targets", &[])
}

/// Type-checks the workspace with the oldest compiler that it promises to build with.
///
/// # Errors
/// It does not type-check.
pub(crate) fn msrv(root: &Path) -> Result<Done, String> {
    tool(root, "check-msrv", &[env!("CARGO_PKG_RUST_VERSION")])
}

fn tool(root: &Path, name: &str, arguments: &[&str]) -> Result<Done, String> {
    let path = root.join("../shared/tools").join(name);
    if !path.exists() {
        return Ok(Done::LeftOut(format!("there is no {}", path.display())));
    }
    run(Command::new(path).args(arguments).current_dir(root), DEADLINE).map(|_| Done::All)
}
