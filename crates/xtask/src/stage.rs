//! A stage of a full test, and what was left out of it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};

/// What a stage does, in the workspace's root.
pub(crate) type Run = fn(&Path) -> Result<()>;

/// One part of the test.
pub(crate) struct Stage {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// What it is left out without, by the names of [`requirements`](crate::installed::requirements), apart by blanks.
    pub(crate) needs: &'static [&'static str],
    /// Does it, or what of it shows most.
    pub(crate) first: Run,
    /// Does what takes too long for each run: it follows with `--all`.
    pub(crate) rest: Option<Run>,
}

/// What the stage that runs now has left out.
static LEFT_OUT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Leaves out what cannot be done on this machine, with the reason.
pub(crate) fn leave_out(what: String) {
    LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner).push(what);
}

/// Leaves out what cannot be done for want of something that could be installed. In CI nothing is left out so.
pub(crate) fn not_installed(what: String) -> Result<()> {
    not_installed_where(is_ci(), what)
}

/// Returns what was left out since the last call.
pub(crate) fn take_left_out() -> Vec<String> {
    std::mem::take(&mut *LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Tells whether everything is to be here, and nothing was built before.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

fn not_installed_where(is_ci: bool, what: String) -> Result<()> {
    ensure!(!is_ci, "{what}; CI is to have everything");
    leave_out(what);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{not_installed_where, take_left_out};

    #[test]
    fn nothing_is_left_out_in_ci_for_want_of_a_package() {
        let what = || "not installed: valgrind".to_owned();
        not_installed_where(false, what()).unwrap();
        assert_eq!(take_left_out(), [what()]);
        assert!(take_left_out().is_empty());
        let error = not_installed_where(true, what()).unwrap_err();
        assert!(error.to_string().contains("valgrind"), "{error}");
        assert!(take_left_out().is_empty());
    }
}
