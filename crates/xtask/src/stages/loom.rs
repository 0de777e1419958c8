//! Stage `loom`: the models of pcsc-sys' synchronisation, in every order of their threads' steps.

use std::path::Path;

use anyhow::Result;
use machine::programs::{cargo, tally, target_folder};

use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "loom",
    about: "pcsc-sys' synchronisation holds in every order of the threads' steps, by loom",
    needs: &[],
    first,
    rest: None,
};

/// Runs the tests with `loom` in their names, with loom's types in the place of std's.
fn first(root: &Path) -> Result<()> {
    let mut test = cargo(root, "test --profile loom --package pcsc-sys --lib loom");
    test.env("RUSTFLAGS", "--cfg loom");
    // Its own folder: everything is built anew when the flags change.
    test.env("CARGO_TARGET_DIR", target_folder(root).join("loom"));
    let passed = tally::passed(&tally::run(&mut test)?);
    println!("{passed} models hold in every order");
    Ok(())
}
