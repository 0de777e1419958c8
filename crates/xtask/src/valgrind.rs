//! Test programs under valgrind's memcheck.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cargo::{built, cargo};
use crate::command::{BUILD, Words};
use crate::privileges::with_namespaces;
use crate::tally;

/// Builds a test program by these arguments of Cargo, and runs it with its own under memcheck, which must find nothing.
pub(crate) fn memcheck(root: &Path, built_by: &str, name: &str, arguments: &str) -> Result<()> {
    let program = built(cargo(root).words("test --no-run").words(built_by), name)?;
    let mut valgrind = Command::new("valgrind");
    // One thread runs at a time: each gets its turn.
    valgrind.words("--quiet --error-exitcode=99 --leak-check=full --fair-sched=yes");
    valgrind.words("--errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect");
    valgrind.arg(program).words(arguments).current_dir(root);
    tally::run(&mut with_namespaces(valgrind), BUILD)?;
    println!("memcheck finds nothing in {name}");
    Ok(())
}
