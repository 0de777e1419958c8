//! Stage `sim-time`: what runs on the simulator is done in a moment, so that nobody waits for it.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::cargo::cargo;
use crate::command::{BUILD, Words};
use crate::stage::{Done, Stage};
use crate::tally;

pub(crate) const STAGE: Stage = Stage {
    name: "sim-time",
    about: "the tests on the simulator take less than 20 seconds, without compiling",
    needs: &[],
    run,
    rest: None,
};

/// What Cargo runs the tests by: the conformance suite's half, in which some wait for time to pass and so more than two run at
/// a time, and the simulator's own.
const TESTS: [&str; 2] = [
    "--package pcsc-sys --test conformance -- --test-threads=4",
    "--package pcsc-sim --tests",
];

/// How many seconds they may take, without compiling.
const LIMIT: f64 = 20.0;

/// Runs them and adds up the times that the test programs tell.
fn run(root: &Path) -> Result<Done> {
    let mut total = 0.0;
    for tests in TESTS {
        let output = tally::run(cargo(root).arg("test").words(tests), BUILD)?;
        let seconds =
            seconds(&output).with_context(|| format!("{output}\nno test program tells its time"))?;
        println!("   {tests}: {seconds:.2} s");
        total += seconds;
    }
    ensure!(
        total < LIMIT,
        "the tests on the simulator took {total:.2} s: less than {LIMIT} s are allowed"
    );
    Ok(Done::All)
}

/// Adds the times in lines such as `test result: ok. 3 passed; ...; finished in 0.02s`.
fn seconds(output: &str) -> Option<f64> {
    let lines = output.lines().filter(|line| line.starts_with("test result:"));
    let times = lines.map(|line| {
        line.rsplit_once("finished in ")?
            .1
            .strip_suffix('s')?
            .parse()
            .ok()
    });
    let times: Vec<f64> = times.collect::<Option<_>>()?;
    (!times.is_empty()).then(|| times.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn the_programs_times_are_added_and_one_must_tell_it() {
        let output = "test result: ok. 1 passed; finished in 1.50s\ntest result: ok. finished in 0.25s\n";
        assert_eq!(seconds(output), Some(1.75));
        assert_eq!(seconds("test result: ok. 1 passed\n"), None);
        assert_eq!(seconds(""), None);
    }
}
