//! Stage `static`: programs of one file, which load no library, in a root that has a pcscd's socket and nothing else.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::downloads::pcsclite;
use crate::installed::requirements::DAEMON;
use crate::platforms::musl::{self, STATIC};
use crate::programs::cargo::{built, cargo};
use crate::programs::command::{self, Words};
use crate::programs::linkage::is_static;
use crate::programs::privileges::with_namespaces;
use crate::programs::tally;
use crate::stage::Stage;
use crate::workspace::feature_sets::SUITE;
use crate::workspace::outside_packages::lock_as_workspace;

pub(crate) const STAGE: Stage = Stage {
    name: "static",
    about: "static programs in an empty root, pcsc-session's, the command and the published crate pcsc's, with each version of pcscd",
    needs: &[DAEMON, "binutils", musl::NEEDS],
    run,
    rest: None,
};

/// The programs: where and by what each is built, and where it stands then. They are the example of `pcsc-session` with
/// `native` alone; the command, as `cargo install` has it but for its optimisation; and one on the published crate `pcsc`,
/// which has `load`, too: no library can be loaded, and `native` is what is left.
const PROGRAMS: [(&str, &str, &str); 3] = [
    (
        "",
        "--locked --package pcsc-session --no-default-features --features native --example session",
        "examples/session",
    ),
    ("", "--locked --package pcsc-cli", "pcsc"),
    (
        "tests/drop-in",
        "--example card --features native",
        "examples/card",
    ),
];

fn run(root: &Path) -> Result<()> {
    let platform = musl::platform(root, STATIC)?;
    let mut programs = Vec::new();
    for (package, words, program) in PROGRAMS {
        let package = root.join(package);
        lock_as_workspace(root, &package)?;
        command::run(platform.cargo(root, "build")?.words(words).current_dir(package))?;
        let program = platform.built(root)?.join(program);
        ensure!(
            is_static(&program)?,
            "{program:?} asks for a loader, or for libraries"
        );
        println!("   {} is static", program.display());
        programs.push(program);
    }
    let tests = built(
        cargo(root, "test --no-run --tests").words(SUITE),
        "/tests/static_programs.rs",
    )?;
    for daemon in pcsclite::all()? {
        let mut test = Command::new(&tests);
        test.arg("--include-ignored")
            .env("PCSC_TEST_STATIC", std::env::join_paths(&programs)?);
        daemon.serve(&mut test);
        tally::run(&mut with_namespaces(test))?;
        println!("   they drive a card on pcscd {}", daemon.version);
    }
    Ok(())
}
