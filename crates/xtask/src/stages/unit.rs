//! Stage `unit`: tests and doctests, in the feature sets; and what runs on the simulator is done in a moment.

mod compile_fail;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use machine::programs::{Words, cargo, tally};

use crate::stage::Stage;
use crate::workspace::{COVERING, DEFAULT, SESSION, SUITE, all_but, for_each};

pub(crate) const STAGE: Stage = Stage {
    name: "unit",
    about: "tests and doctests, with --all all in every feature set; those on the simulator take less than 20 seconds",
    needs: &[],
    first,
    rest: Some(rest),
};

/// The tests of what a feature set changes.
const CHANGED: &str = "--lib --test library";

/// The test programs of what is to be done in a moment on the simulator, so that nobody waits for it.
const MEASURED: &str = "conformance pcsc_sim agreement control forks races serve worlds";

/// How many seconds they may take together.
const LIMIT: f64 = 20.0;

/// Runs the suite, which waits for time to pass more than it works, and in each of the first sets what is different there.
fn first(root: &Path) -> Result<()> {
    let mut suite = cargo(root, "test");
    // The examples are among it: no test calls Cargo for them.
    suite
        .words(SUITE)
        .envs([("RUST_TEST_THREADS", "4"), ("PCSC_TEST_BUILT", "1")]);
    suite.env("RUSTDOC", compile_fail::rustdoc(root)?);
    let mut output = tally::run(&mut suite)?;
    compile_fail::all_were_run(root, &output)?;
    let mut best = time(&output)?;
    if best >= LIMIT {
        println!(
            "   the tests on the simulator took {best:.2} s, beside what else the machine does: once more"
        );
        output = tally::run(suite.arg("--tests"))?;
        best = best.min(time(&output)?);
    }
    println!("   the tests on the simulator took {best:.2} s: less than {LIMIT} s are allowed");
    ensure!(best < LIMIT, "{output}\nthe tests on the simulator took too long");
    test(root, "--package xtask --package machine --package repository")?;
    for_each(&COVERING, |set| test(root, &format!("{set} {CHANGED}")))
}

/// Runs the tests of what takes long: all of them in every set, and those of pcsc-session alone.
fn rest(root: &Path) -> Result<()> {
    test(root, "--workspace")?;
    SESSION.iter().try_for_each(|set| test(root, set))?;
    for_each(&all_but(DEFAULT), |set| test(root, set))
}

fn test(root: &Path, words: &str) -> Result<()> {
    tally::run(cargo(root, "test").words(words)).map(drop)
}

fn time(output: &str) -> Result<f64> {
    seconds(output).with_context(|| format!("{output}\nno test program tells its time"))
}

/// Adds the times of the measured programs, as each tells it: `test result: ok. 3 passed; ...; finished in 0.02s`.
fn seconds(output: &str) -> Option<f64> {
    let (programs, _) = output.split_once("Doc-tests ").unwrap_or((output, ""));
    let times = MEASURED.split(' ').map(|name| {
        let place = format!("/deps/{name}-");
        let mut programs = programs.split("     Running ");
        let (_, time) = programs
            .find(|program| program.contains(&place))?
            .rsplit_once("finished in ")?;
        time.split_once('s')?.0.parse::<f64>().ok()
    });
    times.sum()
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
        let measured: String = MEASURED.split(' ').map(|name| program(name, ends[0])).collect();
        let other = program("native", ends[0]) + "   Doc-tests a\n" + ends[0];
        assert_eq!(seconds(&(measured.clone() + &other)), Some(12.0));
        assert_eq!(seconds(&other), None);
        let without = measured.replace(&program("races", ends[0]), &program("races", ends[1]));
        assert_eq!(seconds(&without), None);
    }
}
