//! Stage `s390x`: the tests on s390x, whose bytes are in the other order, in an emulator.

use std::path::Path;

use crate::platform::{Platform, QUICK, Std, WHOLE};
use crate::rustup::OLDEST_COMPILER;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "s390x",
    about: "the tests run on s390x, whose bytes are in the other order, in an emulator",
    needs: &[
        OLDEST_COMPILER,
        "gcc",
        "libc6-dev",
        "gcc-s390x-linux-gnu",
        "libc6-dev-s390x-cross",
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
        target: "s390x-unknown-linux-gnu",
        std: Std::OfTheOldestCompiler,
        linker: "s390x-linux-gnu-gcc".to_owned(),
        flags: String::new(),
        runner: "qemu-s390x -L /usr/s390x-linux-gnu".to_owned(),
        is_emulated: true,
    }
}
