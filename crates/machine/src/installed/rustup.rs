//! What the tests need of Rust itself: the components that a minimal toolchain lacks, and other compilers.

use std::path::Path;

use anyhow::Result;

use crate::installed::debian;
use crate::left_out::leave_out;
use crate::programs::{call, cargo, exists, host, outcome, run, stdout};

/// The version of the oldest compiler that the workspace promises to build with.
pub const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// That compiler, as stages need it.
pub const OLDEST_COMPILER: &str = concat!("rust-", env!("CARGO_PKG_RUST_VERSION"));

/// The compiler that has the sanitizers.
pub const NIGHTLY: &str = "nightly";

/// The standard library's sources, with a compiler that builds them.
pub const STD_SOURCES: &str = "std-sources";

/// The components and toolchains: the name that stages need each by, what rustup gets it with, and where else it may be from.
const PARTS: [(&str, &str, &str); 5] = [
    ("rustfmt", "component add rustfmt", ""),
    ("clippy", "component add clippy", ""),
    (NIGHTLY, "toolchain install nightly --profile minimal", ""),
    (OLDEST_COMPILER, INSTALL_OLDEST, ", or Debian's rustc-web"),
    (
        STD_SOURCES,
        "component add rust-src --toolchain nightly",
        ", or Debian's rust-web-src of bookworm-security",
    ),
];

const INSTALL_OLDEST: &str = concat!(
    "toolchain install ",
    env!("CARGO_PKG_RUST_VERSION"),
    " --profile minimal --target i686-unknown-linux-gnu --target aarch64-unknown-linux-gnu",
    " --target s390x-unknown-linux-gnu"
);

/// Debian's compiler for web browsers of that version.
pub(crate) const DEBIANS_OLDEST: &str = concat!("rustc-web=", env!("CARGO_PKG_RUST_VERSION"), ".*");
/// The newest one.
pub(crate) const DEBIANS_NEWEST: &str = "rustc-web";

/// The targets whose standard library comes with the oldest compiler, each with Debian's name of the processor.
pub(crate) const OLDEST_TARGETS: [(&str, &str); 3] = [
    ("i686-unknown-linux-gnu", "i386"),
    ("aarch64-unknown-linux-gnu", "arm64"),
    ("s390x-unknown-linux-gnu", "s390x"),
];

/// Returns the names of all parts of Rust that some stage needs.
pub fn parts() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(name, ..)| *name)
}

/// Tells whether a part is here, or none is needed on this machine; `None` for another name.
pub(crate) fn has(name: &str) -> Option<bool> {
    Some(match name {
        "rustfmt" => has_command("fmt"),
        "clippy" => has_command("clippy"),
        NIGHTLY => sysroot(NIGHTLY).is_ok() || host().is_ok_and(|host| !has_sanitizer(&host)),
        OLDEST_COMPILER => {
            has_oldest() || debian::version(DEBIANS_OLDEST).is_ok_and(|version| version.is_some())
        }
        STD_SOURCES => has_std_sources(NIGHTLY) || debian_has_newer(),
        _ => return None,
    })
}

/// Returns a name as what cannot be installed here is told of: with what rustup gets it by, where that is its.
pub(crate) fn with_remedy(name: &str) -> String {
    match PARTS.iter().find(|(part, ..)| *part == name) {
        Some((_, install, or)) => format!("{name} (rustup {install}{or})"),
        None => name.to_owned(),
    }
}

/// Asks rustup, where there is one, for what is missing. Without a network it fails, and the stages are left out.
pub fn install_parts() {
    for (name, install, _) in PARTS {
        if !exists("rustup") || has(name) == Some(true) {
            continue;
        }
        println!("   installing {name}");
        if let Err(error) = run(&mut call("rustup", install)) {
            println!("{error}");
        }
    }
}

/// Returns this machine's target where it has a sanitizer of this name, which is left out elsewhere.
pub fn host_with(sanitizer: &str) -> Result<Option<String>> {
    let host = host()?;
    if has_sanitizer(&host) {
        return Ok(Some(host));
    }
    leave_out(format!("{sanitizer}: there is none for {host}"));
    Ok(None)
}

/// Tells whether a target has AddressSanitizer and ThreadSanitizer, of those that the tests run on.
fn has_sanitizer(target: &str) -> bool {
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].contains(&target)
}

/// Tells whether rustup has the oldest compiler, with all of its targets.
pub(crate) fn has_oldest() -> bool {
    has_in_sysroot(OLDEST, &OLDEST_TARGETS.map(|(target, _)| target))
}

/// Tells whether a compiler of rustup's has the sources of the standard library.
pub fn has_std_sources(toolchain: &str) -> bool {
    has_in_sysroot(toolchain, &["src/rust/library/Cargo.toml"])
}

/// Returns the folder of a compiler of rustup's. It need not be the one that runs this.
pub fn sysroot(toolchain: &str) -> Result<String> {
    let words = format!("run {toolchain} rustc --print sysroot");
    let sysroot = stdout(&mut call("rustup", &words))?;
    Ok(sysroot.trim().to_owned())
}

/// Tells whether Cargo has this command: rustup puts a program of its own in the place of one that is missing.
fn has_command(name: &str) -> bool {
    let mut help = cargo(Path::new("."), &format!("{name} -h"));
    outcome(&mut help).is_ok_and(|(status, _)| status.success())
}

fn has_in_sysroot(toolchain: &str, paths: &[&str]) -> bool {
    let Ok(sysroot) = sysroot(toolchain) else {
        return false;
    };
    let folder = Path::new(&sysroot).join("lib/rustlib");
    paths.iter().all(|path| folder.join(path).exists())
}

/// Tells whether Debian has a compiler that is newer than the oldest one: that does not build the standard library for tests.
fn debian_has_newer() -> bool {
    let is_newer = |version: String| !version.starts_with(concat!(env!("CARGO_PKG_RUST_VERSION"), "."));
    debian::version(DEBIANS_NEWEST).is_ok_and(|version| version.is_some_and(is_newer))
}

#[cfg(test)]
mod tests {
    use super::{has, has_command, has_sanitizer, has_std_sources, sysroot, with_remedy};

    #[test]
    fn what_is_not_there_is_missing() {
        assert!(has_command("build") && !has_command("no-such-command"));
        assert!(sysroot("no-such-toolchain").is_err() && !has_std_sources("no-such-toolchain"));
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
