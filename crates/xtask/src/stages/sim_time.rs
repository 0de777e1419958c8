//! Stage `sim-time`: what runs on the simulator is done in a moment, so that nobody waits for it.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-time",
    about: "the tests on the simulator take less than 20 seconds, without compiling",
    needs: &[],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// What Cargo runs the tests by: the conformance suite's half, and the simulator's own.
const TESTS: [&[&str]; 2] = [
    &["--package", "pcsc-sys", "--test", "conformance"],
    &["--package", "pcsc-sim", "--tests"],
];

/// How many seconds they may take, without compiling.
const LIMIT: f64 = 20.0;

/// Runs them and adds up the times that the test programs tell.
///
/// # Errors
/// A test that failed, or the programs took too long.
fn run(root: &Path) -> Result<Done, String> {
    let mut total = 0.0;
    for tests in TESTS {
        let output = tally::run(cargo(root).arg("test").args(tests), DEADLINE)?;
        let seconds = seconds(&output).ok_or_else(|| format!("{output}\nno test program tells its time"))?;
        println!("   {}: {seconds:.2} s", tests.join(" "));
        total += seconds;
    }
    check(total).map(|()| Done::All)
}

fn check(total: f64) -> Result<(), String> {
    if total < LIMIT {
        Ok(())
    } else {
        Err(format!(
            "the tests on the simulator took {total:.2} s: less than {LIMIT} s are allowed"
        ))
    }
}

/// Adds the times in lines such as `test result: ok. 3 passed; ...; finished in 0.02s`.
fn seconds(output: &str) -> Option<f64> {
    let times: Option<Vec<f64>> = output
        .lines()
        .filter(|line| line.starts_with("test result:"))
        .map(|line| {
            line.rsplit_once("finished in ")?
                .1
                .strip_suffix('s')?
                .parse()
                .ok()
        })
        .collect();
    times
        .filter(|times| !times.is_empty())
        .map(|times| times.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::{check, seconds};

    #[test]
    fn the_programs_times_are_added_and_one_must_tell_it() {
        let output = "running 1 test\ntest result: ok. 1 passed; finished in 1.50s\n\
            test result: ok. 0 passed; finished in 0.25s\n";
        assert_eq!(seconds(output), Some(1.75));
        assert_eq!(seconds("test result: ok. 1 passed\n"), None);
        assert_eq!(seconds(""), None);
    }

    #[test]
    fn twenty_seconds_are_too_many() {
        assert_eq!(check(19.99), Ok(()));
        assert!(check(20.0).is_err());
    }
}
