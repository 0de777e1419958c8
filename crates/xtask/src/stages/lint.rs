//! Stage `lint`: clippy, with its warnings as errors.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command;
use crate::feature_sets::{DEFAULT, only_with, sets_for_this_machine};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "lint",
    about: "clippy in every feature set, warnings are errors",
    needs: &["clippy"],
    run,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Runs clippy on the workspace, by default and with all features, and on pcsc-sys in every feature set.
///
/// # Errors
/// A warning.
fn run(root: &Path) -> Result<Done, String> {
    const STRICT: [&str; 4] = ["--all-targets", "--", "-D", "warnings"];
    let (sets, done) = sets_for_this_machine()?;
    command::run(cargo(root).args(["clippy", "--workspace"]).args(STRICT), DEADLINE)?;
    // The workspace's run has looked at the default set.
    for set in sets.into_iter().filter(|set| *set != DEFAULT) {
        command::run(only_with(cargo(root).arg("clippy"), set).args(STRICT), DEADLINE)?;
    }
    if done == Done::All {
        command::run(
            cargo(root)
                .args(["clippy", "--workspace", "--all-features"])
                .args(STRICT),
            DEADLINE,
        )?;
    }
    Ok(done)
}
