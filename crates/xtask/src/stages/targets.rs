//! Stage `targets`: the workspace type-checks for other systems.
//!
//! Their standard library is not on this machine: it is checked from its sources first.

use std::path::Path;
use std::time::Duration;

use crate::cargo::target_folder;
use crate::command;
use crate::feature_sets::TYPE_CHECKED;
use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::toolchains;

pub(crate) const STAGE: Stage = Stage {
    name: "targets",
    about: "type-checks for Windows, macOS, FreeBSD, musl and 32-bit Linux",
    needs: &[
        STD_SOURCES,
        "gcc",
        "libc6-dev",
        "pkg-config",
        "libpcsclite-dev",
        "libclang-dev",
    ],
    run,
    rest: None,
};

const TARGETS: [&str; 6] = [
    "x86_64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "aarch64-apple-darwin",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-linux-musl",
    "i686-unknown-linux-gnu",
];

/// Checking the standard library takes a minute.
const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Type-checks the workspace for each target.
///
/// # Errors
/// It does not type-check for one of them: all that do not, each with its errors.
fn run(root: &Path) -> Result<Done, String> {
    let toolchain = toolchains::with_std_sources()?;
    let mut failed = Vec::new();
    for target in TARGETS {
        for set in TYPE_CHECKED {
            let mut check = toolchain.cargo_with_std(root, "check", "std,panic_abort");
            check.args(["--locked", "--target", target]).args(set);
            check.env("CARGO_TARGET_DIR", target_folder(root).join("targets"));
            if let Err(error) = command::run(&mut check, DEADLINE) {
                failed.push(error);
            }
        }
    }
    if failed.is_empty() {
        Ok(Done::All)
    } else {
        Err(failed.join("\n"))
    }
}
