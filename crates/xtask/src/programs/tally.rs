//! Counting test functions: libtest says for each test program how many passed and failed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::programs::command::{self, MINUTE};

static PASSED: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

/// Runs a program with tests in it, as [`command::run`] does, and counts their results, also where it fails.
pub(crate) fn run(tests: &mut Command, deadline: Duration) -> Result<String> {
    let result = command::run(tests, deadline);
    // The error has all that the program wrote.
    let output = result
        .as_ref()
        .map_or_else(|error| error.to_string(), String::clone);
    count(&output);
    ensure!(
        result.is_err() || passed(&output) > 0,
        "{output}\n{tests:?}: no test was run"
    );
    result
}

/// Fails where a test program has no test that one of these words, a filter or what follows upon `--skip`, means.
pub(crate) fn ensure_tests(program: &Path, words: &str) -> Result<()> {
    let tests = command::stdout(Command::new(program).arg("--list"), MINUTE)?;
    for word in words.split_whitespace().filter(|word| !word.starts_with("--")) {
        let is_one = tests
            .lines()
            .any(|line| line.ends_with(": test") && line.contains(word));
        ensure!(is_one, "{} has no test {word}", program.display());
    }
    Ok(())
}

/// Adds the results in a program's output, the lines that begin with "test result:".
pub(crate) fn count(output: &str) {
    let (passed, failed) = parse(output);
    PASSED.fetch_add(passed, Ordering::Relaxed);
    FAILED.fetch_add(failed, Ordering::Relaxed);
}

/// Returns how many test functions have passed and failed so far; one that ran in several feature sets counts each time.
pub(crate) fn total() -> (u64, u64) {
    (PASSED.load(Ordering::Relaxed), FAILED.load(Ordering::Relaxed))
}

/// Returns how many test functions have passed in a program's output.
pub(crate) fn passed(output: &str) -> u64 {
    parse(output).0
}

fn parse(output: &str) -> (u64, u64) {
    let number = |line: &str, what: &str| -> u64 {
        let before = line.split(what).next().unwrap_or_default();
        before
            .split_whitespace()
            .next_back()
            .and_then(|word| word.parse().ok())
            .unwrap_or(0)
    };
    output
        .lines()
        .filter(|line| line.starts_with("test result:"))
        .fold((0, 0), |(passed, failed), line| {
            (passed + number(line, " passed"), failed + number(line, " failed"))
        })
}

#[cfg(test)]
mod tests {
    use super::{ensure_tests, parse, run, total};
    use crate::programs::command::MINUTE;
    use std::process::Command;

    #[test]
    fn a_program_that_fails_counts_too_and_one_without_tests_fails() {
        let before = total();
        let script = "echo 'test result: FAILED. 3 passed; 2 failed; 0 ignored'; exit 101";
        assert!(run(Command::new("sh").args(["-c", script]), MINUTE).is_err());
        assert_eq!(total(), (before.0 + 3, before.1 + 2));
        let script = "echo 'test result: ok. 0 passed; 0 failed; 9 ignored'";
        let error = run(Command::new("sh").args(["-c", script]), MINUTE).unwrap_err();
        assert!(error.to_string().contains("no test was run"), "{error}");
    }

    #[test]
    fn a_word_that_means_no_test_is_told() {
        let own = std::env::current_exe().unwrap();
        assert!(ensure_tests(&own, "tally:: --skip a_word_that_means --test-threads=1").is_ok());
        let error = ensure_tests(&own, "tally:: --skip no_such_test").unwrap_err();
        assert!(error.to_string().ends_with("has no test no_such_test"), "{error}");
    }

    #[test]
    fn results_of_all_programs_are_added() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            x 9 passed\ntest result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(parse(output), (13, 2));
        assert_eq!(parse("nothing"), (0, 0));
    }
}
