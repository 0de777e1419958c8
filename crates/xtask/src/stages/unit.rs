//! Stage `unit`: tests and doctests, in every feature set.

use std::path::Path;

use anyhow::Result;

use crate::cargo::cargo;
use crate::command::{BUILD, Words};
use crate::feature_sets::{DEFAULT, SESSION, only_with, sets_for_this_machine};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests in every feature set",
    needs: &[],
    run,
    rest: None,
};

fn run(root: &Path) -> Result<Done> {
    let (sets, done) = sets_for_this_machine()?;
    tally::run(cargo(root).words("test --workspace"), BUILD)?;
    // The workspace's tests are those of the default set, too.
    for set in sets.into_iter().filter(|set| *set != DEFAULT) {
        tally::run(only_with(cargo(root).arg("test"), set), BUILD)?;
    }
    for set in SESSION {
        tally::run(cargo(root).arg("test").words(set), BUILD)?;
    }
    Ok(done)
}
