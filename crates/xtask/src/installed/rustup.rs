//! What the tests need of Rust itself: the components that a minimal toolchain lacks, and other compilers.

use std::path::Path;

use anyhow::Result;

use crate::installed::debian;
use crate::programs::cargo::{cargo, host};
use crate::programs::command::{call, outcome, run, stdout};
use crate::programs::search_path::exists;

/// A component or a toolchain.
struct Part {
    /// The name that stages need it by.
    name: &'static str,
    is_here: fn() -> bool,
    /// What rustup gets it with.
    install: &'static str,
    /// Where else it may be from.
    or: &'static str,
}

/// The version of the oldest compiler that the workspace promises to build with.
pub(crate) const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// That compiler, as stages need it.
pub(crate) const OLDEST_COMPILER: &str = concat!("rust-", env!("CARGO_PKG_RUST_VERSION"));

/// The compiler that has the sanitizers.
pub(crate) const NIGHTLY: &str = "nightly";

/// The standard library's sources, with a compiler that builds them.
pub(crate) const STD_SOURCES: &str = "rust-src";

const PARTS: [Part; 5] = [
    Part {
        name: "rustfmt",
        is_here: || has_command("fmt"),
        install: "component add rustfmt",
        or: "",
    },
    Part {
        name: "clippy",
        is_here: || has_command("clippy"),
        install: "component add clippy",
        or: "",
    },
    Part {
        name: NIGHTLY,
        is_here: || has_toolchain(NIGHTLY) || !host().is_ok_and(|host| has_sanitizer(&host)),
        install: "toolchain install nightly --profile minimal",
        or: "",
    },
    Part {
        name: OLDEST_COMPILER,
        is_here: || has_oldest() || debian::version(DEBIANS_OLDEST).is_ok_and(|version| version.is_some()),
        install: concat!(
            "toolchain install ",
            env!("CARGO_PKG_RUST_VERSION"),
            " --profile minimal --target i686-unknown-linux-gnu --target aarch64-unknown-linux-gnu",
            " --target s390x-unknown-linux-gnu"
        ),
        or: ", or Debian's rustc-web",
    },
    Part {
        name: STD_SOURCES,
        is_here: || has_std_sources(NIGHTLY) || debian_has_newer(),
        install: "component add rust-src --toolchain nightly",
        or: ", or Debian's rust-web-src of bookworm-security",
    },
];

/// Debian's compilers for web browsers: that version, and the newest one.
pub(crate) const DEBIANS_OLDEST: &str = concat!("rustc-web=", env!("CARGO_PKG_RUST_VERSION"), ".*");
pub(crate) const DEBIANS_NEWEST: &str = "rustc-web";

/// The targets whose standard library comes with the oldest compiler, each with Debian's name of the processor.
pub(crate) const TARGETS: [(&str, &str); 3] = [
    ("i686-unknown-linux-gnu", "i386"),
    ("aarch64-unknown-linux-gnu", "arm64"),
    ("s390x-unknown-linux-gnu", "s390x"),
];

/// Returns the names of all parts.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|part| part.name)
}

/// Whether a part is here, or none is needed on this machine; `None` for another name.
pub(crate) fn has(name: &str) -> Option<bool> {
    part(name).map(|part| (part.is_here)())
}

/// Returns a name as what cannot be installed here is told of: with what rustup gets it by, where that is its.
pub(crate) fn with_remedy(name: &str) -> String {
    match part(name) {
        Some(part) => format!("{name} (rustup {}{})", part.install, part.or),
        None => name.to_owned(),
    }
}

/// Asks rustup, where there is one, for what is missing. Without a network it fails, and the stages are left out.
pub(crate) fn install() {
    let is_missing = |part: &&Part| exists("rustup") && !(part.is_here)();
    for part in PARTS.iter().filter(is_missing) {
        println!("   installing {}", part.name);
        if let Err(error) = run(&mut call("rustup", part.install)) {
            println!("{error}");
        }
    }
}

/// Whether a target has AddressSanitizer and ThreadSanitizer, of those that the tests run on.
pub(crate) fn has_sanitizer(target: &str) -> bool {
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].contains(&target)
}

/// Tells whether rustup has the oldest compiler, with all of its targets.
pub(crate) fn has_oldest() -> bool {
    TARGETS.iter().all(|(target, _)| has_in_sysroot(OLDEST, target))
}

/// Tells whether a compiler of rustup's has the sources of the standard library.
pub(crate) fn has_std_sources(toolchain: &str) -> bool {
    has_in_sysroot(toolchain, "src/rust/library/Cargo.toml")
}

/// Returns the folder of a compiler of rustup's. It need not be the one that runs this.
pub(crate) fn sysroot(toolchain: &str) -> Result<String> {
    let sysroot = stdout(&mut call(
        "rustup",
        &format!("run {toolchain} rustc --print sysroot"),
    ))?;
    Ok(sysroot.trim().to_owned())
}

fn part(name: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.name == name)
}

/// Whether Cargo has this command: rustup puts a program of its own in the place of one that is missing.
fn has_command(name: &str) -> bool {
    let mut help = cargo(Path::new("."), &format!("{name} -h"));
    outcome(&mut help).is_ok_and(|(status, _)| status.success())
}

fn has_toolchain(name: &str) -> bool {
    sysroot(name).is_ok()
}

fn has_in_sysroot(toolchain: &str, path: &str) -> bool {
    sysroot(toolchain).is_ok_and(|sysroot| Path::new(&sysroot).join("lib/rustlib").join(path).exists())
}

/// Tells whether Debian has a compiler that is newer than the oldest one: that does not build the standard library for tests.
fn debian_has_newer() -> bool {
    let is_newer = |version: String| !version.starts_with(concat!(env!("CARGO_PKG_RUST_VERSION"), "."));
    debian::version(DEBIANS_NEWEST).is_ok_and(|version| version.is_some_and(is_newer))
}

#[cfg(test)]
mod tests {
    use super::{has, has_command, has_sanitizer, has_std_sources, has_toolchain, with_remedy};

    #[test]
    fn what_is_not_there_is_missing() {
        assert!(has_command("build") && !has_command("no-such-command"));
        assert!(!has_toolchain("no-such-toolchain") && !has_std_sources("no-such-toolchain"));
        assert_eq!(has("gcc"), None);
    }

    #[test]
    fn what_is_rusts_is_told_with_its_remedy() {
        assert_eq!(with_remedy("clippy"), "clippy (rustup component add clippy)");
        assert_eq!(with_remedy("gcc"), "gcc");
    }

    #[test]
    fn there_is_no_sanitizer_for_musl() {
        assert!(has_sanitizer("aarch64-unknown-linux-gnu"));
        assert!(!has_sanitizer("x86_64-unknown-linux-musl"));
    }
}
