//! The examples that must not compile fail for the reason that each of them names.
//!
//! A stable compiler takes any error for the expected one. It compares the error's code where it is told to do what otherwise
//! a nightly one does: none has to be installed.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use machine::files::write_program;
use machine::programs::{call, stdout, target_folder};

/// Makes a rustdoc that compares codes. It alone is told to: build scripts look at that variable, and all would be built anew.
pub(super) fn rustdoc(root: &Path) -> Result<PathBuf> {
    let script = target_folder(root).join("rustdoc");
    write_program(&script, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n")?;
    Ok(script)
}

/// Checks that by the tests' output all examples which must not compile were run.
pub(super) fn all_were_run(root: &Path, output: &str) -> Result<()> {
    let mut grep = call(
        "grep",
        "-rhE --include=*.rs ^[[:space:]]*(//|#\\[).*```compile_fail src crates",
    );
    let expected = stdout(grep.current_dir(root))?.lines().count();
    let run = output
        .lines()
        .filter(|line| line.ends_with("- compile fail ... ok"))
        .count();
    ensure!(
        run == expected && run > 0,
        "{output}\nof {expected} examples that must not compile {run} were run"
    );
    println!("   {run} examples do not compile, for the reasons that they name");
    Ok(())
}
