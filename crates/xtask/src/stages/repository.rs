//! The stages that are tests of the package `repository`: a program each.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use machine::installed::{BINDGEN, C, DAEMON, LINK};
use machine::left_out::not_installed;
use machine::programs::{Words, cargo, tally, with_namespaces};

use crate::stage::{Run, Stage};

pub(crate) const BINDINGS: Stage = stage(
    "bindings",
    "the committed bindings are what the headers give",
    &[BINDGEN, "mingw-w64-common rustfmt"],
    |root| test(root, "bindings"),
);

pub(crate) const ABI: Stage = stage(
    "abi",
    "types, constants and names are those of the C compiler and of the libraries",
    &[BINDGEN, "libpcsclite1 mingw-w64-x86-64-dev mingw-w64-i686-dev"],
    |root| test(root, "abi"),
);

pub(crate) const DRIFT: Stage = stage(
    "drift",
    "a signature that differs from the header's does not compile",
    &[BINDGEN],
    |root| test(root, "drift"),
);

pub(crate) const BUILD_SCRIPT: Stage = stage(
    "build-script",
    "what the build script hands on and says, on other systems and where something is missing",
    &[BINDGEN],
    |root| test(root, "build_script"),
);

pub(crate) const COST: Stage = stage(
    "cost",
    "what calls cost in instructions and system calls, counted by valgrind and strace, stays within its limits",
    &[LINK, DAEMON, "binutils strace valgrind"],
    // It starts a private pcscd.
    |root| run(&mut with_namespaces(call(root, "cost"))),
);

pub(crate) const BUILD_TIME: Stage = stage(
    "build-time",
    "a clean default build takes at most 1.3 times one of libloading and libc",
    &[],
    |root| test(root, "build_time"),
);

pub(crate) const PUBLISHED: Stage = stage(
    "published",
    "what would be published has its README, licences and metadata, and Cargo warns of nothing",
    &[],
    |root| test(root, "published"),
);

pub(crate) const GIT_USERS: Stage = stage(
    "git-users",
    "packages outside the workspace that take it from git, by the README's lines, build and run",
    &[C, "git"],
    |root| test(root, "git_users"),
);

const fn stage(name: &'static str, about: &'static str, needs: &'static [&'static str], first: Run) -> Stage {
    Stage {
        name,
        about,
        needs,
        first,
        rest: None,
    }
}

/// Runs a program's tests, those that are ignored too, prints what they found, and leaves out what they did.
pub(super) fn test(root: &Path, program: &str) -> Result<()> {
    run(&mut call(root, program))
}

fn call(root: &Path, program: &str) -> Command {
    let mut test = cargo(root, "test --quiet --package repository --test");
    test.arg(program)
        .words("-- --include-ignored --nocapture --test-threads=1");
    // Its lines begin with blanks, too.
    test.env("RUST_BACKTRACE", "0");
    test
}

fn run(test: &mut Command) -> Result<()> {
    let output = tally::run(test)?;
    // What they print begins with three blanks, in a line that libtest may have begun.
    let (left_out, found): (Vec<_>, Vec<_>) = output
        .lines()
        .filter_map(|line| Some(line.split_once("   ")?.1))
        .partition(|found| found.starts_with("LEFT OUT: "));
    found.iter().for_each(|found| println!("   {found}"));
    left_out
        .into_iter()
        .try_for_each(|what| not_installed(what.replace("LEFT OUT: ", "")))
}
