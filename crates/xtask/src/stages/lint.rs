//! Stage `lint`: clippy, with its warnings as errors, and what clippy does not look at: how summaries begin, and circles of files.

use std::path::Path;

use anyhow::Result;
use machine::programs::{Words, cargo, run};

use crate::stage::Stage;
use crate::stages::repository;
use crate::workspace::{EVERYTHING, SESSION, all_but, for_each};

pub(crate) const STAGE: Stage = Stage {
    name: "lint",
    about: "clippy, warnings are errors, with --all in every feature set; functions' summaries begin with a verb; no files use each other in a circle",
    needs: &["clippy"],
    first,
    rest: Some(rest),
};

/// Reads the sources; and runs clippy on the workspace, and on pcsc-sys with all features. With each
/// other set, and of pcsc-session alone, the library is looked at.
fn first(root: &Path) -> Result<()> {
    repository::test(root, "summaries")?;
    repository::test(root, "circles")?;
    clippy(root, "--workspace --all-targets")?;
    for_each(&[EVERYTHING], |set| clippy(root, &format!("{set} --all-targets")))?;
    apart(root, "--lib")
}

/// Runs clippy on the workspace with all features, and on all of pcsc-sys and pcsc-session in the other sets.
fn rest(root: &Path) -> Result<()> {
    for_each(&[EVERYTHING], |_| {
        clippy(root, "--workspace --all-features --all-targets")
    })?;
    apart(root, "--all-targets")
}

/// Runs clippy on pcsc-session alone, and on pcsc-sys in the sets but that of all features; the workspace has the default one
/// with `native`, which the command `pcsc` has.
fn apart(root: &Path, targets: &str) -> Result<()> {
    for set in SESSION {
        clippy(root, &format!("{set} {targets}"))?;
    }
    for_each(&all_but(EVERYTHING), |set| {
        clippy(root, &format!("{set} {targets}"))
    })
}

fn clippy(root: &Path, words: &str) -> Result<()> {
    run(cargo(root, "clippy").words(words).words("-- -D warnings")).map(drop)
}
