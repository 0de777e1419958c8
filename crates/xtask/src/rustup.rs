//! What the tests need of Rust itself: the components that a minimal toolchain lacks, and a nightly compiler.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cargo::{cargo, host};
use crate::command::{self, MINUTE};
use crate::search_path::exists;

/// A component or toolchain, by the name that stages need it by.
struct Part {
    name: &'static str,
    is_here: fn() -> bool,
    /// What rustup gets it with.
    install: &'static [&'static str],
}

const PARTS: [Part; 3] = [
    Part {
        name: "rustfmt",
        is_here: || has_command("fmt"),
        install: &["component", "add", "rustfmt"],
    },
    Part {
        name: "clippy",
        is_here: || has_command("clippy"),
        install: &["component", "add", "clippy"],
    },
    Part {
        name: NIGHTLY,
        is_here: has_nightly,
        install: &["toolchain", "install", NIGHTLY, "--profile", "minimal"],
    },
];

/// The compiler that has AddressSanitizer.
pub(crate) const NIGHTLY: &str = "nightly";

/// Long enough for a slow mirror.
const DOWNLOAD: Duration = Duration::from_secs(5 * 60);

/// The names of all that some stage uses on this machine.
///
/// # Errors
/// Cargo does not say what machine this is.
pub(crate) fn names() -> Result<Vec<&'static str>, String> {
    let has_sanitizer = has_sanitizer(&host(Path::new("."))?);
    Ok(PARTS
        .iter()
        .map(|part| part.name)
        .filter(|name| *name != NIGHTLY || has_sanitizer)
        .collect())
}

/// Whether this toolchain has a component or rustup a toolchain; `None` for another name.
pub(crate) fn has(name: &str) -> Option<bool> {
    let part = PARTS.iter().find(|part| part.name == name)?;
    Some((part.is_here)())
}

/// Asks rustup, where there is one, for what is missing. Without a network it fails, and the stages are left out.
///
/// # Errors
/// Those of [`names`].
pub(crate) fn install() -> Result<(), String> {
    if !exists("rustup") {
        return Ok(());
    }
    let names = names()?;
    for part in PARTS
        .iter()
        .filter(|part| names.contains(&part.name) && !(part.is_here)())
    {
        println!("   installing {}", part.name);
        if let Err(error) = command::run(Command::new("rustup").args(part.install), DOWNLOAD) {
            println!("{error}");
        }
    }
    Ok(())
}

/// Whether a target has AddressSanitizer, of those that the tests run on.
pub(crate) fn has_sanitizer(target: &str) -> bool {
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].contains(&target)
}

/// Whether Cargo has this command: rustup puts a program of its own in the place of one that is missing.
fn has_command(name: &str) -> bool {
    let mut help = cargo(Path::new("."));
    command::status_and_output(help.args([name, "-h"]), MINUTE).is_ok_and(|(status, _)| status.success())
}

/// Whether the nightly compiler runs: by rustup, since it is not the one that runs this.
fn has_nightly() -> bool {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", NIGHTLY, "rustc", "--version"]);
    command::status_and_output(&mut rustc, MINUTE).is_ok_and(|(status, _)| status.success())
}

#[cfg(test)]
mod tests {
    use super::{has, has_command, has_sanitizer, names};

    #[test]
    fn a_command_that_cargo_lacks_is_missing() {
        assert!(has_command("build"));
        assert!(!has_command("no-such-command"));
    }

    #[test]
    fn what_is_rusts_is_known_by_name() {
        assert!(names().unwrap().into_iter().all(|name| has(name).is_some()));
        assert_eq!(has("gcc"), None);
    }

    #[test]
    fn there_is_no_sanitizer_for_musl() {
        assert!(has_sanitizer("aarch64-unknown-linux-gnu"));
        assert!(!has_sanitizer("x86_64-unknown-linux-musl"));
    }
}
