//! Stage `windows`: the tests run on Windows, by Wine; with `--all` all of them, and on that of 32 bits too: `stdcall`, and
//! other sizes.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;
use machine::installed::{C, STD_SOURCES};
use machine::platforms::{Suite, Wine};
use machine::programs::{Words, call, run, tally};

use crate::stage::Stage;
use crate::workspace::{COMMAND, SHORT, WHOLE, lock_as_workspace};

pub(crate) const STAGE: Stage = Stage {
    name: "windows",
    about: "the tests run on Windows, by Wine; with --all the command pcsc's, and on that of 32 bits",
    needs: &[
        C,
        STD_SOURCES,
        "gcc-mingw-w64-x86-64-posix wine64 gcc-mingw-w64-i686-posix libz-mingw-w64 lib32gcc-s1",
    ],
    first,
    rest: Some(rest),
};

/// The tests of what Windows has of its own.
const OWN: Suite = Suite {
    packages: "--package pcsc-iso7816 --package pcsc-session --package pcsc-sim --package pcsc-sys --package pcsc-sim-capi \
        --features pcsc-session/stream",
    tests: "--lib --test agreement --test boundary --test conformance --test library --test load --test windows",
    arguments: SHORT,
};

/// The packages below `tests` with the published crate `pcsc`, each with its features: on this workspace's `pcsc-sys`, loaded
/// and linked, and on the published one.
const PUBLISHED: [(&str, &str); 3] = [("drop-in", ""), ("drop-in", "link"), ("published", "")];

/// One of them that loads the library, as most programs do.
const LOADED: [(&str, &str); 1] = [PUBLISHED[0]];

/// The tests of the command `pcsc`.
const COMMANDS: Suite = Suite {
    packages: COMMAND,
    tests: "--bins --test command",
    arguments: "",
};

/// Runs the tests, and programs on the simulator as the system's library.
fn first(root: &Path) -> Result<()> {
    test(root, &Wine::of_64_bits(root)?, &OWN, &LOADED)
}

/// Runs all tests that need no service, and all programs.
fn rest(root: &Path) -> Result<()> {
    let wine = Wine::of_64_bits(root)?;
    test(root, &wine, &WHOLE, &PUBLISHED)?;
    wine.platform.test(root, &COMMANDS)?;
    drop(wine);
    test(root, &Wine::of_32_bits(root)?, &WHOLE, &PUBLISHED)
}

fn test(root: &Path, wine: &Wine, suite: &Suite, others: &[(&str, &str)]) -> Result<()> {
    // Tests run the examples' programs and use the library, and Wine cannot call Cargo for them.
    let mut build = wine.platform.cargo(root, "build --locked --lib --examples")?;
    run(build.words(suite.packages))?;
    wine.platform.test(root, suite)?;
    on_winscard(root, wine, suite.packages, others)
}

/// Puts the library, built with these packages, into System32, and runs Rust's and C's programs on it: those of this
/// workspace, and others'.
fn on_winscard(root: &Path, wine: &Wine, packages: &str, others: &[(&str, &str)]) -> Result<()> {
    let built = wine.platform.built(root)?;
    fs::copy(built.join("pcsc_sim.dll"), wine.system32().join("winscard.dll"))?;

    let mut compile = call(&wine.platform.linker, "-Wall -Wextra -Werror -O1 -o");
    compile.arg(built.join("winscard_client.exe"));
    compile.arg(root.join("crates/sim-capi/tests/programs/winscard.c"));
    run(compile.arg("-lwinscard"))?;

    let own = format!("test --locked {packages} --test winscard --test winscard_removal");
    on_the_simulator(wine, root, root, &own)?;
    for (package, features) in others {
        let package = root.join("tests").join(package);
        lock_as_workspace(root, &package)?;
        on_the_simulator(
            wine,
            root,
            &package,
            &format!("test --test winscard --features={features}"),
        )?;
    }
    Ok(())
}

/// Runs tests with what is in System32. Without the variable Wine has its own library for them, whatever is there: so it is
/// for all other tests.
fn on_the_simulator(wine: &Wine, root: &Path, package: &Path, words: &str) -> Result<()> {
    let mut cargo = wine.platform.cargo(root, words)?;
    tally::run(cargo.current_dir(package).env("WINEDLLOVERRIDES", "winscard=n")).map(drop)
}
