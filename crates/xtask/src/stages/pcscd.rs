//! Stage `pcscd`: the tests that need a daemon.

use std::path::Path;
use std::thread;

use anyhow::{Result, anyhow};
use machine::downloads::pcsclite::PcscLite;
use machine::installed::{BINDGEN, DAEMON};
use machine::left_out::not_installed;
use machine::programs::{Words, cargo, run, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::SUITE;

pub(crate) const STAGE: Stage = Stage {
    name: "pcscd",
    about: "tests against a private pcscd with virtual readers, loaded and linked, and of recordings with tshark; with --all the conformance suite linked, too",
    needs: &[BINDGEN, DAEMON, "strace pcsc-tools python3-pyscard tshark"],
    first,
    rest: Some(|root| test(root, LINKED, "--test conformance --test load", "--test-threads=1")),
};

/// All features: `link` wins.
const LINKED: &str = "--package pcsc-sys --all-features";

/// The version of pcscd that the records in `crates/sim/tests/agreement` are of.
const RECORDED: &str = "1.9.9";

fn first(root: &Path) -> Result<()> {
    // Tests run the examples' programs.
    run(cargo(root, "build --examples").words(SUITE))?;
    // pcscd looks for cards in intervals: the tests wait more than they work, and one does nothing for a minute.
    thread::scope(|scope| {
        let idle = scope.spawn(|| test(root, SUITE, "--test idle", ""));
        let skipped = "--test-threads=8 --skip sixteen_idle_readers --skip a_static_program";
        test(root, SUITE, "--tests", skipped)?;
        let idle = idle.join();
        idle.map_err(|_| anyhow!("the test of idle readers panicked"))?
    })?;
    // What linking can change: beginnings and ends, in several threads and processes. The library has one table of readers
    // for a process, and each test has a daemon.
    let programs = "--test causes --test clients --test fork --test library --test releases";
    test(root, LINKED, programs, "--test-threads=1")?;
    match PcscLite::installed()?.version.as_str() {
        RECORDED => Ok(()),
        version => not_installed(format!(
            "the records of what calls return are of pcscd {RECORDED}, this is {version}: compared with the simulator alone"
        )),
    }
}

fn test(root: &Path, packages: &str, programs: &str, arguments: &str) -> Result<()> {
    let words = format!("test {packages} {programs} -- --ignored {arguments}");
    tally::run(&mut with_namespaces(cargo(root, &words))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::RECORDED;

    #[test]
    fn the_records_are_of_this_version() {
        let tests = include_str!("../../../sim/tests/agreement/main.rs");
        assert!(tests.contains(&format!("const VERSION: &str = \"{RECORDED}\";")));
    }
}
