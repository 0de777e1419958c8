//! Shared libraries made by the C compiler that Rust links with.

use pcsc_sys::{Functions, LONG};
use std::path::{Path, PathBuf};

/// What each function of these libraries returns.
pub(crate) const ANSWER: LONG = 4711;

/// Returns all names of the list.
pub(crate) fn names() -> Vec<&'static str> {
    Functions::NAMES.to_vec()
}

/// Makes a library in which each of the functions takes nothing and returns [`ANSWER`].
pub(crate) fn library(folder: &Path, name: &str, functions: &[&str]) -> PathBuf {
    compile(folder, name, functions, &[])
}

/// Makes such a library that also tells of its initialisation and its end: see `counter.c`.
#[cfg(not(feature = "link"))]
pub(crate) fn counting_library(folder: &Path, name: &str, functions: &[&str]) -> PathBuf {
    compile(folder, name, functions, &[COUNTER])
}

/// Makes the library that, preloaded, tells when libpcsclite is opened and anything is closed.
#[cfg(not(feature = "link"))]
pub(crate) fn counter(folder: &Path) -> PathBuf {
    compile(folder, "libcounter.so", &[], &["-DPRELOADED", COUNTER])
}

#[cfg(not(feature = "link"))]
const COUNTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/library/counter.c");

fn compile(folder: &Path, name: &str, functions: &[&str], arguments: &[&str]) -> PathBuf {
    let text: String = functions
        .iter()
        .map(|function| match *function {
            "pcsc_stringify_error" => format!("const char *{function}(void) {{ return \"made up\"; }}\n"),
            _ => format!("long {function}(void) {{ return {ANSWER}; }}\n"),
        })
        .collect();
    let (source, path) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&source, text).unwrap();
    let output = private_pcscd::c_compiler()
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
        .args([&path, &source])
        .args(arguments)
        .output()
        .expect("cc runs: Rust links with it");
    assert!(output.status.success(), "{output:?}");
    path
}
