//! Stage `bindings`: the committed bindings, against what this machine's headers give.

use std::path::Path;

use crate::bindings;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "bindings",
    about: "the committed bindings are what the headers give",
    needs: &["libpcsclite-dev", "libclang-dev", "mingw-w64-common", "rustfmt"],
    run,
    rest: None,
};

/// Compares the committed bindings with what this machine's headers give.
///
/// # Errors
/// They differ.
fn run(root: &Path) -> Result<Done, String> {
    bindings::with_their_headers(root, |root| bindings::bindings(root, true))
}
