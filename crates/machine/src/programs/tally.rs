//! Counting test functions: libtest says for each test program how many passed and failed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};

use crate::programs::command;

static PASSED: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

/// Runs a program with tests in it, as [`command::run`] does, and counts their results, also where it fails. One without a
/// test that passes fails. Returns what it wrote.
pub fn run(tests: &mut Command) -> Result<String> {
    let result = command::run(tests);
    // The error has all that the program wrote.
    let output = result.as_ref().map_or_else(ToString::to_string, String::clone);
    count(&output);
    ensure!(
        result.is_err() || passed(&output) > 0,
        "{output}\n{tests:?}: no test was run"
    );
    result
}

/// Fails where a test program has no test that one of these words, a filter or what follows upon `--skip`, means.
pub fn ensure_tests(program: &Path, words: &str) -> Result<()> {
    let tests = command::stdout(Command::new(program).arg("--list"))?;
    for word in words.split_whitespace().filter(|word| !word.starts_with("--")) {
        let mut tests = tests.lines().filter(|line| line.ends_with(": test"));
        ensure!(
            tests.any(|test| test.contains(word)),
            "{} has no test {word}",
            program.display()
        );
    }
    Ok(())
}

/// Adds the results in a program's output, the lines that begin with "test result:".
pub fn count(output: &str) {
    PASSED.fetch_add(number(output, " passed"), Ordering::Relaxed);
    FAILED.fetch_add(number(output, " failed"), Ordering::Relaxed);
}

/// Returns how many test functions have passed and failed so far; one that ran in several feature sets counts each time.
pub fn total() -> (u64, u64) {
    (PASSED.load(Ordering::Relaxed), FAILED.load(Ordering::Relaxed))
}

/// Returns how many test functions have passed in a program's output.
pub fn passed(output: &str) -> u64 {
    number(output, " passed")
}

/// Adds the numbers before a word.
fn number(output: &str, word: &str) -> u64 {
    let results = output.lines().filter(|line| line.starts_with("test result:"));
    let numbers = results.filter_map(|line| line.split_once(word)?.0.rsplit(' ').next()?.parse::<u64>().ok());
    numbers.sum()
}

#[cfg(test)]
mod tests {
    use super::{ensure_tests, number, run, total};
    use std::process::Command;

    #[test]
    fn a_program_that_fails_counts_too_and_one_without_tests_fails() {
        let before = total();
        let script = "echo 'test result: FAILED. 3 passed; 2 failed; 0 ignored'; exit 101";
        assert!(run(Command::new("sh").args(["-c", script])).is_err());
        assert_eq!(total(), (before.0 + 3, before.1 + 2));
        let script = "echo 'test result: ok. 0 passed; 0 failed; 9 ignored'";
        let error = run(Command::new("sh").args(["-c", script])).unwrap_err();
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
        assert_eq!((number(output, " passed"), number(output, " failed")), (13, 2));
        assert_eq!(number("nothing", " passed"), 0);
    }
}
