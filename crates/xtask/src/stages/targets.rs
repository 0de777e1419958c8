//! Stages `targets`, `no-std`: what type-checks for other systems, and where there is none.
//!
//! Their standard library is not on this machine: it is checked from its sources first.

use std::path::Path;

use anyhow::{Result, ensure};
use machine::downloads::toolchains;
use machine::installed::{BINDGEN, STD_SOURCES};
use machine::programs::{Words, run};

use crate::stage::Stage;
use crate::workspace::TYPE_CHECKED;

pub(crate) const TARGETS: Stage = Stage {
    name: "targets",
    about: "type-checks for macOS; with --all for MSVC, FreeBSD, musl and 32-bit Linux, and in more feature sets",
    needs: &[BINDGEN, STD_SOURCES],
    first: |root| check(root, &[LEAST_ALIKE], STD, &TYPE_CHECKED[..2]),
    rest: Some(|root| {
        check(root, &[LEAST_ALIKE], STD, &TYPE_CHECKED[2..])?;
        check(root, &OTHERS, STD, &TYPE_CHECKED)
    }),
};

pub(crate) const NO_STD: Stage = Stage {
    name: "no-std",
    about: "pcsc-iso7816 type-checks for a microcontroller, without and with an allocator",
    needs: &[STD_SOURCES],
    first: |root| {
        check(root, &[MICROCONTROLLER], "core", &[ISO7816])?;
        let with_allocator = format!("{ISO7816} --features alloc");
        check(root, &[MICROCONTROLLER], "core,alloc", &[&with_allocator])
    },
    rest: None,
};

/// The one that is least like those for which the tests run.
const LEAST_ALIKE: &str = "aarch64-apple-darwin";

/// The other ones; of some of them the tests run, with the features that are on by default.
const OTHERS: [&str; 5] = [
    "x86_64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-linux-musl",
    "i686-unknown-linux-gnu",
];

/// A processor without an operating system.
const MICROCONTROLLER: &str = "thumbv7em-none-eabi";

const ISO7816: &str = "--package pcsc-iso7816 --no-default-features";

/// The standard library's crates that there are where there is a system.
const STD: &str = "std,panic_abort";

/// Type-checks for each target, which has these crates of the standard library, with each set of features, and names all
/// that fail.
fn check(root: &Path, targets: &[&str], crates: &str, sets: &[&str]) -> Result<()> {
    let toolchain = toolchains::with_std_sources()?;
    let mut failed = Vec::new();
    for target in targets {
        for set in sets {
            let mut check = toolchain.check_with_std(root, target, crates)?;
            failed.extend(run(check.words(set)).err().map(|error| error.to_string()));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
