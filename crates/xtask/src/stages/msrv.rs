//! Stage `msrv`: the workspace, its tests and examples, and the README's first commands, with the oldest compiler.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cargo::target_folder;
use crate::command::{self, stdout};
use crate::feature_sets::TYPE_CHECKED;
use crate::files::read;
use crate::readme::first_commands;
use crate::rustup::{OLDEST, OLDEST_COMPILER};
use crate::stage::{Done, Stage};
use crate::toolchains::{self, Toolchain};

pub(crate) const STAGE: Stage = Stage {
    name: "msrv",
    about: "all type-checks with the oldest compiler, dev-dependencies too; the README's first commands run",
    needs: &[
        OLDEST_COMPILER,
        "gcc",
        "libc6-dev",
        "pkg-config",
        "libpcsclite-dev",
        "libclang-dev",
    ],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Type-checks all targets of all packages with the versions in `Cargo.lock`, and runs what a reader does first: the
/// example, and the list of the stages.
///
/// # Errors
/// It does not type-check, or a command does not run.
fn run(root: &Path) -> Result<Done, String> {
    let oldest = toolchains::oldest()?;
    let version = stdout(cargo(&oldest, root).arg("--version"), DEADLINE)?;
    let version = version.trim_end();
    if !version.starts_with(&format!("cargo {OLDEST}.")) {
        return Err(format!("{version} is not of version {OLDEST}"));
    }
    for set in TYPE_CHECKED {
        let mut check = cargo(&oldest, root);
        check.args(["check", "--locked", "--all-targets"]).args(set);
        command::run(&mut check, DEADLINE)?;
    }
    let readme = read(&root.join("README.md"))?;
    let [example, test] = first_commands(&readme)?[..] else {
        return Err("README.md does not begin with two commands".to_owned());
    };
    let output = stdout(cargo(&oldest, root).args(example.split_whitespace()), DEADLINE)?;
    println!(
        "cargo {example} prints {} lines with {version}",
        output.lines().count()
    );
    // All of the second command would be this run again.
    let list = stdout(
        cargo(&oldest, root).args(test.split_whitespace()).arg("--list"),
        DEADLINE,
    )?;
    if list.contains(STAGE.about) {
        Ok(Done::All)
    } else {
        Err(format!("{list}\ncargo {test} --list does not list this stage"))
    }
}

fn cargo(toolchain: &Toolchain, root: &Path) -> Command {
    let mut cargo = toolchain.cargo(root);
    cargo.env("CARGO_TARGET_DIR", target_folder(root).join("msrv"));
    cargo
}
