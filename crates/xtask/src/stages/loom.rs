//! Stage `loom`: the models of pcsc-sys' synchronisation, in every order of their threads' steps.

use std::path::Path;

use anyhow::Result;

use crate::programs::cargo::{cargo, target_folder};
use crate::programs::command::{BUILD, Words};
use crate::programs::tally;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "loom",
    about: "pcsc-sys' synchronisation holds in every order of the threads' steps, by loom",
    needs: &[],
    run,
    rest: None,
};

/// Runs the tests with `loom` in their names, with loom's types in the place of std's.
fn run(root: &Path) -> Result<Done> {
    let mut test = cargo(root);
    test.words("test --profile loom --package pcsc-sys --lib loom")
        .env("RUSTFLAGS", "--cfg loom");
    // Its own folder: everything is built anew when the flags change.
    test.env("CARGO_TARGET_DIR", target_folder(root).join("loom"));
    let output = tally::run(&mut test, BUILD)?;
    let passed = tally::passed(&output);
    println!("{passed} models hold in every order");
    Ok(Done::All)
}
