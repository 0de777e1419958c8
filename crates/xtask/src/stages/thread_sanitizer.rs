//! Stage `thread-sanitizer`: no data race, by a sanitizer that sees the standard library's own steps too.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::installed::requirements::C;
use crate::installed::rustup::{self, NIGHTLY, STD_SOURCES};
use crate::platforms::platform::{Platform, Std, Suite, WHOLE};
use crate::programs::cargo::host;
use crate::programs::command::{MINUTE, Words, stdout};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "thread-sanitizer",
    about: "ThreadSanitizer finds no data race in the tests",
    needs: &[C, &[STD_SOURCES, NIGHTLY]],
    run: |root| test(root, &THREADS),
    rest: Some(|root| test(root, &WHOLE)),
};

/// The tests that are about threads.
const THREADS: Suite = Suite {
    packages: "--package pcsc-session --package pcsc-sim --package pcsc-sys",
    tests: "--lib --test faults --test races --test waiting --test worlds",
    arguments: "",
};

fn test(root: &Path, tests: &Suite) -> Result<Done> {
    let host = host()?;
    if !rustup::has_sanitizer(&host) {
        return Ok(Done::LeftOut(format!(
            "ThreadSanitizer: there is none for {host}"
        )));
    }
    let platform = Platform {
        flags: flags(&host)?,
        ..Platform::new(&host, Std::FromSources, "cc")
    };
    let mut cargo = platform.cargo(root)?;
    // It names the lines of both accesses.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
    // Else it ends a child of `fork` that starts a thread.
    cargo.env("TSAN_OPTIONS", "die_after_fork=0");
    tests.run(cargo)
}

/// Returns the compiler's flags. Debian's has no run-time library of the sanitizer: it takes that of rustup's nightly, which
/// GNU's linker does not take.
fn flags(host: &str) -> Result<String> {
    if rustup::has_std_sources(NIGHTLY) {
        return Ok("-Zsanitizer=thread".to_owned());
    }
    let mut sysroot = Command::new("rustup");
    let sysroot = stdout(sysroot.words("run nightly rustc --print sysroot"), MINUTE)?;
    let nightly = format!("{}/lib/rustlib/{host}", sysroot.trim());
    let library = format!("{nightly}/lib/librustc-nightly_rt.tsan.a");
    let link =
        ["--whole-archive", &library, "--no-whole-archive"].map(|word| format!("-Clink-arg=-Wl,{word}"));
    Ok(format!(
        "-Zsanitizer=thread -Zexternal-clangrt {} -Clink-arg=-fuse-ld=lld -Clink-arg=-B{nightly}/bin/gcc-ld",
        link.join(" ")
    ))
}
