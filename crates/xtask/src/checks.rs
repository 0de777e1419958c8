//! What can be said of the sources without running them.

use std::path::Path;
use std::time::Duration;

use crate::command::{cargo, run};
use crate::feature_sets::{DEFAULT, select, usable};
use crate::setup::{self, BINDGEN};
use crate::stage::Done;
use crate::{package, readme};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Checks the formatting.
///
/// # Errors
/// A file is not formatted.
pub(crate) fn format(root: &Path) -> Result<Done, String> {
    run(
        cargo(root).args(["fmt", "--all", "--check", "--", "--color", "never"]),
        DEADLINE,
    )
    .map(|_| Done::All)
}

/// Runs clippy on the workspace, by default and with all features, and on pcsc-sys in every feature set.
///
/// # Errors
/// A warning.
pub(crate) fn lint(root: &Path) -> Result<Done, String> {
    const STRICT: [&str; 4] = ["--all-targets", "--", "-D", "warnings"];
    let (sets, done) = usable()?;
    run(cargo(root).args(["clippy", "--workspace"]).args(STRICT), DEADLINE)?;
    // The workspace's run has looked at the default set.
    for set in sets.into_iter().filter(|set| *set != DEFAULT) {
        run(select(cargo(root).arg("clippy"), set).args(STRICT), DEADLINE)?;
    }
    if done == Done::All {
        run(
            cargo(root)
                .args(["clippy", "--workspace", "--all-features"])
                .args(STRICT),
            DEADLINE,
        )?;
    }
    Ok(done)
}

/// Checks format and lints of the packages outside the workspace, which its own do not reach.
///
/// # Errors
/// A difference, a warning.
pub(crate) fn packages(root: &Path) -> Result<Done, String> {
    for package in ["crates/session/fuzz", "tests/drop-in", "tests/cost"] {
        package::tidy(root, &root.join(package))?;
    }
    Ok(Done::All)
}

/// Makes the documentation, by default and with all features, and compiles the README's Rust.
///
/// # Errors
/// A warning; in the README an error.
pub(crate) fn docs(root: &Path) -> Result<Done, String> {
    let doc = |features: &[&str]| {
        let mut command = cargo(root);
        command
            .args(["doc", "--workspace", "--no-deps"])
            .args(features)
            .env("RUSTDOCFLAGS", "-Dwarnings");
        run(&mut command, DEADLINE)
    };
    doc(&[])?;
    readme::check(root)?;
    let missing = setup::missing(BINDGEN)?;
    if !missing.is_empty() {
        return setup::left_out(format!("all features (not installed: {})", missing.join(", ")));
    }
    doc(&["--all-features"])?;
    Ok(Done::All)
}

/// Compares the committed bindings with what this machine's headers give.
///
/// # Errors
/// They differ.
pub(crate) fn bindings(root: &Path) -> Result<Done, String> {
    with_their_headers(root, |root| crate::bindings::bindings(root, true))
}

/// Runs a check that compares the committed bindings, where this machine has the headers that they were made from.
///
/// # Errors
/// The check's own.
pub(crate) fn with_their_headers(
    root: &Path,
    check: fn(&Path) -> Result<(), String>,
) -> Result<Done, String> {
    let committed = crate::bindings::committed_version(root)?;
    let installed = crate::bindings::pcsclite_version()?;
    if committed != installed {
        return Ok(Done::LeftOut(format!(
            "the bindings are those of pcsc-lite {committed}, the headers here are of {installed}: not compared"
        )));
    }
    check(root).map(|()| Done::All)
}
