//! Stage `versions`: pcscd and libpcsclite in the versions that Debian's archive has, each with its own C library.
//!
//! The machine's own version is what the stage `pcscd` runs on; here it is a library for other daemons, and a daemon for other
//! libraries.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use machine::downloads::pcsclite::{self, PcscLite};
use machine::installed::{C, DAEMON};
use machine::programs::{Words, built, cargo, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::SUITE;

pub(crate) const STAGE: Stage = Stage {
    name: "versions",
    about: "the conformance suite and other people's programs with pcscd and libpcsclite of Debian's releases, 1.9 to 2.5; all of it with --all",
    needs: &[
        C,
        DAEMON,
        "opensc pcsc-tools python3-pyscard default-jdk-headless",
    ],
    first: |root| test(root, false),
    rest: Some(|root| test(root, true)),
};

/// The parts of the conformance suite that are run first.
const FIRST_PARTS: &str = "exchange:: opening:: recovering_services:: sharing:: transactions::";

/// Leaves out the tests in which a monitor waits beside the test's own thread.
const MONITORS: &str = " --skip monitoring:: --skip streaming:: --skip waiting::";

/// Runs the programs of tests, built as the stages `pcscd` and `sim-clients` build them. The whole is all of the conformance
/// suite, with each library on each daemon that it fits, not only on its own and the machine's; the simulator's records beside
/// each version; and programs in Java, which begin slowly.
fn test(root: &Path, is_whole: bool) -> Result<()> {
    let program = |test: &str, source| {
        let words = format!("test --no-run --test {test} {SUITE}");
        built(&mut cargo(root, &words), source)
    };
    let conformance = program("conformance", "/tests/conformance/main.rs")?;
    let agreement = program("agreement", "/tests/agreement/main.rs")?;
    let served = program("served", "/sim-capi/tests/served.rs")?;
    let all = pcsclite::all()?;
    let (parts, of_served) = if is_whole {
        ("", "")
    } else {
        (FIRST_PARTS, "--skip java")
    };
    for (index, daemon) in all.iter().enumerate() {
        if index > 0 {
            conforms(&conformance, parts, daemon, None)?;
        }
        for (other, library) in all.iter().enumerate() {
            let is_wanted = is_whole || index == other || other == 0;
            if (index, other) != (0, 0) && is_wanted && library.fits(daemon) {
                conforms(&conformance, parts, daemon, Some(library))?;
            }
        }
    }
    for one in &all[1..] {
        let version = &one.version;
        if is_whole {
            run(&agreement, "both:: natively:: served::", one, Some(one))?;
            println!(
                "   what calls return is as recorded with pcsc-lite {version}, but for what it is known to do otherwise"
            );
        }
        run(&served, of_served, one, Some(one))?;
        println!("   other people's programs run with libpcsclite {version} on a simulator that is served");
    }
    Ok(())
}

/// Runs parts of the suite on a daemon, with a library, or without one.
fn conforms(program: &Path, parts: &str, daemon: &PcscLite, library: Option<&PcscLite>) -> Result<()> {
    let (client, name) = match library {
        Some(library) => ("on_pcscd::", format!("libpcsclite {}", library.version)),
        None => ("on_native::", "no library".to_owned()),
    };
    let mut words: String = parts.split(' ').map(|part| format!("{part}{client} ")).collect();
    if library.is_some_and(|library| library.tears_answers(daemon)) {
        words += MONITORS;
    }
    let passed = tally::passed(&run(program, &words, daemon, library)?);
    println!(
        "   {passed} tests of conformance with {name} on pcscd {}",
        daemon.version
    );
    Ok(())
}

/// Runs tests of a program, with arguments of libtest.
fn run(program: &Path, words: &str, daemon: &PcscLite, library: Option<&PcscLite>) -> Result<String> {
    tally::ensure_tests(program, words)?;
    let mut test = Command::new(program);
    test.words(words).words("--include-ignored --test-threads=8");
    daemon.serve(&mut test);
    if let Some(library) = library {
        test = library.link(test)?;
    }
    tally::run(&mut with_namespaces(test))
}
