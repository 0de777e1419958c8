//! Stage `thread-sanitizer`: no data race, by a sanitizer that sees the standard library's own steps too.

use std::path::Path;

use anyhow::Result;
use machine::installed::{C, NIGHTLY, STD_SOURCES, has_std_sources, host_with, sysroot};
use machine::platforms::{Compiler, Platform, Suite};

use crate::stage::Stage;
use crate::workspace::WHOLE;

pub(crate) const STAGE: Stage = Stage {
    name: "thread-sanitizer",
    about: "ThreadSanitizer finds no data race in the tests",
    needs: &[C, STD_SOURCES, NIGHTLY],
    first: |root| test(root, &THREADS),
    rest: Some(|root| test(root, &WHOLE)),
};

/// The tests that are about threads.
const THREADS: Suite = Suite {
    packages: "--package pcsc-session --package pcsc-sim --package pcsc-sys",
    tests: "--lib --test faults --test races --test waiting --test worlds",
    arguments: "",
};

fn test(root: &Path, tests: &Suite) -> Result<()> {
    let Some(host) = host_with("ThreadSanitizer")? else {
        return Ok(());
    };
    let mut platform = Platform::new(&host, Compiler::WithStdSources, "cc");
    platform.flags = flags(&host)?;
    platform.variables = vec![
        // It names the lines of both accesses.
        ("CARGO_PROFILE_DEV_DEBUG", "line-tables-only".into()),
        // Else it ends a child of `fork` that starts a thread.
        ("TSAN_OPTIONS", "die_after_fork=0".into()),
    ];
    platform.test(root, tests)
}

/// Returns the compiler's flags. Debian's has no run-time library of the sanitizer: it takes that of rustup's nightly, which
/// GNU's linker does not take.
fn flags(host: &str) -> Result<String> {
    if has_std_sources(NIGHTLY) {
        return Ok("-Zsanitizer=thread".to_owned());
    }
    let nightly = format!("{}/lib/rustlib/{host}", sysroot(NIGHTLY)?);
    let library = format!("{nightly}/lib/librustc-nightly_rt.tsan.a");
    let whole = format!("-Wl,--whole-archive,{library},--no-whole-archive");
    let linker = format!("-Clink-arg=-fuse-ld=lld -Clink-arg=-B{nightly}/bin/gcc-ld");
    Ok(format!(
        "-Zsanitizer=thread -Zexternal-clangrt -Clink-arg={whole} {linker}"
    ))
}
