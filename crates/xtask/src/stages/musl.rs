//! Stage `musl`: the tests run as static programs, which need nothing of the machine.

use crate::platforms::musl::{NEEDS, STATIC, platform};
use crate::platforms::{ALIKE, WHOLE};
use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "musl",
    about: "the tests run with musl, as static programs; with --all all of them, and as dynamic ones, which load libraries",
    needs: &[NEEDS],
    first: |root| platform(root, STATIC)?.test(root, &ALIKE),
    rest: Some(|root| {
        platform(root, STATIC)?.test(root, &WHOLE)?;
        platform(root, "-Ctarget-feature=-crt-static")?.test(root, &WHOLE)
    }),
};
