//! Stage `sim-clients`: `libpcsc_sim.so` under other people's programs, and under programs in C that do what is rare.

use std::path::Path;

use anyhow::Result;
use machine::installed::{C, DAEMON};
use machine::programs::{Words, cargo, run, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::SUITE;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-clients",
    about: "other people's programs run on libpcsc_sim.so, and with libpcsclite on a simulator that is served, as on pcscd",
    needs: &[
        C,
        DAEMON,
        "binutils libpcsclite-dev opensc pcsc-tools python3-pyscard scdaemon default-jdk-headless valgrind",
    ],
    first,
    rest: None,
};

/// Builds the library and runs programs on it, preloaded and by its link, and on pcscd: they must print the same. Those in C
/// run on the library with and without optimisation.
fn first(root: &Path) -> Result<()> {
    run(&mut cargo(root, "build --package pcsc-sim-capi --release"))?;
    run(cargo(root, "build --lib --examples").words(SUITE))?;
    let mut test = cargo(
        root,
        "test --test configured --test in_c --test on_the_library --test served",
    );
    test.words(SUITE).env("PCSC_TEST_BUILT", "1");
    tally::run(&mut with_namespaces(test)).map(drop)
}
