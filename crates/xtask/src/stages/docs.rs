//! Stage `docs`: the documentation, and the programs in the README and in `docs/from-pcsc.md`.

use std::path::Path;

use anyhow::{Context, Result};

use crate::cargo::cargo;
use crate::command::{self, BUILD, Words};
use crate::files::read;
use crate::from_pcsc;
use crate::outside_packages;
use crate::readme::rust_blocks;
use crate::requirements::{BINDGEN, missing};
use crate::stage::{Done, Stage, not_installed};

pub(crate) const STAGE: Stage = Stage {
    name: "docs",
    about: "rustdoc, warnings are errors; the Rust of the README and of docs/from-pcsc.md compiles",
    needs: &[],
    run,
    rest: None,
};

/// What stands before each block: the packages are as a reader has them, the session is the one of an earlier block.
const BEFORE: &str = "#![allow(unused, reason = \"a reader goes on from here\")]\n\
    fn main() -> Result<(), pcsc_session::Error> {\nlet mut session = pcsc_session::Session::open()?;\n{\n";
const AFTER: &str = "}\nOk(())\n}\n";

/// The documents whose blocks of Rust are compiled.
const DOCUMENTS: [&str; 2] = ["README.md", "docs/from-pcsc.md"];

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
    blocks_compile(root)?;
    from_pcsc::compiles(root)?;
    let missing = missing(BINDGEN)?;
    if !missing.is_empty() {
        return not_installed(format!("all features (not installed: {})", missing.join(", ")));
    }
    doc("--all-features")?;
    Ok(Done::All)
}

/// Checks each block of Rust as a program of its own, in a package on top of the workspace's.
fn blocks_compile(root: &Path) -> Result<()> {
    let mut blocks = Vec::new();
    for name in DOCUMENTS {
        let text = read(root.join(name))?;
        blocks.extend(rust_blocks(name, &text)?.into_iter().map(str::to_owned));
    }
    let mut manifest = String::from("[dependencies]\n");
    for (name, folder, features) in [
        ("pcsc-sys", ".", "default"),
        ("pcsc-session", "crates/session", "record"),
        ("pcsc-sim", "crates/sim", "replay"),
    ] {
        let path = root.join(folder);
        manifest += &format!("{name} = {{ path = {path:?}, features = [{features:?}] }}\n");
    }
    let programs = blocks.iter().enumerate();
    let programs: Vec<_> = programs
        .map(|(index, block)| {
            (
                format!("src/bin/block{index}.rs"),
                format!("{BEFORE}{block}{AFTER}"),
            )
        })
        .collect();
    let sources: Vec<_> = programs
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let package = root.join("target/readme");
    outside_packages::make(root, &package, &manifest, &sources)?;
    command::run(
        outside_packages::cargo(root, &package).words("check --quiet"),
        BUILD,
    )
    .with_context(|| format!("a Rust block of {} does not compile", DOCUMENTS.join(" or ")))?;
    println!(
        "the {} blocks of Rust of {} compile",
        blocks.len(),
        DOCUMENTS.join(" and ")
    );
    Ok(())
}
