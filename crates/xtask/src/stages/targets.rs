//! Stage `targets`: the workspace type-checks for other systems.
//!
//! Their standard library is not on this machine: it is checked from its sources first.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::cargo::target_folder;
use crate::command::{self, BUILD, Words};
use crate::feature_sets::TYPE_CHECKED;
use crate::requirements::BINDGEN;
use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::toolchains;

pub(crate) const STAGE: Stage = Stage {
    name: "targets",
    about: "type-checks for Windows and macOS; with --all for FreeBSD, musl and 32-bit Linux too",
    needs: &[BINDGEN, &[STD_SOURCES]],
    run: |root| check(root, &FIRST),
    rest: Some(|root| check(root, &OTHERS)),
};

/// Two systems for which nothing is built here otherwise, or by another compiler.
const FIRST: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// The other ones; of some of them the tests run, with the features that are on by default.
const OTHERS: [&str; 4] = [
    "i686-pc-windows-msvc",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-linux-musl",
    "i686-unknown-linux-gnu",
];

/// Type-checks the workspace for each target, and names all that fail.
fn check(root: &Path, targets: &[&str]) -> Result<Done> {
    let toolchain = toolchains::with_std_sources()?;
    let mut failed = Vec::new();
    for target in targets {
        for set in TYPE_CHECKED {
            let mut check = toolchain.cargo_with_std(root, "check", "std,panic_abort");
            check.args(["--locked", "--target", target]).words(set);
            check.env("CARGO_TARGET_DIR", target_folder(root).join("targets"));
            failed.extend(
                command::run(&mut check, BUILD)
                    .err()
                    .map(|error| error.to_string()),
            );
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(Done::All)
}
