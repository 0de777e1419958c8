//! Stage `static`: programs of one file, which load no library, in a root that has a pcscd's socket and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::downloads::pcsclite::{self, PcscLite};
use crate::installed::requirements::{C, DAEMON};
use crate::installed::rustup::STD_SOURCES;
use crate::platforms::musl::{self, STATIC};
use crate::platforms::platform::Platform;
use crate::programs::cargo::{built, cargo};
use crate::programs::command::{self, BUILD, Words};
use crate::programs::linkage::is_static;
use crate::programs::privileges::with_namespaces;
use crate::programs::tally;
use crate::stage::{Done, Stage};
use crate::workspace::feature_sets::SUITE;
use crate::workspace::outside_packages;

pub(crate) const STAGE: Stage = Stage {
    name: "static",
    about: "static programs in an empty root, pcsc-session's, the command and the published crate pcsc's, with each version of pcscd",
    needs: &[
        C,
        DAEMON,
        &[STD_SOURCES, "musl-tools", "libunwind-14-dev", "binutils"],
    ],
    run,
    rest: None,
};

fn run(root: &Path) -> Result<Done> {
    let platform = musl::platform(root, STATIC)?;
    let programs = [
        session(root, &platform)?,
        pcsc(root, &platform)?,
        published(root, &platform)?,
    ];
    for program in &programs {
        ensure!(
            is_static(program)?,
            "{program:?} asks for a loader, or for libraries"
        );
        println!("   {} is static", program.display());
    }
    let mut build = cargo(root);
    build.words("test --no-run --tests").words(SUITE);
    let tests = built(&mut build, "/tests/static_programs.rs")?;
    let (all, done) = pcsclite::all()?;
    for daemon in &all {
        on(daemon, &tests, &programs)?;
    }
    Ok(done)
}

/// Builds the example of `pcsc-session` with `native` alone.
fn session(root: &Path, platform: &Platform) -> Result<PathBuf> {
    let mut build = platform.cargo(root)?;
    build.words("build --locked --package pcsc-session --no-default-features --features native");
    command::run(build.words("--example session"), BUILD)?;
    Ok(platform.built(root)?.join("examples/session"))
}

/// Builds the command, as `cargo install` does but for its optimisation.
fn pcsc(root: &Path, platform: &Platform) -> Result<PathBuf> {
    let mut build = platform.cargo(root)?;
    command::run(build.words("build --locked --package pcsc-cli"), BUILD)?;
    Ok(platform.built(root)?.join("pcsc"))
}

/// Builds a program on the published crate `pcsc`, which has `load`, too: no library can be loaded, and `native` is what is
/// left.
fn published(root: &Path, platform: &Platform) -> Result<PathBuf> {
    let package = root.join("tests/drop-in");
    outside_packages::lock_as_workspace(root, &package)?;
    let mut build = platform.cargo(root)?;
    build
        .words("build --example card --features native")
        .current_dir(&package);
    command::run(&mut build, BUILD)?;
    Ok(platform.built(root)?.join("examples/card"))
}

/// Runs the programs with a daemon.
fn on(daemon: &PcscLite, tests: &Path, programs: &[PathBuf]) -> Result<()> {
    let mut test = Command::new(tests);
    test.words("--include-ignored")
        .env("PCSC_TEST_STATIC", std::env::join_paths(programs)?);
    daemon.serve(&mut test)?;
    tally::run(&mut with_namespaces(test), BUILD)?;
    println!("   they drive a card on pcscd {}", daemon.version);
    Ok(())
}
