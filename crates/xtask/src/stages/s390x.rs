//! Stage `s390x`: the tests on s390x, whose bytes are in the other order, in an emulator.

use crate::platform::{Platform, QUICK, WHOLE};
use crate::requirements::C;
use crate::rustup::OLDEST_COMPILER;
use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "s390x",
    about: "the tests run on s390x, whose bytes are in the other order, in an emulator",
    needs: &[
        C,
        &[
            OLDEST_COMPILER,
            "gcc-s390x-linux-gnu",
            "libc6-dev-s390x-cross",
            "qemu-user",
        ],
    ],
    run: |root| platform().test(root, &QUICK),
    rest: Some(|root| platform().test(root, &WHOLE)),
};

fn platform() -> Platform {
    Platform::emulated(
        "s390x-unknown-linux-gnu",
        "s390x-linux-gnu-gcc",
        "qemu-s390x -L /usr/s390x-linux-gnu",
    )
}
