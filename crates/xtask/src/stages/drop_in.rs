//! Stage `drop-in`: the published crate `pcsc` on this workspace's pcsc-sys, with a real pcscd below.
//!
//! The package `tests/drop-in` stands outside the workspace, since it patches crates.io. Its tests run in load mode and
//! in link mode.

use std::path::Path;

use anyhow::{Result, ensure};
use machine::installed::{DAEMON, LINK};
use machine::programs::{Words, built, call, stdout, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::outside_packages;

pub(crate) const STAGE: Stage = Stage {
    name: "drop-in",
    about: "the published crate pcsc on this pcsc-sys, against a private pcscd, loaded and linked",
    needs: &[LINK, DAEMON, "binutils"],
    first,
    rest: None,
};

fn first(root: &Path) -> Result<()> {
    let package = root.join("tests/drop-in");
    for (mode, features, is_linked) in [("load", "", false), ("link", "--features link", true)] {
        let words = format!("test --tests {features}");
        let cargo = || outside_packages::cargo(root, &package, &words);
        let program = built(cargo()?.arg("--no-run"), "/tests/pcscd.rs")?;
        let headers = stdout(call("readelf", "--dynamic --wide").arg(&program))?;
        let mut needed = headers.lines().filter(|line| line.contains("(NEEDED)"));
        ensure!(
            headers.contains("(NEEDED)") && needed.any(|line| line.contains("libpcsclite")) == is_linked,
            "in {mode} mode {program:?} needs other libraries:\n{headers}"
        );
        let mut test = cargo()?;
        // The library has one table of readers for a process, and each test has a daemon.
        test.words("-- --include-ignored --test-threads=1");
        tally::run(&mut with_namespaces(test))?;
        println!("pcsc 2.9 drives pcscd in {mode} mode; the program is linked with libpcsclite: {is_linked}");
    }
    Ok(())
}
