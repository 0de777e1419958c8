//! Stages `sim-clients` and `sim-boundary`: `libpcsc_sim.so` under other people's programs, and under abuse.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{cargo, run, target_folder, with_namespaces, with_output};
use crate::memcheck;
use crate::stage::Done;

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// The tests that pass what no program should: what Cargo builds them by, their program and its argument.
///
/// Those of the library call every exported function from 32 threads, those of the simulator its table.
const ABUSE: [Program; 2] = [
    (&["--package", "pcsc-sim-capi", "--lib"], "pcsc_sim", &["abuse"]),
    (&["--package", "pcsc-sim", "--test", "boundary"], "boundary", &[]),
];

type Program = (&'static [&'static str], &'static str, &'static [&'static str]);
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
/// What one of them found, or a test that failed; in CI, that there is no nightly compiler.
pub(crate) fn boundary(root: &Path) -> Result<Done, String> {
    for (selection, name, arguments) in ABUSE {
        memcheck::check(root, selection, name, arguments)?;
    }
    match nightly() {
        Ok(()) => {
            for (selection, name, arguments) in ABUSE {
                address_sanitizer(root, (selection, name, arguments))?;
            }
            Ok(Done::All)
        }
        Err(why) if is_ci() => Err(format!(
            "{why}, which CI is to have: rustup toolchain install nightly"
        )),
        Err(why) => Ok(Done::LeftOut(format!("AddressSanitizer: {why}"))),
    }
}

/// Whether this runs where nothing may be left out.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

fn address_sanitizer(root: &Path, (selection, name, arguments): Program) -> Result<(), String> {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root);
    rustup.args(["run", "nightly", "cargo", "test"]).args(selection);
    rustup.args(["--target", TARGET, "--target-dir"]);
    // Its own folder: two compilers in one would build everything anew at each change between them.
    rustup.arg(target_folder(root).join("address-sanitizer"));
    rustup.arg("--").args(arguments);
    rustup.env("RUSTFLAGS", "-Zsanitizer=address").env_remove("CARGO");
    // Set by the rustup that runs this, and in the way of another toolchain.
    rustup
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("CARGO_TERM_COLOR", "never");
    run(&mut rustup, DEADLINE)?;
    println!("AddressSanitizer finds nothing in {name}");
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
