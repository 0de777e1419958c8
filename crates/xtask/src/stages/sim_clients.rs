//! Stage `sim-clients`: `libpcsc_sim.so` under other people's programs, and under programs in C that do what is rare.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command;
use crate::privileges::with_namespaces;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-clients",
    about: "other people's programs run on libpcsc_sim.so as on pcscd, with signals, forks and small stacks too",
    needs: &[
        "gcc",
        "libc6-dev",
        "binutils",
        "libpcsclite1",
        "libpcsclite-dev",
        "pcscd",
        "vsmartcard-vpcd",
        "opensc",
        "pcsc-tools",
        "python3-pyscard",
        "scdaemon",
        "default-jdk-headless",
        "valgrind",
    ],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Builds the library and runs programs on it, preloaded and by its link, and on pcscd: they must print the same. Those in C
/// run on the library with and without optimisation.
///
/// # Errors
/// A program printed something else, failed, or did not end.
fn run(root: &Path) -> Result<Done, String> {
    for profile in ["dev", "release"] {
        let mut build = cargo(root);
        build.args(["build", "--package", "pcsc-sim-capi", "--profile", profile]);
        command::run(&mut build, DEADLINE)?;
    }
    for program in ["clients", "configured", "programs"] {
        let mut test = cargo(root);
        test.args(["test", "--package", "pcsc-sim-capi", "--test", program]);
        tally::run(&mut with_namespaces(test), DEADLINE)?;
    }
    Ok(Done::All)
}
