//! Stage `aarch64`: the tests on 64-bit ARM, in an emulator.

use crate::platform::{ALIKE, Platform, WHOLE};
use crate::requirements::C;
use crate::rustup::OLDEST_COMPILER;
use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "aarch64",
    about: "the tests run on 64-bit ARM, in an emulator",
    needs: &[
        C,
        &[
            OLDEST_COMPILER,
            "gcc-aarch64-linux-gnu",
            "libc6-dev-arm64-cross",
            "qemu-user",
        ],
    ],
    run: |root| platform().test(root, &ALIKE),
    rest: Some(|root| platform().test(root, &WHOLE)),
};

fn platform() -> Platform {
    Platform::emulated(
        "aarch64-unknown-linux-gnu",
        "aarch64-linux-gnu-gcc",
        "qemu-aarch64 -L /usr/aarch64-linux-gnu",
    )
}
