//! `cargo xtask fuzz [SECONDS]`: runs each fuzz target for so long, ten minutes by default.
//!
//! It needs the nightly compiler, a C++ compiler and `cargo install cargo-fuzz`. `cargo xtask test` runs the properties instead.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use machine::programs::{DEADLINE, Words, call, run, run_within, stdout};

/// The packages of fuzz targets.
const PACKAGES: [&str; 4] = [
    "crates/iso7816/fuzz",
    "crates/session/fuzz",
    "crates/sim/fuzz",
    "fuzz",
];

/// Runs the targets, one after the other.
pub(crate) fn fuzz(root: &Path, seconds: &str) -> Result<()> {
    let time = seconds.parse().map(Duration::from_secs);
    let time = time.with_context(|| format!("{seconds} is no number of seconds"))?;
    for package in PACKAGES {
        let package = root.join(package);
        run(&mut cargo_fuzz(&package, "--version"))
            .context("install it: rustup toolchain install nightly; cargo install cargo-fuzz; and g++")?;
        run(&mut cargo_fuzz(&package, "build"))?;
        for target in stdout(&mut cargo_fuzz(&package, "list"))?.lines() {
            // An input that takes a minute hangs.
            let words = format!("run {target} -- -max_total_time={seconds} -timeout=60 -print_final_stats=1");
            let output = run_within(&mut cargo_fuzz(&package, &words), time + DEADLINE)?;
            // `stat::number_of_executed_units: 123`
            let executions = output.lines().find(|line| line.contains("executed_units"));
            let executions = executions.unwrap_or_default();
            println!("{target:<14}{seconds} s, no finding, {executions}");
        }
    }
    Ok(())
}

fn cargo_fuzz(package: &Path, words: &str) -> Command {
    let mut cargo = call("cargo", "+nightly fuzz");
    // Not the Cargo that runs this program: that one is of another toolchain.
    cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    cargo.words(words).current_dir(package);
    cargo
}
