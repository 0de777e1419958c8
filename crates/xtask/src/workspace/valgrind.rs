//! Test programs under valgrind's memcheck.

use std::path::Path;

use anyhow::Result;

use crate::programs::{Words, built, call, cargo, tally, with_namespaces};
use crate::workspace::feature_sets::SUITE;

/// Runs the suite's test program of this source with arguments under memcheck, which must find nothing.
pub(crate) fn memcheck(root: &Path, source: &str, arguments: &str) -> Result<()> {
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
