//! Stage `i686`: the workspace's tests as 32-bit programs; with `--all` on a real pcscd, too.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;

use crate::cache;
use crate::command::{BUILD, Words};
use crate::debian::foreign;
use crate::platform::{Platform, QUICK, Std, WHOLE};
use crate::privileges::with_namespaces;
use crate::requirements::{C, DAEMON};
use crate::rustup::OLDEST_COMPILER;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "i686",
    about: "the tests run as programs for 32-bit x86",
    needs: &[
        C,
        DAEMON,
        &[
            OLDEST_COMPILER,
            "gcc-i686-linux-gnu",
            "libc6-dev-i386-cross",
            "lib32gcc-s1",
        ],
    ],
    run: |root| platform().test(root, &QUICK),
    rest: Some(rest),
};

/// Runs all tests that need no service, and those that do.
fn rest(root: &Path) -> Result<Done> {
    platform().test(root, &WHOLE)?;
    with_pcscd(root)
}

/// Runs the suites of the session and the simulator with the machine's own pcscd: its protocol is the same for both.
fn with_pcscd(root: &Path) -> Result<Done> {
    let unpacked = cache::filled("libpcsclite1-i386", |folder| {
        foreign::unpack(&["libpcsclite1:i386".to_owned()], folder)
    })?;
    let mut test = platform().cargo(root)?;
    let mut path = OsString::from(unpacked.join("usr/lib/i386-linux-gnu"));
    // The compiler's own libraries are in the variable.
    let present = test.get_envs().find(|(name, _)| *name == "LD_LIBRARY_PATH");
    if let Some((_, Some(present))) = present {
        path.push(":");
        path.push(present);
    }
    test.env("LD_LIBRARY_PATH", path);
    test.words("test --locked --package pcsc-sys --package pcsc-sim");
    test.words("--test conformance --test agreement --test load");
    test.words("-- --ignored --test-threads=4");
    tally::run(&mut with_namespaces(test), BUILD)?;
    Ok(Done::All)
}

fn platform() -> Platform {
    Platform::new(
        "i686-unknown-linux-gnu",
        Std::OfTheOldestCompiler,
        "i686-linux-gnu-gcc",
    )
}
