//! `winscard.dll`: the simulator as the system's library of a prefix, and programs on it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::command::{self, BUILD, Words};
use crate::files::copy;
use crate::outside_packages::lock_as_workspace;
use crate::stage::Done;
use crate::tally;
use crate::wine::Wine;

/// The packages below `tests` with the published crate `pcsc`, each with its features: on this workspace's `pcsc-sys`, loaded
/// and linked, and on the published one.
pub(crate) const ALL: [(&str, &str); 3] = [("drop-in", ""), ("drop-in", "link"), ("published", "")];

/// One of them that loads the library, as most programs do.
pub(crate) const FIRST: [(&str, &str); 1] = [ALL[0]];

/// Puts the library, built with these packages, into System32, and runs Rust's and C's programs on it: those of this
/// workspace, and others'.
pub(crate) fn test(wine: &Wine, root: &Path, packages: &str, others: &[(&str, &str)]) -> Result<Done> {
    let built = wine.built(root)?;
    copy(&built.join("pcsc_sim.dll"), &wine.system32().join("winscard.dll"))?;

    let mut compile = wine.compiler();
    compile.args(["-Wall", "-Wextra", "-Werror", "-O1", "-o"]);
    compile.arg(built.join("winscard_client.exe"));
    compile.arg(root.join("crates/sim-capi/tests/programs/winscard.c"));
    command::run(compile.arg("-lwinscard"), BUILD)?;

    let mut programs = on_the_simulator(wine, root)?;
    programs.words("test --locked").words(packages);
    programs.words("--test winscard --test winscard_removal");
    tally::run(&mut programs, BUILD)?;
    for (package, features) in others {
        let package = root.join("tests").join(package);
        lock_as_workspace(root, &package)?;
        let mut published = on_the_simulator(wine, root)?;
        published.current_dir(package);
        published.args(["test", "--test", "winscard", "--features", features]);
        tally::run(&mut published, BUILD)?;
    }
    Ok(Done::All)
}

/// Makes a call of Cargo whose programs get what is in System32. Without the variable Wine has its own library for them,
/// whatever is there: so it is for all other tests.
fn on_the_simulator(wine: &Wine, root: &Path) -> Result<Command> {
    let mut cargo = wine.cargo(root)?;
    cargo.env("WINEDLLOVERRIDES", "winscard=n");
    Ok(cargo)
}
