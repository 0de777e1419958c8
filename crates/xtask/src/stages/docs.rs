//! Stage `docs`: the documentation, and the README's programs.

use std::path::Path;
use std::time::Duration;

use crate::cargo::cargo;
use crate::command;
use crate::files::{copy, read, write};
use crate::outside_packages;
use crate::readme::rust_blocks;
use crate::requirements::{BINDGEN, missing};
use crate::stage::{Done, Stage, not_installed};

pub(crate) const STAGE: Stage = Stage {
    name: "docs",
    about: "rustdoc, warnings are errors; the README's Rust compiles",
    needs: &[],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(10 * 60);

/// What stands before each block: the packages are as a reader has them, the session is the one of an earlier block.
const BEFORE: &str = "#![allow(unused, reason = \"a reader goes on from here\")]\n\
    fn main() -> Result<(), pcsc_session::Error> {\nlet mut session = pcsc_session::Session::open()?;\n{\n";
const AFTER: &str = "}\nOk(())\n}\n";

/// Makes the documentation, by default and with all features, and compiles the README's Rust.
///
/// # Errors
/// A warning; in the README an error.
fn run(root: &Path) -> Result<Done, String> {
    let doc = |features: &[&str]| {
        let mut doc = cargo(root);
        doc.args(["doc", "--workspace", "--no-deps"])
            .args(features)
            .env("RUSTDOCFLAGS", "-Dwarnings");
        command::run(&mut doc, DEADLINE)
    };
    doc(&[])?;
    readme_compiles(root)?;
    let missing = missing(BINDGEN)?;
    if !missing.is_empty() {
        return not_installed(format!("all features (not installed: {})", missing.join(", ")));
    }
    doc(&["--all-features"])?;
    Ok(Done::All)
}

/// Checks each block of Rust as a program of its own, in a package on top of the workspace's.
///
/// # Errors
/// The block that does not compile.
fn readme_compiles(root: &Path) -> Result<(), String> {
    let root = root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?;
    let readme = read(&root.join("README.md"))?;
    let blocks = rust_blocks(&readme)?;
    let package = root.join("target/readme");
    let mut manifest = "[workspace]\n[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
        autobins = false\n[dependencies]\n"
        .to_owned();
    for (name, folder) in [
        ("pcsc-sys", "."),
        ("pcsc-session", "crates/session"),
        ("pcsc-sim", "crates/sim"),
    ] {
        manifest += &format!("{name} = {{ path = {:?} }}\n", root.join(folder));
    }
    for (index, block) in blocks.iter().enumerate() {
        manifest += &format!("[[bin]]\nname = \"block{index}\"\npath = \"block{index}.rs\"\n");
        write(
            &package.join(format!("block{index}.rs")),
            &format!("{BEFORE}{block}{AFTER}"),
        )?;
    }
    write(&package.join("Cargo.toml"), &manifest)?;
    copy(&root.join("Cargo.lock"), &package.join("Cargo.lock"))?;
    command::run(
        outside_packages::cargo(&root, &package).args(["check", "--quiet"]),
        outside_packages::DEADLINE,
    )
    .map_err(|error| format!("{error}\na Rust block of README.md does not compile"))?;
    println!("the README's {} blocks of Rust compile", blocks.len());
    Ok(())
}
