//! What cannot be done on this machine is left out, with the reason.

use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};

/// What was left out since somebody asked.
static LEFT_OUT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Leaves out what cannot be done on this machine, with the reason.
pub fn leave_out(what: String) {
    LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner).push(what);
}

/// Leaves out what cannot be done for want of something that could be installed. In CI nothing is left out so.
pub fn not_installed(what: String) -> Result<()> {
    not_installed_where(is_ci(), what)
}

/// Returns what was left out since the last call.
pub fn take() -> Vec<String> {
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
    use super::{not_installed_where, take};

    #[test]
    fn nothing_is_left_out_in_ci_for_want_of_a_package() {
        let what = || "not installed: valgrind".to_owned();
        not_installed_where(false, what()).unwrap();
        assert_eq!(take(), [what()]);
        assert!(take().is_empty());
        let error = not_installed_where(true, what()).unwrap_err();
        assert!(error.to_string().contains("valgrind"), "{error}");
        assert!(take().is_empty());
    }
}
