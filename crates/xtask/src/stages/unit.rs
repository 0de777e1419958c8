//! Stage `unit`: tests and doctests, in the feature sets.

use std::path::Path;

use anyhow::Result;

use crate::cargo::cargo;
use crate::command::{BUILD, Words};
use crate::feature_sets::{COMMAND, DEFAULT, FIRST, OTHERS, SESSION, WITHOUT_COMMAND, for_each, only_with};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests, with --all in every feature set",
    needs: &[],
    run,
    rest: Some(rest),
};

fn run(root: &Path) -> Result<Done> {
    let done = test(root, &FIRST)?;
    tally::run(cargo(root).arg("test").words(COMMAND), BUILD)?;
    Ok(done)
}

fn test(root: &Path, sets: &[&str]) -> Result<Done> {
    for_each(sets, |set| {
        let mut test = cargo(root);
        test.arg("test");
        match set {
            // The workspace's tests are those of the default set, too.
            DEFAULT => test.words(WITHOUT_COMMAND),
            _ => only_with(&mut test, set),
        };
        tally::run(&mut test, BUILD).map(drop)
    })
}

/// Runs the tests in the other sets, and those of pcsc-session alone.
fn rest(root: &Path) -> Result<Done> {
    for set in SESSION {
        tally::run(cargo(root).arg("test").words(set), BUILD)?;
    }
    test(root, &OTHERS)
}
