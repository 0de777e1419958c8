//! Stage `windows`: the tests run on Windows, by Wine; with `--all` on that of 32 bits too: `stdcall`, and other sizes.

use crate::requirements::C;
use crate::rustup::STD_SOURCES;
use crate::stage::Stage;
use crate::wine::Wine;

pub(crate) const STAGE: Stage = Stage {
    name: "windows",
    about: "the tests run on Windows, by Wine",
    needs: &[
        C,
        &[STD_SOURCES, "gcc-mingw-w64-x86-64-posix", "wine64"],
        &["gcc-mingw-w64-i686-posix", "libz-mingw-w64", "lib32gcc-s1"],
    ],
    run: |root| Wine::of_64_bits(root)?.test(root),
    rest: Some(|root| Wine::of_32_bits(root)?.test(root)),
};
