//! Stage `msrv`: the workspace type-checks with the oldest compiler.

use std::path::Path;

use crate::stage::{Done, Stage};
use crate::type_checks;

pub(crate) const STAGE: Stage = Stage {
    name: "msrv",
    about: "type-checks with the oldest compiler, where ../shared/tools is beside the repository",
    needs: &[],
    run,
};

/// Type-checks the workspace with the oldest compiler that it promises to build with.
///
/// # Errors
/// It does not type-check.
fn run(root: &Path) -> Result<Done, String> {
    type_checks::run(root, "check-msrv", env!("CARGO_PKG_RUST_VERSION"))
}
