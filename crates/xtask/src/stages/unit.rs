//! Stage `unit`: tests and doctests, in every feature set.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::feature_sets::{DEFAULT, only_with, sets_for_this_machine};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests in every feature set",
    needs: &[],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Runs the workspace's tests and, in every feature set, those of pcsc-sys; doctests too.
///
/// # Errors
/// A test failed.
fn run(root: &Path) -> Result<Done, String> {
    let (sets, done) = sets_for_this_machine()?;
    tally::run(cargo(root).args(["test", "--workspace"]), DEADLINE)?;
    // The workspace's tests are those of the default set, too.
    for set in sets.into_iter().filter(|set| *set != DEFAULT) {
        tally::run(only_with(cargo(root).arg("test"), set), DEADLINE)?;
    }
    Ok(done)
}
