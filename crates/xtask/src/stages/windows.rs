//! Stage `windows`: the tests run on Windows, by Wine; with `--all` on that of 32 bits too: `stdcall`, and other sizes.

use std::path::Path;

use anyhow::Result;

use crate::requirements::C;
use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::wine::Wine;
use crate::winscard;

pub(crate) const STAGE: Stage = Stage {
    name: "windows",
    about: "the tests run on Windows, by Wine",
    needs: &[
        C,
        &[STD_SOURCES, "gcc-mingw-w64-x86-64-posix", "wine64"],
        &["gcc-mingw-w64-i686-posix", "libz-mingw-w64", "lib32gcc-s1"],
    ],
    run: |root| test(root, &Wine::of_64_bits(root)?),
    rest: Some(|root| test(root, &Wine::of_32_bits(root)?)),
};

/// Runs all tests that need no service, and programs on the simulator as the system's library.
fn test(root: &Path, wine: &Wine) -> Result<Done> {
    wine.test(root)?;
    winscard::test(wine, root)?;
    Ok(Done::All)
}
