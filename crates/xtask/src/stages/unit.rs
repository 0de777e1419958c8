//! Stage `unit`: tests and doctests, in the feature sets; and what runs on the simulator is done in a moment.

mod compile_fail;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::programs::cargo::cargo;
use crate::programs::command::{BUILD, Words};
use crate::programs::tally;
use crate::stage::{Done, Stage};
use crate::workspace::feature_sets::{DEFAULT, FIRST, OTHERS, SESSION, SUITE, for_each, only_with};

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests, with --all all in every feature set; those on the simulator take less than 20 seconds",
    needs: &[],
    run,
    rest: Some(rest),
};

/// The tests of what a feature set changes.
const CHANGED: &str = "--lib --test library";

/// The test programs of what is to be done in a moment on the simulator, so that nobody waits for it.
const MEASURED: [&str; 8] = [
    "conformance",
    "pcsc_sim",
    "agreement",
    "control",
    "forks",
    "races",
    "serve",
    "worlds",
];

/// How many seconds they may take together.
const LIMIT: f64 = 20.0;

/// Runs the suite, which waits for time to pass more than it works, and in each of the first sets what is different there.
fn run(root: &Path) -> Result<Done> {
    let mut suite = cargo(root);
    suite.arg("test").words(SUITE).env("RUST_TEST_THREADS", "4");
    // The examples are among it: no test calls Cargo for them.
    suite.env("PCSC_TEST_BUILT", "1");
    suite.env("RUSTDOC", compile_fail::rustdoc(root)?);
    let output = tally::run(&mut suite, BUILD)?;
    compile_fail::all_were_run(root, &output)?;
    let seconds = seconds(&output).with_context(|| format!("{output}\nno test program tells its time"))?;
    println!("   the tests on the simulator took {seconds:.2} s: less than {LIMIT} s are allowed");
    ensure!(
        seconds < LIMIT,
        "{output}\nthe tests on the simulator took too long"
    );
    tally::run(
        cargo(root).words("test --package xtask --package repository"),
        BUILD,
    )?;
    test(root, &FIRST, CHANGED)
}

/// Runs the tests of what takes long: all of them in every set, and those of pcsc-session alone.
fn rest(root: &Path) -> Result<Done> {
    tally::run(cargo(root).words("test --workspace"), BUILD)?;
    for set in SESSION {
        tally::run(cargo(root).arg("test").words(set), BUILD)?;
    }
    let sets: Vec<_> = FIRST
        .into_iter()
        .chain(OTHERS)
        .filter(|set| *set != DEFAULT)
        .collect();
    test(root, &sets, "")
}

fn test(root: &Path, sets: &[&str], programs: &str) -> Result<Done> {
    for_each(sets, |set| {
        let mut test = cargo(root);
        tally::run(only_with(test.arg("test"), set).words(programs), BUILD).map(drop)
    })
}

/// Adds the times of the measured programs, as each tells it: `test result: ok. 3 passed; ...; finished in 0.02s`.
fn seconds(output: &str) -> Option<f64> {
    let (programs, _) = output.split_once("Doc-tests ").unwrap_or((output, ""));
    let times = MEASURED.map(|name| {
        let place = format!("/deps/{name}-");
        let program = programs
            .split("     Running ")
            .find(|program| program.contains(&place))?;
        let (_, time) = program.rsplit_once("finished in ")?;
        time.split_once('s')?.0.parse::<f64>().ok()
    });
    times.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::{MEASURED, seconds};

    #[test]
    fn the_programs_times_are_added_and_each_must_tell_it() {
        let program =
            |name: &str, end: &str| format!("     Running tests/a.rs (target/deps/{name}-0)\n{end}");
        let ends = [
            "test result: ok. 1 passed; finished in 1.50s\n",
            "test result: ok. 1 passed\n",
        ];
        let measured: String = MEASURED.iter().map(|name| program(name, ends[0])).collect();
        let other = program("native", ends[0]) + "   Doc-tests a\n" + ends[0];
        assert_eq!(seconds(&(measured.clone() + &other)), Some(12.0));
        assert_eq!(seconds(&other), None);
        let without = measured.replace(&program("races", ends[0]), &program("races", ends[1]));
        assert_eq!(seconds(&without), None);
    }
}
