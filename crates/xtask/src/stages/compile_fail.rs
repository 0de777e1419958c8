//! Stage `compile-fail`: the examples that must not compile fail for the reason that each of them names.
//!
//! A stable compiler takes any error for the expected one. It compares the error's code where it is told to do what otherwise
//! a nightly one does: none has to be installed.

use std::path::Path;
use std::time::Duration;

use crate::cargo::{cargo, target_folder};
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

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// The packages with such examples, and where their sources are.
const PACKAGES: [(&str, &str); 2] = [("pcsc-sys", "src"), ("pcsc-session", "crates/session/src")];

/// Runs the examples of each file that has one which must not compile.
///
/// # Errors
/// One compiles, or fails for another reason; or one was not run.
fn run(root: &Path) -> Result<Done, String> {
    let mut passed = 0;
    for (package, folder) in PACKAGES {
        let examples = examples(&root.join(folder))?;
        if examples.is_empty() {
            return Err(format!(
                "{package} has no such example any more: take it off the list"
            ));
        }
        let mut test = cargo(root);
        test.args(["test", "--doc", "--package", package]);
        // Its own folder: build scripts look at the variable below, and would run anew at each change.
        test.arg("--target-dir")
            .arg(target_folder(root).join("compile-fail"));
        test.arg("--").args(examples.iter().map(|(file, _)| file));
        test.env("RUSTC_BOOTSTRAP", "1");
        let output = tally::run(&mut test, DEADLINE)?;
        let expected = examples.iter().map(|(_, count)| count).sum();
        passed += all_of(expected, &output)?;
    }
    println!("{passed} examples do not compile, for the reasons that they name");
    Ok(Done::All)
}

/// Returns each file below a folder that has examples which must not compile, as rustdoc names it, and how many it has.
fn examples(folder: &Path) -> Result<Vec<(String, usize)>, String> {
    let above = folder.parent().unwrap_or(folder);
    let mut found = Vec::new();
    for file in rust_sources(folder)? {
        let count = read(&file)?.matches("```compile_fail").count();
        if count > 0 {
            let name = file.strip_prefix(above).unwrap_or(&file);
            found.push((name.display().to_string(), count));
        }
    }
    Ok(found)
}

/// Checks that so many of them were run, and returns the number.
fn all_of(expected: usize, output: &str) -> Result<usize, String> {
    let run = output
        .lines()
        .filter(|line| line.ends_with("- compile fail ... ok"));
    match run.count() {
        run if run == expected => Ok(run),
        run => Err(format!(
            "{output}\nof {expected} examples that must not compile {run} were run"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{PACKAGES, all_of, examples};
    use std::path::Path;

    #[test]
    fn an_example_that_was_not_run_is_missed() {
        let output = "test src/a.rs - a (line 1) - compile fail ... ok\ntest src/a.rs - a (line 9) ... ok\n";
        assert_eq!(all_of(1, output), Ok(1));
        assert!(all_of(2, output).is_err() && all_of(0, output).is_err());
    }

    #[test]
    fn each_package_that_has_examples_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let all = [
            "src",
            "crates/iso7816/src",
            "crates/session/src",
            "crates/sim/src",
            "crates/sim-capi/src",
        ];
        for folder in all {
            let has_some = !examples(&root.join(folder)).unwrap().is_empty();
            let is_listed = PACKAGES.iter().any(|(_, listed)| *listed == folder);
            assert_eq!(has_some, is_listed, "{folder}");
        }
    }
}
