//! Stage `msrv`: the workspace, its tests and examples, and the README's first commands, with the oldest compiler.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use crate::cargo::target_folder;
use crate::command::{self, BUILD, Words, stdout};
use crate::feature_sets::TYPE_CHECKED;
use crate::files::read;
use crate::readme::first_commands;
use crate::requirements::BINDGEN;
use crate::rustup::{OLDEST, OLDEST_COMPILER};
use crate::stage::{Done, Stage};
use crate::toolchains;

pub(crate) const STAGE: Stage = Stage {
    name: "msrv",
    about: "all type-checks with the oldest compiler, dev-dependencies too; the README's first commands run",
    needs: &[BINDGEN, &[OLDEST_COMPILER]],
    run,
    rest: None,
};

/// Type-checks all targets of all packages with the versions in `Cargo.lock`, and runs what a reader does first: the
/// example, and the list of the stages.
fn run(root: &Path) -> Result<Done> {
    let oldest = toolchains::oldest()?;
    let cargo = || {
        let mut cargo = oldest.cargo(root);
        cargo.env("CARGO_TARGET_DIR", target_folder(root).join("msrv"));
        cargo
    };
    let version = stdout(cargo().arg("--version"), BUILD)?;
    let version = version.trim_end();
    ensure!(
        version.starts_with(&format!("cargo {OLDEST}.")),
        "{version} is not of version {OLDEST}"
    );
    for set in TYPE_CHECKED {
        command::run(cargo().words("check --locked --all-targets").words(set), BUILD)?;
    }
    let readme = read(root.join("README.md"))?;
    let [example, test] = first_commands(&readme)?[..] else {
        bail!("README.md does not begin with two commands");
    };
    let output = stdout(cargo().words(example), BUILD)?;
    println!(
        "cargo {example} prints {} lines with {version}",
        output.lines().count()
    );
    // All of the second command would be this run again.
    let list = stdout(cargo().words(test).arg("--list"), BUILD)?;
    ensure!(
        list.contains(STAGE.about),
        "{list}\ncargo {test} --list does not list this stage"
    );
    Ok(Done::All)
}
