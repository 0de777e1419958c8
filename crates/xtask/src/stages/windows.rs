//! Stage `windows`: the tests run on Windows, by Wine; with `--all` all of them, and on that of 32 bits too: `stdcall`, and
//! other sizes.

use std::path::Path;

use anyhow::Result;

use crate::command::{self, BUILD, Words};
use crate::feature_sets::SHORT;
use crate::platform::{Suite, WHOLE};
use crate::requirements::C;
use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::wine::Wine;
use crate::winscard;

pub(crate) const STAGE: Stage = Stage {
    name: "windows",
    about: "the tests run on Windows, by Wine; with --all on that of 32 bits too",
    needs: &[
        C,
        &[STD_SOURCES, "gcc-mingw-w64-x86-64-posix", "wine64"],
        &["gcc-mingw-w64-i686-posix", "libz-mingw-w64", "lib32gcc-s1"],
    ],
    run,
    rest: Some(rest),
};

/// The tests of what Windows has of its own.
const OWN: Suite = Suite {
    packages: "--package pcsc-iso7816 --package pcsc-session --package pcsc-sim --package pcsc-sys --package pcsc-sim-capi \
        --features pcsc-session/stream",
    tests: "--lib --test agreement --test boundary --test conformance --test library --test load --test windows",
    arguments: SHORT,
};

/// Runs the tests, and programs on the simulator as the system's library.
fn run(root: &Path) -> Result<Done> {
    test(root, &Wine::of_64_bits(root)?, &OWN, &winscard::FIRST)
}

/// Runs all tests that need no service, and all programs.
fn rest(root: &Path) -> Result<Done> {
    test(root, &Wine::of_64_bits(root)?, &WHOLE, &winscard::ALL)?;
    test(root, &Wine::of_32_bits(root)?, &WHOLE, &winscard::ALL)
}

fn test(root: &Path, wine: &Wine, suite: &Suite, others: &[(&str, &str)]) -> Result<Done> {
    // Tests run the examples' programs and use the library, and Wine cannot call Cargo for them.
    let mut build = wine.cargo(root)?;
    build
        .words("build --locked --lib --examples")
        .words(suite.packages);
    command::run(&mut build, BUILD)?;
    suite.run(wine.cargo(root)?)?;
    winscard::test(wine, root, suite.packages, others)
}
