//! Stage `docs`: the documentation, and the programs in the README and in `docs/from-pcsc.md`.

use std::path::Path;

use anyhow::Result;

use crate::installed::requirements::{BINDGEN, missing};
use crate::programs::cargo::cargo;
use crate::programs::command::{self, BUILD, Words};
use crate::stage::{Done, Stage, not_installed};
use crate::workspace::repository;

pub(crate) const STAGE: Stage = Stage {
    name: "docs",
    about: "rustdoc, warnings are errors; the Rust of the README and of docs/from-pcsc.md compiles",
    needs: &[],
    run,
    rest: None,
};

/// Makes the documentation, by default, with the features of its documents and with all, and compiles the documents' Rust.
fn run(root: &Path) -> Result<Done> {
    let doc = |features: &str| {
        let mut doc = cargo(root);
        doc.words("doc --workspace --no-deps")
            .words(features)
            .env("RUSTDOCFLAGS", "-Dwarnings");
        command::run(&mut doc, BUILD)
    };
    doc("")?;
    doc("--features pcsc-session/record,pcsc-session/stream,pcsc-sim/replay")?;
    let done = repository::test(root, "documents")?.and(repository::test(root, "from_pcsc")?);
    let missing = missing(BINDGEN)?;
    if !missing.is_empty() {
        let left_out = not_installed(format!("all features (not installed: {})", missing.join(", ")))?;
        return Ok(done.and(left_out));
    }
    doc("--all-features")?;
    Ok(done)
}
