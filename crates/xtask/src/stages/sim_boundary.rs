//! Stage `sim-boundary`: `libpcsc_sim.so` and the simulator's table under abuse.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cargo::{host, target_folder};
use crate::command::{BUILD, Words};
use crate::requirements::{C, missing};
use crate::rustup::{self, NIGHTLY};
use crate::stage::{Done, Stage, not_installed};
use crate::tally;
use crate::valgrind::memcheck;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-boundary",
    about: "valgrind and AddressSanitizer find nothing when libpcsc_sim.so is abused from 32 threads",
    needs: &[C, &["valgrind"]],
    run,
    rest: None,
};

/// The tests that pass what no program should: what Cargo builds them by, their sources, and their arguments.
///
/// Those of the library call every exported function from 32 threads, those of the simulator its table.
const ABUSE: [(&str, &str, &str); 2] = [
    (
        "--package pcsc-sim-capi --lib",
        "/crates/sim-capi/src/lib.rs",
        "abuse",
    ),
    (
        "--package pcsc-sim --test boundary",
        "/crates/sim/tests/boundary.rs",
        "",
    ),
];

/// Runs the abuse under valgrind and, with a nightly compiler where this machine has one, under AddressSanitizer.
fn run(root: &Path) -> Result<Done> {
    for (_, source, arguments) in ABUSE {
        memcheck(root, source, arguments)?;
    }
    let host = host(root)?;
    if !rustup::has_sanitizer(&host) {
        return Ok(Done::LeftOut(format!(
            "AddressSanitizer: there is none for {host}"
        )));
    }
    if !missing(&[NIGHTLY])?.is_empty() {
        return not_installed(
            "AddressSanitizer (not installed: nightly; rustup toolchain install nightly)".into(),
        );
    }
    for (built_by, source, arguments) in ABUSE {
        let mut rustup = Command::new("rustup");
        rustup
            .args(["run", NIGHTLY, "cargo", "test"])
            .words(built_by)
            .current_dir(root);
        // A target that is named, so that build scripts and macros are built without the sanitizer.
        rustup.args(["--target", &host, "--target-dir"]);
        // Its own folder: two compilers in one would build everything anew at each change between them.
        rustup
            .arg(target_folder(root).join("address-sanitizer"))
            .arg("--")
            .words(arguments);
        rustup
            .env("RUSTFLAGS", "-Zsanitizer=address")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TERM_COLOR", "never");
        // Set by the Cargo and the rustup that run this, and in the way of another toolchain.
        rustup.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
        tally::run(&mut rustup, BUILD)?;
        println!("AddressSanitizer finds nothing in the tests of {source}");
    }
    Ok(Done::All)
}
