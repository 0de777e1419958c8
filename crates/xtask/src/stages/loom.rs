//! Stage `loom`: the models of pcsc-sys' synchronisation, in every order of their threads' steps.

use std::path::Path;
use std::time::Duration;

use crate::cargo::{cargo, target_folder};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "loom",
    about: "pcsc-sys' synchronisation holds in every order of the threads' steps, by loom",
    needs: &[],
    run,
    rest: None,
};

/// Building with optimisation, and millions of orders.
const DEADLINE: Duration = Duration::from_secs(20 * 60);

/// Runs the tests with `loom` in their names, with loom's types in the place of std's.
///
/// # Errors
/// A test failed, or there is none.
fn run(root: &Path) -> Result<Done, String> {
    let mut test = cargo(root);
    test.args(["test", "--release", "--package", "pcsc-sys", "--lib"]);
    // Its own folder: everything is built anew when the flags change.
    test.arg("--target-dir").arg(target_folder(root).join("loom"));
    test.arg("loom").env("RUSTFLAGS", "--cfg loom");
    let output = tally::run(&mut test, DEADLINE)?;
    let passed = at_least_one(&output)?;
    println!("{passed} models hold in every order");
    Ok(Done::All)
}

fn at_least_one(output: &str) -> Result<u64, String> {
    match tally::passed(output) {
        0 => Err(format!("{output}\nno model was run")),
        passed => Ok(passed),
    }
}

#[cfg(test)]
mod tests {
    use super::at_least_one;

    #[test]
    fn a_run_without_models_fails() {
        let result = |passed| format!("test result: ok. {passed} passed; 0 failed; 12 filtered out\n");
        assert_eq!(at_least_one(&result(2)), Ok(2));
        assert!(at_least_one(&result(0)).is_err());
        assert!(at_least_one("").is_err());
    }
}
