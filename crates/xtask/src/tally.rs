//! Counting test functions: libtest says for each test program how many passed and failed.

use std::sync::atomic::{AtomicU64, Ordering};

static PASSED: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

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
    #[test]
    fn results_of_all_programs_are_added() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            x 9 passed\ntest result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(super::parse(output), (13, 2));
        assert_eq!(super::parse("nothing"), (0, 0));
    }
}
