//! Stage `sim-clients`: `libpcsc_sim.so` under other people's programs.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command;
use crate::privileges::with_namespaces;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-clients",
    about: "opensc-tool, pcsc_scan and pyscard on libpcsc_sim.so print what they print on pcscd",
    needs: &[
        "gcc",
        "libc6-dev",
        "binutils",
        "libpcsclite1",
        "pcscd",
        "vsmartcard-vpcd",
        "opensc",
        "pcsc-tools",
        "python3-pyscard",
    ],
    run,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Builds the library and runs programs on it, preloaded and by its link, and on pcscd: they must print the same.
///
/// # Errors
/// A program printed something else, failed, or did not end.
fn run(root: &Path) -> Result<Done, String> {
    command::run(
        cargo(root).args(["build", "--package", "pcsc-sim-capi"]),
        DEADLINE,
    )?;
    let mut test = cargo(root);
    test.args(["test", "--package", "pcsc-sim-capi", "--test", "clients"]);
    tally::run(&mut with_namespaces(test), DEADLINE)?;
    Ok(Done::All)
}
