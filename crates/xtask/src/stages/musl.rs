//! Stage `musl`: the tests run as static programs, which need nothing of the machine.

use std::path::Path;

use anyhow::Result;

use crate::platforms::musl::{NEEDS, STATIC, platform};
use crate::platforms::platform::{ALIKE, WHOLE};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "musl",
    about: "the tests run with musl, as static programs",
    needs: NEEDS,
    run: |root| platform(root, STATIC)?.test(root, &ALIKE),
    rest: Some(rest),
};

/// Runs all tests that need no service, as static programs and as dynamic ones, which load libraries.
fn rest(root: &Path) -> Result<Done> {
    let done = platform(root, STATIC)?.test(root, &WHOLE)?;
    Ok(done.and(platform(root, "-Ctarget-feature=-crt-static")?.test(root, &WHOLE)?))
}
