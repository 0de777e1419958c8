//! Stage `docs`: the documentation, and the programs in the README and in `docs/from-pcsc.md`.

use std::path::Path;

use anyhow::Result;

use crate::installed::{BINDGEN, missing};
use crate::programs::{Words, cargo, run};
use crate::stage::{Stage, not_installed};
use crate::workspace::repository;

pub(crate) const STAGE: Stage = Stage {
    name: "docs",
    about: "rustdoc, warnings are errors; the Rust of the README and of docs/from-pcsc.md compiles",
    needs: &[],
    first,
    rest: None,
};

/// Makes the documentation, by default, with the features of its documents and with all, and compiles the documents' Rust.
fn first(root: &Path) -> Result<()> {
    let doc = |features| {
        let mut doc = cargo(root, "doc --workspace --no-deps");
        run(doc.words(features).env("RUSTDOCFLAGS", "-Dwarnings"))
    };
    doc("")?;
    doc("--features pcsc-session/record,pcsc-session/stream,pcsc-sim/replay")?;
    repository::test(root, "documents")?;
    repository::test(root, "from_pcsc")?;
    match missing(&[BINDGEN])? {
        missing if missing.is_empty() => doc("--all-features").map(drop),
        missing => not_installed(format!("all features (not installed: {})", missing.join(", "))),
    }
}
