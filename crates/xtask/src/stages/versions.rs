//! Stage `versions`: pcscd and libpcsclite in the versions that Debian's archive has, each with its own C library.
//!
//! The machine's own version is what the stage `pcscd` runs on; here it is a library for other daemons, and a daemon for other
//! libraries.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cargo::{built, cargo};
use crate::command::{BUILD, Words};
use crate::feature_sets::SUITE;
use crate::pcsclite::{PcscLite, RELEASES};
use crate::privileges::with_namespaces;
use crate::requirements::{C, DAEMON};
use crate::stage::{Done, Stage, not_installed};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "versions",
    about: "the conformance suite and other people's programs with pcscd and libpcsclite 1.9.1, 2.3.3 and 2.5.3; all of it with --all",
    needs: &[
        C,
        DAEMON,
        &["opensc", "pcsc-tools", "python3-pyscard", "default-jdk-headless"],
    ],
    run: |root| each(root, &QUICK),
    rest: Some(|root| each(root, &WHOLE)),
};

/// What is run, as libtest takes it: parts of tests' names.
struct Extent {
    /// Parts of the conformance suite.
    conformance: &'static [&'static str],
    /// The simulator's records beside each version.
    agreement: bool,
    /// Programs in Java, which begin slowly.
    java: bool,
    /// Each library on each daemon that it fits, not only on its own and the machine's.
    pairs: bool,
}

const QUICK: Extent = Extent {
    conformance: &[
        "exchange::",
        "opening::",
        "recovering_services::",
        "sharing::",
        "transactions::",
        "unplugging::",
    ],
    agreement: false,
    java: false,
    pairs: false,
};

const WHOLE: Extent = Extent {
    conformance: &[""],
    agreement: true,
    java: true,
    pairs: true,
};

/// The tests that need waits which no change makes fail.
const MONITORS: [&str; 3] = ["monitoring::", "streaming::", "waiting::a_time_is_kept"];

/// The programs of tests, as the stages `pcscd` and `sim-clients` build them.
struct Programs {
    conformance: PathBuf,
    agreement: PathBuf,
    served: PathBuf,
}

impl Programs {
    fn build(root: &Path) -> Result<Programs> {
        let program = |test, source| {
            let mut build = cargo(root);
            built(build.words("test --no-run --test").arg(test).words(SUITE), source)
        };
        Ok(Programs {
            conformance: program("conformance", "/tests/conformance/main.rs")?,
            agreement: program("agreement", "/tests/agreement/main.rs")?,
            served: program("served", "/sim-capi/tests/served.rs")?,
        })
    }
}

fn each(root: &Path, extent: &Extent) -> Result<Done> {
    let programs = Programs::build(root)?;
    let mut all = vec![PcscLite::installed()?];
    let mut done = Done::All;
    for (release, version) in RELEASES {
        let Some(found) = PcscLite::of(release)? else {
            return not_installed(
                "other versions of pcscd: they are of Debian's archive, which apt does not know here".into(),
            );
        };
        if found.version != version {
            done = done.and(Done::LeftOut(format!(
                "pcsc-lite {version}: Debian's {release} has {} now, which was taken",
                found.version
            )));
        }
        all.push(found);
    }
    for (index, daemon) in all.iter().enumerate() {
        if index > 0 {
            conformance(&programs, extent, daemon, None)?;
        }
        for (other, library) in all.iter().enumerate() {
            let is_own = index == other;
            let is_wanted = extent.pairs || is_own || other == 0;
            if (index, other) != (0, 0) && is_wanted && library.fits(daemon) {
                conformance(&programs, extent, daemon, Some(library))?;
            }
        }
    }
    for one in &all[1..] {
        if extent.agreement {
            test(
                &programs.agreement,
                &["both::", "natively::", "served::"],
                one,
                Some(one),
                &[],
            )?;
            println!(
                "   what calls return is as recorded with pcsc-lite {}, but for what it is known to do otherwise",
                one.version
            );
        }
        let skipped: &[&str] = if extent.java { &[] } else { &["java"] };
        test(&programs.served, &[], one, Some(one), skipped)?;
        println!(
            "   other people's programs run with libpcsclite {} on a simulator that is served",
            one.version
        );
    }
    Ok(done)
}

/// Runs the suite on a daemon, with a library, or without one.
fn conformance(
    programs: &Programs,
    extent: &Extent,
    daemon: &PcscLite,
    library: Option<&PcscLite>,
) -> Result<()> {
    let client = if library.is_some() {
        "on_pcscd::"
    } else {
        "on_native::"
    };
    let parts: Vec<_> = extent
        .conformance
        .iter()
        .map(|part| format!("{part}{client}"))
        .collect();
    let parts: Vec<_> = parts.iter().map(String::as_str).collect();
    let skipped: &[&str] = match library {
        Some(_) if daemon.mixes_up_changes() => &MONITORS,
        _ => &[],
    };
    let output = test(&programs.conformance, &parts, daemon, library, skipped)?;
    let client = library.map_or("no library".to_owned(), |library| {
        format!("libpcsclite {}", library.version)
    });
    println!(
        "   {} tests of conformance with {client} on pcscd {}",
        tally::passed(&output),
        daemon.version
    );
    Ok(())
}

/// Runs those tests of a program whose names have one of these parts.
fn test(
    program: &Path,
    parts: &[&str],
    daemon: &PcscLite,
    library: Option<&PcscLite>,
    skipped: &[&str],
) -> Result<String> {
    let mut test = Command::new(program);
    test.args(parts).words("--include-ignored --test-threads=8");
    for name in skipped {
        test.args(["--skip", name]);
    }
    daemon.serve(&mut test)?;
    let test = match library {
        Some(library) => library.link(test)?,
        None => test,
    };
    tally::run(&mut with_namespaces(test), BUILD)
}
