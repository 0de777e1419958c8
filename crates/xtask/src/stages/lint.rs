//! Stage `lint`: clippy, with its warnings as errors, and what clippy does not look at: how summaries begin, and circles of files.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::programs::cargo::cargo;
use crate::programs::command::{self, BUILD, Words};
use crate::stage::{Done, Stage};
use crate::workspace::feature_sets::{EVERYTHING, FIRST, OTHERS, SESSION, for_each, only_with};
use crate::workspace::repository;

pub(crate) const STAGE: Stage = Stage {
    name: "lint",
    about: "clippy, warnings are errors, with --all in every feature set; functions' summaries begin with a verb; no files use each other in a circle",
    needs: &[&["clippy"]],
    run,
    rest: Some(rest),
};

/// Reads the sources; and runs clippy on the workspace, and on pcsc-sys with all features. With each
/// other set, and of pcsc-session alone, the library is looked at.
fn run(root: &Path) -> Result<Done> {
    let read = repository::test(root, "summaries")?.and(repository::test(root, "circles")?);
    clippy(cargo(root).words("clippy --workspace --all-targets"))?;
    let done = sets(root, &[EVERYTHING], "--all-targets")?;
    sessions(root, "--lib")?;
    Ok(read.and(done).and(sets(root, &others(), "--lib")?))
}

/// Runs clippy on the workspace with all features, and on all of pcsc-sys and pcsc-session in the other sets.
fn rest(root: &Path) -> Result<Done> {
    let done = for_each(&[EVERYTHING], |_| {
        clippy(cargo(root).words("clippy --workspace --all-features --all-targets"))
    })?;
    sessions(root, "--all-targets")?;
    Ok(done.and(sets(root, &others(), "--all-targets")?))
}

/// Returns the sets but that of all features; the workspace has the default one with `native`, which the command `pcsc` has.
fn others() -> Vec<&'static str> {
    let sets = FIRST.into_iter().chain(OTHERS);
    sets.filter(|set| *set != EVERYTHING).collect()
}

fn sets(root: &Path, sets: &[&str], targets: &str) -> Result<Done> {
    for_each(sets, |set| {
        clippy(only_with(cargo(root).arg("clippy"), set).arg(targets))
    })
}

fn sessions(root: &Path, targets: &str) -> Result<()> {
    SESSION
        .iter()
        .try_for_each(|set| clippy(cargo(root).arg("clippy").words(set).arg(targets)))
}

fn clippy(clippy: &mut Command) -> Result<()> {
    command::run(clippy.words("-- -D warnings"), BUILD).map(drop)
}
