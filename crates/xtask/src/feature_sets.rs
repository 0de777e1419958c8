//! The feature sets of pcsc-sys, and those of pcsc-session.

use std::process::Command;

use anyhow::Result;

use crate::command::Words;
use crate::requirements::{BINDGEN, LINK, missing};
use crate::stage::{Done, not_installed};

/// Every set of the features.
pub(crate) const ALL: [&str; 10] = [
    "",
    "native",
    "load,native",
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

/// What is type-checked: with all features `link` wins, and what `load` and neither of them compile is other code.
pub(crate) const TYPE_CHECKED: [&str; 5] = [
    "--workspace --all-features",
    "--workspace",
    "--package pcsc-sys --no-default-features",
    "--package pcsc-sys --no-default-features --features native",
    "--package pcsc-session",
];

/// pcsc-session alone, without `stream` and with nothing else: the workspace's tests have both `load` and `stream`.
pub(crate) const SESSION: [&str; 2] = [
    "--package pcsc-session",
    "--package pcsc-session --no-default-features --features stream",
];

/// The sets that can be built on this machine, and what was left out.
pub(crate) fn sets_for_this_machine() -> Result<(Vec<&'static str>, Done)> {
    let (mut sets, mut left_out) = (Vec::new(), Vec::new());
    for set in ALL {
        match missing(packages_for(set))? {
            missing if missing.is_empty() => sets.push(set),
            missing => left_out.push(format!(
                "the features {set} (not installed: {})",
                missing.join(", ")
            )),
        }
    }
    if left_out.is_empty() {
        return Ok((sets, Done::All));
    }
    Ok((sets, not_installed(left_out.join("; "))?))
}

fn packages_for(set: &str) -> &'static [&'static str] {
    if set.contains("bindgen") {
        BINDGEN
    } else if set.contains("link") {
        LINK
    } else {
        &[]
    }
}

/// Adds the arguments that build pcsc-sys with this set alone.
pub(crate) fn only_with<'c>(command: &'c mut Command, set: &str) -> &'c mut Command {
    command
        .words("--package pcsc-sys --no-default-features --features")
        .arg(set)
}
