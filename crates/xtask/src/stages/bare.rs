//! A machine with neither libpcsclite, its headers, libclang nor pkg-config: this one, in a mount namespace where
//! they have been taken away.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::cargo::{cargo, target_folder};
use crate::command::{self, BUILD, Words, status_and_output};
use crate::privileges::is_root;
use crate::stage::{Done, Stage};
use crate::tally;

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
        return Ok(Done::LeftOut(format!(
            "this machine mounts no overlay over /usr: {output}"
        )));
    }
    ensure!(status.success(), "{output}\nbare.sh: {status}");
    if let Some(missing) = not_said(&output) {
        bail!("{output}\nthe example did not say: {missing}");
    }
    Ok(Done::All)
}

/// Returns what the example must print where there is no library, and did not.
fn not_said(output: &str) -> Option<&'static str> {
    let example = output.split("== the example").nth(1).unwrap_or_default();
    let expected = [
        "libpcsclite.so.1 (libpcsclite.so.1: cannot open shared object file",
        "libpcsclite.so (libpcsclite.so: cannot open shared object file",
        "apt install libpcsclite1 pcscd",
        "SCardEstablishContext: 0x8010001D",
    ];
    expected.into_iter().find(|text| !example.contains(text))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_example_must_name_files_and_the_remedy() {
        let good = "test result: ok\n== the example\nlibrary: no PC/SC library could be used: libpcsclite.so.1 \
            (libpcsclite.so.1: cannot open shared object file: No such file); libpcsclite.so (libpcsclite.so: cannot \
            open shared object file: No such file). Install pcsc-lite: apt install libpcsclite1 pcscd (Debian)\n\
            SCardEstablishContext: 0x8010001D\n";
        assert_eq!(super::not_said(good), None);
        assert!(super::not_said(&good.replace("libpcsclite.so ", "")).is_some());
        assert!(super::not_said(&good.replace("0x8010001D", "0x80100006")).is_some());
    }
}
