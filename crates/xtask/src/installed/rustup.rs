//! What the tests need of Rust itself: the components that a minimal toolchain lacks, and other compilers.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::installed::debian;
use crate::programs::cargo::{cargo, host};
use crate::programs::command::{self, MINUTE, Words};
use crate::programs::search_path::exists;

/// A component or toolchain: the name that stages need it by, whether it is here, and what rustup gets it with.
type Part = (&'static str, fn() -> bool, &'static str);

const PARTS: [Part; 5] = [
    ("rustfmt", || has_command("fmt"), "component add rustfmt"),
    ("clippy", || has_command("clippy"), "component add clippy"),
    (
        NIGHTLY,
        || has_toolchain(NIGHTLY),
        "toolchain install nightly --profile minimal",
    ),
    (
        OLDEST_COMPILER,
        || has_oldest() || debian_has(DEBIANS_OLDEST),
        concat!(
            "toolchain install ",
            env!("CARGO_PKG_RUST_VERSION"),
            " --profile minimal --target i686-unknown-linux-gnu --target aarch64-unknown-linux-gnu",
            " --target s390x-unknown-linux-gnu"
        ),
    ),
    (
        STD_SOURCES,
        || has_std_sources(NIGHTLY) || debian_has_newer(),
        "component add rust-src --toolchain nightly",
    ),
];

/// The compiler that has the sanitizers.
pub(crate) const NIGHTLY: &str = "nightly";

/// The version of the oldest compiler that the workspace promises to build with.
pub(crate) const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Debian's compilers for web browsers: that version, and the newest one.
pub(crate) const DEBIANS_OLDEST: &str = concat!("rustc-web=", env!("CARGO_PKG_RUST_VERSION"), ".*");
pub(crate) const DEBIANS_NEWEST: &str = "rustc-web";

/// The targets whose standard library comes with it, each with Debian's name of the processor.
pub(crate) const TARGETS: [(&str, &str); 3] = [
    ("i686-unknown-linux-gnu", "i386"),
    ("aarch64-unknown-linux-gnu", "arm64"),
    ("s390x-unknown-linux-gnu", "s390x"),
];

/// That compiler, as a stage needs it.
pub(crate) const OLDEST_COMPILER: &str = concat!(
    "Rust ",
    env!("CARGO_PKG_RUST_VERSION"),
    " (from rustup, or Debian's rustc-web)"
);

/// A compiler with the standard library's sources, as a stage needs it.
pub(crate) const STD_SOURCES: &str = "the standard library's sources (rust-src of rustup's nightly, or Debian's rust-web-src of bookworm-security)";

/// Long enough for a slow mirror.
const DOWNLOAD: Duration = Duration::from_secs(5 * 60);

/// The names of all that some stage uses on this machine.
pub(crate) fn names() -> Result<Vec<&'static str>> {
    let has_sanitizer = has_sanitizer(&host()?);
    let names = PARTS.iter().map(|(name, ..)| *name);
    Ok(names.filter(|name| *name != NIGHTLY || has_sanitizer).collect())
}

/// Returns a name as one that cannot be installed here is told of: with what rustup gets it by, where that is its.
pub(crate) fn with_remedy(name: &str) -> String {
    match PARTS.iter().find(|(part, ..)| *part == name) {
        Some((.., install)) => format!("{name} (rustup {install})"),
        None => name.to_owned(),
    }
}

/// Whether this toolchain has a component or rustup a toolchain; `None` for another name.
pub(crate) fn has(name: &str) -> Option<bool> {
    let part = PARTS.iter().find(|(part, ..)| *part == name);
    part.map(|(_, is_here, _)| is_here())
}

/// Whether a name is one that [`has`] answers for.
#[cfg(test)]
pub(crate) fn is_known(name: &str) -> bool {
    PARTS.iter().any(|(part, ..)| *part == name)
}

/// Asks rustup, where there is one, for what is missing. Without a network it fails, and the stages are left out.
pub(crate) fn install() -> Result<()> {
    if !exists("rustup") {
        return Ok(());
    }
    let names = names()?;
    for (name, is_here, install) in PARTS {
        if !names.contains(&name) || is_here() {
            continue;
        }
        println!("   installing {name}");
        if let Err(error) = command::run(Command::new("rustup").words(install), DOWNLOAD) {
            println!("{error}");
        }
    }
    Ok(())
}

/// Whether a target has AddressSanitizer and ThreadSanitizer, of those that the tests run on.
pub(crate) fn has_sanitizer(target: &str) -> bool {
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].contains(&target)
}

/// Whether Cargo has this command: rustup puts a program of its own in the place of one that is missing.
fn has_command(name: &str) -> bool {
    let mut help = cargo(Path::new("."));
    command::status_and_output(help.args([name, "-h"]), MINUTE).is_ok_and(|(status, _)| status.success())
}

/// Whether a compiler of rustup's runs: it need not be the one that runs this.
pub(crate) fn has_toolchain(name: &str) -> bool {
    rustc(name, &["--version"]).is_ok()
}

/// Tells whether rustup has the oldest compiler, with all of its targets.
pub(crate) fn has_oldest() -> bool {
    TARGETS.iter().all(|(target, _)| has_in_sysroot(OLDEST, target))
}

/// Tells whether a compiler of rustup's has the sources of the standard library.
pub(crate) fn has_std_sources(name: &str) -> bool {
    has_in_sysroot(name, "src/rust/library/Cargo.toml")
}

fn debian_has(package: &str) -> bool {
    debian::version(package).is_ok_and(|version| version.is_some())
}

/// Tells whether Debian has a compiler that is newer than the oldest one: that does not build the standard library for tests.
fn debian_has_newer() -> bool {
    let is_newer = |version: String| !version.starts_with(concat!(env!("CARGO_PKG_RUST_VERSION"), "."));
    debian::version(DEBIANS_NEWEST).is_ok_and(|version| version.is_some_and(is_newer))
}

fn has_in_sysroot(toolchain: &str, path: &str) -> bool {
    rustc(toolchain, &["--print", "sysroot"])
        .is_ok_and(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib").join(path).exists())
}

fn rustc(toolchain: &str, arguments: &[&str]) -> Result<String> {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", toolchain, "rustc"]).args(arguments);
    command::stdout(&mut rustc, MINUTE)
}

#[cfg(test)]
mod tests {
    use super::{
        has, has_command, has_sanitizer, has_std_sources, has_toolchain, is_known, names, with_remedy,
    };

    #[test]
    fn a_command_that_cargo_lacks_is_missing() {
        assert!(has_command("build"));
        assert!(!has_command("no-such-command"));
    }

    #[test]
    fn what_is_rusts_is_known_by_name() {
        assert!(names().unwrap().into_iter().all(is_known));
        assert_eq!(has("gcc"), None);
        assert_eq!(with_remedy("clippy"), "clippy (rustup component add clippy)");
        assert_eq!(with_remedy("gcc"), "gcc");
    }

    #[test]
    fn there_is_no_sanitizer_for_musl() {
        assert!(has_sanitizer("aarch64-unknown-linux-gnu"));
        assert!(!has_sanitizer("x86_64-unknown-linux-musl"));
    }

    #[test]
    fn a_toolchain_that_rustup_lacks_is_missing() {
        assert!(!has_toolchain("no-such-toolchain") && !has_std_sources("no-such-toolchain"));
    }
}
