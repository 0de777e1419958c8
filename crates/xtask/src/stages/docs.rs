//! Stage `docs`: the documentation, and the programs in the README and in `docs/from-pcsc.md`.

use std::path::Path;

use anyhow::Result;
use machine::installed::{BINDGEN, are_here};
use machine::programs::{Words, cargo, run};

use crate::stage::Stage;
use crate::stages::repository;

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
    if are_here(&[BINDGEN], "all features")? {
        doc("--all-features")?;
    }
    Ok(())
}
