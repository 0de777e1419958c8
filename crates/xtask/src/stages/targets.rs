//! Stage `targets`: the workspace type-checks for other systems.

use std::path::Path;

use crate::stage::{Done, Stage};
use crate::type_checks;

pub(crate) const STAGE: Stage = Stage {
    name: "targets",
    about: "type-checks for other systems, where ../shared/tools is beside the repository",
    needs: &[],
    run,
};

/// Type-checks the workspace for Windows, macOS, FreeBSD, musl and 32-bit Linux.
///
/// # Errors
/// It does not type-check for one of them.
fn run(root: &Path) -> Result<Done, String> {
    type_checks::run(root, "check-targets", "--")
}
