//! Stage `msrv`: the workspace, its tests and examples, and the README's first commands, with the oldest compiler.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fs_err::read_to_string;
use machine::downloads::toolchains::{Toolchain, oldest};
use machine::installed::{BINDGEN, OLDEST, OLDEST_COMPILER};
use machine::programs::{Words, run, stdout};

use crate::stage::Stage;
use crate::workspace::TYPE_CHECKED;

pub(crate) const STAGE: Stage = Stage {
    name: "msrv",
    about: "all type-checks with the oldest compiler, tests too, and the README's first command runs; with --all in more feature sets, and the second",
    needs: &[BINDGEN, OLDEST_COMPILER],
    first,
    rest: Some(rest),
};

/// Type-checks all targets of all packages, and runs what a reader does first: the example.
fn first(root: &Path) -> Result<()> {
    let oldest = oldest()?;
    let version = stdout(&mut oldest.cargo(root, "--version")?)?;
    let is_oldest = version.starts_with(&format!("cargo {OLDEST}."));
    ensure!(is_oldest, "{version}is not of version {OLDEST}");
    check(&oldest, root, &TYPE_CHECKED[..2])?;
    let [example, _] = first_commands(root)?;
    let lines = stdout(&mut oldest.cargo(root, &example)?)?.lines().count();
    ensure!(lines > 0, "cargo {example} prints nothing");
    println!("cargo {example} prints {lines} lines with {}", version.trim_end());
    Ok(())
}

/// Type-checks with the other sets, and runs the second command, of which the list will do: all would be this run again.
fn rest(root: &Path) -> Result<()> {
    let oldest = oldest()?;
    check(&oldest, root, &TYPE_CHECKED[2..])?;
    let [_, test] = first_commands(root)?;
    let list = stdout(oldest.cargo(root, &test)?.arg("--list"))?;
    ensure!(
        list.contains(STAGE.about),
        "{list}\ncargo {test} --list does not list this stage"
    );
    Ok(())
}

/// Type-checks all targets with these sets of features, and the versions in `Cargo.lock`.
fn check(oldest: &Toolchain, root: &Path, sets: &[&str]) -> Result<()> {
    for set in sets {
        run(oldest.cargo(root, "check --locked --all-targets")?.words(set))?;
    }
    Ok(())
}

/// Returns the arguments of the two calls of Cargo in the README's first block of shell.
fn first_commands(root: &Path) -> Result<[String; 2]> {
    let readme = read_to_string(root.join("README.md"))?;
    let block = readme.split("```").find_map(|block| block.strip_prefix("sh\n"));
    let lines = block.unwrap_or_default().lines();
    let commands = lines.map(|line| line.split('#').next()?.trim().strip_prefix("cargo "));
    let commands = commands.map(|command| command.map(str::to_owned));
    let commands = commands
        .collect::<Option<Vec<_>>>()
        .and_then(|commands| commands.try_into().ok());
    commands.context("README.md does not begin with two calls of Cargo")
}
