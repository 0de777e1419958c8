//! The feature sets of pcsc-sys, and the tests in each.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{MINUTE, cargo, run, stdout, with_namespaces};
use crate::setup;
use crate::stage::Done;

/// Every set of the features.
pub(crate) const ALL: [&str; 8] = [
    "",
    "load",
    "link",
    "bindgen",
    "load,link",
    "load,bindgen",
    "link,bindgen",
    "load,link,bindgen",
];

/// The set that is on by default.
pub(crate) const DEFAULT: &str = "load";

/// The version of pcscd that the records in `crates/sim/tests/agreement` are of.
const RECORDED: &str = "1.9.9";

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// The sets that can be built on this machine, and what was left out.
pub(crate) fn usable() -> Result<(Vec<&'static str>, Done), String> {
    let mut usable = Vec::new();
    let mut left_out = Vec::new();
    for set in ALL {
        let missing = setup::missing(needs(set))?;
        if missing.is_empty() {
            usable.push(set);
        } else {
            left_out.push(format!(
                "the features {set} (not installed: {})",
                missing.join(", ")
            ));
        }
    }
    let done = if left_out.is_empty() {
        Done::All
    } else {
        setup::left_out(left_out.join("; "))?
    };
    Ok((usable, done))
}

fn needs(set: &str) -> &'static [&'static str] {
    if set.contains("bindgen") {
        setup::BINDGEN
    } else if set.contains("link") {
        setup::LINK
    } else {
        &[]
    }
}

/// Adds the arguments that build pcsc-sys with this set alone.
pub(crate) fn select<'c>(command: &'c mut Command, set: &str) -> &'c mut Command {
    command.args([
        "--package",
        "pcsc-sys",
        "--no-default-features",
        "--features",
        set,
    ])
}

/// Runs the workspace's tests and, in every feature set, those of pcsc-sys; doctests too.
///
/// # Errors
/// A test failed.
pub(crate) fn unit(root: &Path) -> Result<Done, String> {
    let (sets, done) = usable()?;
    run(cargo(root).args(["test", "--workspace"]), DEADLINE)?;
    // The workspace's tests are those of the default set, too.
    for set in sets.into_iter().filter(|set| *set != DEFAULT) {
        run(select(cargo(root).arg("test"), set), DEADLINE)?;
    }
    Ok(done)
}

/// Runs the tests that need a daemon, loaded and linked.
///
/// # Errors
/// A test failed, or pcscd does not tell its version.
pub(crate) fn pcscd(root: &Path) -> Result<Done, String> {
    // Tests run the examples' programs.
    run(cargo(root).args(["build", "--workspace", "--examples"]), DEADLINE)?;
    let mut loaded = cargo(root);
    loaded.args(["test", "--workspace", "--tests", "--", "--ignored"]);
    // pcscd looks for cards in intervals: the tests wait more than they work.
    loaded.arg("--test-threads=4");
    run(&mut with_namespaces(loaded), DEADLINE)?;
    let mut linked = cargo(root);
    linked.args(["test", "--package", "pcsc-sys", "--features", "link"]);
    linked.args(["--tests", "--", "--ignored"]);
    // The linked library has one table of readers for a process, and each test has a daemon.
    linked.arg("--test-threads=1");
    run(&mut with_namespaces(linked), DEADLINE)?;
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
    let program = setup::program("pcscd").ok_or("there is no pcscd")?;
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
        let tests = include_str!("../../sim/tests/agreement/main.rs");
        assert!(tests.contains(&format!("const VERSION: &str = \"{RECORDED}\";")));
    }
}
