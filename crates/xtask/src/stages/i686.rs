//! Stage `i686`: the workspace's tests as 32-bit programs.

use crate::platform::{Platform, Std, WHOLE};
use crate::requirements::C;
use crate::rustup::OLDEST_COMPILER;
use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "i686",
    about: "the tests run as programs for 32-bit x86",
    needs: &[
        C,
        &[
            OLDEST_COMPILER,
            "gcc-i686-linux-gnu",
            "libc6-dev-i386-cross",
            "lib32gcc-s1",
        ],
    ],
    run: |root| platform().test(root, WHOLE),
    rest: None,
};

pub(crate) fn platform() -> Platform {
    Platform {
        target: "i686-unknown-linux-gnu",
        std: Std::OfTheOldestCompiler,
        linker: "i686-linux-gnu-gcc".to_owned(),
        flags: String::new(),
        runner: String::new(),
        is_emulated: false,
    }
}
