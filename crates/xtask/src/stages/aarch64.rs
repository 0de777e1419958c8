//! Stage `aarch64`: the tests on 64-bit ARM, in an emulator.

use std::path::Path;

use crate::platform::{Platform, QUICK, Std, WHOLE};
use crate::rustup::OLDEST_COMPILER;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "aarch64",
    about: "the tests run on 64-bit ARM, in an emulator",
    needs: &[
        OLDEST_COMPILER,
        "gcc",
        "libc6-dev",
        "gcc-aarch64-linux-gnu",
        "libc6-dev-arm64-cross",
        "qemu-user",
    ],
    run,
    rest: Some(rest),
};

/// Runs the tests of what a platform can change.
///
/// # Errors
/// A test failed.
fn run(root: &Path) -> Result<Done, String> {
    platform().test(root, QUICK)
}

/// Runs all tests that need no service.
///
/// # Errors
/// A test failed.
fn rest(root: &Path) -> Result<Done, String> {
    platform().test(root, WHOLE)
}

fn platform() -> Platform {
    Platform {
        target: "aarch64-unknown-linux-gnu",
        std: Std::OfTheOldestCompiler,
        linker: "aarch64-linux-gnu-gcc".to_owned(),
        flags: String::new(),
        runner: "qemu-aarch64 -L /usr/aarch64-linux-gnu".to_owned(),
        is_emulated: true,
    }
}
