//! Stage `windows-32`: the tests run on Windows of 32 bits, by Wine: `stdcall`, and other sizes.

use std::path::Path;

use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::wine::Wine;

pub(crate) const STAGE: Stage = Stage {
    name: "windows-32",
    about: "the tests run on Windows of 32 bits, by Wine",
    needs: &[
        STD_SOURCES,
        "gcc",
        "libc6-dev",
        "gcc-mingw-w64-i686-posix",
        "libz-mingw-w64",
        "lib32gcc-s1",
    ],
    run,
};

/// Runs all tests that need no service.
///
/// # Errors
/// A test failed, or Wine did not start.
fn run(root: &Path) -> Result<Done, String> {
    Wine::of_32_bits(root)?.test(root)
}
