//! Stage `sim-clients`: `libpcsc_sim.so` under other people's programs, and under programs in C that do what is rare.

use std::path::Path;

use anyhow::Result;

use crate::cargo::cargo;
use crate::command::{self, BUILD, Words};
use crate::privileges::with_namespaces;
use crate::requirements::{C, DAEMON};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-clients",
    about: "other people's programs run on libpcsc_sim.so, and with libpcsclite on a simulator that is served, as on pcscd",
    needs: &[
        C,
        DAEMON,
        &[
            "binutils",
            "libpcsclite-dev",
            "opensc",
            "pcsc-tools",
            "python3-pyscard",
            "scdaemon",
        ],
        &["default-jdk-headless", "valgrind"],
    ],
    run,
    rest: None,
};

/// Builds the library and runs programs on it, preloaded and by its link, and on pcscd: they must print the same. Those in C
/// run on the library with and without optimisation.
fn run(root: &Path) -> Result<Done> {
    for profile in ["dev", "release"] {
        command::run(
            cargo(root)
                .words("build --package pcsc-sim-capi --profile")
                .arg(profile),
            BUILD,
        )?;
    }
    for program in ["clients", "configured", "programs", "served"] {
        let mut test = cargo(root);
        test.words("test --package pcsc-sim-capi --test").arg(program);
        tally::run(&mut with_namespaces(test), BUILD)?;
    }
    Ok(Done::All)
}
