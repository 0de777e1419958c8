//! Types, constants and names are those of the C compiler and of the installed libraries.
//!
//! The public items of the bindings become a Rust program over the crate, which prints what they are: each type's size,
//! alignment and kind, each field's offset, size and kind, each constant's value. `compare.c` compares these lines with the
//! headers.

mod items;
mod names;

use std::path::PathBuf;
use std::process::Command;

use repository::{
    cargo, headers, headers_are_those_of_the_bindings, in_words, make_package, messages, root, stdout,
    target_folder, write,
};
use serde_json::Value;

/// Compares what the feature `bindgen` generates, with any version of the headers.
#[test]
#[ignore = "cargo xtask test abi"]
fn the_generated_items_are_the_headers() {
    let check = "check --package pcsc-sys --no-default-features --features load,bindgen";
    let messages = messages(&mut cargo(root(), check));
    let is_ours = |message: &&Value| {
        message["package_id"]
            .as_str()
            .is_some_and(|id| id.contains("pcsc-sys"))
    };
    let mut folders = messages.iter().filter(is_ours);
    let generated = folders
        .find_map(|message| message["out_dir"].as_str())
        .expect("the build script has run");
    compare(
        "load,bindgen",
        &[
            PathBuf::from(generated).join("platform.rs"),
            root().join("src/macros.rs"),
        ],
    );
}

/// Compares what is committed with the version of the headers that it was made from.
#[test]
#[ignore = "cargo xtask test abi"]
fn the_committed_items_are_their_headers() {
    if !headers_are_those_of_the_bindings() {
        return;
    }
    let files = ["bindings/pcsclite.rs", "bindings/part10.rs", "macros.rs"];
    compare("load", &files.map(|file| root().join("src").join(file)));
}

/// Compares the items of these files, in the crate with these features, with the headers.
fn compare(features: &str, files: &[PathBuf]) {
    let items = items::read(files);
    let package = target_folder().join("abi").join(features.replace(',', "-"));
    let manifest = format!(
        "[dependencies]\npcsc-sys = {{ path = {:?}, default-features = false, features = [\"{}\"] }}\n",
        root(),
        features.replace(',', "\", \"")
    );
    let rust = items.rust_program();
    let sources = [("src/main.rs", &*rust), ("compare.c", include_str!("compare.c"))];
    make_package(&package, &manifest, &sources);
    write(
        package.join("statements.h"),
        &stdout(&mut cargo(&package, "run --quiet")),
    );
    let mut gcc = in_words(
        "gcc",
        "-std=gnu11 -Wall -Wno-sign-compare -o compare compare.c -lpcsclite -I",
    );
    stdout(gcc.arg(headers()).arg("-I").arg(root()).current_dir(&package));
    stdout(&mut Command::new(package.join("compare")));
    println!(
        "   {} types, {} fields and {} constants of pcsc-sys with features {features} are gcc's",
        items.types, items.fields, items.constants
    );
}
