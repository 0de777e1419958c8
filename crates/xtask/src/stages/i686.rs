//! Stage `i686`: the workspace's tests as 32-bit programs.

use std::path::Path;

use crate::platform::{Platform, Std, WHOLE};
use crate::rustup::OLDEST_COMPILER;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "i686",
    about: "the tests run as programs for 32-bit x86",
    needs: &[
        OLDEST_COMPILER,
        "gcc",
        "libc6-dev",
        "gcc-i686-linux-gnu",
        "libc6-dev-i386-cross",
        "lib32gcc-s1",
    ],
    run,
    rest: None,
};

pub(crate) fn platform() -> Platform {
    Platform {
        target: "i686-unknown-linux-gnu",
        std: Std::OfTheOldestCompiler,
        linker: "i686-linux-gnu-gcc".to_owned(),
        flags: String::new(),
        runner: String::new(),
        is_emulated: false,
    }
}

/// Runs all tests that need no service.
///
/// # Errors
/// A test failed.
fn run(root: &Path) -> Result<Done, String> {
    platform().test(root, WHOLE)
}
