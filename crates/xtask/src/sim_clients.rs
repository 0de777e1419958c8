//! Stages `sim-clients` and `sim-boundary`: `libpcsc_sim.so` under other people's programs, and under abuse.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{cargo, run, target_folder, with_namespaces, with_output};
use crate::memcheck;
use crate::stage::Done;

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// What Cargo builds the library's own tests by.
const TESTS: [&str; 3] = ["--package", "pcsc-sim-capi", "--lib"];
/// The tests that call every exported function with what no program should pass, from 32 threads.
const ABUSE: &str = "abuse";
/// The sanitizer needs a target that is named, so that build scripts and macros are built without it.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the library and runs programs on it, preloaded and by its link, and on pcscd: they must print the same.
///
/// # Errors
/// A program printed something else, failed, or did not end.
pub(crate) fn clients(root: &Path) -> Result<Done, String> {
    run(
        cargo(root).args(["build", "--package", "pcsc-sim-capi"]),
        DEADLINE,
    )?;
    let mut test = cargo(root);
    test.args(["test", "--package", "pcsc-sim-capi", "--test", "clients"]);
    run(&mut with_namespaces(test), DEADLINE)?;
    Ok(Done::All)
}

/// Runs the abuse under valgrind and, where there is a nightly compiler for this machine, under AddressSanitizer.
///
/// # Errors
/// What one of them found, or a test that failed.
pub(crate) fn boundary(root: &Path) -> Result<Done, String> {
    memcheck::check(root, &TESTS, "pcsc_sim", &[ABUSE])?;
    match nightly() {
        Ok(()) => address_sanitizer(root).map(|()| Done::All),
        Err(why) => Ok(Done::LeftOut(format!("AddressSanitizer: {why}"))),
    }
}

fn address_sanitizer(root: &Path) -> Result<(), String> {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root);
    rustup.args(["run", "nightly", "cargo", "test"]).args(TESTS);
    rustup.args(["--target", TARGET, "--target-dir"]);
    // Its own folder: two compilers in one would build everything anew at each change between them.
    rustup.arg(target_folder(root).join("address-sanitizer"));
    rustup.args(["--", ABUSE]);
    rustup.env("RUSTFLAGS", "-Zsanitizer=address").env_remove("CARGO");
    // Set by the rustup that runs this, and in the way of another toolchain.
    rustup
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("CARGO_TERM_COLOR", "never");
    run(&mut rustup, DEADLINE)?;
    println!("AddressSanitizer finds nothing in pcsc_sim");
    Ok(())
}

/// Says why there is no nightly compiler with this target's sanitizer.
fn nightly() -> Result<(), String> {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", "nightly", "rustc", "--version", "--verbose"]);
    let (status, output) = with_output(&mut rustc, DEADLINE).map_err(|error| format!("rustup: {error}"))?;
    if status.success() && output.contains(&format!("host: {TARGET}")) {
        Ok(())
    } else {
        Err(format!("there is no nightly compiler for {TARGET}"))
    }
}
