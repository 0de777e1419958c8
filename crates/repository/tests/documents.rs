//! Each block of Rust in the README and in `docs/from-pcsc.md` compiles, as a program of its own.

use repository::{cargo, make_package, read, root, stdout, target_folder};

/// What stands before each block: the packages are as a reader has them, the session is the one of an earlier block.
const BEFORE: &str = "#![allow(unused, reason = \"a reader goes on from here\")]\n\
    fn main() -> Result<(), pcsc_session::Error> {\nlet mut session = pcsc_session::Session::open()?;\n{\n";
const AFTER: &str = "}\nOk(())\n}\n";

#[test]
#[ignore = "cargo xtask test docs"]
fn each_block_of_rust_compiles() {
    let texts = ["README.md", "docs/from-pcsc.md"].map(|name| read(root().join(name)));
    let blocks: Vec<_> = texts.iter().flat_map(|text| rust_blocks(text)).collect();
    let mut manifest = String::from("[dependencies]\n");
    for (name, folder, features) in [
        ("pcsc-sys", ".", "default"),
        ("pcsc-session", "crates/session", "record"),
        ("pcsc-sim", "crates/sim", "replay"),
    ] {
        let path = root().join(folder);
        manifest += &format!("{name} = {{ path = {path:?}, features = [{features:?}] }}\n");
    }
    let programs = blocks.iter().enumerate().map(|(index, block)| {
        (
            format!("src/bin/block{index}.rs"),
            format!("{BEFORE}{block}{AFTER}"),
        )
    });
    let programs: Vec<_> = programs.collect();
    let sources: Vec<_> = programs.iter().map(|(path, text)| (&**path, &**text)).collect();
    let package = target_folder().join("documents");
    make_package(&package, &manifest, &sources);
    stdout(&mut cargo(&package, "check --quiet"));
    println!(
        "   the {} blocks of Rust of README.md and docs/from-pcsc.md compile",
        blocks.len()
    );
}

/// Returns the blocks of Rust in a document; there must be one, and none that is marked as more than Rust.
fn rust_blocks(text: &str) -> Vec<&str> {
    let marks = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    for mark in marks.filter(|mark| mark.starts_with("rust")) {
        assert_eq!(mark, "rust", "a block with this mark would not be checked");
    }
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty(), "{text}\nhas no block of Rust");
    blocks
}

#[test]
fn only_blocks_of_rust_are_taken() {
    let text = "a\n```rust\nlet a = 1;\n```\n```sh\nls\n```\n```rust\nb();\n```\n";
    assert_eq!(rust_blocks(text), ["let a = 1;\n", "b();\n"]);
}

#[test]
#[should_panic(expected = "rust,no_run")]
fn no_block_of_rust_escapes() {
    rust_blocks("```rust\na();\n```\n```rust,no_run\nb();\n```\n");
}
