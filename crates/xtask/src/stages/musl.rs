//! Stage `musl`: the tests run as static programs, which need nothing of the machine.

use machine::installed::{C, STD_SOURCES};
use machine::platforms::musl::{MUSL, STATIC, platform};

use crate::stage::Stage;
use crate::workspace::{ALIKE, WHOLE};

pub(crate) const STAGE: Stage = Stage {
    name: "musl",
    about: "the tests run with musl, as static programs; with --all all of them, and as dynamic ones, which load libraries",
    needs: &[C, STD_SOURCES, MUSL],
    first: |root| platform(root, STATIC)?.test(root, &ALIKE),
    rest: Some(|root| {
        platform(root, STATIC)?.test(root, &WHOLE)?;
        platform(root, "-Ctarget-feature=-crt-static")?.test(root, &WHOLE)
    }),
};
