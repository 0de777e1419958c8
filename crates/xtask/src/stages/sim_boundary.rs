//! Stage `sim-boundary`: `libpcsc_sim.so` and the simulator's table under abuse.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cargo::{host, target_folder};
use crate::requirements::missing;
use crate::rustup::{self, NIGHTLY};
use crate::stage::{Done, Stage, not_installed};
use crate::tally;
use crate::valgrind::{TestProgram, memcheck};

pub(crate) const STAGE: Stage = Stage {
    name: "sim-boundary",
    about: "valgrind and AddressSanitizer find nothing when libpcsc_sim.so is abused from 32 threads",
    needs: &["gcc", "libc6-dev", "valgrind"],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// The tests that pass what no program should.
///
/// Those of the library call every exported function from 32 threads, those of the simulator its table.
const ABUSE: [TestProgram; 2] = [
    TestProgram {
        built_by: &["--package", "pcsc-sim-capi", "--lib"],
        name: "pcsc_sim",
        arguments: &["abuse"],
    },
    TestProgram {
        built_by: &["--package", "pcsc-sim", "--test", "boundary"],
        name: "boundary",
        arguments: &[],
    },
];

/// Runs the abuse under valgrind and, with a nightly compiler where this machine has one, under AddressSanitizer.
///
/// # Errors
/// What one of them found, or a test that failed; in CI, that there is no nightly compiler.
fn run(root: &Path) -> Result<Done, String> {
    for program in &ABUSE {
        memcheck(root, program)?;
    }
    let host = host(root)?;
    if !rustup::has_sanitizer(&host) {
        return Ok(Done::LeftOut(format!(
            "AddressSanitizer: there is none for {host}"
        )));
    }
    if !missing(&[NIGHTLY])?.is_empty() {
        return not_installed(
            "AddressSanitizer (not installed: nightly; rustup toolchain install nightly)".to_owned(),
        );
    }
    for program in &ABUSE {
        address_sanitizer(root, &host, program)?;
    }
    Ok(Done::All)
}

fn address_sanitizer(root: &Path, host: &str, program: &TestProgram) -> Result<(), String> {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root);
    rustup
        .args(["run", NIGHTLY, "cargo", "test"])
        .args(program.built_by);
    // A target that is named, so that build scripts and macros are built without the sanitizer.
    rustup.args(["--target", host, "--target-dir"]);
    // Its own folder: two compilers in one would build everything anew at each change between them.
    rustup.arg(target_folder(root).join("address-sanitizer"));
    rustup.arg("--").args(program.arguments);
    rustup.env("RUSTFLAGS", "-Zsanitizer=address").env_remove("CARGO");
    // Set by the rustup that runs this, and in the way of another toolchain.
    rustup
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("CARGO_TERM_COLOR", "never");
    tally::run(&mut rustup, DEADLINE)?;
    println!("AddressSanitizer finds nothing in {}", program.name);
    Ok(())
}
