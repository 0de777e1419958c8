//! The C headers on this machine.

use std::path::PathBuf;

use crate::programs::{in_words, read, root, stdout};

/// Returns the folder of pcsc-lite's headers.
pub fn headers() -> PathBuf {
    let said = stdout(&mut in_words("pkg-config", "--cflags-only-I libpcsclite"));
    let folder = said.split_whitespace().find_map(|word| word.strip_prefix("-I"));
    folder.expect("pkg-config says where the headers are").into()
}

/// Returns the version of pcsc-lite's headers.
pub fn headers_version() -> String {
    let text = read(headers().join("pcsclite.h"));
    let line = text.lines().find(|line| line.contains("PCSCLITE_VERSION_NUMBER"));
    let version = line.and_then(|line| line.split('"').nth(1));
    version.expect("pcsclite.h gives its version").to_owned()
}

/// Tells whether the committed bindings were made from headers of the version that is here. Where they were not, it prints
/// what is left out.
pub fn headers_are_those_of_the_bindings() -> bool {
    let text = read(root().join("src/bindings/pcsclite.rs"));
    let start = text.split("headers of pcsc-lite ").nth(1);
    let committed = start.and_then(|text| text.split(". ").next());
    let committed = committed.expect("the bindings say what they were made from");
    let here = headers_version();
    if committed != here {
        println!(
            "   LEFT OUT: the bindings are of pcsc-lite {committed}, the headers here of {here}: not compared"
        );
    }
    committed == here
}
