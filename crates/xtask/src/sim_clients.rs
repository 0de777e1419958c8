//! Stages `sim-clients` and `sim-boundary`: `libpcsc_sim.so` under other people's programs, and under abuse.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{cargo, host, run, target_folder, with_namespaces};
use crate::rustup::{self, NIGHTLY};
use crate::stage::Done;
use crate::{memcheck, setup};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// The tests that pass what no program should: what Cargo builds them by, their program and its argument.
///
/// Those of the library call every exported function from 32 threads, those of the simulator its table.
const ABUSE: [Program; 2] = [
    (&["--package", "pcsc-sim-capi", "--lib"], "pcsc_sim", &["abuse"]),
    (&["--package", "pcsc-sim", "--test", "boundary"], "boundary", &[]),
];

type Program = (&'static [&'static str], &'static str, &'static [&'static str]);

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

/// Runs the abuse under valgrind and, with a nightly compiler where this machine has one, under AddressSanitizer.
///
/// # Errors
/// What one of them found, or a test that failed; in CI, that there is no nightly compiler.
pub(crate) fn boundary(root: &Path) -> Result<Done, String> {
    for (selection, name, arguments) in ABUSE {
        memcheck::check(root, selection, name, arguments)?;
    }
    let host = host(root)?;
    if !rustup::has_sanitizer(&host) {
        return Ok(Done::LeftOut(format!(
            "AddressSanitizer: there is none for {host}"
        )));
    }
    if !setup::missing(&[NIGHTLY])?.is_empty() {
        return setup::left_out(
            "AddressSanitizer (not installed: nightly; rustup toolchain install nightly)".to_owned(),
        );
    }
    for program in ABUSE {
        address_sanitizer(root, &host, program)?;
    }
    Ok(Done::All)
}

fn address_sanitizer(root: &Path, host: &str, (selection, name, arguments): Program) -> Result<(), String> {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root);
    rustup.args(["run", NIGHTLY, "cargo", "test"]).args(selection);
    // A target that is named, so that build scripts and macros are built without the sanitizer.
    rustup.args(["--target", host, "--target-dir"]);
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
