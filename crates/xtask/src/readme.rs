//! The README's programs compile: part of the stage `docs`.

use std::path::Path;

use crate::command;
use crate::package::{self, DEADLINE, copy, read, write};

/// What stands before each block: the packages are as a reader has them, the session is the one of an earlier block.
const BEFORE: &str = "#![allow(unused, reason = \"a reader goes on from here\")]\n\
    fn main() -> Result<(), pcsc_session::Error> {\nlet mut session = pcsc_session::Session::open()?;\n{\n";
const AFTER: &str = "}\nOk(())\n}\n";

/// Checks each block of Rust as a program of its own, in a package on top of the workspace's.
///
/// # Errors
/// The block that does not compile.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let root = root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?;
    let readme = read(&root.join("README.md"))?;
    let blocks = blocks(&readme)?;
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
        package::cargo(&root, &package).args(["check", "--quiet"]),
        DEADLINE,
    )
    .map_err(|error| format!("{error}\na Rust block of README.md does not compile"))?;
    println!("the README's {} blocks of Rust compile", blocks.len());
    Ok(())
}

/// Returns the blocks of Rust in a text; there must be one, and none that is marked as more than Rust.
fn blocks(text: &str) -> Result<Vec<&str>, String> {
    let mut marks = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    if let Some(mark) = marks.find(|mark| mark.starts_with("rust") && *mark != "rust") {
        return Err(format!(
            "README.md has a block of {mark}, which would not be checked"
        ));
    }
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    if blocks.is_empty() {
        return Err("README.md has no Rust block".to_owned());
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_blocks_of_rust_are_taken() {
        let text = "a\n```rust\nlet a = 1;\n```\n```sh\nls\n```\n```rust\nb();\n```\n";
        assert_eq!(super::blocks(text).unwrap(), ["let a = 1;\n", "b();\n"]);
        assert!(super::blocks("```sh\nls\n```").is_err());
    }

    #[test]
    fn no_block_of_rust_escapes() {
        for mark in ["rust,no_run", "rust ", "rustdoc"] {
            let text = format!("```rust\na();\n```\n```{mark}\nb();\n```\n");
            assert!(
                super::blocks(&text).is_err_and(|error| error.contains(mark)),
                "{mark}"
            );
        }
    }
}
