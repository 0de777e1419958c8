//! Stage `abi`: types, constants and names, against what the C compiler and the installed libraries say.
//!
//! The public items of the committed bindings become two programs, one in C over the headers and one in Rust over the
//! crate, that print the same lines: each type's size, alignment and kind, each field's offset, size and kind, each
//! constant's value.

mod items;
mod names;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings;
use crate::command;
use crate::files::{copy, write};
use crate::headers;
use crate::outside_packages::{self, DEADLINE};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "abi",
    about: "types, constants and names are those of the C compiler and of the libraries",
    needs: &[
        "gcc",
        "libc6-dev",
        "pkg-config",
        "libpcsclite-dev",
        "libpcsclite1",
        "libclang-dev",
        "mingw-w64-x86-64-dev",
        "mingw-w64-i686-dev",
    ],
    run,
    rest: None,
};

/// Runs the stage.
///
/// What the feature `bindgen` generates is compared with any version of the headers, what is committed with its own.
///
/// # Errors
/// What is not installed, or each line that differs.
fn run(root: &Path) -> Result<Done, String> {
    let (src, folder) = (root.join("src"), root.join("target/abi"));
    let generated = folder.join("generated.rs");
    write(&generated, &bindings::generated(root)?)?;
    compare_items(root, &folder, "load,bindgen", &[generated, src.join("macros.rs")])?;
    names::run(root)?;
    bindings::with_their_headers(root, |root| {
        let files = ["bindings/pcsclite.rs", "bindings/part10.rs", "macros.rs"];
        compare_items(
            root,
            &root.join("target/abi"),
            "load",
            &files.map(|file| root.join("src").join(file)),
        )
    })
}

/// Compares the items of these files, in C and in the crate with these features.
fn compare_items(root: &Path, folder: &Path, features: &str, files: &[PathBuf]) -> Result<(), String> {
    let items = items::read(files)?;
    let c = c_lines(root, folder, &items)?;
    let rust = rust_lines(root, folder, &items, features)?;
    compare(&c, &rust).map_err(|error| format!("pcsc-sys with features {features}:\n{error}"))?;
    println!(
        "{} types, {} fields and {} constants of pcsc-sys with features {features} are gcc's",
        count(&c, "type ")?,
        count(&c, "field ")?,
        count(&c, "constant ")?
    );
    Ok(())
}

/// Compiles and runs the C program.
fn c_lines(root: &Path, folder: &Path, items: &items::Items) -> Result<String, String> {
    let (source, program) = (folder.join("abi.c"), folder.join("abi-c"));
    write(&source, &items.c_program())?;
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=gnu11", "-Wall", "-Wno-sign-compare"]);
    for folder in [&*headers::pcsclite()?, root] {
        gcc.arg("-I").arg(folder);
    }
    gcc.args(["-o".as_ref(), program.as_os_str(), source.as_os_str()])
        .arg("-lpcsclite");
    command::run(&mut gcc, DEADLINE)
        .map_err(|error| format!("{error}\ninstall gcc, libpcsclite-dev, or correct the names above"))?;
    command::stdout(&mut Command::new(program), DEADLINE)
}

/// Builds and runs the Rust program, a package of its own on top of pcsc-sys.
fn rust_lines(root: &Path, folder: &Path, items: &items::Items, features: &str) -> Result<String, String> {
    let root = root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?;
    let manifest = format!(
        "[workspace]\n[package]\nname = \"abi\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[[bin]]\nname = \"abi\"\npath = \"abi.rs\"\n\
        [dependencies]\npcsc-sys = {{ path = {root:?}, default-features = false }}\n\
        [features]\nload = [\"pcsc-sys/load\"]\nbindgen = [\"pcsc-sys/bindgen\"]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest)?;
    write(&folder.join("abi.rs"), &items.rust_program())?;
    // The same versions as everywhere else, so that nothing is built twice.
    copy(&root.join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    let mut cargo = outside_packages::cargo(&root, folder);
    cargo.args(["run", "--quiet", "--features", features]);
    command::stdout(&mut cargo, DEADLINE)
}

/// Compares the programs' lines, each of which is a name, a colon and a value.
fn compare(c: &str, rust: &str) -> Result<(), String> {
    let (c_values, rust_values) = (values(c), values(rust));
    let mut differences = String::new();
    for (name, value) in &c_values {
        match rust_values.get(name) {
            Some(other) if other == value => {}
            Some(other) => differences += &format!("{name}: {value} in C, {other} in Rust\n"),
            None => differences += &format!("{name}: {value} in C, missing in Rust\n"),
        }
    }
    for name in rust_values.keys().filter(|name| !c_values.contains_key(*name)) {
        differences += &format!("{name}: missing in C\n");
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences)
    }
}

fn values(lines: &str) -> BTreeMap<&str, &str> {
    lines.lines().filter_map(|line| line.split_once(": ")).collect()
}

/// Counts the lines of a kind; none means that nothing was compared.
fn count(lines: &str, kind: &str) -> Result<usize, String> {
    match lines.lines().filter(|line| line.starts_with(kind)).count() {
        0 => Err(format!("no {kind}was compared: correct items.rs")),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use super::{compare, count};

    #[test]
    fn lines_that_differ_or_are_missing_are_named() {
        let c = "type A: size 8\nconstant B: 1\n";
        assert_eq!(compare(c, c), Ok(()));
        let error = compare(c, "type A: size 4\nconstant C: 1\n").unwrap_err();
        for part in [
            "type A: size 8 in C, size 4 in Rust",
            "B: 1 in C, missing",
            "C: missing in C",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn nothing_compared_is_an_error() {
        assert_eq!(count("type A: 1\n", "type "), Ok(1));
        assert!(count("type A: 1\n", "field ").is_err());
    }
}
