//! Stage `unit`: tests and doctests, in the feature sets.

use std::path::Path;

use anyhow::Result;

use crate::cargo::cargo;
use crate::command::{BUILD, Words};
use crate::feature_sets::{DEFAULT, FIRST, OTHERS, SESSION, for_each, only_with};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests, with --all in every feature set",
    needs: &[],
    run: |root| test(root, &FIRST),
    rest: Some(rest),
};

fn test(root: &Path, sets: &[&str]) -> Result<Done> {
    for_each(sets, |set| {
        let mut test = cargo(root);
        test.arg("test");
        match set {
            // The workspace's tests are those of the default set, too.
            DEFAULT => test.arg("--workspace"),
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
