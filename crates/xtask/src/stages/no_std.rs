//! Stage `no-std`: `pcsc-iso7816` type-checks where there is no standard library.

use std::path::Path;
use std::time::Duration;

use crate::cargo::target_folder;
use crate::command;
use crate::rustup::STD_SOURCES;
use crate::stage::{Done, Stage};
use crate::toolchains;

pub(crate) const STAGE: Stage = Stage {
    name: "no-std",
    about: "pcsc-iso7816 type-checks for a microcontroller, without and with an allocator",
    needs: &[STD_SOURCES],
    run,
    rest: None,
};

/// A processor without an operating system.
const TARGET: &str = "thumbv7em-none-eabi";

/// The features, and the crates that there are: without the feature not even `alloc`.
const FEATURES: [(&str, &str); 2] = [("", "core"), ("alloc", "core,alloc")];

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Type-checks the package without and with the feature `alloc`.
///
/// # Errors
/// It does not type-check.
fn run(root: &Path) -> Result<Done, String> {
    let toolchain = toolchains::with_std_sources()?;
    for (features, crates) in FEATURES {
        let mut check = toolchain.cargo_with_std(root, "check", crates);
        check.args(["--locked", "--target", TARGET, "--package", "pcsc-iso7816"]);
        check.args(["--no-default-features", "--features", features]);
        // What is there differs, so nothing that was built with more is taken for the other.
        let folder = target_folder(root).join("no-std").join(crates);
        check.env("CARGO_TARGET_DIR", folder);
        command::run(&mut check, DEADLINE)?;
        println!("pcsc-iso7816 with features \"{features}\" type-checks for {TARGET}, which has {crates}");
    }
    Ok(Done::All)
}
