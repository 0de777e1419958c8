//! Stage `windows`: the tests run on Windows, by Wine.

use std::path::Path;

use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::wine::Wine;

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

/// Runs all tests that need no service.
///
/// # Errors
/// A test failed, or Wine did not start.
fn run(root: &Path) -> Result<Done, String> {
    Wine::of_64_bits(root)?.test(root)
}

/// Runs them on Windows of 32 bits: `stdcall`, and other sizes.
///
/// # Errors
/// A test failed, or Wine did not start.
fn rest(root: &Path) -> Result<Done, String> {
    Wine::of_32_bits(root)?.test(root)
}
