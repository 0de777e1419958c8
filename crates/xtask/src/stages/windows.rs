//! Stage `windows`: the tests run on Windows, by Wine; with `--all` all of them, and on that of 32 bits too: `stdcall`, and
//! other sizes.

use std::path::Path;

use anyhow::Result;

use crate::command::{self, BUILD, Words};
use crate::platform::{Platform, QUICK, WHOLE};
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

/// Runs the tests of what Windows has of its own, and programs on the simulator as the system's library.
fn run(root: &Path) -> Result<Done> {
    let tests = format!("{QUICK} --test library --test load --test windows");
    test(root, &Wine::of_64_bits(root)?, &tests, &winscard::FIRST)
}

/// Runs all tests that need no service, and all programs.
fn rest(root: &Path) -> Result<Done> {
    test(root, &Wine::of_64_bits(root)?, WHOLE, &winscard::ALL)?;
    test(root, &Wine::of_32_bits(root)?, WHOLE, &winscard::ALL)
}

fn test(root: &Path, wine: &Wine, tests: &str, packages: &[(&str, &str)]) -> Result<Done> {
    // Tests run the examples' programs, and Wine cannot call Cargo for them.
    let mut examples = wine.cargo(root)?;
    command::run(
        examples.words("build --locked --package pcsc-session --features stream --examples"),
        BUILD,
    )?;
    Platform::run_tests(wine.cargo(root)?, tests)?;
    winscard::test(wine, root, packages)
}
