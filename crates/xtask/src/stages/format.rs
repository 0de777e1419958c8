//! Stage `format`: the workspace's files are formatted.

use crate::programs::cargo::cargo;
use crate::programs::command::{MINUTE, Words, run};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "format",
    about: "cargo fmt --check",
    needs: &[&["rustfmt"]],
    run: |root| run(cargo(root).words("fmt --all --check -- --color never"), MINUTE).map(|_| Done::All),
    rest: None,
};
