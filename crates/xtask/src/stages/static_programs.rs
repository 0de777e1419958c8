//! Stage `static`: programs of one file, in a root that has a pcscd's socket and nothing else: one that asks for a loader or
//! a library does not start there.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use machine::downloads::pcsclite;
use machine::installed::{C, DAEMON, STD_SOURCES};
use machine::platforms::musl::{self, MUSL, STATIC};
use machine::programs::{Words, built, cargo, run, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::{SUITE, lock_as_workspace};

pub(crate) const STAGE: Stage = Stage {
    name: "static",
    about: "static programs in an empty root, pcsc-session's, the command and the published crate pcsc's, with each version of pcscd",
    needs: &[C, DAEMON, STD_SOURCES, MUSL],
    first,
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

fn first(root: &Path) -> Result<()> {
    let platform = musl::platform(root, STATIC)?;
    let mut programs = Vec::new();
    for (package, words, program) in PROGRAMS {
        let package = root.join(package);
        lock_as_workspace(root, &package)?;
        run(platform.cargo(root, "build")?.words(words).current_dir(package))?;
        programs.push(platform.built(root)?.join(program));
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
