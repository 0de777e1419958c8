//! A machine with neither libpcsclite, its headers, libclang nor pkg-config: this one, in a mount namespace where
//! they have been taken away.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::programs::cargo::{cargo, target_folder};
use crate::programs::command::{self, BUILD, Words, status_and_output};
use crate::programs::privileges::is_root;
use crate::programs::tally;
use crate::stage::{Done, Stage, not_installed};

pub(crate) const STAGE: Stage = Stage {
    name: "bare",
    about: "builds, tests and runs where nothing of PC/SC is installed (in a mount namespace), with --all every test",
    needs: &[],
    run: |root| test(root, FIRST),
    rest: Some(|root| test(root, "")),
};

/// What looks for a library, and what a reader of the README runs first.
const FIRST: &str = "--package pcsc-sys --lib --test first_run --test library --test load";

/// What `bare.sh` ends with where it cannot take anything away.
const NO_OVERLAY: i32 = 77;

/// Builds the workspace, runs these of its tests, and the example of the root package there, from an empty target folder.
fn test(root: &Path, tests: &str) -> Result<Done> {
    if !cfg!(target_os = "linux") {
        return Ok(Done::LeftOut("there are no mount namespaces here".to_owned()));
    }
    // What is not downloaded yet cannot be downloaded without a network there.
    command::run(cargo(root).arg("fetch"), BUILD)?;
    let target = target_folder(root).join("bare");
    let _ = fs_err::remove_dir_all(&target);
    let mut unshare = Command::new("unshare");
    // A user namespace may mount an overlay only with its marks in user attributes.
    let (namespace, option) = if is_root() {
        ("--mount", "")
    } else {
        ("--user --map-root-user --mount", ",userxattr")
    };
    unshare.words(namespace).words("--kill-child --fork sh -c");
    unshare.args([include_str!("bare.sh"), "bare.sh", option]);
    unshare
        .current_dir(root)
        .env("TESTS", tests)
        .env("CARGO", cargo(root).get_program())
        .env("CARGO_TARGET_DIR", &target)
        // It is all built once.
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    let (status, output) = status_and_output(&mut unshare, BUILD)?;
    tally::count(&output);
    if status.code() == Some(NO_OVERLAY) {
        return not_installed(format!("this machine mounts no overlay over /usr: {output}"));
    }
    ensure!(status.success(), "{output}\nbare.sh: {status}");
    Ok(Done::All)
}
