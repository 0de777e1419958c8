//! Stage `pcscd`: the tests that need a daemon.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command::{self, MINUTE, stdout};
use crate::privileges::with_namespaces;
use crate::search_path::program;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "pcscd",
    about: "tests against a private pcscd with virtual readers, loaded and linked",
    needs: &[
        "gcc",
        "libc6-dev",
        "pkg-config",
        "libpcsclite-dev",
        "libpcsclite1",
        "pcscd",
        "vsmartcard-vpcd",
        "strace",
        "pcsc-tools",
        "python3-pyscard",
    ],
    run,
    rest: None,
};

/// The version of pcscd that the records in `crates/sim/tests/agreement` are of.
const RECORDED: &str = "1.9.9";

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Runs the tests that need a daemon, loaded and linked.
///
/// # Errors
/// A test failed, or pcscd does not tell its version.
fn run(root: &Path) -> Result<Done, String> {
    // Tests run the examples' programs.
    command::run(cargo(root).args(["build", "--workspace", "--examples"]), DEADLINE)?;
    let mut loaded = cargo(root);
    loaded.args(["test", "--workspace", "--tests", "--", "--ignored"]);
    // pcscd looks for cards in intervals: the tests wait more than they work.
    loaded.arg("--test-threads=4");
    tally::run(&mut with_namespaces(loaded), DEADLINE)?;
    let mut linked = cargo(root);
    linked.args(["test", "--package", "pcsc-sys", "--features", "link"]);
    linked.args(["--tests", "--", "--ignored"]);
    // The linked library has one table of readers for a process, and each test has a daemon.
    linked.arg("--test-threads=1");
    tally::run(&mut with_namespaces(linked), DEADLINE)?;
    let version = pcscd_version()?;
    if version == RECORDED {
        return Ok(Done::All);
    }
    Ok(Done::LeftOut(format!(
        "the records of what calls return are of pcscd {RECORDED}, this is {version}: compared with the simulator alone"
    )))
}

/// Asks the installed pcscd for its version.
fn pcscd_version() -> Result<String, String> {
    let program = program("pcscd").ok_or("there is no pcscd")?;
    let output = stdout(Command::new(program).arg("--version"), MINUTE)?;
    version(&output)
        .map(str::to_owned)
        .ok_or_else(|| format!("{output}\npcscd does not tell its version"))
}

/// Reads pcscd's line `pcsc-lite version 1.9.9.`.
fn version(output: &str) -> Option<&str> {
    let (_, rest) = output.split_once("version ")?;
    let version = rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next()?;
    Some(version.trim_end_matches('.')).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{RECORDED, version};

    #[test]
    fn the_version_is_pcscds() {
        assert_eq!(version("pcsc-lite version 1.9.9.\nCopyright"), Some("1.9.9"));
        assert_eq!(version("pcsc-lite version 2.3.1\n"), Some("2.3.1"));
        assert_eq!(version("pcscd: no such option"), None);
    }

    #[test]
    fn the_records_are_of_this_version() {
        let tests = include_str!("../../../sim/tests/agreement/main.rs");
        assert!(tests.contains(&format!("const VERSION: &str = \"{RECORDED}\";")));
    }
}
