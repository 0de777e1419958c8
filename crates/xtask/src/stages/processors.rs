//! Stages `i686`, `aarch64`, `s390x`: the tests run as programs for other processors.

use std::path::Path;

use anyhow::Result;

use crate::downloads::cache;
use crate::downloads::packages::unpack_foreign;
use crate::installed::requirements::{C, DAEMON};
use crate::installed::rustup::OLDEST_COMPILER;
use crate::platforms::platform::{ALIKE, Platform, QUICK, WHOLE};
use crate::programs::command::{BUILD, Words};
use crate::programs::privileges::with_namespaces;
use crate::programs::tally;
use crate::stage::{Done, Stage};

pub(crate) const I686: Stage = Stage {
    name: "i686",
    about: "the tests run as programs for 32-bit x86",
    needs: &[
        C,
        DAEMON,
        &[OLDEST_COMPILER, "gcc-i686-linux-gnu", "libc6-dev-i386-cross"],
        &["lib32gcc-s1"],
    ],
    run: |root| Platform::linux("i686").test(root, &QUICK),
    rest: Some(|root| {
        let platform = Platform::linux("i686");
        let done = platform.test(root, &WHOLE)?;
        Ok(done.and(on_pcscd(root, &platform, "i386", "i386-linux-gnu")?))
    }),
};

pub(crate) const AARCH64: Stage = Stage {
    name: "aarch64",
    about: "the tests run on 64-bit ARM, in an emulator",
    needs: &[
        C,
        &[OLDEST_COMPILER, "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        &["qemu-user"],
    ],
    run: |root| Platform::emulated("aarch64").test(root, &ALIKE),
    rest: Some(|root| {
        let platform = Platform::emulated("aarch64");
        let done = platform.test(root, &WHOLE)?;
        Ok(done.and(on_pcscd(root, &platform, "arm64", "aarch64-linux-gnu")?))
    }),
};

pub(crate) const S390X: Stage = Stage {
    name: "s390x",
    about: "the tests run on s390x, whose bytes are in the other order, in an emulator",
    needs: &[
        C,
        &[OLDEST_COMPILER, "gcc-s390x-linux-gnu", "libc6-dev-s390x-cross"],
        &["qemu-user"],
    ],
    run: |root| Platform::emulated("s390x").test(root, &QUICK),
    rest: Some(|root| Platform::emulated("s390x").test(root, &WHOLE)),
};

/// Runs the suites of the session and the simulator with the machine's own pcscd, whose protocol is the same where the order of
/// bytes is, and with the library of Debian's for that processor.
fn on_pcscd(root: &Path, platform: &Platform, debians: &str, folder: &str) -> Result<Done> {
    let unpacked = cache::filled(&format!("libpcsclite1-{debians}"), |folder| {
        unpack_foreign(&[format!("libpcsclite1:{debians}")], folder)
    })?;
    let mut test = platform.cargo(root)?;
    // The compiler's own libraries are in the variable.
    let present = test.get_envs().find(|(name, _)| *name == "LD_LIBRARY_PATH");
    let present = present.and_then(|(_, value)| value).unwrap_or_default();
    let library = unpacked.join("usr/lib").join(folder);
    let folders = std::env::split_paths(present).filter(|folder| !folder.as_os_str().is_empty());
    let path = std::env::join_paths([library].into_iter().chain(folders))?;
    test.env("LD_LIBRARY_PATH", path);
    test.words("test --locked --package pcsc-sys --package pcsc-sim");
    test.words("--test conformance --test agreement --test load -- --ignored --test-threads=4");
    tally::run(&mut with_namespaces(test), BUILD)?;
    Ok(Done::All)
}
