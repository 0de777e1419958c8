//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::Path;

use anyhow::Result;

use crate::requirements::{C, DAEMON};
use crate::stage::{Done, Stage};
use crate::valgrind::memcheck;

pub(crate) const STAGE: Stage = Stage {
    name: "memcheck",
    about: "valgrind's memcheck finds nothing in the suite",
    needs: &[C, DAEMON, &["pkg-config", "valgrind"]],
    run,
    rest: None,
};

fn run(root: &Path) -> Result<Done> {
    for (name, arguments) in [
        ("allocations", ""),
        ("boundary", ""),
        ("conformance", "--include-ignored"),
    ] {
        memcheck(
            root,
            &format!("--package pcsc-sys --test {name}"),
            name,
            arguments,
        )?;
    }
    Ok(Done::All)
}
