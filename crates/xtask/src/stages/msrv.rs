//! Stage `msrv`: the workspace, its tests and examples, and the README's first commands, with the oldest compiler.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::downloads::toolchains::{self, Toolchain};
use crate::files::read;
use crate::installed::requirements::BINDGEN;
use crate::installed::rustup::{OLDEST, OLDEST_COMPILER};
use crate::programs::command::{self, BUILD, Words, stdout};
use crate::stage::{Done, Stage};
use crate::workspace::feature_sets::TYPE_CHECKED;

pub(crate) const STAGE: Stage = Stage {
    name: "msrv",
    about: "all type-checks with the oldest compiler, tests too, and the README's first command runs; with --all in more feature sets, and the second",
    needs: &[BINDGEN, &[OLDEST_COMPILER]],
    run,
    rest: Some(rest),
};

/// Type-checks all targets of all packages, and runs what a reader does first: the example, and the list of the stages.
fn run(root: &Path) -> Result<Done> {
    let oldest = toolchains::oldest()?;
    let cargo = || oldest.cargo(root);
    let version = stdout(cargo().arg("--version"), BUILD)?;
    let version = version.trim_end();
    ensure!(
        version.starts_with(&format!("cargo {OLDEST}.")),
        "{version} is not of version {OLDEST}"
    );
    check(&oldest, root, &TYPE_CHECKED[..2])?;
    let readme = read(root.join("README.md"))?;
    let [example, _] = first_commands(&readme).context(NO_COMMANDS)?;
    let output = stdout(cargo().words(example), BUILD)?;
    println!(
        "cargo {example} prints {} lines with {version}",
        output.lines().count()
    );
    Ok(Done::All)
}

/// Type-checks with the other sets, and runs the second command, of which the list will do: all would be this run again.
fn rest(root: &Path) -> Result<Done> {
    let oldest = toolchains::oldest()?;
    check(&oldest, root, &TYPE_CHECKED[2..])?;
    let readme = read(root.join("README.md"))?;
    let [_, test] = first_commands(&readme).context(NO_COMMANDS)?;
    let list = stdout(oldest.cargo(root).words(test).arg("--list"), BUILD)?;
    ensure!(
        list.contains(STAGE.about),
        "{list}\ncargo {test} --list does not list this stage"
    );
    Ok(Done::All)
}

/// Type-checks all targets with these sets of features, and the versions in `Cargo.lock`.
fn check(oldest: &Toolchain, root: &Path, sets: &[&str]) -> Result<()> {
    for set in sets {
        let mut check = oldest.cargo(root);
        command::run(check.words("check --locked --all-targets").words(set), BUILD)?;
    }
    Ok(())
}

const NO_COMMANDS: &str = "README.md does not begin with two calls of Cargo";

/// Returns the arguments of the two calls of Cargo in the first block of shell.
fn first_commands(readme: &str) -> Option<[&str; 2]> {
    let (block, _) = readme.split_once("```sh\n")?.1.split_once("```")?;
    let commands = block
        .lines()
        .map(|line| line.split('#').next()?.trim().strip_prefix("cargo "));
    commands.collect::<Option<Vec<_>>>()?.try_into().ok()
}
