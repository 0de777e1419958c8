//! Stage `sim-boundary`: `libpcsc_sim.so` and the simulator's table under abuse.

use std::path::Path;

use anyhow::Result;
use machine::downloads::toolchains::Toolchain;
use machine::installed::{C, NIGHTLY, are_here, host_with};
use machine::programs::tally;

use crate::stage::Stage;
use crate::stages::memcheck::memcheck;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-boundary",
    about: "valgrind and AddressSanitizer find nothing when libpcsc_sim.so is abused from 32 threads",
    needs: &[C, "valgrind"],
    first,
    rest: None,
};

/// The tests that pass what no program should: what Cargo builds them by, their sources, and their arguments.
///
/// Those of the library call every exported function from 32 threads, those of the simulator its table.
const ABUSE: [(&str, &str, &str); 2] = [
    ("--package pcsc-sim-capi --lib", "/sim-capi/src/lib.rs", "abuse"),
    ("--package pcsc-sim --test boundary", "/sim/tests/boundary.rs", ""),
];

/// Runs the abuse under valgrind and, with a nightly compiler where this machine has one, under AddressSanitizer.
fn first(root: &Path) -> Result<()> {
    for (_, source, arguments) in ABUSE {
        memcheck(root, source, arguments)?;
    }
    let Some(host) = host_with("AddressSanitizer")? else {
        return Ok(());
    };
    if !are_here(&[NIGHTLY], "AddressSanitizer")? {
        return Ok(());
    }
    for (built_by, source, arguments) in ABUSE {
        // A target that is named, so that build scripts and macros are built without the sanitizer.
        let words = format!("test {built_by} --target {host} -- {arguments}");
        let mut test = Toolchain::Rustup(NIGHTLY).cargo(root, &words)?;
        test.env("RUSTFLAGS", "-Zsanitizer=address");
        test.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        tally::run(&mut test)?;
        println!("AddressSanitizer finds nothing in the tests of {source}");
    }
    Ok(())
}
