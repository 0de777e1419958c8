//! Checks what pcsc-sys hands on to the build scripts of those that depend on it.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-env-changed=DEP_PCSC_INCLUDE");
    let include = env::var_os("DEP_PCSC_INCLUDE");
    // Windows' compilers know where their headers are.
    let needs_headers = env::var_os("CARGO_CFG_WINDOWS").is_none();
    if needs_headers && env::var_os("CARGO_FEATURE_LINK").is_some() {
        let include = include.expect("with the feature `link`, pcsc-sys says where the headers are");
        assert!(
            Path::new(&include).join("winscard.h").exists(),
            "{include:?} has no winscard.h"
        );
    } else {
        assert_eq!(include, None, "without `link` nothing is known of headers");
    }
}
