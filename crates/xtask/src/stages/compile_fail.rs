//! Stage `compile-fail`: the examples that must not compile fail for the reason that each of them names.
//!
//! A stable compiler takes any error for the expected one. It compares the error's code where it is told to do what otherwise
//! a nightly one does: none has to be installed.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::cargo::{cargo, target_folder};
use crate::command::{BUILD, Words};
use crate::files::{read, rust_sources};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "compile-fail",
    about: "examples that must not compile fail with the codes that they name",
    needs: &[],
    run,
    rest: None,
};

/// The packages with such examples, and where their sources are.
const PACKAGES: [(&str, &str); 2] = [("pcsc-sys", "src"), ("pcsc-session", "crates/session/src")];

/// Runs the examples of each file that has one which must not compile.
fn run(root: &Path) -> Result<Done> {
    let mut passed = 0;
    for (package, folder) in PACKAGES {
        let examples = examples(&root.join(folder))?;
        ensure!(
            !examples.is_empty(),
            "{package} has no such example any more: take it off the list"
        );
        let mut test = cargo(root);
        test.words("test --doc --package")
            .args([package, "--"])
            .args(examples.iter().map(|(file, _)| file));
        // Its own folder: build scripts look at the variable below, and would run anew at each change.
        test.env("CARGO_TARGET_DIR", target_folder(root).join("compile-fail"));
        let output = tally::run(test.env("RUSTC_BOOTSTRAP", "1"), BUILD)?;
        let expected: usize = examples.iter().map(|(_, count)| count).sum();
        let run = output
            .lines()
            .filter(|line| line.ends_with("- compile fail ... ok"))
            .count();
        ensure!(
            run == expected,
            "{output}\nof {expected} examples that must not compile {run} were run"
        );
        passed += run;
    }
    println!("{passed} examples do not compile, for the reasons that they name");
    Ok(Done::All)
}

/// Returns each file below a folder that has examples which must not compile, as rustdoc names it, and how many it has.
fn examples(folder: &Path) -> Result<Vec<(String, usize)>> {
    let above = folder.parent().unwrap_or(folder);
    let mut found = Vec::new();
    for file in rust_sources(folder)? {
        let count = read(&file)?.matches("```compile_fail").count();
        if count > 0 {
            found.push((file.strip_prefix(above)?.display().to_string(), count));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{PACKAGES, examples};
    use std::path::Path;

    #[test]
    fn each_package_that_has_examples_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for folder in [
            "src",
            "crates/iso7816/src",
            "crates/session/src",
            "crates/sim/src",
            "crates/sim-capi/src",
        ] {
            let has_some = !examples(&root.join(folder)).unwrap().is_empty();
            let is_listed = PACKAGES.iter().any(|(_, listed)| *listed == folder);
            assert_eq!(has_some, is_listed, "{folder}");
        }
    }
}
