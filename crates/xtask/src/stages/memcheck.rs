//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::Path;

use anyhow::Result;
use machine::installed::{C, DAEMON};
use machine::programs::{Words, built, call, cargo, tally, with_namespaces};

use crate::stage::Stage;
use crate::workspace::{SHORT, SUITE};

pub(crate) const STAGE: Stage = Stage {
    name: "memcheck",
    about: "valgrind's memcheck finds nothing in the suite; with --all in what takes long and on pcscd, too",
    needs: &[C, DAEMON, "pkg-config valgrind"],
    first,
    rest: Some(rest),
};

const CONFORMANCE: &str = "/tests/conformance/main.rs";

/// What measures that a call did not wait, and what keeps readers busy all the time: under valgrind, where one thread runs at
/// a time and fifty times slower, the one takes as long as a wait, and the other leaves nothing to those that are measured.
const TIMED: &str = "--skip blocking:: --skip while_readers_are_busy --skip a_time_is_kept";

fn first(root: &Path) -> Result<()> {
    memcheck(root, "/tests/allocations.rs", "")?;
    memcheck(root, "/tests/boundary/main.rs", "")?;
    memcheck(root, CONFORMANCE, &format!("{SHORT} {TIMED}"))
}

/// Runs what is left out first, and on pcscd.
fn rest(root: &Path) -> Result<()> {
    memcheck(root, CONFORMANCE, &SHORT.replace("--skip", ""))?;
    memcheck(root, CONFORMANCE, &format!("--ignored {TIMED}"))
}

/// Runs the suite's test program of this source with arguments under memcheck, which must find nothing.
pub(super) fn memcheck(root: &Path, source: &str, arguments: &str) -> Result<()> {
    let program = built(cargo(root, "test --no-run --tests").words(SUITE), source)?;
    tally::ensure_tests(&program, arguments)?;
    // One thread runs at a time: each gets its turn.
    let mut valgrind = call(
        "valgrind",
        "--quiet --error-exitcode=99 --leak-check=full --fair-sched=yes",
    );
    valgrind.words("--errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect");
    valgrind.arg(program).words(arguments).current_dir(root);
    tally::run(&mut with_namespaces(valgrind))?;
    println!("memcheck finds nothing in the tests of {source}");
    Ok(())
}
