//! Stage `windows`: the tests run on Windows, by Wine.

use std::path::Path;

use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::wine::Wine;
use crate::winscard;

pub(crate) const STAGE: Stage = Stage {
    name: "windows",
    about: "the tests run on Windows, by Wine",
    needs: &[
        STD_SOURCES,
        "gcc",
        "libc6-dev",
        "gcc-mingw-w64-x86-64-posix",
        "wine64",
        "gcc-mingw-w64-i686-posix",
        "libz-mingw-w64",
        "lib32gcc-s1",
    ],
    run,
    rest: Some(rest),
};

/// Runs all tests that need no service, and programs on the simulator as the system's library.
///
/// # Errors
/// A test failed, or Wine did not start.
fn run(root: &Path) -> Result<Done, String> {
    test(root, &Wine::of_64_bits(root)?)
}

/// Runs them on Windows of 32 bits: `stdcall`, and other sizes.
///
/// # Errors
/// A test failed, or Wine did not start.
fn rest(root: &Path) -> Result<Done, String> {
    test(root, &Wine::of_32_bits(root)?)
}

fn test(root: &Path, wine: &Wine) -> Result<Done, String> {
    wine.test(root)?;
    winscard::test(wine, root)?;
    Ok(Done::All)
}
