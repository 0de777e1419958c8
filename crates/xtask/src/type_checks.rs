//! Type-checks by tools that may be beside the repository.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command;
use crate::stage::Done;

/// Checking the standard library for six targets takes minutes.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

/// What is type-checked: with all features `link` wins, and what `load` and neither of them compile is other code.
const SETS: [&[&str]; 3] = [
    &["--workspace", "--all-features"],
    &["--workspace"],
    &["--package", "pcsc-sys", "--no-default-features"],
];

/// Runs a tool for each set, whose arguments come after `argument`.
pub(crate) fn run(root: &Path, name: &str, argument: &str) -> Result<Done, String> {
    let path = root.join("../shared/tools").join(name);
    if !path.exists() {
        return Ok(Done::LeftOut(format!("there is no {}", path.display())));
    }
    for set in SETS {
        let mut tool = Command::new(&path);
        command::run(tool.arg(argument).args(set).current_dir(root), DEADLINE)?;
    }
    Ok(Done::All)
}
