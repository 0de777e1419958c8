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
        for name in ["allocations", "boundary", "conformance"] {
            check(root, name, "")?;
        }
        Ok(Done::All)
    },
    rest: Some(|root| check(root, "conformance", "--ignored")),
};

fn check(root: &Path, name: &str, arguments: &str) -> Result<Done> {
    let built_by = format!("--package pcsc-sys --test {name}");
    memcheck(root, &built_by, name, arguments)?;
    Ok(Done::All)
}
