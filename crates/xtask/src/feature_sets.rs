//! The feature sets of pcsc-sys, and the tests in each.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{cargo, run, with_namespaces};
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
/// A test failed.
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
    Ok(Done::All)
}
