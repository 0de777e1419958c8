//! Stage `format`: the workspace's files are formatted.

use machine::programs::{cargo, run};

use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "format",
    about: "cargo fmt --check",
    needs: &["rustfmt"],
    first: |root| run(&mut cargo(root, "fmt --all --check -- --color never")).map(drop),
    rest: None,
};
