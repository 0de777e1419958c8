//! Stage `targets`: the workspace type-checks for other systems.
//!
//! Their standard library is not on this machine: it is checked from its sources first.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::downloads::toolchains;
use crate::installed::requirements::BINDGEN;
use crate::installed::rustup::STD_SOURCES;
use crate::programs::command::{self, BUILD, Words};
use crate::stage::{Done, Stage};
use crate::workspace::feature_sets::TYPE_CHECKED;

pub(crate) const STAGE: Stage = Stage {
    name: "targets",
    about: "type-checks for macOS; with --all for MSVC, FreeBSD, musl and 32-bit Linux, and in more feature sets",
    needs: &[BINDGEN, &[STD_SOURCES]],
    run: |root| check(root, &[FIRST], &TYPE_CHECKED[..2]),
    rest: Some(rest),
};

/// The one that is least like those for which the tests run.
const FIRST: &str = "aarch64-apple-darwin";

/// The other ones; of some of them the tests run, with the features that are on by default.
const OTHERS: [&str; 5] = [
    "x86_64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-linux-musl",
    "i686-unknown-linux-gnu",
];

fn rest(root: &Path) -> Result<Done> {
    let done = check(root, &[FIRST], &TYPE_CHECKED[2..])?;
    Ok(done.and(check(root, &OTHERS, &TYPE_CHECKED)?))
}

/// Type-checks the workspace for each target and set of features, and names all that fail.
fn check(root: &Path, targets: &[&str], sets: &[&str]) -> Result<Done> {
    let toolchain = toolchains::with_std_sources()?;
    let mut failed = Vec::new();
    for target in targets {
        for set in sets {
            let mut check = toolchain.check_with_std(root, target, "std,panic_abort");
            check.words(set);
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
