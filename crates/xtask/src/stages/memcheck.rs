//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::Path;

use anyhow::Result;

use crate::requirements::{C, DAEMON};
use crate::stage::{Done, Stage};
use crate::valgrind::memcheck;

pub(crate) const STAGE: Stage = Stage {
    name: "memcheck",
    about: "valgrind's memcheck finds nothing in the suite; with --all on pcscd too",
    needs: &[C, DAEMON, &["pkg-config", "valgrind"]],
    run: |root| {
        for name in ["allocations", "boundary"] {
            check(root, name, "")?;
        }
        check(root, "conformance", TIMED)
    },
    rest: Some(|root| check(root, "conformance", &format!("--ignored {TIMED}"))),
};

/// What measures that a call did not wait, and what keeps readers busy all the time: under valgrind, where one thread runs at
/// a time and fifty times slower, the one takes as long as a wait, and the other leaves nothing to those that are measured.
const TIMED: &str = "--skip blocking:: --skip while_readers_are_busy --skip a_time_is_kept";

fn check(root: &Path, name: &str, arguments: &str) -> Result<Done> {
    let built_by = format!("--package pcsc-sys --test {name}");
    memcheck(root, &built_by, name, arguments)?;
    Ok(Done::All)
}
