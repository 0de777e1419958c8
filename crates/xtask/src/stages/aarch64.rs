//! Stage `aarch64`: the tests on 64-bit ARM, in an emulator.

use std::path::Path;

use crate::platform::{Platform, Std};
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
};

/// Runs the tests that need no service.
///
/// # Errors
/// A test failed.
fn run(root: &Path) -> Result<Done, String> {
    let platform = Platform {
        target: "aarch64-unknown-linux-gnu",
        std: Std::OfTheOldestCompiler,
        linker: "aarch64-linux-gnu-gcc".to_owned(),
        flags: String::new(),
        runner: "qemu-aarch64 -L /usr/aarch64-linux-gnu".to_owned(),
        is_emulated: true,
    };
    platform.test(root, &["--workspace", "--exclude", "xtask"])
}
