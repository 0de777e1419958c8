//! Stage `memcheck`: the suite under valgrind's memcheck, which must find nothing.

use std::path::Path;

use crate::stage::{Done, Stage};
use crate::valgrind::{self, TestProgram};

pub(crate) const STAGE: Stage = Stage {
    name: "memcheck",
    about: "valgrind's memcheck finds nothing in the suite",
    needs: &[
        "gcc",
        "libc6-dev",
        "pkg-config",
        "libpcsclite1",
        "pcscd",
        "vsmartcard-vpcd",
        "valgrind",
    ],
    run,
    rest: None,
};

/// The test programs of the suite.
const PROGRAMS: [TestProgram; 3] = [
    TestProgram {
        built_by: &["--package", "pcsc-sys", "--test", "allocations"],
        name: "allocations",
        arguments: &[],
    },
    TestProgram {
        built_by: &["--package", "pcsc-sys", "--test", "boundary"],
        name: "boundary",
        arguments: &[],
    },
    TestProgram {
        built_by: &["--package", "pcsc-sys", "--test", "conformance"],
        name: "conformance",
        arguments: &["--include-ignored"],
    },
];

/// Runs the stage.
///
/// # Errors
/// What memcheck found, or a test that failed.
fn run(root: &Path) -> Result<Done, String> {
    for program in &PROGRAMS {
        valgrind::memcheck(root, program)?;
    }
    Ok(Done::All)
}
