//! Stage `abi`: types, constants and names, against what the C compiler and the installed libraries say.
//!
//! The public items of the bindings become a Rust program over the crate, which prints what they are: each type's size,
//! alignment and kind, each field's offset, size and kind, each constant's value. `compare.c` compares these lines with the
//! headers.

mod items;
mod names;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bindings;
use crate::command::{self, BUILD, Words};
use crate::files::write;
use crate::headers;
use crate::outside_packages;
use crate::requirements::BINDGEN;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "abi",
    about: "types, constants and names are those of the C compiler and of the libraries",
    needs: &[
        BINDGEN,
        &["libpcsclite1", "mingw-w64-x86-64-dev", "mingw-w64-i686-dev"],
    ],
    run,
    rest: None,
};

/// Compares what the feature `bindgen` generates with any version of the headers, and what is committed with its own.
fn run(root: &Path) -> Result<Done> {
    let generated = root.join("target/abi/generated.rs");
    write(&generated, &bindings::generated(root)?)?;
    compare_items(root, "load,bindgen", &[generated, root.join("src/macros.rs")])?;
    names::run(root)?;
    bindings::with_their_headers(root, |root| {
        let files = ["bindings/pcsclite.rs", "bindings/part10.rs", "macros.rs"];
        compare_items(root, "load", &files.map(|file| root.join("src").join(file)))
    })
}

/// Compares the items of these files, in the crate with these features, with the headers.
fn compare_items(root: &Path, features: &str, files: &[PathBuf]) -> Result<()> {
    let items = items::read(files)?;
    let package = root.join("target/abi/package");
    let manifest = format!(
        "[dependencies]\npcsc-sys = {{ path = {root:?}, default-features = false }}\n\
        [features]\nload = [\"pcsc-sys/load\"]\nbindgen = [\"pcsc-sys/bindgen\"]\n"
    );
    let rust = items.rust_program();
    let sources = [
        ("src/main.rs", &*rust),
        ("compare.c", include_str!("abi/compare.c")),
    ];
    outside_packages::make(root, &package, &manifest, &sources)?;
    let mut cargo = outside_packages::cargo(root, &package);
    cargo.words("run --quiet --features").arg(features);
    write(
        &package.join("statements.h"),
        &command::stdout(&mut cargo, BUILD)?,
    )?;
    let mut gcc = Command::new("gcc");
    gcc.words("-std=gnu11 -Wall -Wno-sign-compare -o compare compare.c -lpcsclite -I");
    gcc.arg(headers::pcsclite()?)
        .arg("-I")
        .arg(root)
        .current_dir(&package);
    command::run(&mut gcc, BUILD).context("correct the names in the errors below")?;
    command::run(&mut Command::new(package.join("compare")), BUILD)
        .with_context(|| format!("pcsc-sys with features {features} is not what the headers say"))?;
    println!(
        "{} types, {} fields and {} constants of pcsc-sys with features {features} are gcc's",
        items.types, items.fields, items.constants
    );
    Ok(())
}
