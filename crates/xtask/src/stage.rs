//! A stage of a full test, and how much of it was done.

use std::path::Path;

use anyhow::{Result, bail};

/// What a stage does, in the workspace's root.
pub(crate) type Run = fn(&Path) -> Result<Done>;

/// One part of the test.
pub(crate) struct Stage {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// Debian's names of the packages without which it is left out, in groups.
    pub(crate) needs: &'static [&'static [&'static str]],
    /// Does it.
    pub(crate) run: Run,
    /// Does what takes too long for each run: it follows with `--all`.
    pub(crate) rest: Option<Run>,
}

/// How much of a stage was done.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Done {
    /// Everything.
    All,
    /// Not everything: what was left out, and why.
    LeftOut(String),
}

impl Done {
    /// Returns what was done of two parts.
    pub(crate) fn and(self, other: Done) -> Done {
        match (self, other) {
            (Done::All, other) => other,
            (done, Done::All) => done,
            (Done::LeftOut(one), Done::LeftOut(other)) => Done::LeftOut(format!("{one}; {other}")),
        }
    }
}

/// Leaves out what cannot be done for want of something that could be installed. In CI nothing is left out so.
pub(crate) fn not_installed(reason: String) -> Result<Done> {
    not_installed_where(is_ci(), reason)
}

/// Tells whether everything is to be here, and nothing was built before.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

fn not_installed_where(is_ci: bool, reason: String) -> Result<Done> {
    if is_ci {
        bail!("{reason}; CI is to have everything")
    } else {
        Ok(Done::LeftOut(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::{Done, not_installed_where};

    #[test]
    fn nothing_is_left_out_in_ci_for_want_of_a_package() {
        let reason = || "not installed: valgrind".to_owned();
        assert_eq!(
            not_installed_where(false, reason()).unwrap(),
            Done::LeftOut(reason())
        );
        assert!(
            not_installed_where(true, reason())
                .unwrap_err()
                .to_string()
                .contains("valgrind")
        );
    }
}
