//! A machine with neither libpcsclite, its headers, libclang nor pkg-config: this one, in a mount namespace where
//! they have been taken away.

use std::path::Path;

use anyhow::{Result, ensure};
use machine::left_out::{leave_out, not_installed};
use machine::programs::{call, cargo, for_one_build, is_root, outcome, run, tally, target_folder};

use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "bare",
    about: "builds, tests and runs where nothing of PC/SC is installed (in a mount namespace), with --all every test of a plain cargo test",
    needs: &[],
    first: |root| test(root, LOOKING),
    rest: Some(|root| test(root, "")),
};

/// What looks for a library, and what a reader of the README runs first.
const LOOKING: &str = "--package pcsc-sys --lib --test first_run --test library --test load";

/// What `bare.sh` ends with where it cannot take anything away.
const NO_OVERLAY: i32 = 77;

/// Builds what a plain `cargo build` does, runs these of its tests, and the example of the root package there, from an empty target folder.
fn test(root: &Path, tests: &str) -> Result<()> {
    if !cfg!(target_os = "linux") {
        leave_out("there are no mount namespaces here".to_owned());
        return Ok(());
    }
    // What is not downloaded yet cannot be downloaded without a network there.
    run(&mut cargo(root, "fetch"))?;
    let target = target_folder(root).join("bare");
    let _ = fs_err::remove_dir_all(&target);
    // A user namespace may mount an overlay only with its marks in user attributes.
    let (namespace, option) = match is_root() {
        true => ("--mount", ""),
        false => ("--user --map-root-user --mount", ",userxattr"),
    };
    let mut bare = call("unshare", &format!("{namespace} --kill-child --fork sh -c"));
    bare.args([include_str!("bare.sh"), "bare.sh", option])
        .current_dir(root);
    bare.env("CARGO", cargo(root, "").get_program());
    bare.env("TESTS", tests).env("CARGO_TARGET_DIR", &target);
    for_one_build(&mut bare);
    let (status, output) = outcome(&mut bare)?;
    tally::count(&output);
    if status.code() == Some(NO_OVERLAY) {
        return not_installed(format!("this machine mounts no overlay over /usr: {output}"));
    }
    ensure!(
        status.success() && tally::passed(&output) > 0,
        "{output}\nbare.sh: {status}"
    );
    Ok(())
}
