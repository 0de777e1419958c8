//! The feature sets of pcsc-sys, and those of pcsc-session.

use anyhow::Result;
use machine::installed::{BINDGEN, LINK, are_here};

/// The workspace with all that its tests can use: what most stages build, so that it is built once for them; without what tests
/// the repository, which was built before, with other features in common.
pub(crate) const SUITE: &str = "--workspace --exclude xtask --exclude machine --exclude repository --features pcsc-sys/native,pcsc-sim/native,pcsc-sim/replay,pcsc-session/stream,\
     pcsc-session/record,pcsc-recording/read";

/// The set that is on by default.
pub(crate) const DEFAULT: &str = "load";

/// The set of all, in which `link` wins.
pub(crate) const EVERYTHING: &str = "load,link,bindgen,native";

/// The sets that together compile all there is.
pub(crate) const COVERING: [&str; 4] = [DEFAULT, "", "native", EVERYTHING];

/// The other ones: the same code, in other company.
const OTHER_SETS: [&str; 7] = [
    "link",
    "bindgen",
    "load,link",
    "load,bindgen",
    "link,bindgen",
    "load,native",
    "load,link,bindgen",
];

/// The workspace without the command `pcsc`: built together, all would have its features of pcsc-sys.
const WITHOUT_COMMAND: &str = "--workspace --exclude pcsc-cli";

/// The command `pcsc`.
pub(crate) const COMMAND: &str = "--package pcsc-cli";

/// What is type-checked elsewhere: the workspace and its root package with [`COVERING`], and the session without `stream` and
/// `record`.
pub(crate) const TYPE_CHECKED: [&str; 6] = [
    WITHOUT_COMMAND,
    COMMAND,
    "--workspace --all-features",
    "--package pcsc-sys --no-default-features",
    "--package pcsc-sys --no-default-features --features native",
    "--package pcsc-session",
];

/// pcsc-session alone, without `stream` and `record` and with them alone: the workspace's tests have `load`, too.
pub(crate) const SESSION: [&str; 2] = [
    "--package pcsc-session",
    "--package pcsc-session --no-default-features --features stream,record",
];

/// Returns all sets but this one.
pub(crate) fn all_but(one: &str) -> Vec<&'static str> {
    let sets = COVERING.into_iter().chain(OTHER_SETS);
    sets.filter(|set| *set != one).collect()
}

/// Does something with each of these sets that can be built on this machine, by the arguments that build pcsc-sys with it
/// alone.
pub(crate) fn for_each(sets: &[&str], mut run: impl FnMut(&str) -> Result<()>) -> Result<()> {
    for set in sets {
        let needs = match set {
            set if set.contains("bindgen") => &[BINDGEN],
            set if set.contains("link") => &[LINK],
            _ => &[""],
        };
        if are_here(needs, &format!("the features {set}"))? {
            run(&format!(
                "--package pcsc-sys --no-default-features --features={set}"
            ))?;
        }
    }
    Ok(())
}
