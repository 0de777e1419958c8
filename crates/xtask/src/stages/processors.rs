//! Stages `i686`, `aarch64`, `s390x`: the tests run as programs for other processors.

use std::path::Path;

use anyhow::Result;
use machine::downloads::apt::{library_folders, library_path, unpack_foreign};
use machine::downloads::cache;
use machine::installed::{C, DAEMON, OLDEST_COMPILER, are_here};
use machine::platforms::Platform;
use machine::programs::{tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::{ALIKE, QUICK, WHOLE};

pub(crate) const I686: Stage = Stage {
    name: "i686",
    about: "the tests run as programs for 32-bit x86; with --all all of them, and on pcscd",
    needs: &[
        C,
        OLDEST_COMPILER,
        "gcc-i686-linux-gnu libc6-dev-i386-cross lib32gcc-s1",
    ],
    first: |root| Platform::linux("i686").test(root, &QUICK),
    rest: Some(|root| whole(root, &Platform::linux("i686"), "i386")),
};

pub(crate) const AARCH64: Stage = Stage {
    name: "aarch64",
    about: "the tests run on 64-bit ARM, in an emulator; with --all all of them, and on pcscd",
    needs: &[
        C,
        OLDEST_COMPILER,
        "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
    ],
    first: |root| Platform::emulated("aarch64").test(root, &ALIKE),
    rest: Some(|root| whole(root, &Platform::emulated("aarch64"), "arm64")),
};

pub(crate) const S390X: Stage = Stage {
    name: "s390x",
    about: "the tests run on s390x, whose bytes are in the other order, in an emulator; with --all all of them",
    needs: &[
        C,
        OLDEST_COMPILER,
        "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user",
    ],
    first: |root| Platform::emulated("s390x").test(root, &QUICK),
    rest: Some(|root| Platform::emulated("s390x").test(root, &WHOLE)),
};

/// Runs all tests that need no service; and the suites of the session and the simulator with the machine's own pcscd, whose
/// protocol is the same where the order of bytes is, and the library of Debian's for that processor, by its name there.
fn whole(root: &Path, platform: &Platform, processor: &str) -> Result<()> {
    platform.test(root, &WHOLE)?;
    if !are_here(&[DAEMON], "tests on pcscd")? {
        return Ok(());
    }
    let library = format!("libpcsclite1:{processor}");
    let unpacked = cache::filled(&library.replace(':', "-"), |folder| {
        unpack_foreign(&[library], folder)
    })?;
    let suites =
        "test --locked --package pcsc-sys --package pcsc-sim --test conformance --test agreement --test load";
    let mut test = platform.cargo(root, &format!("{suites} -- --ignored --test-threads=4"))?;
    // The compiler's own libraries are in the variable.
    let mut variables = test.get_envs();
    let present = variables.find_map(|(name, value)| value.filter(|_| name == "LD_LIBRARY_PATH"));
    let path = library_path(library_folders(&unpacked)?, present.unwrap_or_default())?;
    test.env("LD_LIBRARY_PATH", path);
    tally::run(&mut with_namespaces(test)).map(drop)
}
