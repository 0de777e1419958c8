//! Stage `no-std`: `pcsc-iso7816` type-checks where there is no standard library.

use std::path::Path;

use anyhow::Result;

use crate::downloads::toolchains;
use crate::installed::rustup::STD_SOURCES;
use crate::programs::command::{self, BUILD, Words};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "no-std",
    about: "pcsc-iso7816 type-checks for a microcontroller, without and with an allocator",
    needs: &[&[STD_SOURCES]],
    run,
    rest: None,
};

/// A processor without an operating system.
const TARGET: &str = "thumbv7em-none-eabi";

fn run(root: &Path) -> Result<Done> {
    let toolchain = toolchains::with_std_sources()?;
    // The features, and the crates that there are: without the feature not even `alloc`.
    for (features, crates) in [("", "core"), ("alloc", "core,alloc")] {
        let mut check = toolchain.check_with_std(root, TARGET, crates);
        check
            .words("--package pcsc-iso7816 --no-default-features --features")
            .arg(features);
        command::run(&mut check, BUILD)?;
        println!("pcsc-iso7816 with features \"{features}\" type-checks for {TARGET}, which has {crates}");
    }
    Ok(Done::All)
}
