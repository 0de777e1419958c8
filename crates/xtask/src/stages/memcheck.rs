//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::Path;

use anyhow::Result;

use crate::installed::{C, DAEMON};
use crate::stage::Stage;
use crate::workspace::{SHORT, memcheck};

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
