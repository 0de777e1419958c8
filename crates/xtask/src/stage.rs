//! A stage of a full test.

use std::path::Path;

use anyhow::Result;

/// What a stage does, in the workspace's root.
pub(crate) type Run = fn(&Path) -> Result<()>;

/// One part of the test.
pub(crate) struct Stage {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// What must be installed, or it is left out: by the names that [`machine::installed`] has, apart by blanks.
    pub(crate) needs: &'static [&'static str],
    /// Does it, or what of it shows most.
    pub(crate) first: Run,
    /// Does what takes too long for each run: it follows with `--all`.
    pub(crate) rest: Option<Run>,
}
